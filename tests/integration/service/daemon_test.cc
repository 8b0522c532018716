#include "tests/integration/service/daemon.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "tests/fakes/loopback_server.h"
#include "tests/fakes/pdf_builder.h"
#include "tests/fakes/softhsm_token.h"
#include "tests/fakes/temp_folder.h"
#include "tests/fakes/tokend_process.h"
#include "tests/integration/service/late_tsa.h"

namespace antin {
namespace {

using nlohmann::json;
using testing::Daemon;
using testing::LateTsa;
using testing::RawAnswer;
using testing::RawClient;

class DaemonTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_.path() + "/trust");
    std::filesystem::copy(token_.ca_file(), folder_.path() + "/trust/ca.crt");
    write_config();
    tokend_ = std::make_unique<testing::TokendProcess>(folder_.path());
    tokend_->write_usual_config();
    ASSERT_TRUE(tokend_->start()) << tokend_->log();
    daemon_ = std::make_unique<Daemon>(folder_.path());
    all_key_ = key("all", "verify,sign,originals");
    pdf_ = testing::file_text(ANTIN_SOURCE_DIR "/tests/vectors/structure/xref-table.pdf");
    ASSERT_FALSE(pdf_.empty());
  }
  void write_config(const std::string& more_http = "", const std::string& more_verify = "",
                    const std::string& more_agency = "", std::uint16_t tsa_port = 0) {
    std::ofstream(folder_.path() + "/antin.toml")
        << "schema = \"antin-config/1\"\n[http]\nport = 0\nport_file = \"port\"\n"
        << more_http << "[verify]\ntrust = \"trust\"\nworkers = 1\n"
        << more_verify << "[agency]\n"
        << more_agency << "key = \"pkcs11:token=antin%20test;object=rsa2048\"\n"
        << "tokend = \"tokend.sock\"\nlevel = \"B-B\"\naccept_unknown_revocation = true\nworkers = "
           "1\ntsa = "
        << "[\"http://127.0.0.1:" << (tsa_port == 0 ? silent_.port() : tsa_port)
        << "/\"]\n[store]\nfolder = \"data\"\n";
  }
  std::string key(const std::string& name, const std::string& scopes) const {
    std::string out;
    EXPECT_EQ(
        daemon_->run(
            {"key", "add", "--config", daemon_->config(), "--name", name, "--scopes", scopes}, out),
        0);
    return out.substr(0, out.find('\n'));
  }
  RawAnswer ask(const std::string& method, const std::string& target,
                const std::string& fields = "", const std::string& body = "") {
    RawClient client(daemon_->port());
    const auto answer =
        client.ask(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                   fields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(answer) << method << ' ' << target;
    return answer.value_or(RawAnswer{});
  }
  std::string with_key(const std::string& secret) const {
    return "Authorization: Bearer " + secret + "\r\n";
  }
  RawAnswer sign(const std::string& idempotency, const std::string& document,
                 const std::string& query = "", const std::string& fields = "") {
    return ask("POST", "/api/v1/signatures" + query,
               with_key(all_key_) + "Content-Type: application/pdf\r\nIdempotency-Key: " +
                   idempotency + "\r\n" + fields,
               document);
  }
  RawAnswer verify(const std::string& document) {
    return ask("POST", "/api/v1/verify", "Content-Type: application/pdf\r\n", document);
  }
  RawAnswer compare(const std::string& copy, const std::string& original,
                    const std::string& query = "") {
    const auto part = [](const std::string& name, const std::string& content) {
      return "--B\r\nContent-Disposition: form-data; name=\"" + name +
             "\"; filename=\"a.pdf\"\r\n\r\n" + content + "\r\n";
    };
    return ask("POST", "/api/v1/compare" + query,
               "Content-Type: multipart/form-data; boundary=B\r\n",
               part("copy", copy) + part("original", original) + "--B--\r\n");
  }

  fakes::SoftHsmToken token_;
  testing::LoopbackListener silent_;  // a dead timestamp server
  fakes::TempFolder folder_{"daemon"};
  std::string all_key_, pdf_;
  std::unique_ptr<testing::TokendProcess> tokend_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(DaemonTest, ServesItsPageAndItsDescriptionAndLeavesWhenAsked) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  EXPECT_EQ(testing::file_text(folder_.path() + "/port"), std::to_string(daemon_->port()) + "\n");
  const auto page = ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.field("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  const auto description = json::parse(ask("GET", "/api/v1/openapi.json").body);
  EXPECT_GT(description["components"]["schemas"]["ProblemCode"]["enum"].size(), 50U);
  EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  EXPECT_NE(ask("GET", "/metrics").body.find("antin_http_requests_total"), std::string::npos);
  EXPECT_EQ(ask("GET", "/none").status, 404);
  const auto wrong = ask("DELETE", "/healthz");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD");
  const auto trace = ask("TRACE", "/healthz");
  EXPECT_EQ(trace.status, 405);
  EXPECT_EQ(trace.field("Allow"), "GET, HEAD");
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
  EXPECT_EQ(daemon_->log().find("Bearer"), std::string::npos);
}

TEST_F(DaemonTest, SendsTheReportInTheFormThatIsAskedFor) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto as = [&](const std::string& accept, const std::string& query = "") {
    return ask("POST", "/api/v1/verify" + query,
               "Content-Type: application/pdf\r\nAccept: " + accept + "\r\n", pdf_);
  };
  const auto html = as("text/html");
  EXPECT_EQ(html.status, 200);
  EXPECT_EQ(html.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(html.field("Content-Security-Policy").find("sandbox"), std::string::npos);
  EXPECT_EQ(html.body.find("<!DOCTYPE html>"), 0U);
  EXPECT_NE(html.body.find("KHÔNG CÓ CHỮ KÝ SỐ"), std::string::npos);
  EXPECT_EQ(as("text/html", "?lang=en").body.find("KHÔNG CÓ CHỮ KÝ SỐ"), std::string::npos);
  EXPECT_EQ(as("text/html", "?lang=fr").status, 400);
  const auto pdf = as("application/pdf");
  EXPECT_EQ(pdf.field("Content-Type"), "application/pdf");
  EXPECT_EQ(pdf.body.find("%PDF-"), 0U);
  const auto etsi = as("application/xml");
  EXPECT_EQ(etsi.field("Content-Type"), "application/xml");
  EXPECT_NE(etsi.body.find("<ValidationReport "), std::string::npos);
  EXPECT_EQ(json::parse(as("*/*").body)["schema"], "antin-report/1");
  const auto none = as("image/png");
  EXPECT_EQ(none.status, 406);
  EXPECT_EQ(json::parse(none.body)["code"], "report.not_acceptable");
}

TEST_F(DaemonTest, RefusesAConfigurationWithAnUnknownKey) {
  std::string out;
  EXPECT_EQ(daemon_->run({"--check-config", "--config", daemon_->config()}, out), 0);
  write_config("prot = 80\n");
  EXPECT_EQ(daemon_->run({"--check-config", "--config", daemon_->config()}, out), 3);
}

TEST_F(DaemonTest, JudgesADocumentWhateverItIs) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto unsigned_one = verify(pdf_);
  EXPECT_EQ(unsigned_one.status, 200);
  EXPECT_EQ(json::parse(unsigned_one.body)["verdict"], "NO_SIGNATURE");
  const auto no_pdf = verify("hello");
  EXPECT_EQ(no_pdf.status, 422);
  EXPECT_EQ(no_pdf.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(json::parse(no_pdf.body)["code"], "pdf.not_pdf");
  EXPECT_EQ(
      ask("POST", "/api/v1/verify?at=yesterday", "Content-Type: application/pdf\r\n", pdf_).status,
      400);
  EXPECT_EQ(ask("POST", "/api/v1/verify", "Content-Type: text/plain\r\n", pdf_).status, 415);
  EXPECT_EQ(
      ask("POST", "/api/v1/verify", "Content-Type: multipart/form-data; boundary=B\r\n", "--B--")
          .status,
      400);
}

TEST_F(DaemonTest, SignsOncePerIdempotencyKeyAndVerifiesWhatItSigned) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto made = sign("case-0001", pdf_, "?reason=Ban%20h%C3%A0nh");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto facts = json::parse(made.body);
  EXPECT_EQ(made.field("Location"), facts["document"]);
  const auto document = ask("GET", facts["document"], with_key(all_key_));
  ASSERT_EQ(document.status, 200);
  EXPECT_EQ(document.body.substr(0, pdf_.size()), pdf_);
  const auto report = json::parse(verify(document.body).body);
  ASSERT_EQ(report["signatures"].size(), 1U);
  EXPECT_EQ(report["signatures"][0]["integrity"], "intact");
  EXPECT_EQ(report["signatures"][0]["coverage"], "whole_file");
  EXPECT_NE(report["verdict"], "INVALID");

  const auto again = sign("case-0001", pdf_, "?reason=Ban%20h%C3%A0nh");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, made.body);
  EXPECT_EQ(again.field("Idempotent-Replayed"), "true");
  for (const auto& other : {sign("case-0001", pdf_), sign("case-0001", document.body)}) {
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(json::parse(other.body)["code"], "service.idempotency_key_reused");
  }
  const auto second = sign("case-0002", document.body);
  ASSERT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
  ASSERT_TRUE(daemon_->start());
  EXPECT_EQ(sign("case-0001", pdf_, "?reason=Ban%20h%C3%A0nh").body, made.body);
  EXPECT_EQ(ask("GET", facts["self"], with_key(all_key_)).body, made.body);
}

TEST_F(DaemonTest, ServesOnWhileTheKeyHolderIsAwayAndSignsWhenItIsBack) {
  EXPECT_EQ(tokend_->end(SIGTERM), 0);
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  EXPECT_EQ(json::parse(verify(pdf_).body)["verdict"], "NO_SIGNATURE");
  const auto away = sign("case-0001", pdf_);
  EXPECT_EQ(away.status, 503) << away.body;
  EXPECT_EQ(json::parse(away.body)["code"], "token.service_unreachable");
  const auto ready = ask("GET", "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(json::parse(ready.body)["signing"], "unreachable");
  ASSERT_TRUE(tokend_->start()) << tokend_->log();
  // waits: what was heard of the key holder is believed for a second
  for (int i = 0; i < 40 && json::parse(ask("GET", "/readyz").body)["signing"] != "ready"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // waits: see above
  EXPECT_EQ(sign("case-0001", pdf_).status, 201) << "the same key works, nothing had begun";
  // Killed with a connection open: the next request finds the new one by itself.
  ASSERT_TRUE(tokend_->restart(SIGKILL)) << tokend_->log();
  EXPECT_EQ(sign("case-0002", pdf_).status, 201);
}

TEST_F(DaemonTest, S18_RefusesToSignWhatItsPolicyRefuses) {
  const auto script = test::PdfBuilder::document(1, "/OpenAction<</S/JavaScript/JS(1)>>")
                          .finish_table("/Root 1 0 R")
                          .text();
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto refused = sign("case-0001", script);
  EXPECT_EQ(refused.status, 422) << refused.body;
  const auto problem = json::parse(refused.body);
  EXPECT_EQ(problem["code"], "hygiene.javascript");
  EXPECT_FALSE(problem["action"]["vi"].get<std::string>().empty());
  EXPECT_EQ(sign("case-0002", pdf_).status, 201);
  EXPECT_EQ(daemon_->end(SIGTERM), 0);

  std::ofstream(folder_.path() + "/policy.toml")
      << "schema = \"antin-policy/1\"\n[hygiene]\njavascript = \"warn\"\n";
  write_config("", "policy = \"policy.toml\"\n");
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto made = sign("case-0003", script);
  EXPECT_EQ(made.status, 201);
  EXPECT_NE(made.body.find("hygiene.javascript"), std::string::npos) << made.body;
}

TEST_F(DaemonTest, TakesUpAChangedPolicyAndKeepsTheOldOneBesideABrokenOne) {
  const auto script = test::PdfBuilder::document(1, "/OpenAction<</S/JavaScript/JS(1)>>")
                          .finish_table("/Root 1 0 R")
                          .text();
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  int tries = 0;
  // Every try is a request of its own: a problem is kept under its Idempotency-Key.
  const auto signs = [&] {
    return sign("reload-" + std::to_string(++tries), script).status == 201;
  };
  EXPECT_FALSE(signs());
  const auto policy = [&](const std::string& rest) {
    std::ofstream(folder_.path() + "/policy.toml") << "schema = \"antin-policy/1\"\n" << rest;
    write_config("", "policy = \"policy.toml\"\n");
    ::kill(daemon_->pid(), SIGHUP);
  };
  policy("[hygiene]\njavascript = \"warn\"\n");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool taken_up = false;
  while (!taken_up && std::chrono::steady_clock::now() < until) taken_up = signs();
  EXPECT_TRUE(taken_up);
  policy("[hygiene]\njavascript = \"perhaps\"\n");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(signs());
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
  EXPECT_NE(daemon_->log().find("\"reloaded\""), std::string::npos);
}

TEST_F(DaemonTest, AsksForTheRightKey) {
  const auto reader = key("reader", "verify");
  const auto other = key("other", "sign");
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const std::string rest = "Content-Type: application/pdf\r\nIdempotency-Key: case-0001\r\n";
  EXPECT_EQ(ask("POST", "/api/v1/signatures", rest, pdf_).status, 401);
  EXPECT_EQ(ask("POST", "/api/v1/signatures", with_key("antin_00") + rest, pdf_).status, 401);
  EXPECT_EQ(ask("POST", "/api/v1/signatures", with_key(reader) + rest, pdf_).status, 403);
  EXPECT_EQ(ask("GET", "/api/v1/originals?sha256=" + std::string(64, '0')).status, 401);
  EXPECT_EQ(ask("POST", "/api/v1/signatures",
                with_key(all_key_) + "Content-Type: application/pdf\r\n", pdf_)
                .status,
            400);
  const auto made = sign("case-0001", pdf_);
  ASSERT_EQ(made.status, 201) << made.body;
  const auto facts = json::parse(made.body);
  EXPECT_EQ(ask("GET", facts["document"], with_key(other)).status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/jobs/" + facts["job"].get<std::string>(), with_key(other)).status,
            404);
  EXPECT_EQ(
      ask("GET", "/api/v1/jobs/" + facts["job"].get<std::string>(), with_key(all_key_)).status,
      200);
}

TEST_F(DaemonTest, V14_KeepsOriginalsAndFindsThemByHashOfARevision) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto made = sign("case-0001", pdf_);
  ASSERT_EQ(made.status, 201) << made.body;
  const auto facts = json::parse(made.body);
  const auto document = ask("GET", facts["document"], with_key(all_key_)).body;
  const auto store = [&] {
    return ask("POST", "/api/v1/originals?name=don.pdf",
               with_key(all_key_) + "Content-Type: application/pdf\r\n", document);
  };
  const auto kept = store();
  ASSERT_EQ(kept.status, 201) << kept.body;
  EXPECT_EQ(store().status, 200);
  const auto original = json::parse(kept.body);
  EXPECT_EQ(original["sha256"], facts["sha256"]);
  EXPECT_EQ(original["revisions"].size(), 2U);
  for (const auto& [digest, match] :
       {std::pair{facts["sha256"], "document"}, std::pair{facts["input_sha256"], "revision"}}) {
    const auto found = json::parse(
        ask("GET", "/api/v1/originals?sha256=" + digest.get<std::string>(), with_key(all_key_))
            .body);
    ASSERT_TRUE(found["found"]) << digest;
    EXPECT_EQ(found["originals"][0]["match"], match);
  }
  EXPECT_FALSE(
      json::parse(ask("GET", "/api/v1/originals?sha256=" + std::string(64, '0'), with_key(all_key_))
                      .body)["found"]);
  EXPECT_EQ(ask("GET", original["document"], with_key(all_key_)).body, document);
  EXPECT_EQ(ask("GET", "/api/v1/originals/none", with_key(all_key_)).status, 404);
}

TEST_F(DaemonTest, ComparesACopyWithItsOriginal) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto first = sign("case-0001", pdf_);
  ASSERT_EQ(first.status, 201) << first.body;
  const auto document = ask("GET", json::parse(first.body)["document"], with_key(all_key_)).body;
  const auto second = sign("case-0002", document);
  ASSERT_EQ(second.status, 201) << second.body;
  const auto twice = ask("GET", json::parse(second.body)["document"], with_key(all_key_)).body;
  const auto result = [&](const std::string& copy, const std::string& original) {
    const auto answer = compare(copy, original);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body)["comparison"]["result"].get<std::string>();
  };
  EXPECT_EQ(result(document, document), "identical");
  // A further signature is more than long-term data: the copy is not what was released, it only
  // looks the same.
  EXPECT_EQ(result(twice, document), "same_content");
  EXPECT_EQ(result(document, twice), "same_content");
  EXPECT_EQ(compare(pdf_, "").status, 200);
}

TEST_F(DaemonTest, ShowsWhereAChangedCopyDiffers) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto paper = [](const std::string& fee) {
    auto pdf = test::PdfBuilder::document(1);
    pdf.put_stream(11, "", "BT /F1 12 Tf 72 700 Td (Fee: " + fee + " dong) Tj ET");
    return pdf.finish_table("/Root 1 0 R").text();
  };
  const auto original = paper("250.000"), copy = paper("290.000");
  const auto plain = compare(copy, original);
  ASSERT_EQ(plain.status, 200) << plain.body;
  const auto comparison = json::parse(plain.body)["comparison"];
  EXPECT_EQ(comparison["result"], "different");
  EXPECT_EQ(comparison["pages"][0]["text"][0]["copy"], "290.000");
  EXPECT_FALSE(comparison["pages"][0].contains("picture"));
  const auto shown = json::parse(compare(copy, original, "?pictures=1").body)["comparison"];
  const auto picture = shown["pages"][0].value("picture", "");
  EXPECT_EQ(picture.substr(0, 8), "iVBORw0K");  // a PNG in base64
  EXPECT_EQ(compare(copy, original, "?pictures=9").status, 400);
}

TEST_F(DaemonTest, DoesNotLetVerificationWaitBehindSigning) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  // The only signing worker, and everything queued behind it, waits for a dead timestamp server.
  std::string location;
  for (int i = 0; i < 5; ++i) {
    const auto begun =
        sign("slow-000" + std::to_string(i), pdf_, "?level=B-T", "Prefer: respond-async\r\n");
    ASSERT_EQ(begun.status, 202) << begun.body;
    EXPECT_NE(begun.field("Retry-After"), "");
    location = begun.field("Location");
  }
  EXPECT_EQ(verify(pdf_).status, 200);
  const auto job = json::parse(ask("GET", location, with_key(all_key_)).body);
  EXPECT_TRUE(job["state"] == "queued" || job["state"] == "running");
  EXPECT_EQ(daemon_->end(SIGTERM), 0);
  ASSERT_TRUE(daemon_->start());
  EXPECT_NE(daemon_->log().find("job_resumed"), std::string::npos);
  EXPECT_EQ(verify(pdf_).status, 200);
}

TEST_F(DaemonTest, S07_ASignatureWaitsForItsTimestampAcrossARestart) {
  LateTsa tsa;
  for (const char* name : {"root.crt", "issuing-ca.crt"})
    std::filesystem::copy(std::string(ANTIN_SOURCE_DIR "/tests/pki/trust/") + name,
                          folder_.path() + "/trust/" + name);
  write_config("", "allow_test_pki = true\n", "retry_seconds = 1\n", tsa.port());
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  const auto begun = sign("waits-001", pdf_, "?level=B-T");
  ASSERT_EQ(begun.status, 202) << begun.body;
  const auto location = begun.field("Location");
  const auto state = [&] { return json::parse(ask("GET", location, with_key(all_key_)).body); };
  auto job = state();
  while (job["state"] != "pending") job = state();
  EXPECT_EQ(job["problem"]["code"], "service.signature_pending");
  EXPECT_TRUE(job["result"].is_null());
  const auto asked = tsa.asked.load();
  while (tsa.asked <= asked) std::this_thread::yield();
  EXPECT_EQ(daemon_->end(SIGKILL), -1);

  tsa.works = true;
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  job = state();
  while (job["state"] != "done" && job["state"] != "failed") job = state();
  ASSERT_EQ(job["state"], "done") << job;
  EXPECT_EQ(job["result"]["level"], "B-T");
  const auto document = ask("GET", job["result"]["document"], with_key(all_key_));
  ASSERT_EQ(document.status, 200);
  const auto report = json::parse(verify(document.body).body);
  EXPECT_NE(report["verdict"], "INVALID");
  ASSERT_EQ(report["signatures"].size(), 1U);
  // The key signed once.
  const auto journal = testing::file_text(tokend_->journal());
  EXPECT_EQ(std::count(journal.begin(), journal.end(), '\n'), 1) << journal;
}

TEST_F(DaemonTest, ALevelThatCannotBeReachedIsSaid) {
  LateTsa tsa;
  tsa.works = true;
  for (const char* name : {"root.crt", "issuing-ca.crt"})
    std::filesystem::copy(std::string(ANTIN_SOURCE_DIR "/tests/pki/trust/") + name,
                          folder_.path() + "/trust/" + name);
  write_config("", "allow_test_pki = true\n", "", tsa.port());
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  // Nobody says anything about the revocation of the key's certificate.
  const auto made = sign("level-001", pdf_, "?level=B-LTA");
  ASSERT_EQ(made.status, 201) << made.body << daemon_->log();
  const auto facts = json::parse(made.body);
  EXPECT_EQ(facts["level"], "B-T");
  EXPECT_EQ(facts["level_wanted"], "B-LTA");
  EXPECT_NE(facts["warnings"].dump().find("extend.level_not_reached"), std::string::npos);
}

TEST_F(DaemonTest, ReplacesWorkersThatSomebodyKilled) {
  ASSERT_TRUE(daemon_->start()) << daemon_->log();
  EXPECT_EQ(verify(pdf_).status, 200);
  std::ifstream children("/proc/" + std::to_string(daemon_->pid()) + "/task/" +
                         std::to_string(daemon_->pid()) + "/children");
  int killed = 0;
  for (pid_t child = 0; children >> child;) {
    const auto name = testing::file_text("/proc/" + std::to_string(child) + "/comm");
    if (name != "antin-worker\n" || ::kill(child, SIGKILL) != 0) continue;
    ++killed;
    // Dead, not dying: a worker that falls during a request is the document's fault, and its
    // request is answered so. A zombie has closed its end of the channel.
    const auto facts = "/proc/" + std::to_string(child) + "/stat";
    while (testing::file_text(facts).find(") Z ") == std::string::npos) std::this_thread::yield();
  }
  EXPECT_EQ(killed, 3) << "one verifies, one signs, one waits to check";
  EXPECT_EQ(verify(pdf_).status, 200);
  EXPECT_EQ(sign("case-0001", pdf_).status, 201);
}

}  // namespace
}  // namespace antin
