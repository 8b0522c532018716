#include <array>
#include <csignal>
#include <fstream>

#include "tests/fakes/tls_client.h"
#include "tests/fakes/tls_pki.h"
#include "tests/unit/service/antind/echo_server.h"

namespace antin::service {
namespace {

using antin::testing::TlsClient;
using antin::testing::TlsPki;
using std::chrono::milliseconds;
using Incident = RequestHandler::Incident;
using testing::kGet;
using testing::post;
using testing::RawClient;

class HttpTls : public testing::HttpServerTest {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own client writes with write(2)
    tls_ = load("server");
  }
  std::shared_ptr<const TlsContext> load(const std::string& name, const std::string& ca = "") {
    auto context = TlsContext::load({.certificate = pki_.certificate(name),
                                     .key = pki_.key(name),
                                     .client_ca = ca.empty() ? "" : pki_.certificate(ca)});
    EXPECT_TRUE(context);
    return context ? std::move(context).value() : nullptr;
  }
  static TlsClient::Settings tls12(const char* suites) {
    return [suites](SSL_CTX* context) {
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(context, (std::string(suites) + ":@SECLEVEL=0").c_str());
    };
  }
  TlsClient::Settings with_certificate(const std::string& name) {
    return [this, name](SSL_CTX* context) {
      SSL_CTX_use_certificate_file(context, pki_.certificate(name).c_str(), SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context, pki_.key(name).c_str(), SSL_FILETYPE_PEM);
    };
  }
  TlsPki pki_;
};

TEST_F(HttpTls, CarriesRequestsOverBothVersions) {
  start();
  TlsClient newer(port_);
  ASSERT_TRUE(newer.shaken());
  EXPECT_EQ(newer.protocol(), "TLSv1.3");
  EXPECT_EQ(newer.suite(), "TLS_AES_256_GCM_SHA384");
  TlsClient older(port_, tls12("ALL"));
  ASSERT_TRUE(older.shaken());
  EXPECT_EQ(older.protocol(), "TLSv1.2");
  EXPECT_EQ(older.suite(), "ECDHE-ECDSA-AES256-GCM-SHA384");
  for (auto* client : {&newer, &older}) {
    EXPECT_EQ(client->ask(kGet)->status, 200);
    const std::string large(3'000'000, 'x');
    EXPECT_EQ(client->ask(post("/echo", large))->body, large);
  }
  EXPECT_EQ(handler_.incidents(Incident::kHandshakeDone), 2);
}

TEST_F(HttpTls, A06_RefusesOldVersions) {
  start();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    TlsClient client(port_,
                     [&](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, version); });
    EXPECT_FALSE(client.shaken()) << version;
  }
  TlsClient twin(port_, [](SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  });
  EXPECT_TRUE(twin.shaken());
}

TEST_F(HttpTls, TakesStrongSuitesOnly) {
  pki_.write("rsa", TlsPki::issue("localhost", &pki_.authority(), TlsPki::rsa(2048)));
  tls_ = load("rsa");
  start();
  for (const auto* strong : {"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305",
                             "ECDHE-RSA-AES128-GCM-SHA256"}) {
    TlsClient client(port_, tls12(strong));
    EXPECT_TRUE(client.shaken()) << strong;
    EXPECT_EQ(client.suite(), strong);
  }
  for (const auto* weak :
       {"ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA384", "AES256-GCM-SHA384", "AES128-SHA",
        "DHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-NULL-SHA", "AECDH-AES256-SHA"}) {
    EXPECT_FALSE(TlsClient(port_, tls12(weak)).shaken()) << weak;
  }
  EXPECT_FALSE(TlsClient(port_, [](SSL_CTX* context) {
                 SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
                 SSL_CTX_set_ciphersuites(context, "TLS_AES_128_CCM_SHA256");
               }).shaken());
}

TEST_F(HttpTls, RefusesSha1SignaturesAndWeakGroups) {
  start();
  EXPECT_FALSE(TlsClient(port_, [](SSL_CTX* context) {
                 SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
                 SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA1:RSA+SHA1");
               }).shaken());
  EXPECT_FALSE(TlsClient(port_, [](SSL_CTX* context) {
                 SSL_CTX_set1_groups_list(context, "P-521");
               }).shaken());
  EXPECT_TRUE(TlsClient(port_, [](SSL_CTX* context) {
                SSL_CTX_set1_groups_list(context, "P-384");
              }).shaken());
}

TEST_F(HttpTls, SpeaksHttp11AndNothingElse) {
  start();
  const auto offer = [](std::string_view wire) {
    return [wire](SSL_CTX* context) {
      const auto octets = as_bytes(wire);
      SSL_CTX_set_alpn_protos(context, octets.data(), static_cast<unsigned>(octets.size()));
    };
  };
  TlsClient both(port_, offer("\x02h2\x08http/1.1"));
  ASSERT_TRUE(both.shaken());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(both.get(), &chosen, &size);
  EXPECT_EQ(as_text(ByteView(chosen, size)), "http/1.1");
  EXPECT_FALSE(TlsClient(port_, offer("\x02h2")).shaken());
}

TEST_F(HttpTls, DoesNotNegotiateAgain) {
  start();
  TlsClient client(port_, tls12("ALL"));
  ASSERT_TRUE(client.shaken());
  SSL_renegotiate(client.get());
  EXPECT_NE(SSL_do_handshake(client.get()), 1);
}

TEST_F(HttpTls, ResumesFromItsOwnMemoryUntilTheCertificateChanges) {
  start();
  const auto context = TlsClient::everything();
  SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  TlsClient first(port_, context.get(), nullptr);
  ASSERT_TRUE(first.shaken());
  const ossl::Handle<SSL_SESSION, &SSL_SESSION_free> session(SSL_get1_session(first.get()));
  EXPECT_EQ(SSL_SESSION_has_ticket(session.get()), 0);
  TlsClient second(port_, context.get(), session.get());
  EXPECT_EQ(SSL_session_reused(second.get()), 1);
  server_->use_tls(load("server"));
  TlsClient third(port_, context.get(), session.get());
  EXPECT_TRUE(third.shaken());
  EXPECT_EQ(SSL_session_reused(third.get()), 0);
  EXPECT_EQ(first.ask(kGet)->status, 200);
}

TEST_F(HttpTls, ShowsANewCertificateToNewConnections) {
  start();
  TlsClient before(port_);
  pki_.write("renewed", TlsPki::issue("renewed", &pki_.authority()));
  server_->use_tls(load("renewed"));
  TlsClient after(port_);
  const auto shown = [](const TlsClient& client) {
    std::array<char, 64> name{};
    const ossl::X509Ptr certificate(SSL_get1_peer_certificate(client.get()));
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                              name.size());
    return std::string(name.data());
  };
  EXPECT_EQ(shown(before), "localhost");
  EXPECT_EQ(shown(after), "renewed");
  EXPECT_EQ(before.ask(kGet)->status, 200);
}

TEST_F(HttpTls, TellsHandlersWhichClientCertificateWasShown) {
  tls_ = load("server", "ca");
  const auto rogue_ca = TlsPki::issue("Authority", nullptr);
  pki_.write("rogue", TlsPki::issue("portal", &rogue_ca));
  start();
  const std::string who = "GET /who HTTP/1.1\r\nHost: a\r\n\r\n";
  TlsClient known(port_, with_certificate("client"));
  const auto answer = known.ask(who);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body.size(), std::string("127.0.0.1||CN=portal").size() + 64);
  EXPECT_TRUE(answer->body.ends_with("|CN=portal"));
  TlsClient nameless(port_);
  EXPECT_EQ(nameless.ask(who)->body, "127.0.0.1||");
  TlsClient rogue(port_, with_certificate("rogue"));
  EXPECT_FALSE(rogue.ask(who));
}

// What a client with this certificate is told, "" when the handshake is refused.
class HttpTlsLists : public HttpTls {
 protected:
  void SetUp() override {
    HttpTls::SetUp();
    pki_.write("other", TlsPki::issue("archive", &pki_.authority()));
    portal_ = read("client");
  }
  ossl::X509Ptr read(const std::string& name) const {
    const ossl::BioPtr in(BIO_new_file(pki_.certificate(name).c_str(), "r"));
    return ossl::X509Ptr(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  }
  std::shared_ptr<const TlsContext> with_lists(const std::vector<std::string>& names,
                                               const std::string& ca = "ca") const {
    TlsFiles files{.certificate = pki_.certificate("server"),
                   .key = pki_.key("server"),
                   .client_ca = pki_.certificate(ca)};
    for (const auto& name : names) files.client_crls.push_back(pki_.list(name));
    auto context = TlsContext::load(files);
    EXPECT_TRUE(context);
    return context ? std::move(context).value() : nullptr;
  }
  std::string who(const std::string& name) {
    TlsClient client(port_, with_certificate(name));
    const auto answer = client.ask(kWho);
    return answer ? answer->body.substr(answer->body.rfind('|') + 1) : "";
  }
  static constexpr const char* kWho = "GET /who HTTP/1.1\r\nHost: a\r\n\r\n";
  ossl::X509Ptr portal_;
};

TEST_F(HttpTlsLists, A06_ARevokedClientIsRefusedAndItsNeighbourIsNot) {
  pki_.write_list("none", pki_.authority(), {});
  pki_.write_list("some", pki_.authority(), {portal_.get()});
  tls_ = with_lists({"none"});
  start();
  EXPECT_EQ(who("client"), "CN=portal");
  server_->use_tls(with_lists({"some"}));
  EXPECT_EQ(who("client"), "");
  EXPECT_EQ(who("other"), "CN=archive");
}

TEST_F(HttpTlsLists, WithOneListEveryIssuerNeedsOneThatIsCurrentAndItsOwn) {
  pki_.write_list("ended", pki_.authority(), {}, -2L * 86'400);
  pki_.write_list("current", pki_.authority(), {});
  const auto stranger = TlsPki::issue("Stranger", nullptr);
  const auto twin = TlsPki::issue("Authority", nullptr);  // the same name, another key
  pki_.write_list("strangers", stranger, {});
  pki_.write_list("forged", twin, {});
  tls_ = with_lists({"current"});
  start();
  for (const auto* useless : {"ended", "strangers", "forged"}) {
    server_->use_tls(with_lists({useless}));
    EXPECT_EQ(who("client"), "") << useless;
  }
  const auto both = with_lists({"strangers", "current"});
  ASSERT_TRUE(both->lists_end());
  server_->use_tls(both);
  EXPECT_EQ(who("client"), "CN=portal");
  // Who shows no certificate is not asked.
  TlsClient nameless(port_);
  EXPECT_EQ(nameless.ask(kWho)->status, 200);
}

TEST_F(HttpTlsLists, AnOpenConnectionOfARevokedClientEnds) {
  pki_.write_list("none", pki_.authority(), {});
  pki_.write_list("some", pki_.authority(), {portal_.get()});
  tls_ = with_lists({"none"});
  start();
  TlsClient portal(port_, with_certificate("client"));
  ASSERT_EQ(portal.ask(kWho)->status, 200);
  TlsClient nameless(port_);
  ASSERT_EQ(nameless.ask(kWho)->status, 200);
  server_->use_tls(with_lists({"some"}));
  EXPECT_TRUE(portal.closed());
  EXPECT_EQ(nameless.ask(kWho)->status, 200);
}

TEST_F(HttpTlsLists, WhatIsNoListStopsTheStart) {
  pki_.write_list("good", pki_.authority(), {});
  std::ofstream(pki_.list("bad")) << "no list\n";
  const auto code = [&](const std::string& name) {
    const auto context = TlsContext::load({.certificate = pki_.certificate("server"),
                                           .key = pki_.key("server"),
                                           .client_ca = pki_.certificate("ca"),
                                           .client_crls = {pki_.list(name)}});
    return context ? std::nullopt : std::optional(context.error().code);
  };
  EXPECT_EQ(code("good"), std::nullopt);
  EXPECT_EQ(code("bad"), Code::kTlsUnusable);
  EXPECT_EQ(code("absent"), Code::kFileUnreadable);
}

TEST_F(HttpTls, TakesUpDeadlinesAndNumbersWhileItRuns) {
  HttpSettings settings;
  settings.idle_within = milliseconds(60'000);
  start(settings);
  TlsClient before(port_);
  ASSERT_EQ(before.ask(kGet)->status, 200);
  settings.idle_within = milliseconds(40);
  server_->use_settings(settings);
  EXPECT_TRUE(before.closed());
  TlsClient after(port_);
  EXPECT_EQ(after.ask(kGet)->status, 200);
  EXPECT_TRUE(after.closed());
}

TEST_F(HttpTls, ASilentOrDrippingHandshakeIsClosedAndKeepsNobodyOut) {
  HttpSettings settings;
  settings.handshake_within = milliseconds(60);
  settings.idle_within = milliseconds(60'000);
  start(settings);
  RawClient silent(port_);
  RawClient half(port_);
  half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  RawClient drip(port_);
  std::thread dripping([&] {
    while (drip.send(std::string_view("\x16", 1)))
      std::this_thread::sleep_for(milliseconds(5));  // waits: is the drip
  });
  TlsClient honest(port_);
  EXPECT_EQ(honest.ask(kGet)->status, 200);
  dripping.join();
  EXPECT_TRUE(silent.closed());
  EXPECT_TRUE(half.closed());
  EXPECT_GE(handler_.incidents(Incident::kHandshakeLate), 1);
}

TEST_F(HttpTls, GivesWayInHandshakesToo) {
  HttpSettings settings;
  settings.max_connections = 4;
  start(settings);
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 20; ++i) {
    stalled.push_back(std::make_unique<RawClient>(port_));
    stalled.back()->send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(TlsClient(port_).ask(kGet)->status, 200);
}

TEST_F(HttpTls, DoesNotAnswerPlainHttpOrNonsense) {
  HttpSettings settings;
  settings.handshake_within = milliseconds(200);
  start(settings);
  for (const auto& octets :
       {std::string(kGet), std::string(200, '\xFF'), std::string("\x80\x2e\x01")}) {
    RawClient client(port_);
    client.send(octets);
    const auto answer = client.receive();
    EXPECT_FALSE(answer);
  }
  EXPECT_EQ(TlsClient(port_).ask(kGet)->status, 200);
}

TEST_F(HttpTls, AnswersAClientThatHasClosedItsHalf) {
  start();
  TlsClient client(port_);
  ASSERT_TRUE(client.send(post("/hold", "")));
  client.half_close();
  handler_.wait_until_held();
  handler_.release();
  EXPECT_EQ(client.receive()->body, "released");
}

TEST_F(HttpTls, DropsARequestThatIsCutOff) {
  start();
  {
    TlsClient client(port_);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  }
  TlsClient twin(port_);
  EXPECT_EQ(twin.ask(post("/echo", "abcdefghi"))->body, "abcdefghi");
  EXPECT_EQ(handler_.answers, 1);
}

TEST_F(HttpTls, ClosesWithAWord) {
  start();
  TlsClient client(port_);
  EXPECT_EQ(client.ask("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")->status, 200);
  EXPECT_TRUE(client.closed());
  EXPECT_NE(SSL_get_shutdown(client.get()) & SSL_RECEIVED_SHUTDOWN, 0);
}

class TlsFilesTest : public ::testing::Test {
 protected:
  std::optional<Code> load(const std::string& certificate, const std::string& key) const {
    const auto context =
        TlsContext::load({.certificate = pki_.certificate(certificate), .key = pki_.key(key)});
    return context ? std::nullopt : std::optional(context.error().code);
  }
  TlsPki pki_;
};

TEST_F(TlsFilesTest, AKeyThatOthersMayReadOrWriteIsRefused) {
  EXPECT_EQ(load("server", "server"), std::nullopt);
  for (const mode_t mode : {0640U, 0604U, 0660U, 0620U}) {
    ::chmod(pki_.key("server").c_str(), mode);
    EXPECT_EQ(load("server", "server"), Code::kTlsKeyUnsafe) << mode;
  }
  ::chmod(pki_.key("server").c_str(), 0400);
  EXPECT_EQ(load("server", "server"), std::nullopt);
}

TEST_F(TlsFilesTest, WhatCannotServeIsRefusedAtOnce) {
  EXPECT_EQ(load("server", "client"), Code::kTlsUnusable);
  EXPECT_EQ(load("absent", "server"), Code::kFileUnreadable);
  EXPECT_EQ(load("server", "absent"), Code::kFileUnreadable);
  const auto encrypted = TlsPki::issue("a", &pki_.authority());
  pki_.write_encrypted("encrypted", encrypted);
  EXPECT_EQ(load("encrypted", "encrypted"), Code::kTlsUnusable);
  pki_.write("encrypted", encrypted);
  EXPECT_EQ(load("encrypted", "encrypted"), std::nullopt);
  pki_.write("short", TlsPki::issue("a", &pki_.authority(), TlsPki::rsa(1024)));
  EXPECT_EQ(load("short", "short"), Code::kTlsUnusable);
  std::ofstream(pki_.certificate("server")) << "no certificate\n";
  EXPECT_EQ(load("server", "server"), Code::kTlsUnusable);
}

}  // namespace
}  // namespace antin::service
