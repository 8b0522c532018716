// antind's front as a client meets it: TLS, keys and what they are bound to, rates, headers.

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "tests/fakes/temp_folder.h"
#include "tests/fakes/tls_client.h"
#include "tests/fakes/tls_pki.h"
#include "tests/integration/service/daemon.h"

namespace antin {
namespace {

using nlohmann::json;
using testing::Daemon;
using testing::RawAnswer;
using testing::RawClient;
using testing::TlsClient;
using testing::TlsPki;

class FrontTest : public ::testing::Test {
 protected:
  void SetUp() override { ::signal(SIGPIPE, SIG_IGN); }
  void write_config(const std::string& http = "", const std::string& more = "") {
    std::ofstream(daemon_.config())
        << "schema = \"antin-config/1\"\n[http]\nport = 0\nport_file = \"port\"\n"
        << http << "[verify]\nworkers = 1\n[revocation]\nonline = false\n"
        << more << "[store]\nfolder = \"data\"\n";
  }
  std::string tls(const std::string& name = "server") const {
    return "tls_certificate = \"" + pki_.certificate(name) + "\"\ntls_key = \"" + pki_.key(name) +
           "\"\n";
  }
  std::string key(std::vector<std::string> words, int expected = 0) const {
    words.insert(words.begin(), "key");
    words.insert(words.end(), {"--config", daemon_.config()});
    std::string out;
    EXPECT_EQ(daemon_.run(words, out), expected);
    return out.substr(0, out.find('\n'));
  }
  static std::string request(const std::string& method, const std::string& target,
                             const std::string& secret = "", const std::string& body = "") {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" +
           (secret.empty() ? "" : "Authorization: Bearer " + secret + "\r\n") +
           (body.empty() ? "" : "Content-Type: application/pdf\r\n") +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  RawAnswer ask(const std::string& method, const std::string& target,
                const std::string& secret = "", const std::string& body = "") const {
    RawClient client(daemon_.port());
    const auto answer = client.ask(request(method, target, secret, body));
    EXPECT_TRUE(answer) << target;
    return answer.value_or(RawAnswer{});
  }
  static std::string code_of(const RawAnswer& answer) {
    return json::parse(answer.body, nullptr, false).value("code", "");
  }
  // Keys are looked up anew every second at most, and a reload takes a moment.
  template <class Condition>
  static bool comes_true(const Condition& condition) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // waits: for another process
    }
    return true;
  }
  static std::string shown_name(std::uint16_t port) {
    const TlsClient client(port);
    std::array<char, 64> name{};
    const ossl::X509Ptr certificate(SSL_get1_peer_certificate(client.get()));
    if (certificate)
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName,
                                name.data(), name.size());
    return name.data();
  }

  fakes::TempFolder folder_{"front"};
  TlsPki pki_;
  Daemon daemon_{folder_.path()};
  const std::string pdf_ =
      testing::file_text(ANTIN_SOURCE_DIR "/tests/vectors/structure/xref-table.pdf");
  // The bare target is enough where nothing shall be found.
  const std::string none_ = "/api/v1/originals?sha256=" + std::string(64, '0');
};

TEST_F(FrontTest, SpeaksTlsAndTellsBrowsersToKeepToIt) {
  write_config(tls());
  ASSERT_TRUE(daemon_.start()) << daemon_.log();
  TlsClient client(daemon_.port());
  ASSERT_TRUE(client.shaken());
  for (const auto* target : {"/", "/web/js/check/main.js", "/app/", "/healthz", "/no-such-thing"}) {
    const auto answer = client.ask(request("GET", target));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->field("Strict-Transport-Security"), "max-age=31536000") << target;
    EXPECT_EQ(answer->field("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer->field("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answer->field("Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(answer->field("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_EQ(answer->field("Server"), "");
    EXPECT_TRUE(answer->field("Content-Security-Policy").starts_with("default-src 'none'"));
    EXPECT_EQ(answer->field("Content-Security-Policy").find("unsafe"), std::string::npos);
  }
  EXPECT_EQ(client.ask(request("GET", "/healthz"))->field("Cache-Control"), "no-store");
  EXPECT_FALSE(RawClient(daemon_.port()).ask(request("GET", "/healthz")));
}

TEST_F(FrontTest, DoesNotStartWithAKeyThatOthersCanRead) {
  write_config(tls());
  ::chmod(pki_.key("server").c_str(), 0644);
  EXPECT_FALSE(daemon_.start());
  EXPECT_NE(daemon_.end(SIGKILL), 0);
  EXPECT_NE(daemon_.log().find("tls.key_unsafe"), std::string::npos);
}

TEST_F(FrontTest, TakesUpARenewedCertificateAndKeepsTheOldOneBesideABrokenOne) {
  write_config(tls());
  ASSERT_TRUE(daemon_.start());
  TlsClient before(daemon_.port());
  ASSERT_EQ(shown_name(daemon_.port()), "localhost");
  pki_.write("server", TlsPki::issue("renewed", &pki_.authority()));
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(comes_true([&] { return shown_name(daemon_.port()) == "renewed"; }));
  std::ofstream(pki_.certificate("server")) << "broken\n";
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_EQ(before.ask(request("GET", "/healthz"))->status, 200);
  EXPECT_EQ(shown_name(daemon_.port()), "renewed");
  pki_.write("server", TlsPki::issue("mended", &pki_.authority()));
  write_config(tls() + "max_body_octets = 2097152\n");
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(comes_true([&] { return shown_name(daemon_.port()) == "mended"; }));
  EXPECT_EQ(daemon_.end(SIGTERM), 0);
  EXPECT_NE(daemon_.log().find("config.reload_refused"), std::string::npos);
  EXPECT_NE(daemon_.log().find("config.restart_needed"), std::string::npos);
}

TEST_F(FrontTest, TakesUpRatesNamesAndRevocationListsAndTellsWhatCameOfIt) {
  const ossl::BioPtr in(BIO_new_file(pki_.certificate("client").c_str(), "r"));
  const ossl::X509Ptr client(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  pki_.write_list("list", pki_.authority(), {});
  const auto http = tls() + "tls_client_ca = \"" + pki_.certificate("ca") +
                    "\"\ntls_client_crls = [\"" + pki_.list("list") + "\"]\n";
  write_config(http);
  ASSERT_TRUE(daemon_.start()) << daemon_.log();
  const auto status = [&](const std::string& host) {
    TlsClient one(daemon_.port(), [this](SSL_CTX* context) {
      SSL_CTX_use_certificate_file(context, pki_.certificate("client").c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context, pki_.key("client").c_str(), SSL_FILETYPE_PEM);
    });
    const auto answer = one.ask("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(status("localhost"), 200);
  // An unsafe pair: nothing of it is taken up.
  write_config(http + "hosts = [\"antin.example\"]\nclient_certificate_for = [\"nonsense\"]\n");
  ::kill(daemon_.pid(), SIGHUP);
  write_config(http + "hosts = [\"antin.example\"]\n",
               "[rates]\nlimit_loopback = true\naddress_cheap_per_minute = 1\n"
               "address_cheap_burst = 3\n");
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(comes_true([&] { return status("localhost") == 421; }));
  EXPECT_TRUE(comes_true([&] { return status("antin.example") == 429; }));
  pki_.write_list("list", pki_.authority(), {client.get()});
  ::kill(daemon_.pid(), SIGHUP);
  EXPECT_TRUE(comes_true([&] { return status("antin.example") == 0; }));
  EXPECT_EQ(daemon_.end(SIGTERM), 0);
  EXPECT_NE(daemon_.log().find("\"reloaded\""), std::string::npos);
  EXPECT_EQ(daemon_.log().find("config.restart_needed"), std::string::npos);
}

TEST_F(FrontTest, ServesItsOwnNamesOnly) {
  write_config("hosts = [\"antin.example\"]\n");
  ASSERT_TRUE(daemon_.start());
  RawClient client(daemon_.port());
  const auto asked = [&](const std::string& host) {
    return client.ask("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n").value_or(RawAnswer{});
  };
  EXPECT_EQ(asked("antin.example:8421").status, 200);
  const auto other = asked("rebound.evil");
  EXPECT_EQ(other.status, 421);
  EXPECT_EQ(code_of(other), "http.host_not_allowed");
}

TEST_F(FrontTest, SlowsWhoeverAsksTooOftenOrWithWrongKeys) {
  write_config("",
               "[rates]\nlimit_loopback = true\nfailures_per_minute = 1\nfailures_burst = 2\n"
               "key_cheap_per_minute = 1\nkey_cheap_burst = 2\naddress_cheap_per_minute = 1\n"
               "address_cheap_burst = 5\n");
  const auto secret = key({"add", "--name", "a", "--scopes", "originals"});
  ASSERT_TRUE(daemon_.start());
  EXPECT_EQ(ask("GET", none_, secret).status, 200);
  auto wrong = secret;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ask("GET", none_, wrong).status, 401);
  const auto refused = ask("GET", none_, wrong);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(code_of(refused), "http.too_many_failures");
  EXPECT_GE(std::stoi(refused.field("Retry-After")), 1);
  // The key that was right before is not shut out; it has a bucket of its own.
  EXPECT_EQ(ask("GET", none_, secret).status, 200);
  const auto often = ask("GET", none_, secret);
  EXPECT_EQ(code_of(often), "http.rate_limited");
  EXPECT_GE(std::stoi(often.field("Retry-After")), 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask("GET", "/healthz").status, 200);
  EXPECT_EQ(ask("GET", "/healthz").status, 429);
}

TEST_F(FrontTest, KeysAreReplacedWithAnOverlapAndEnd) {
  write_config();
  const auto old_key = key({"add", "--name", "a", "--scopes", "originals", "--days", "9"});
  const auto listed = key({"list"});
  const auto id = listed.substr(0, listed.find('\t'));
  const auto new_key = key({"rotate", id, "--overlap-days", "1"});
  EXPECT_NE(new_key, old_key);
  ASSERT_TRUE(daemon_.start());
  EXPECT_EQ(ask("GET", none_, old_key).status, 200);
  EXPECT_EQ(ask("GET", none_, new_key).status, 200);
  // What the one stored is the other's as well.
  const auto stored = ask("POST", "/api/v1/originals", old_key, pdf_);
  ASSERT_EQ(stored.status, 201) << stored.body;
  EXPECT_EQ(ask("GET", stored.field("Location"), new_key).status, 200);
  key({"expire", id});
  EXPECT_TRUE(comes_true([&] { return ask("GET", none_, old_key).status == 401; }));
  EXPECT_EQ(code_of(ask("GET", none_, old_key)), "http.key_expired");
  EXPECT_EQ(ask("GET", none_, new_key).status, 200);
  key({"expire", "no-such-key"}, 1);
  key({"add", "--name", "a", "--scopes", "originals", "--address", "10.0.0.1/8"}, 3);
  key({"add", "--name", "a", "--role", "no-such-role"}, 3);
  EXPECT_EQ(daemon_.end(SIGTERM), 0);
  EXPECT_NE(key({"list"}).find("originals"), std::string::npos);
  EXPECT_EQ(daemon_.log().find("antin_"), std::string::npos) << "a key in the log";
}

TEST_F(FrontTest, AKeyOfOneUnitSeesNothingOfAnother) {
  write_config("", "[[role]]\nname = \"clerk\"\nscopes = [\"originals\", \"register\"]\n");
  const auto a = key({"add", "--name", "a", "--role", "clerk", "--unit", "A"});
  const auto b = key({"add", "--name", "b", "--role", "clerk", "--unit", "B"});
  ASSERT_TRUE(daemon_.start());
  const std::string entry =
      "/api/v1/"
      "originals?kind=certified_copy&number=1&book=01&date=2026-06-01&unit=Unit&unit_code=A";
  const auto foreign = ask("POST", entry, b, pdf_);
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(code_of(foreign), "http.key_unit");
  const auto stored = ask("POST", entry, a, pdf_);
  ASSERT_EQ(stored.status, 201) << stored.body;
  const auto location = stored.field("Location");
  EXPECT_EQ(ask("GET", location, a).status, 200);
  EXPECT_EQ(ask("GET", location, b).status, 404);
  EXPECT_EQ(ask("GET", location + "/document", a).status, 200);
  EXPECT_EQ(ask("GET", location + "/document", b).status, 404);
  const auto digest = json::parse(stored.body)["sha256"].get<std::string>();
  EXPECT_TRUE(
      json::parse(ask("GET", "/api/v1/originals?sha256=" + digest, a).body).value("found", false));
  EXPECT_FALSE(
      json::parse(ask("GET", "/api/v1/originals?sha256=" + digest, b).body).value("found", true));
  const auto number = "/api/v1/register?number=1&book=01&unit=A";
  EXPECT_EQ(json::parse(ask("GET", number, a).body)["state"], "released");
  EXPECT_EQ(json::parse(ask("GET", number, b).body)["state"], "not_found");
  EXPECT_EQ(ask("POST", "/api/v1/originals", b, pdf_).status, 403);
}

TEST_F(FrontTest, A06_AsksForAClientCertificateWhereItIsConfigured) {
  write_config(tls() + "tls_client_ca = \"" + pki_.certificate("ca") +
               "\"\nclient_certificate_for = [\"originals\"]\n");
  const auto secret = key({"add", "--name", "a", "--scopes", "originals"});
  key({"add", "--name", "b", "--scopes", "originals", "--certificate", "subject:CN=portal"});
  ASSERT_TRUE(daemon_.start()) << daemon_.log();
  TlsClient without(daemon_.port());
  const auto refused = without.ask(request("GET", none_, secret));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(code_of(*refused), "http.client_certificate_needed");
  TlsClient with(daemon_.port(), [&](SSL_CTX* context) {
    SSL_CTX_use_certificate_file(context, pki_.certificate("client").c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context, pki_.key("client").c_str(), SSL_FILETYPE_PEM);
  });
  EXPECT_EQ(with.ask(request("GET", none_, secret))->status, 200);
  EXPECT_EQ(with.ask(request("GET", none_))->status, 200);
  EXPECT_EQ(without.ask(request("GET", none_))->status, 401);
}

}  // namespace
}  // namespace antin
