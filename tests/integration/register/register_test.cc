#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "tests/fakes/temp_folder.h"
#include "tests/integration/service/daemon.h"
#include "tests/unit/verifier/sample.h"

namespace antin {
namespace {

using nlohmann::json;
using testing::Daemon;
using testing::RawAnswer;
using testing::RawClient;
namespace sample = verifier::sample;

const std::string kWords =
    "Chứng thực bản sao đúng với bản chính\n"
    "Số chứng thực 125/ĐT quyển số 01/2026 - SCT/BS\n"
    "Ngày 01 tháng 06 năm 2026";
const std::string kUnit = "Ủy ban nhân dân xã Quỳnh Diễn";

std::string octets(const sample::Document& document) {
  return std::string{as_text(document.octets().view())};
}

std::string sha256(const std::string& text) {
  return to_hex(ossl::sha256(as_bytes(text)));
}

using Fields = std::vector<std::pair<std::string, std::string>>;

const Fields& facts() {
  static const Fields kFacts = {
      {"kind", "certified_copy"}, {"number", "125/ĐT"}, {"book", "01/2026-SCT/BS"},
      {"date", "2026-06-01"},     {"unit", kUnit},      {"unit_code", "H40.7"}};
  return kFacts;
}

Fields with(Fields fields, const std::string& key, const std::string& value) {
  for (auto& field : fields) {
    if (field.first == key) {
      field.second = value;
      return fields;
    }
  }
  fields.emplace_back(key, value);
  return fields;
}

class RegisterService : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string pki = ANTIN_SOURCE_DIR "/tests/pki";
    std::filesystem::create_directory(folder_.path() + "/crls");
    for (const char* crl : {"root.crl", "issuing-ca.crl"})
      std::filesystem::copy(pki + "/crl/" + crl, folder_.path() + "/crls");
    std::ofstream(folder_.path() + "/antin.toml")
        << "schema = \"antin-config/1\"\n[http]\nport = 0\nport_file = \"port\"\n"
        << "[verify]\ntrust = \"" << pki << "/trust\"\ncrls = \"crls\"\nallow_test_pki = true\n"
        << "workers = 1\n[revocation]\nonline = false\n[store]\nfolder = \"data\"\n";
    daemon_ = std::make_unique<Daemon>(folder_.path());
    clerk_ = key("clerk", "verify,originals");
    keeper_ = key("keeper", "register");
    ASSERT_TRUE(daemon_->start()) << daemon_->log();
  }
  std::string key(const std::string& name, const std::string& scopes) const {
    std::string out;
    EXPECT_EQ(
        daemon_->run(
            {"key", "add", "--config", daemon_->config(), "--name", name, "--scopes", scopes}, out),
        0);
    return out.substr(0, out.find('\n'));
  }
  RawAnswer ask(const std::string& method, const std::string& target, const std::string& key = "",
                const std::string& type = "", const std::string& body = "") {
    RawClient client(daemon_->port());
    std::string head = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
                       "Connection: close\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n";
    if (!key.empty()) head += "Authorization: Bearer " + key + "\r\n";
    if (!type.empty()) head += "Content-Type: " + type + "\r\n";
    const auto answer = client.ask(head + "\r\n" + body);
    EXPECT_TRUE(answer) << method << ' ' << target;
    return answer.value_or(RawAnswer{});
  }
  RawAnswer post(const std::string& target, const std::string& key, const Fields& fields,
                 const std::string& file = "", const std::string& part = "file") {
    std::string body;
    for (const auto& [name, value] : fields)
      body +=
          "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    if (!file.empty())
      body += "--B\r\nContent-Disposition: form-data; name=\"" + part +
              "\"; filename=\"Nguyễn Văn A.pdf\"\r\n\r\n" + file + "\r\n";
    return ask("POST", target, key, "multipart/form-data; boundary=B", body + "--B--\r\n");
  }
  /// Judged when the certificates of tests/pki are good.
  json verify(const std::string& file, const std::string& key = "", Fields fields = {}) {
    fields.emplace_back("at", "2026-06-01T00:00:00Z");
    const auto answer = post("/api/v1/verify", key, fields, file);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
  json store(const std::string& file, const Fields& fields = facts()) {
    const auto answer = post("/api/v1/originals", clerk_, fields, file);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return json::parse(answer.body);
  }
  static std::string code_of(const RawAnswer& answer) {
    return json::parse(answer.body).value("code", "");
  }
  static bool has(const json& report, const std::string& code) {
    for (const auto& finding : report["findings"]) {
      if (finding["code"] == code) return true;
    }
    return false;
  }

  fakes::TempFolder folder_{"register"};
  std::string clerk_, keeper_;
  std::unique_ptr<Daemon> daemon_;
  const std::string copy_ = octets(sample::certified_copy(kWords));
};

TEST_F(RegisterService, ReadsWhatItRecordsFromTheDocumentItself) {
  const auto kept = store(copy_);
  const auto& entry = kept["register"];
  EXPECT_EQ(entry["state"], "released");
  EXPECT_EQ(entry["pages"], 1);
  EXPECT_EQ(entry["officers"].size(), 1U);
  EXPECT_EQ(entry["agencies"].size(), 1U);
  EXPECT_NE(entry["officers"], entry["agencies"]);
  EXPECT_EQ(entry["code"].get<std::string>().size(), 16U);
  const auto again = post("/api/v1/originals", clerk_, facts(), copy_);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::parse(again.body)["register"], entry);
  EXPECT_EQ(code_of(post("/api/v1/originals", clerk_, with(facts(), "number", "126"), copy_)),
            "register.facts_differ");
  const auto other = octets(sample::certified_copy("khác"));
  EXPECT_EQ(code_of(post("/api/v1/originals", clerk_, facts(), other)), "register.number_taken");
}

TEST_F(RegisterService, RefusesFactsThatAreNone) {
  for (const auto& [key, value] :
       {std::pair{"kind", "copy"}, std::pair{"date", "2026-02-30"}, std::pair{"number", " "},
        std::pair{"unit", "a\nb"}, std::pair{"state", "cancelled"}, std::pair{"unit_code", ""}}) {
    const auto answer = post("/api/v1/originals", clerk_, with(facts(), key, value), copy_);
    EXPECT_EQ(answer.status, 400) << key << answer.body;
    EXPECT_EQ(code_of(answer), "http.parameter") << key;
  }
  EXPECT_EQ(post("/api/v1/originals", clerk_, {{"number", "1"}}, copy_).status, 400);
  EXPECT_EQ(post("/api/v1/originals", keeper_, facts(), copy_).status, 403);
}

TEST_F(RegisterService, TellsEverybodyThatACopyIsTheReleasedOneAndNobodysName) {
  store(copy_);
  const auto report = verify(copy_, "", {{"profile", "certified_copy"}});
  EXPECT_EQ(report["verdict"], "VALID") << report.dump(1);
  EXPECT_EQ(report["register"]["state"], "released");
  EXPECT_EQ(report["register"]["number"], "125/ĐT");
  EXPECT_EQ(report["comparison"]["result"], "identical");
  EXPECT_EQ(report["comparison"]["original"]["file"], "");
  EXPECT_TRUE(has(report, "register.matches"));
  // The same by digest and by code, without uploading anything (V-14, V-15).
  const auto code = json::parse(ask("GET", "/api/v1/originals?sha256=" + sha256(copy_), clerk_)
                                    .body)["originals"][0]["register"]["code"]
                        .get<std::string>();
  for (const auto& query : {"sha256=" + sha256(copy_), "code=" + code}) {
    const auto answer = ask("GET", "/api/v1/register?" + query);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto entry = json::parse(answer.body);
    EXPECT_EQ(entry["state"], "released");
    EXPECT_EQ(entry["unit"], kUnit);
    EXPECT_EQ(entry["pages"], 1);
    for (const char* secret : {"officers", "agencies", "name", "id", "code", "document"})
      EXPECT_FALSE(entry.contains(secret)) << secret;
    EXPECT_EQ(answer.body.find("Nguyễn"), std::string::npos);
  }
}

TEST_F(RegisterService, AnswersNobodyByNumberWithoutAKey) {
  store(copy_);
  const std::string query = "/api/v1/register?number=125/%C4%90T&book=01/2026-SCT/BS&unit=H40.7";
  EXPECT_EQ(ask("GET", query).status, 403);
  EXPECT_EQ(json::parse(ask("GET", query, clerk_).body)["state"], "released");
  EXPECT_EQ(post("/api/v1/verify", "", {{"number", "125/ĐT"}, {"book", "b"}, {"unit", "u"}}, copy_)
                .status,
            403);
  EXPECT_EQ(
      json::parse(ask("GET", "/api/v1/register?sha256=" + std::string(64, '0')).body)["state"],
      "not_found");
  for (const char* wrong : {"", "?sha256=00", "?code=1", "?number=1", "?name=1"})
    EXPECT_EQ(ask("GET", std::string("/api/v1/register") + wrong, clerk_).status, 400) << wrong;
}

TEST_F(RegisterService, FindsACopyThatATimestampWasAddedTo) {
  store(copy_);
  auto document = sample::certified_copy(kWords);
  document.raw() = copy_;  // the very signatures of the released one
  document.timestamp("Ts", sample::time("2026-05-01T00:00:00Z"));
  const auto report = verify(octets(document), "", {{"profile", "certified_copy"}});
  EXPECT_EQ(report["verdict"], "VALID") << report.dump(1);
  EXPECT_EQ(report["comparison"]["result"], "same_signed_revision");
  EXPECT_TRUE(has(report, "register.matches"));
}

TEST_F(RegisterService, TellsGoodSignaturesWithoutAnEntry) {
  const auto report = verify(copy_, "", {{"profile", "certified_copy"}});
  EXPECT_EQ(report["verdict"], "INSUFFICIENT");
  EXPECT_EQ(report["message_code"], "register.no_entry");
  EXPECT_EQ(report["register"]["state"], "not_found");
  EXPECT_EQ(report["comparison"]["result"], "not_found");
  // A document of which nobody says that it is a certified copy is judged by itself.
  const auto plain = verify(copy_);
  EXPECT_EQ(plain["verdict"], "VALID");
  EXPECT_TRUE(plain["register"].is_null());
}

TEST_F(RegisterService, NamesTheUnitThatDoesNotKnowTheNumber) {
  store(copy_);
  const auto report =
      verify(copy_, clerk_, {{"number", "999"}, {"book", "01/2026-SCT/BS"}, {"unit", kUnit}});
  EXPECT_EQ(report["verdict"], "INSUFFICIENT");
  EXPECT_TRUE(has(report, "register.number_unknown"));
  EXPECT_EQ(report["register"]["state"], "not_found");
}

TEST_F(RegisterService, RefusesOtherContentUnderAKnownNumber) {
  store(copy_);
  const auto forged = octets(sample::certified_copy(kWords + "\nhọc lực: giỏi"));
  for (const auto& named :
       {Fields{{"number", "125/ĐT"}, {"book", "01/2026-SCT/BS"}, {"unit", "H40.7"}},
        Fields{{"original_id",
                json::parse(ask("GET", "/api/v1/originals?sha256=" + sha256(copy_), clerk_)
                                .body)["originals"][0]["id"]}}}) {
    const auto report = verify(forged, clerk_, named);
    EXPECT_EQ(report["verdict"], "INVALID");
    EXPECT_EQ(report["message_code"], "register.content_differs");
  }
}

TEST_F(RegisterService, RefusesALoiChungThatDoesNotSayWhatTheRegisterDoes) {
  store(copy_, with(facts(), "number", "126/ĐT"));
  const auto report = verify(copy_);
  EXPECT_EQ(report["verdict"], "INVALID");
  EXPECT_EQ(report["message_code"], "register.number_differs");
}

TEST_F(RegisterService, CancelsAtOnceAndForGood) {
  const auto id = store(copy_)["id"].get<std::string>();
  const auto decisions = "/api/v1/originals/" + id + "/decisions";
  const Fields cancel = {{"action", "cancel"}, {"decision", "12/QĐ-UBND"}, {"date", "2026-07-03"}};
  EXPECT_EQ(post(decisions, clerk_, cancel).status, 403);
  EXPECT_EQ(post(decisions, "", cancel).status, 401);
  EXPECT_EQ(post(decisions, keeper_, {{"action", "cancel"}}).status, 400);
  EXPECT_EQ(post(decisions, keeper_, with(cancel, "date", "2026-07-32")).status, 400);
  EXPECT_EQ(post(decisions, keeper_, with(cancel, "action", "delete")).status, 400);
  EXPECT_EQ(ask("POST", decisions, keeper_, "application/pdf", "x").status, 415);
  EXPECT_EQ(post("/api/v1/originals/none/decisions", keeper_, cancel).status, 404);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(post(decisions, keeper_, cancel).status, 200);
  EXPECT_EQ(code_of(post(decisions, keeper_, with(cancel, "decision", "13"))),
            "register.state_final");
  const auto report = verify(copy_);
  EXPECT_EQ(report["verdict"], "INVALID");
  EXPECT_EQ(report["message_code"], "register.cancelled");
  EXPECT_EQ(report["message"]["vi"],
            "Bản sao điện tử đã bị hủy bỏ giá trị pháp lý theo Quyết định số 12/QĐ-UBND ngày "
            "03/07/2026.");
  const auto entry = json::parse(ask("GET", "/api/v1/register?sha256=" + sha256(copy_)).body);
  EXPECT_EQ(entry["state"], "cancelled");
  EXPECT_EQ(entry["decision"], "12/QĐ-UBND");
  EXPECT_EQ(ask("GET", "/api/v1/originals/" + id + "/document", clerk_).body, copy_);
}

TEST_F(RegisterService, ComparesWithAKeptOriginalByItsEntry) {
  const auto id = store(copy_)["id"].get<std::string>();
  const auto compared = [&](const std::string& copy, const std::string& key) {
    return post("/api/v1/compare", key, {{"original_id", id}, {"at", "2026-06-01T00:00:00Z"}}, copy,
                "copy");
  };
  const auto same = json::parse(compared(copy_, clerk_).body);
  EXPECT_EQ(same["comparison"]["result"], "identical");
  EXPECT_EQ(same["register"]["number"], "125/ĐT");
  EXPECT_EQ(compared(copy_, "").status, 403);
}

// ---- the command asks the service ----

class RegisterCommand : public RegisterService {
 protected:
  int run(const std::string& arguments, json& report) const {
    const auto out = folder_.path() + "/out.json";
    const auto command = std::string(ANTIN_BIN) + "/antin-verify verify " + folder_.path() +
                         "/copy.pdf --json --offline --allow-test-pki --at 2026-06-01T00:00:00Z" +
                         " --trust " ANTIN_SOURCE_DIR "/tests/pki/trust --crl " + folder_.path() +
                         "/crls " + arguments + " >" + out + " 2>" + folder_.path() + "/err.txt";
    const int status = std::system(command.c_str());
    const auto text = testing::file_text(out);
    report = text.empty() ? json() : json::parse(text);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() + "/" + name, std::ios::binary) << content;
  }
  std::string at() const {
    return "--register http://127.0.0.1:" + std::to_string(daemon_->port());
  }
};

TEST_F(RegisterCommand, AsksByDigestByIdAndByCode) {
  const auto kept = store(copy_);
  write("copy.pdf", copy_);
  write("key", clerk_ + "\n");
  const auto with_key = at() + " --register-key " + folder_.path() + "/key";
  json report;
  for (const auto& arguments :
       {with_key, at(), with_key + " --original " + kept["id"].get<std::string>(),
        at() + " --original " + kept["register"]["code"].get<std::string>(),
        with_key + " --original " + kept["register"]["code"].get<std::string>()}) {
    const bool named_without_key = arguments.find("--original") != std::string::npos &&
                                   arguments.find("key ") == std::string::npos;
    const int code = run(arguments + " --profile certified_copy", report);
    EXPECT_EQ(report["register"]["number"], "125/ĐT") << arguments;
    if (named_without_key) {
      // Somebody without a key does not get to see the original.
      EXPECT_EQ(code, 2) << arguments;
      EXPECT_EQ(report["message_code"], "register.not_compared");
    } else {
      EXPECT_EQ(code, 0) << arguments << report.dump(1);
      EXPECT_EQ(report["comparison"]["result"], "identical");
    }
  }
}

TEST_F(RegisterCommand, SaysWhatIsNotThere) {
  write("copy.pdf", copy_);
  json report;
  EXPECT_EQ(run(at() + " --profile certified_copy", report), 2);
  EXPECT_EQ(report["message_code"], "register.no_entry");
  write("key", clerk_ + "\n");
  EXPECT_EQ(run(at() + " --register-key " + folder_.path() +
                    "/key --original 00000000-0000-7000-8000-000000000000",
                report),
            2);
  EXPECT_EQ(report["register"]["state"], "not_found");
  EXPECT_EQ(run("--original 0000000000000000", report), 3);
  EXPECT_NE(testing::file_text(folder_.path() + "/err.txt").find("register.not_named"),
            std::string::npos);
  EXPECT_EQ(run("--original missing.pdf", report), 3);
  EXPECT_EQ(run("--register http://127.0.0.1:1", report), 3);
  EXPECT_EQ(run("--register http://example.com", report), 3);  // a key must not travel in the open
}

}  // namespace
}  // namespace antin
