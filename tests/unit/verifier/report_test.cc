#include "verifier/report.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "tests/unit/verifier/sample.h"
#include "tests/unit/verifier/schema.h"
#include "verifier/compare.h"
#include "verifier/verify.h"

namespace antin::verifier {
namespace {

using Json = nlohmann::ordered_json;
using sample::Document;
using sample::Signing;

Report report_on(const Document& document) {
  const auto trust = sample::trust();
  return verify(sample::input(document, trust)).value();
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> all;
  for (const auto& [key, value] : object.items()) all.push_back(key);
  return all;
}

const Json& schema() {
  static const Json kSchema = [] {
    std::ifstream in{ANTIN_SOURCE_DIR "/docs/report.schema.json"};
    return Json::parse(in);
  }();
  return kSchema;
}

TEST(ReportJson, HasTheKeysOfTheInterfaceInItsOrder) {
  Signing stamped;
  stamped.timestamp = sample::time("2026-05-20T00:00:00Z");
  const auto json = Json::parse(to_json(report_on(Document{}.sign(stamped))));
  EXPECT_EQ(keys(json),
            (std::vector<std::string>{"schema", "file", "sha256", "size", "pages", "revisions",
                                      "verdict", "valid", "message", "message_code", "signatures",
                                      "findings", "comparison", "register"}));
  EXPECT_EQ(json["schema"], "antin-report/1");
  EXPECT_EQ(json["verdict"], "VALID");
  EXPECT_EQ(json["valid"], true);
  const auto& signature = json["signatures"][0];
  EXPECT_EQ(keys(signature),
            (std::vector<std::string>{"field", "kind", "revision", "sub_filter", "level",
                                      "indication", "sub_indication", "integrity", "coverage",
                                      "changes_after", "signer", "signing_time", "algorithm",
                                      "chain", "revocation", "timestamps", "findings"}));
  EXPECT_EQ(signature["revision"], 2);
  EXPECT_EQ(signature["sub_indication"], nullptr);
  EXPECT_EQ(signature["signing_time"]["proven"], "2026-05-20T00:00:00Z");
  EXPECT_EQ(signature["revocation"][0]["state"], "good");
  EXPECT_EQ(signature["revocation"][0]["source"], "crl");
}

TEST(ReportJson, EveryKindOfReportFollowsTheCommittedSchema) {
  Signing revoked, unknown, second;
  revoked.signer = "officer-revoked";
  unknown.sub_filter = "acme.secret";
  second.field = "Sig2";
  const std::vector<Document> documents = {
      Document{},
      Document{}.sign({}),
      Document{}.sign({}).sign(second),
      Document{}.sign({}).change_page("n"),
      Document{}.sign({}).append("junk"),
      Document{}.sign(revoked).timestamp("Ts", sample::time("2026-02-01T00:00:00Z")),
      Document{}.sign(unknown),
      Document{}.sign({}).damage("100 100 l")};
  for (const auto& document : documents) {
    auto report = report_on(document);
    report.comparison = compare({.original_name = "o.pdf",
                                 .copy = document.octets(),
                                 .original = documents[1].octets(),
                                 .password = "",
                                 .limits = {}});
    const auto json = Json::parse(to_json(report));
    EXPECT_EQ(schema::violation(schema(), json), "") << json.dump(1);
  }
}

TEST(ReportJson, TheSchemaRefusesWhatItMustRefuse) {
  const auto good = Json::parse(to_json(report_on(Document{}.sign({}))));
  ASSERT_EQ(schema::violation(schema(), good), "");
  auto bad = good;
  bad["verdict"] = "MAYBE";
  EXPECT_NE(schema::violation(schema(), bad), "");
  bad = good;
  bad["signatures"][0].erase("integrity");
  EXPECT_NE(schema::violation(schema(), bad), "");
  bad = good;
  bad["signatures"][0]["revision"] = "2";
  EXPECT_NE(schema::violation(schema(), bad), "");
}

TEST(ReportJson, IsUtf8WhateverNamesHold) {
  Report report;
  report.file = "\xFF\xFE\x1B[31m.pdf";
  const auto json = Json::parse(to_json(report));
  EXPECT_EQ(json["verdict"], "NO_SIGNATURE");
}

TEST(ReportText, V01_V02_StartsWithTheVerdictAndNamesWhatTheLawAsksFor) {
  const auto text = to_text(report_on(Document{}.sign({})), Language::kVietnamese);
  EXPECT_EQ(text.substr(0, text.find('\n')), "sample.pdf: HỢP LỆ");
  for (const auto* wanted :
       {"Chữ ký số hợp lệ.", "Người ký: ", "Đơn vị quản lý: ", "Tổ chức cấp chứng thư số: ",
        "Thời điểm ký: 01/06/2026 07:00:00 (đồng hồ máy ký", "Tính toàn vẹn: nguyên vẹn",
        "Hiệu lực tại thời điểm ký: ", "Thời hạn chứng thư: ", "Số sê-ri chứng thư: ",
        "Dấu vân tay SHA-256: ", "Thuật toán: RSASSA-PKCS1-v1_5, SHA-256, 2048 bit"})
    EXPECT_NE(text.find(wanted), std::string::npos) << wanted << "\n" << text;
}

TEST(ReportText, SaysWhatWasChangedAndWhatToDo) {
  const auto text = to_text(report_on(Document{}.sign({}).change_page("n")), Language::kEnglish);
  EXPECT_EQ(text.substr(0, text.find('\n')), "sample.pdf: NOT VALID");
  EXPECT_NE(text.find("The content of the document was changed after signing."), std::string::npos);
  EXPECT_NE(text.find("What to do: "), std::string::npos);
  EXPECT_NE(text.find("page 1: Page content was changed after signing."), std::string::npos)
      << text;
}

TEST(ReportText, NeverHandsControlCharactersToATerminal) {
  Report report;
  report.file = "a\x1B[2Jb\xC2\x9B.pdf";
  const auto text = to_text(report, Language::kEnglish);
  EXPECT_EQ(text.find('\x1B'), std::string::npos);
  EXPECT_EQ(text.find("\xC2\x9B"), std::string::npos);
}

}  // namespace
}  // namespace antin::verifier
