// antin-test-pki-server: TSA, OCSP, CRL and AIA of a folder made by tests/pki/make_pki.py, on
// 127.0.0.1. See tests/servers/README.md.

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <poll.h>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include "tests/servers/responder.h"

namespace antin::testpki {
namespace {

constexpr std::size_t kLargestRequest = std::size_t{1} << 16U;
constexpr std::size_t kHugeAnswer = std::size_t{64} << 20U;

struct Options {
  std::filesystem::path pki;
  std::uint16_t port = 0;
  std::optional<UtcTime> time;
  std::chrono::milliseconds slow{3000};
  bool until_eof = false;
};

struct Answer {
  int status = 200;
  std::string content_type = "text/plain";
  Bytes body = {};
  std::string location = "";
};

Fault fault_named(std::string_view name) {
  if (name == "wrong-nonce") return Fault::kWrongNonce;
  if (name == "wrong-imprint") return Fault::kWrongImprint;
  if (name == "refused") return Fault::kRefused;
  if (name == "stale") return Fault::kStale;
  if (name == "wrong-signer") return Fault::kWrongSigner;
  return Fault::kNone;
}

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  Handler(const Responder& responder, const Options& options)
      : responder_(responder), options_(options) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    const Poco::URI uri{request.getURI()};
    std::string fault;
    std::string as = "tsa";
    for (const auto& [key, value] : uri.getQueryParameters()) {
      if (key == "fault") fault = value;
      if (key == "as") as = value;
    }
    if (fault == "dead") {
      dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket().shutdown();
      return;
    }
    if (fault == "slow") std::this_thread::sleep_for(options_.slow);  // waits: as it was asked to
    auto answer = answer_to(request, uri.getPath(), as, fault_named(fault));
    spoil(answer, fault, uri.getPath());
    response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
    if (!answer.location.empty()) response.set("Location", answer.location);
    response.setContentType(answer.content_type);
    if (fault == "truncated") {
      response.setContentLength(static_cast<std::streamsize>(answer.body.size()));
      answer.body.resize(answer.body.size() / 2);
      response.setKeepAlive(false);
      response.send().write(reinterpret_cast<const char*>(answer.body.data()),
                            static_cast<std::streamsize>(answer.body.size()));
      return;
    }
    response.sendBuffer(answer.body.data(), answer.body.size());
  }

 private:
  UtcTime now() const {
    if (options_.time) return *options_.time;
    const auto wall = std::chrono::system_clock::now();  // lint: real_date, --time is for tests
    return UtcTime{std::chrono::floor<std::chrono::seconds>(wall)};
  }

  static void spoil(Answer& answer, std::string_view fault, const std::string& path) {
    if (fault == "garbage") answer.body = to_bytes("this is neither DER nor what you asked for");
    if (fault == "huge") answer.body.assign(kHugeAnswer, 0x30);
    if (fault == "http500") answer = {.status = 500};
    if (fault == "redirect") answer = {.status = 302, .location = path};
    if (fault == "redirect-loop")
      answer = {.status = 302, .location = path + "?fault=redirect-loop"};
  }

  static Bytes body_of(Poco::Net::HTTPServerRequest& request) {
    Bytes body(kLargestRequest);
    request.stream().read(reinterpret_cast<char*>(body.data()),
                          static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(request.stream().gcount()));
    return body;
  }

  Answer answer_to(Poco::Net::HTTPServerRequest& request, const std::string& path,
                   const std::string& as, Fault fault) const {
    if (path == "/healthz") return {.body = to_bytes("ok")};
    const bool post = request.getMethod() == "POST";
    if (path == "/tsa" && post)
      return from(responder_.timestamp(body_of(request), as, now(), fault),
                  "application/timestamp-reply");
    if (path == "/ocsp" && post)
      return from(responder_.ocsp(body_of(request), now(), fault), "application/ocsp-response");
    if (path.starts_with("/crl/")) return from(responder_.crl(stem(path)), "application/pkix-crl");
    if (path.starts_with("/certs/"))
      return from(responder_.certificate(stem(path)), "application/pkix-cert");
    return {.status = 404};
  }

  // "/crl/issuing-ca.crl" -> "issuing-ca"; never leaves the folder.
  static std::string stem(const std::string& path) {
    return std::filesystem::path{path}.stem().string();
  }

  static Answer from(Result<Bytes> made, std::string content_type) {
    if (!made) {
      std::fprintf(stderr, "%s\n", to_log_line(made.error()).c_str());
      return {.status = 500};
    }
    return {.content_type = std::move(content_type), .body = std::move(made).value()};
  }
  static Answer from(std::optional<Bytes> file, std::string content_type) {
    if (!file) return {.status = 404};
    return {.content_type = std::move(content_type), .body = std::move(*file)};
  }

  const Responder& responder_;
  const Options& options_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Factory(const Responder& responder, const Options& options)
      : responder_(responder), options_(options) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return std::make_unique<Handler>(responder_, options_).release();  // Poco deletes it
  }

 private:
  const Responder& responder_;
  const Options& options_;
};

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view key{argv[i]};
    if (key == "--until-eof") {
      options.until_eof = true;
      continue;
    }
    if (i + 1 == argc) return std::nullopt;
    const std::string_view value{argv[++i]};
    unsigned number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    if (key == "--pki") {
      options.pki = value;
    } else if (key == "--port") {
      options.port = static_cast<std::uint16_t>(number);
    } else if (key == "--slow-ms") {
      options.slow = std::chrono::milliseconds{number};
    } else if (key == "--time") {
      options.time = from_rfc3339(value);
      if (!options.time) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (options.pki.empty()) return std::nullopt;
  return options;
}

void wait_for_eof() {
  char unused = 0;
  while (::read(STDIN_FILENO, &unused, 1) > 0) {
  }
}

int run(const Options& options) {
  const auto responder = Responder::open(options.pki);
  if (!responder) {
    std::fprintf(stderr, "%s\n", to_log_line(responder.error()).c_str());
    return 3;
  }
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);  // before threads exist: they inherit it

  Poco::Net::ServerSocket socket;
  socket.bind(Poco::Net::SocketAddress{"127.0.0.1", options.port}, true);
  socket.listen();
  auto parameters = Poco::AutoPtr<Poco::Net::HTTPServerParams>{new Poco::Net::HTTPServerParams};
  parameters->setMaxThreads(16);
  parameters->setTimeout(Poco::Timespan{10, 0});
  Poco::Net::HTTPServer server{new Factory{responder.value(), options}, socket, parameters};
  server.start();
  std::printf("port %u\n", static_cast<unsigned>(socket.address().port()));
  std::fflush(stdout);
  if (options.until_eof) {
    wait_for_eof();
  } else {
    int signal = 0;
    sigwait(&stop, &signal);
  }
  server.stopAll(true);
  return 0;
}

}  // namespace
}  // namespace antin::testpki

int main(int argc, char** argv) {
  const auto options = antin::testpki::read_options(argc, argv);
  if (!options) {
    std::fputs(
        "usage: antin-test-pki-server --pki DIR [--port N] [--time RFC3339] [--slow-ms N] "
        "[--until-eof]\n",
        stderr);
    return 3;
  }
  try {
    return antin::testpki::run(*options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 3;
  }
}
