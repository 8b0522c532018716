#include "signer/tsa_client.h"

#include <optional>
#include <utility>

#include "certs/path.h"
#include "certs/timestamp.h"

namespace antin::signer {
namespace {

constexpr std::size_t kNonceOctets = 16;

// Counts one caller among those who talk to a server.
class Slot {
 public:
  Slot(std::mutex& mutex, std::condition_variable& freed, std::size_t& busy, std::size_t most)
      : mutex_(mutex), freed_(freed), busy_(busy) {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return busy_ < most; });
    ++busy_;
  }
  ~Slot() {
    {
      const std::lock_guard lock(mutex_);
      --busy_;
    }
    freed_.notify_all();
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::mutex& mutex_;
  std::condition_variable& freed_;
  std::size_t& busy_;
};

Error untrusted(const Findings& findings, const char* detail) {
  auto error = make_error(Code::kTimestampUntrusted, detail);
  for (const auto& finding : findings) {
    if (finding.severity == Severity::kInfo) continue;
    error.cause =
        std::make_shared<const Error>(make_error(finding.code, finding.detail, finding.params));
    break;
  }
  return error;
}

}  // namespace

struct TsaClient::Attempt {
  Result<certs::TimestampToken> token;
  bool again;  ///< the same server may do better in a moment
};

TsaClient::TsaClient(TsaOptions options, HttpFetcher& fetcher, RandomSource& random, Wait wait)
    : options_(std::move(options)), fetcher_(fetcher), random_(random), wait_(std::move(wait)) {
  if (options_.max_parallel == 0) options_.max_parallel = 1;
}

Result<certs::TimestampToken> TsaClient::timestamp(ByteView imprint_sha256) {
  auto last = make_error(Code::kTimestampUnreachable, "no timestamp server configured");
  const auto urls =
      options_.health == nullptr ? options_.urls : options_.health->in_order(options_.urls);
  for (const auto& url : urls) {
    std::unique_lock lock(mutex_);
    auto& busy = busy_[url];
    lock.unlock();
    const Slot slot(mutex_, free_slot_, busy, options_.max_parallel);
    for (std::size_t attempt = 0;; ++attempt) {
      auto tried = try_once(url, imprint_sha256);
      if (tried.token) {
        if (options_.health != nullptr) options_.health->worked(url);
        return tried.token;
      }
      last = std::move(tried.token).error();
      if (!tried.again || attempt >= options_.pauses.size()) break;
      wait_(options_.pauses[attempt]);
    }
    if (options_.health != nullptr) options_.health->failed(url);
  }
  return last;
}

TsaClient::Attempt TsaClient::try_once(const std::string& url, ByteView imprint_sha256) {
  auto nonce = random_.bytes(kNonceOctets);
  // A positive INTEGER of full length: no server has a reason to write it in another way.
  nonce.front() = static_cast<std::uint8_t>((nonce.front() & 0x3FU) | 0x40U);
  auto request = certs::make_timestamp_request(imprint_sha256, nonce);
  if (!request) return {.token = std::move(request).error(), .again = false};
  const auto answer = fetcher_.fetch({.method = HttpRequest::Method::kPost,
                                      .url = url,
                                      .content_type = "application/timestamp-query",
                                      .body = std::move(request).value()},
                                     {.total_time = options_.time_per_try,
                                      .max_response = OctetCount{options_.max_response},
                                      .max_redirects = 0});
  if (!answer)
    return {.token = while_doing(answer.error(), Code::kTimestampUnreachable, url),
            .again = info(answer.error().code).remedy == Remedy::kRetryLater};
  const auto& response = answer.value();
  if (response.status != 200)
    return {.token = make_error(Code::kTimestampUnreachable,
                                url + ": HTTP " + std::to_string(response.status)),
            .again = response.status >= 500 || response.status == 429};
  auto token = certs::read_timestamp_response(response.body, imprint_sha256, nonce);
  if (token) {
    if (auto checked = check_token(token.value()); !checked)
      return {.token = std::move(checked).error(), .again = false};
  }
  return {.token = std::move(token), .again = false};
}

Status TsaClient::check_token(const certs::TimestampToken& token) const {
  const auto embedded = token.certificates();
  // certReq was TRUE: RFC 3161 §2.4.1 obliges the server to send its certificate.
  if (embedded.empty())
    return make_error(Code::kTimestampMalformed, "token without the server's certificate");
  const certs::TrustStore nobody;
  const bool judge_path = options_.trust != nullptr;
  // The imprint was compared with the request when the response was read: no octets are covered
  // here, and imprint_matches says nothing.
  const auto judged =
      certs::judge_timestamp(token, {},
                             {.leaf = embedded.front(),
                              .candidates = embedded,
                              .trust = judge_path ? options_.trust : &nobody,
                              .crls = options_.crls,
                              .purpose = certs::Purpose::kTimestamp,
                              .at = token.gen_time(),
                              .check_revocation = judge_path && !options_.crls.empty()});
  if (judged.integrity != certs::TimestampResult::Integrity::kIntact)
    return untrusted(judged.findings, "token does not verify");
  if (!judged.signer || !judged.signer->may_timestamp())
    return untrusted({}, "the server's certificate is not for timestamping alone");
  // Revocation of the server's certificate is judged with the document, when more is at hand.
  using State = certs::PathResult::State;
  if (judge_path && judged.path.state != State::kValid &&
      judged.path.state != State::kRevocationUnknown)
    return untrusted(judged.path.findings, "the server's certificate reaches no trusted root");
  return Done{};
}

}  // namespace antin::signer
