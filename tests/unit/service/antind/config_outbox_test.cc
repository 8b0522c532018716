#include <gtest/gtest.h>

#include "service/antind/config.h"

namespace antin::service {
namespace {

constexpr const char* kHttp = R"(name = "cong"
purpose = "báo cổng"
url = "https://cong.example.vn/antin"
secrets = ["s"]
)";
constexpr const char* kMail = R"(name = "thu"
purpose = "trả kết quả"
kind = "mail"
host = "thu.example.vn"
from = "tra-ket-qua@example.vn"
)";

Result<Config> read(const std::string& targets) {
  return read_config("schema = \"antin-config/1\"\n[store]\nfolder = \"/x\"\n" + targets);
}

std::optional<Code> refused(const std::string& lines) {
  const auto config = read("[[outbox.target]]\n" + lines);
  return config ? std::nullopt : std::optional(config.error().code);
}

TEST(OutboxConfig, ReceiversAreReadWithWhatTheirKindMeans) {
  const auto config = read(std::string("[[outbox.target]]\n") + kHttp +
                           "pauses = [\"30s\", \"5m\", \"2h\"]\n[[outbox.target]]\n" + kMail);
  ASSERT_TRUE(config) << to_log_line(config.error());
  const auto& targets = config.value().targets;
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].documents, outbox::Target::Documents::kNone);
  EXPECT_EQ(targets[0].pauses,
            (std::vector<std::chrono::seconds>{std::chrono::seconds{30}, std::chrono::minutes{5},
                                               std::chrono::hours{2}}));
  EXPECT_EQ(targets[1].documents, outbox::Target::Documents::kNamed);
  EXPECT_EQ(targets[1].tls, outbox::Target::Tls::kStart);
}

TEST(OutboxConfig, WhatWouldSendInClearOrForNoReasonStopsTheStart) {
  const std::string http = kHttp, mail = kMail;
  EXPECT_EQ(refused(http), std::nullopt);
  EXPECT_EQ(refused(mail), std::nullopt);
  const auto with = [](std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_EQ(refused(with(http, "https:", "http:")), Code::kConfigUnsafe);
  EXPECT_EQ(refused(with(http, "https://cong.example.vn", "http://127.0.0.1:9")), std::nullopt);
  EXPECT_EQ(refused(with(http, "báo cổng", "")), Code::kConfigValue);
  EXPECT_EQ(refused(with(http, "[\"s\"]", "[]")), Code::kConfigValue);
  EXPECT_EQ(refused(with(http, "[\"s\"]", "[\"a\", \"b\", \"c\"]")), Code::kConfigValue);
  EXPECT_EQ(refused(with(http, "\"cong\"", "\"Cổng\"")), Code::kConfigValue);
  EXPECT_EQ(refused(http + "events = [\"case.lost\"]\n"), Code::kConfigValue);
  EXPECT_EQ(refused(http + "events = [\"case.released\"]\n"), std::nullopt);
  EXPECT_EQ(refused(http + "products = [\"loan\"]\n"), Code::kConfigValue);
  EXPECT_EQ(refused(http + "documents = \"some\"\n"), Code::kConfigValue);
  EXPECT_EQ(refused(http + "pauses = [\"25h\"]\n"), Code::kConfigValue);
  EXPECT_EQ(refused(http + "pauses = [\"x\"]\n"), Code::kConfigValue);
  EXPECT_EQ(refused(http + "colour = \"red\"\n"), Code::kConfigUnknownKey);
  EXPECT_EQ(refused(http + "[[outbox.target]]\n" + http), Code::kConfigValue);
  EXPECT_EQ(refused(mail + "tls = \"none\"\n"), Code::kConfigUnsafe);
  EXPECT_EQ(refused(mail + "user = \"a\"\n"), Code::kConfigValue);
  EXPECT_EQ(refused(mail + "carries = \"link\"\n"), Code::kConfigValue);
  EXPECT_EQ(refused(mail + "carries = \"link\"\nlink = \"https://a.vn/{code}\"\n"), std::nullopt);
}

}  // namespace
}  // namespace antin::service
