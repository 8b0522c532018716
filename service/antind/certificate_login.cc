#include "service/antind/certificate_login.h"

#include <algorithm>

#include "certs/core/base64.h"
#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"
#include "service/accounts/nonces.h"
#include "service/accounts/refusals.h"
#include "service/antind/account_rules.h"
#include "service/antind/api.h"
#include "service/antind/sha256.h"
#include "service/ipc/worker_protocol.h"
#include "service/store/store_values.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::milliseconds kSignatureWithin{3'000};
// With the network; no answer comes later than ten seconds.
constexpr std::chrono::milliseconds kCertificateWithin{6'000};
constexpr std::chrono::seconds kMostSkew{300};
constexpr std::size_t kNonceDigits = 112;
constexpr std::size_t kMostCertificate = 16'384, kMostChain = 8, kMostSignature = 1'024;
// Of SignedContent::kLogin, as people write it.
constexpr std::string_view kChallengePath = "/api/v1/session/challenge";
constexpr std::string_view kSignInPath = "/api/v1/session/certificate";
constexpr const char* kContentType = "2.25.236554892043926323935400314438870334773";

// Of the process: a CertificateLogin lives as long as its request.
accounts::Refusals& refusals() {
  static accounts::Refusals all;
  return all;
}

Result<Bytes> octets_in(const Json& value, const char* name, std::size_t most) {
  if (!value.is_string()) return wrong_parameter(name);
  const auto& text = value.get_ref<const std::string&>();
  Bytes octets;
  if (text.empty() || text.size() > most * 4 / 3 + 4 || !from_base64(text, octets) ||
      octets.empty() || octets.size() > most)
    return wrong_parameter(name);
  return octets;
}

Result<Bytes> octets_member(const Json& members, const char* name, std::size_t most) {
  const auto found = members.find(name);
  if (found == members.end()) return wrong_parameter(name);
  return octets_in(*found, name, most);
}

Result<cbor::Array> chain_in(const Json& members) {
  cbor::Array chain;
  const auto found = members.find("chain");
  if (found == members.end()) return chain;
  if (!found->is_array() || found->size() > kMostChain) return wrong_parameter("chain");
  for (const auto& one : *found) {
    ANTIN_TRY(auto octets, octets_in(one, "chain", kMostCertificate));
    chain.emplace_back(std::move(octets));
  }
  return chain;
}

std::optional<DigestAlgorithm> digest_named(const std::string& text) {
  for (const auto one :
       {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
    if (name(one) == text) return one;
  }
  return std::nullopt;
}

bool is_algorithm(const std::string& text) {
  for (const auto one :
       {SignatureAlgorithm::kRsaPkcs1, SignatureAlgorithm::kRsaPss, SignatureAlgorithm::kEcdsa}) {
    if (name(one) == text) return true;
  }
  return false;
}

}  // namespace

// What somebody says who wants to sign in.
struct CertificateLogin::Asked {
  std::string nonce, time, algorithm, digest;
  DigestAlgorithm digest_algorithm;
  Bytes certificate, signature;
  cbor::Array chain;
};

// Who may be trusted, whose certificates they are, and by which name people come here: without one
// of these nobody signs in so.
Status CertificateLogin::available() const {
  const auto& config = *parts_.config;
  if (config.http.hosts.empty() || config.verify.trust.empty() || config.office.people.empty() ||
      !parts_.office->now()->office)
    return make_error(Code::kLoginUnavailable, "hosts, trust or people");
  return Done{};
}

Result<Response> CertificateLogin::challenge(const std::string& origin) const {
  ANTIN_CHECK(available());
  ANTIN_TRY(const auto nonces, accounts::Nonces::open(*parts_.store, *parts_.random));
  const auto made = nonces.make(origin, *parts_.random, parts_.clock->utc_now());
  const nlohmann::ordered_json body{{"nonce", made.nonce},
                                    {"origin", origin},
                                    {"content_type", kContentType},
                                    {"expires", to_rfc3339(made.expires)}};
  return json_response(200, body.dump());
}

Result<CertificateLogin::Asked> CertificateLogin::read(const Request& request) {
  ANTIN_TRY(const auto members, read_members(request, {"nonce", "time", "certificate", "chain",
                                                       "algorithm", "digest", "signature"}));
  Asked asked{};
  ANTIN_TRY(asked.nonce, text_of(members, "nonce"));
  if (asked.nonce.size() != kNonceDigits ||
      asked.nonce.find_first_not_of("0123456789abcdef") != std::string::npos)
    return wrong_parameter("nonce");
  ANTIN_TRY(asked.time, text_of(members, "time"));
  ANTIN_TRY(asked.algorithm, text_of(members, "algorithm"));
  if (!is_algorithm(asked.algorithm)) return wrong_parameter("algorithm");
  ANTIN_TRY(asked.digest, text_of(members, "digest"));
  const auto digest = digest_named(asked.digest);
  if (!digest) return wrong_parameter("digest");
  asked.digest_algorithm = *digest;
  ANTIN_TRY(asked.certificate, octets_member(members, "certificate", kMostCertificate));
  ANTIN_TRY(asked.signature, octets_member(members, "signature", kMostSignature));
  ANTIN_TRY(asked.chain, chain_in(members));
  return asked;
}

// One instant is one text, so that what is built here is what was signed.
Status CertificateLogin::check_clock(const std::string& time) const {
  const auto said = from_rfc3339(time);
  if (!said || to_rfc3339(*said) != time) return wrong_parameter("time");
  const auto now = parts_.clock->utc_now();
  const auto apart = said->since_epoch() - now.since_epoch();
  if (apart > kMostSkew || -apart > kMostSkew)
    return make_error(Code::kLoginClock, time,
                      {{"gio_may", to_vietnam_text(*said)}, {"gio_may_chu", to_vietnam_text(now)}});
  return Done{};
}

// The text is composed anew and so are the attributes: of what came, only the value is held against
// them.
Status CertificateLogin::check_signature(const Asked& asked, const std::string& origin) const {
  const auto text = "antin-login/1\n" + origin + "\n" + asked.nonce + "\n" + asked.time + "\n";
  const auto attributes = hsm::build_signed_attributes(
      {.message_digest = ossl::digest(asked.digest_algorithm, {as_bytes(text)}),
       .certificate_sha256 = sha256({asked.certificate}),
       .signing_time = std::nullopt,
       .content = hsm::SignedContent::kLogin});
  ANTIN_CHECK(parts_.workers->ask_fresh(worker::kCheckLogin,
                                        cbor::Map{{"what", "signature"},
                                                  {"certificate", asked.certificate},
                                                  {"attributes", attributes},
                                                  {"algorithm", asked.algorithm},
                                                  {"digest", asked.digest},
                                                  {"signature", asked.signature}},
                                        {}, kSignatureWithin));
  return Done{};
}

// Of the office's table, and with an account. A certificate is one person's there.
Result<std::string> CertificateLogin::person_of(const Bytes& certificate_sha256) const {
  std::vector<Database::Row> people;
  ANTIN_CHECK(parts_.store->in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(people, database.query("SELECT DISTINCT person FROM account WHERE person<>''"));
    return Done{};
  }));
  const auto tables = parts_.office->now();
  casework::SignatureFact signature;
  signature.certificate_sha256 = certificate_sha256;
  for (const auto& row : people) {
    auto person = as_string(row[0]);
    if (tables->office && tables->office->is_named(signature, {{"signer", person}})) return person;
  }
  return make_error(Code::kLoginCertificate, to_hex(certificate_sha256));
}

// S-04. Addresses in a certificate are asked only after it is known that it is one of the office's
// people and that its key is here.
Status CertificateLogin::check_certificate(const Asked& asked) const {
  const auto judged = parts_.workers->ask_fresh(
      worker::kCheckLogin,
      cbor::Map{{"what", "certificate"},
                {"certificate", asked.certificate},
                {"chain", asked.chain},
                {"now", parts_.clock->utc_now().since_epoch().time_since_epoch().count()}},
      {}, kCertificateWithin);
  if (judged) return Done{};
  // What takes too long is a revocation that nobody told in time.
  if (judged.error().code == Code::kResourceLimit)
    return make_error(Code::kRevocationUnknown, to_log_line(judged.error()));
  return judged.error();
}

Result<std::string> CertificateLogin::judge(const Asked& asked, const std::string& origin,
                                            const Bytes& certificate_sha256) const {
  ANTIN_CHECK(check_signature(asked, origin));
  ANTIN_TRY(auto person, person_of(certificate_sha256));
  ANTIN_CHECK(check_certificate(asked));
  return person;
}

Result<accounts::Begun> CertificateLogin::sign_in(const Request& request,
                                                  const std::string& origin) const {
  ANTIN_CHECK(available());
  ANTIN_TRY(const auto asked, read(request));
  ANTIN_TRY(const auto nonces, accounts::Nonces::open(*parts_.store, *parts_.random));
  ANTIN_CHECK(nonces.check(asked.nonce, origin, parts_.clock->utc_now()));
  ANTIN_CHECK(check_clock(asked.time));
  const auto certificate = sha256({asked.certificate});
  const auto place = AccountsApi::place_of(request);
  const auto person = judge(asked, origin, certificate);
  if (!person) {
    // What the service itself could not do is no try of somebody's.
    if (info(person.error().code).http_status < 500) refused({}, place.network);
    return person.error();
  }
  const auto use_up = [&](Database& database) {
    return nonces.use(database, asked.nonce, origin, parts_.clock->utc_now());
  };
  auto begun = parts_.accounts->sign_in().of_person(person.value(), place, use_up,
                                                    {{"certificate", to_hex(certificate)}});
  if (!begun && begun.error().code == Code::kAccountLocked)
    refused(begun.error().detail, place.network);
  return begun;
}

// into the audit log, as often as Refusals says. The refusal stands whether or not that can
// be written.
void CertificateLogin::refused(const std::string& account, const std::string& network) const {
  refusals().count({.account = account, .network = network});
  const auto due = refusals().due(parts_.clock->ticks());
  if (due.empty()) return;
  const auto sink = account_log(*parts_.clock, *parts_.random);
  const auto written = parts_.store->in_transaction([&](Database& database) -> Status {
    for (const auto& [who, times] : due)
      ANTIN_CHECK(
          sink(database, {.kind = "sign_in_failed",
                          .actor = {},
                          .subject = who.account.empty() ? std::string() : "account:" + who.account,
                          .facts = {{"address", who.network},
                                    {"method", "certificate"},
                                    {"times", std::to_string(times)}}}));
    return Done{};
  });
  if (written) return;
  refusals().put_back(due);
  parts_.log->write(Log::Level::kWarning, "sign_in_failures_not_kept",
                    {{"error", to_log_line(written.error())}});
}

bool CertificateLogin::answers(const RouteRow& row) noexcept {
  return row.pattern == kChallengePath || row.pattern == kSignInPath;
}

Result<Response> CertificateLogin::handle(const RouteRow& row, const Request& request,
                                          const std::string& origin) {
  if (row.pattern == kChallengePath) return challenge(origin);
  const auto begun = sign_in(request, origin);
  if (begun) return parts_.accounts->signed_in(begun.value(), request);
  parts_.log->write(Log::Level::kWarning, "certificate_refused",
                    {{"request_id", request.id},
                     {"address", request.peer.address},
                     {"error", to_log_line(begun.error())}});
  return begun.error();
}

}  // namespace antin::service
