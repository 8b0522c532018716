#include "service/cache/disk_cache.h"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

namespace antin::service {
namespace {

namespace fs = std::filesystem;
using certs::CachedAnswer;

class DiskCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) /
              ("antin-cache-" + std::to_string(::getpid()) + "-" + test->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::unique_ptr<DiskCache> open(std::size_t most = 1'000'000) const {
    auto cache = DiskCache::open(folder_.string(), most);
    EXPECT_TRUE(cache) << to_log_line(cache.error());
    return std::move(cache).value();
  }
  static CachedAnswer answer(std::size_t octets, std::uint8_t fill = 7) {
    const auto second = [](int count) {
      return UtcTime{std::chrono::sys_seconds{std::chrono::seconds{count}}};
    };
    return {.body = Bytes(octets, fill),
            .fetched = second(1'000),
            .not_after = second(2'000),
            .etag = "\"v 1\"",
            .last_modified = "Sun, 22 Nov 2026 10:00:00 GMT"};
  }
  std::string content(const std::string& key) const {
    std::ifstream in(folder_ / key, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& key, const std::string& text) const {
    std::ofstream(folder_ / key, std::ios::binary) << text;
  }

  fs::path folder_;
};

TEST_F(DiskCacheTest, AnotherProgramFindsWhatWasKept) {
  ASSERT_TRUE(open()->keep("crl-1", answer(5'000)));
  const auto found = open()->find("crl-1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->body, Bytes(5'000, 7));
  EXPECT_EQ(found->etag, "\"v 1\"");
  EXPECT_EQ(found->last_modified, "Sun, 22 Nov 2026 10:00:00 GMT");
  EXPECT_EQ(found->fetched, answer(1).fetched);
  EXPECT_EQ(found->not_after, answer(1).not_after);
  EXPECT_FALSE(open()->find("crl-2"));
}

TEST_F(DiskCacheTest, OnlyItsOwnerMayLookInside) {
  open();
  EXPECT_EQ(fs::status(folder_).permissions(), fs::perms::owner_all);
}

TEST_F(DiskCacheTest, AKeyIsNeverAPath) {
  const auto cache = open();
  for (const auto* key : {"", "../x", "a/b", "A", ".x", "a b"}) {
    EXPECT_FALSE(cache->keep(key, answer(1))) << key;
    EXPECT_FALSE(cache->find(key)) << key;
  }
}

TEST_F(DiskCacheTest, AFileCutShortAnywhereIsAbsent) {
  const auto cache = open();
  ASSERT_TRUE(cache->keep("crl-1", answer(40)));
  const auto whole = content("crl-1");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write("crl-1", whole.substr(0, length));
    EXPECT_FALSE(cache->find("crl-1")) << length;
  }
  write("crl-1", whole + "x");
  EXPECT_FALSE(cache->find("crl-1"));
  write("crl-1", whole);
  EXPECT_TRUE(cache->find("crl-1"));
}

TEST_F(DiskCacheTest, ADamagedHeadIsAbsent) {
  const auto cache = open();
  ASSERT_TRUE(cache->keep("crl-1", answer(40)));
  const auto whole = content("crl-1");
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"evidence/1", "evidence/2"},
           {"fetched 1000", "fetched -1"},
           {"fetched 1000", "fetched 99999999999999"},
           {"not_after", "not-after"},
           {"body 40", "body 41"},
           {"body 40", "body 4x"}}) {
    auto text = whole;
    text.replace(text.find(from), std::string(from).size(), to);
    write("crl-1", text);
    EXPECT_FALSE(cache->find("crl-1")) << to;
  }
}

TEST_F(DiskCacheTest, AValidatorWithALineEndIsLeftOut) {
  auto odd = answer(3);
  odd.etag = "a\nbody 0\n";
  const auto cache = open();
  ASSERT_TRUE(cache->keep("crl-1", odd));
  const auto found = cache->find("crl-1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->etag, "");
  EXPECT_EQ(found->body.size(), 3U);
}

TEST_F(DiskCacheTest, TheOldestGoWhenThereIsNoRoom) {
  const auto cache = open(100'000);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(cache->keep("crl-" + std::to_string(i), answer(9'000)));
    const auto at = fs::file_time_type::clock::now() - std::chrono::hours{100 - i};
    fs::last_write_time(folder_ / ("crl-" + std::to_string(i)), at);
  }
  std::uintmax_t total = 0;
  for (const auto& file : fs::directory_iterator(folder_)) total += file.file_size();
  // What was written since room was last made, an eighth, comes on top.
  EXPECT_LE(total, 100'000U + 100'000U / 8 + 9'500U);
  EXPECT_FALSE(cache->find("crl-0"));
  EXPECT_TRUE(cache->find("crl-19"));
}

TEST_F(DiskCacheTest, WhatAWriterLeftBehindIsCleared) {
  fs::create_directories(folder_);
  write(".crl-1.abc.part", "half");
  fs::last_write_time(folder_ / ".crl-1.abc.part",
                      fs::file_time_type::clock::now() - std::chrono::hours{2});
  write(".crl-2.abc.part", "being written");
  ASSERT_TRUE(open()->keep("crl-1", answer(3)));
  EXPECT_FALSE(fs::exists(folder_ / ".crl-1.abc.part"));
  EXPECT_TRUE(fs::exists(folder_ / ".crl-2.abc.part"));
}

TEST_F(DiskCacheTest, AFolderThatCannotBeMadeIsNamed) {
  std::ofstream(folder_) << "a file";
  const auto cache = DiskCache::open((folder_ / "below").string(), 1'000);
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().code, Code::kEvidenceCache);
}

}  // namespace
}  // namespace antin::service
