// antin-test-pki-server: TSA, OCSP, CRL and AIA of a folder made by tests/pki/make_pki.py, on
// 127.0.0.1. See tests/servers/README.md.

#include <charconv>
#include <csignal>
#include <cstdio>
#include <map>
#include <mutex>
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

#include "certs/ossl/digest.h"
#include "tests/servers/responder.h"

namespace antin::testpki {
namespace {

constexpr std::size_t kLargestRequest = std::size_t{1} << 16U;
constexpr std::size_t kHugeAnswer = std::size_t{64} << 20U;
constexpr std::size_t kEndless = std::size_t{1} << 30U;  // long enough for any client to give up
constexpr std::chrono::milliseconds kDripPause{200};

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

// How often each path was asked, whatever came of it.
class Counts {
 public:
  void add(const std::string& path) {
    const std::lock_guard lock{mutex_};
    ++counts_[path];
  }
  std::string as_json() const {
    const std::lock_guard lock{mutex_};
    std::string out = "{";
    for (const auto& [path, count] : counts_)
      out += (out.size() > 1 ? ",\"" : "\"") + path + "\":" + std::to_string(count);
    return out + "}";
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;
};

// What the address asks for: /ocsp?as=ocsp-expired&fault=slow
struct Wishes {
  std::string fault, as, list, redirect_to;
  std::optional<UtcTime> time;
  std::chrono::milliseconds delay{0};
};

Wishes wishes_of(const Poco::URI& uri) {
  Wishes wishes;
  for (const auto& [key, value] : uri.getQueryParameters()) {
    if (key == "fault") wishes.fault = value;
    if (key == "as") wishes.as = value;
    if (key == "list") wishes.list = value;
    if (key == "to") wishes.redirect_to = value;
    if (key == "time") wishes.time = from_rfc3339(value);
    unsigned milliseconds = 0;
    if (key == "delay-ms") {
      std::from_chars(value.data(), value.data() + value.size(), milliseconds);
      wishes.delay = std::chrono::milliseconds{milliseconds};
    }
  }
  return wishes;
}

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  Handler(const Responder& responder, const Options& options, Counts& counts)
      : responder_(responder), options_(options), counts_(counts) {}

  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    const Poco::URI uri{request.getURI()};
    const auto wishes = wishes_of(uri);
    if (uri.getPath() != "/counts") counts_.add(uri.getPath());
    if (wishes.fault == "dead") {
      dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request).socket().shutdown();
      return;
    }
    if (wishes.fault == "slow") std::this_thread::sleep_for(options_.slow);  // waits: as asked
    std::this_thread::sleep_for(wishes.delay);                               // waits: as asked
    auto answer = answer_to(request, uri.getPath(), wishes);
    spoil(answer, wishes, uri.getPath());
    response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
    if (!answer.location.empty()) response.set("Location", answer.location);
    response.setContentType(wishes.fault == "wrong-type" ? "text/html" : answer.content_type);
    if (answer.status == 200 && add_validators(request, response, answer)) return;
    send(response, answer, wishes.fault);
  }

 private:
  UtcTime now() const {
    if (options_.time) return *options_.time;
    const auto wall = std::chrono::system_clock::now();  // lint: real_date, --time is for tests
    return UtcTime{std::chrono::floor<std::chrono::seconds>(wall)};
  }

  static void spoil(Answer& answer, const Wishes& wishes, const std::string& path) {
    const auto& fault = wishes.fault;
    if (fault == "garbage") answer.body = to_bytes("this is neither DER nor what you asked for");
    if (fault == "empty") answer.body.clear();
    if (fault == "huge") answer.body.assign(kHugeAnswer, 0x30);
    if (fault == "http500") answer = {.status = 500};
    if (fault == "http404") answer = {.status = 404};
    if (fault == "redirect")
      answer = {.status = 302, .location = wishes.redirect_to.empty() ? path : wishes.redirect_to};
    if (fault == "redirect-loop")
      answer = {.status = 302, .location = path + "?fault=redirect-loop"};
  }

  // Lists and certificates may be asked for again with If-None-Match (RFC 9110 §13.1.2). True: the
  // answer 304 is out.
  static bool add_validators(const Poco::Net::HTTPServerRequest& request,
                             Poco::Net::HTTPServerResponse& response, const Answer& answer) {
    if (request.getMethod() != "GET") return false;
    const auto tag = "\"" + to_hex(ossl::sha256(answer.body)) + "\"";
    response.set("ETag", tag);
    if (request.get("If-None-Match", "") != tag) return false;
    response.setStatus(Poco::Net::HTTPResponse::HTTP_NOT_MODIFIED);
    response.setContentLength(0);
    response.send();
    return true;
  }

  static void send(Poco::Net::HTTPServerResponse& response, const Answer& answer,
                   std::string_view fault) {
    const auto* octets = reinterpret_cast<const char*>(answer.body.data());
    const auto size = static_cast<std::streamsize>(answer.body.size());
    if (fault == "truncated") {
      response.setContentLength(size);
      response.setKeepAlive(false);
      response.send().write(octets, size / 2);
    } else if (fault == "drip") {  // never silent for long, never done
      response.setContentLength(size);
      response.setKeepAlive(false);
      auto& out = response.send();
      for (std::streamsize i = 0; i < size && out.write(octets + i, 1).flush(); ++i)
        std::this_thread::sleep_for(kDripPause);  // waits: as asked
    } else if (fault == "endless") {
      response.setChunkedTransferEncoding(true);
      response.setKeepAlive(false);
      auto& out = response.send();
      const std::string block(std::size_t{1} << 16U, '0');
      for (std::size_t sent = 0; sent < kEndless && out << block; sent += block.size()) {
      }
    } else {
      response.sendBuffer(octets, answer.body.size());
    }
  }

  static Bytes body_of(Poco::Net::HTTPServerRequest& request) {
    Bytes body(kLargestRequest);
    request.stream().read(reinterpret_cast<char*>(body.data()),
                          static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(request.stream().gcount()));
    return body;
  }

  Answer answer_to(Poco::Net::HTTPServerRequest& request, const std::string& path,
                   const Wishes& wishes) const {
    if (path == "/healthz") return {.body = to_bytes("ok")};
    if (path == "/counts")
      return {.content_type = "application/json", .body = to_bytes(counts_.as_json())};
    const bool post = request.getMethod() == "POST";
    const auto fault = fault_named(wishes.fault);
    const auto time = wishes.time.value_or(now());
    if (path == "/tsa" && post)
      return from(responder_.timestamp(body_of(request), wishes.as.empty() ? "tsa" : wishes.as,
                                       time, fault),
                  "application/timestamp-reply");
    if (path == "/ocsp" && post)
      return from(
          responder_.ocsp(body_of(request),
                          {.now = time, .fault = fault, .as = wishes.as, .list = wishes.list}),
          "application/ocsp-response");
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
  Counts& counts_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Factory(const Responder& responder, const Options& options, Counts& counts)
      : responder_(responder), options_(options), counts_(counts) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return std::make_unique<Handler>(responder_, options_, counts_).release();  // Poco deletes it
  }

 private:
  const Responder& responder_;
  const Options& options_;
  Counts& counts_;
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
  parameters->setMaxThreads(64);
  parameters->setTimeout(Poco::Timespan{10, 0});
  Counts counts;
  Poco::Net::HTTPServer server{new Factory{responder.value(), options, counts}, socket, parameters};
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
