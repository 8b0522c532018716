#include "hsm/tokend/checkpoint_memory.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "tests/fakes/temp_folder.h"

namespace antin::hsm {
namespace {

const Bytes kKey(32, 1);
const Bytes kOtherKey(32, 2);

Checkpoint checkpoint(std::uint64_t size, std::uint8_t root = 9,
                      std::string origin = "example.vn/nhật ký") {
  return {.origin = std::move(origin), .size = size, .root = Bytes(32, root), .extensions = {}};
}

class CheckpointMemoryTest : public testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/checkpoints"; }
  std::unique_ptr<CheckpointMemory> open() { return CheckpointMemory::open(path()).value(); }
  fakes::TempFolder folder_{"memory"};
};

TEST_F(CheckpointMemoryTest, KnowsEachKeyAndOriginByItself) {
  {
    const auto memory = open();
    EXPECT_TRUE(memory->keep(kKey, checkpoint(5)));
    EXPECT_TRUE(memory->keep(kOtherKey, checkpoint(2)));
    EXPECT_TRUE(memory->keep(kKey, checkpoint(1, 9, "example.vn/other")));
  }
  const auto memory = open();
  EXPECT_FALSE(memory->check(kKey, checkpoint(4)));
  EXPECT_FALSE(memory->check(kKey, checkpoint(5, 8)));
  EXPECT_TRUE(memory->check(kKey, checkpoint(5)));
  EXPECT_TRUE(memory->check(kOtherKey, checkpoint(3)));
  EXPECT_TRUE(memory->check(kKey, checkpoint(2, 9, "example.vn/other")));
  EXPECT_FALSE(memory->keep(kKey, checkpoint(4)));
}

TEST_F(CheckpointMemoryTest, IsNotPutBackInTimeUnnoticed) {
  EXPECT_TRUE(open()->keep(kKey, checkpoint(5)));
  const auto memory = open();
  memory->bring_forward(kKey, checkpoint(1).origin, 8, Bytes(32, 3));
  memory->bring_forward(kKey, checkpoint(1).origin, 7, Bytes(32, 3));
  EXPECT_FALSE(memory->check(kKey, checkpoint(7)));
  EXPECT_TRUE(memory->check(kKey, checkpoint(8, 3)));
}

TEST_F(CheckpointMemoryTest, RefusesAFileThatSomebodyChanged) {
  EXPECT_TRUE(open()->keep(kKey, checkpoint(5)));
  std::ifstream in{path()};
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  auto smaller = good;
  smaller.replace(smaller.find(" 5 "), 3, " 4 ");
  for (const auto& text : {smaller, good + "x", good.substr(0, good.size() - 1), std::string{}}) {
    std::ofstream{path(), std::ios::trunc} << text;
    const auto memory = CheckpointMemory::open(path());
    ASSERT_FALSE(memory);
    EXPECT_EQ(memory.error().code, Code::kTokendStateUnreadable);
  }
  std::ofstream{path(), std::ios::trunc} << good;
  EXPECT_TRUE(CheckpointMemory::open(path()));
}

}  // namespace
}  // namespace antin::hsm
