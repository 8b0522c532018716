#include "service/system/files.h"

#include <csignal>
#include <filesystem>
#include <functional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace antin::service {
namespace {

constexpr std::size_t kRoom = 4'096;  // octets that a file may have where it is limited

class WriteFile : public ::testing::TestWithParam<IfExists> {
 protected:
  WriteFile() : folder_(::testing::TempDir() + "write-file-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  ~WriteFile() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/document"; }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  // In a process of its own whose files may have kRoom octets; how that process ended.
  int limited(const std::function<int()>& work) const {
    const auto child = ::fork();
    if (child == 0) {
      const rlimit none{0, 0};
      const rlimit room{kRoom, kRoom};
      ::setrlimit(RLIMIT_CORE, &none);
      ::setrlimit(RLIMIT_FSIZE, &room);
      ::_exit(work());
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
  }

 private:
  std::string folder_;
};

TEST_P(WriteFile, WritesAllPartsUnderTheName) {
  const Bytes first(3, 'a');
  const Bytes second(kRoom * 3, 'b');
  ASSERT_TRUE(write_file(path(), {first, second}, GetParam()));
  const auto read = read_file(path(), kRoom * 4);
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().size(), first.size() + second.size());
  EXPECT_EQ(read.value()[3], 'b');
  EXPECT_EQ(files(), 1U);
}

TEST_P(WriteFile, WithoutRoomLeavesNothing) {
  const Bytes large(kRoom * 2, 'x');
  const int ended = limited([&] {
    static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
    const auto written = write_file(path(), {large}, GetParam());
    return !written && written.error().code == Code::kFileUnwritable ? 0 : 1;
  });
  EXPECT_TRUE(WIFEXITED(ended) && WEXITSTATUS(ended) == 0) << ended;
  EXPECT_EQ(files(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Both, WriteFile, ::testing::Values(IfExists::kRefuse, IfExists::kReplace));

using NewFile = WriteFile;

// The kernel kills whoever writes beyond the limit, in the middle of its writing.
TEST_P(NewFile, OfAKilledProcessLeavesNothing) {
  const Bytes large(kRoom * 2, 'x');
  const int ended = limited([&] { return write_file(path(), {large}, GetParam()) ? 0 : 1; });
  EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGXFSZ) << ended;
  EXPECT_EQ(files(), 0U);
}

TEST_P(NewFile, DoesNotTouchAnOlderOneOfItsName) {
  const Bytes older(5, 'o');
  const Bytes newer(7, 'n');
  ASSERT_TRUE(write_file(path(), {older}, GetParam()));
  const auto again = write_file(path(), {newer}, GetParam());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kFileExists);
  EXPECT_EQ(read_file(path(), kRoom).value(), older);
  EXPECT_EQ(files(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Only, NewFile, ::testing::Values(IfExists::kRefuse));

}  // namespace
}  // namespace antin::service
