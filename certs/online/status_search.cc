#include "certs/online/status_search.h"

#include <algorithm>
#include <utility>

namespace antin::certs {
namespace {

// RFC 8954 §2.1: 32 octets are what every responder takes and the most that is of use.
constexpr std::size_t kNonceOctets = 32;
// How far a responder's clock may lag behind ours when it says nothing of a next update.
constexpr std::chrono::seconds kJustNow{300};

std::string reason_of(const Error& error) {
  return std::string(info(error.code).name);
}

Finding unusable(const std::string& url, std::string reason) {
  return {.code = Code::kEvidenceUnusable,
          .severity = Severity::kWarning,
          .params = {{"url", url}, {"reason", std::move(reason)}},
          .detail = {}};
}

Finding stale(const std::string& url) {
  return {.code = Code::kEvidenceStale,
          .severity = Severity::kWarning,
          .params = {{"url", url}},
          .detail = {}};
}

Finding not_kept(const Error& error) {
  return {.code = Code::kEvidenceCache,
          .severity = Severity::kInfo,
          .params = error.params,
          .detail = {}};
}

Finding failed(const std::string& url, const Error& error) {
  if (error.code == Code::kEvidencePaused || error.code == Code::kEvidenceDeadline)
    return {
        .code = error.code, .severity = Severity::kWarning, .params = {{"url", url}}, .detail = {}};
  if (error.code == Code::kNetForbidden)
    return {.code = Code::kEvidenceForbidden,
            .severity = Severity::kWarning,
            .params = {{"url", url}},
            .detail = {}};
  return {.code = Code::kEvidenceUnreachable,
          .severity = Severity::kWarning,
          .params = {{"url", url}, {"reason", reason_of(error)}},
          .detail = {}};
}

// The nonce of the request that was sent for all who waited. Everything before it is what we would
// have sent: so its last octets are the nonce, or the answer is to another question.
Bytes nonce_in(const Bytes& sent, const Certificate& certificate, const Certificate& issuer) {
  if (sent.size() < kNonceOctets) return {};
  Bytes nonce(sent.end() - static_cast<std::ptrdiff_t>(kNonceOctets), sent.end());
  const auto again = make_ocsp_request(certificate, issuer, nonce);
  return again && again.value() == sent ? nonce : Bytes{};
}

bool holds(const std::vector<Crl>& crls, const Crl& crl) {
  return std::any_of(crls.begin(), crls.end(),
                     [&](const Crl& one) { return one.sha256() == crl.sha256(); });
}

}  // namespace

struct StatusSearch::State {
  const StatusTask& task;
  Evidence evidence;  ///< at hand, and what was added
  StatusFound found = {};
  void add(const OcspResponse& response) {
    evidence.ocsp.push_back(response);
    found.added.ocsp.push_back(response);
  }
  void add(const Crl& crl) {
    evidence.crls.push_back(crl);
    found.added.crls.push_back(crl);
  }
};

StatusSearch::StatusSearch(const OnlineOptions& options, const OnlineEvidence::Parts& parts,
                           KnownAnswers& known, const EvidenceWanted& wanted)
    : options_(options),
      parts_(parts),
      known_(known),
      wanted_(wanted),
      began_(parts.clock->ticks()) {}

std::vector<RevocationStatement> StatusSearch::statements(const StatusTask& task,
                                                          const Evidence& evidence) const {
  return revocation_statements({.leaf = task.path.chain.front(),
                                .candidates = evidence.certificates,
                                .trust = wanted_.trust,
                                .crls = evidence.crls,
                                .ocsp = evidence.ocsp,
                                .purpose = task.purpose,
                                .at = wanted_.at},
                               task.path, task.index);
}

bool StatusSearch::is_enough(const RevocationStatement& statement,
                             const Certificate& certificate) const {
  if (wanted_.issued_after && statement.issued < *wanted_.issued_after) return false;
  // After a certificate's end its status is kept by nobody (RFC 5280 §3.3): the last word was said.
  if (certificate.not_after() < wanted_.at) return true;
  const auto& next = statement.status.next_update;
  return statement.issued >= wanted_.at || (next && *next >= wanted_.at);
}

std::optional<RevocationStatement> StatusSearch::enough(const StatusTask& task,
                                                        const Evidence& evidence) const {
  for (auto& statement : statements(task, evidence)) {
    if (is_enough(statement, task.certificate())) return std::move(statement);
  }
  return std::nullopt;
}

bool StatusSearch::asked_lately(UtcTime fetched) const {
  const auto age = parts_.clock->utc_now().since_epoch() - fetched.since_epoch();
  return age >= std::chrono::seconds{0} && age < options_.ask_again_after;
}

StatusFound StatusSearch::search(const StatusTask& task, const Evidence& at_hand, Reach reach) {
  State state{.task = task, .evidence = at_hand};
  state.found.statement = enough(task, at_hand);
  if (!state.found.statement && !ask_responders(state, reach)) ask_lists(state, reach);
  // What failed is of interest when nothing else said enough.
  if (state.found.statement) {
    for (auto& finding : state.found.findings) finding.severity = Severity::kInfo;
  }
  return std::move(state.found);
}

bool StatusSearch::ask_responders(State& state, Reach reach) {
  const auto& certificate = state.task.certificate();
  const auto& issuer = state.task.issuer();
  for (const auto& url : ocsp_urls(certificate)) {
    const auto key = cache_key("ocsp", {as_bytes(url), certificate.der(), issuer.der()});
    const auto known = known_.ocsp(key);
    if (reach == Reach::kCache) {
      if (known && take_response(state, known->parsed)) return true;
      continue;
    }
    if (known && asked_lately(known->fetched)) {
      // Somebody else may have asked since the cache was looked at.
      if (take_response(state, known->parsed)) return true;
      state.found.findings.push_back(stale(url));
      continue;
    }
    Bytes body;
    const auto response = fetch_response(state, url, key, body);
    if (!response) continue;
    const auto before = state.found.added.ocsp.size();
    bool done = take_response(state, *response);
    if (!done && before == state.found.added.ocsp.size()) {
      search_responder(state, *response, reach);
      done = take_response(state, *response);
    }
    if (before == state.found.added.ocsp.size()) {
      state.found.findings.push_back(unusable(url, "signer"));
      continue;
    }
    const auto until = response->next_update(certificate, issuer);
    if (until && *until >= parts_.clock->utc_now()) {
      const auto kept = known_.keep(
          key, *response,
          {.body = std::move(body), .fetched = parts_.clock->utc_now(), .not_after = *until});
      if (!kept) state.found.findings.push_back(not_kept(kept.error()));
    }
    if (done) return true;
    state.found.findings.push_back(stale(url));
  }
  return false;
}

// Adds an authentic answer; true when it is enough.
bool StatusSearch::take_response(State& state, const OcspResponse& response) {
  auto evidence = state.evidence;
  evidence.ocsp.push_back(response);
  const auto mine = evidence.ocsp.size() - 1;
  for (auto& statement : statements(state.task, evidence)) {
    if (statement.source != RevocationStatement::Source::kOcsp || statement.evidence != mine)
      continue;
    state.add(response);
    const bool no_next = !statement.status.next_update &&
                         statement.issued.since_epoch() + kJustNow >= wanted_.at.since_epoch();
    if (!is_enough(statement, state.task.certificate()) && !no_next) return false;
    state.found.statement = std::move(statement);
    return true;
  }
  return false;
}

// A responder that may itself be revoked (no ocsp-nocheck) is believed when its own status is known
// (RFC 6960 §4.2.2.2.1).
void StatusSearch::search_responder(State& state, const OcspResponse& response, Reach reach) {
  constexpr std::size_t kMostResponders = 4;
  if (state.task.purpose == Purpose::kOcsp) return;
  std::size_t tried = 0;
  for (const auto& responder : response.certificates()) {
    if (never_revoked(responder) || !responder.signature_verifies_with(state.task.issuer()) ||
        ++tried > kMostResponders)
      continue;
    auto paths = prospective_chains({.leaf = responder,
                                     .candidates = state.evidence.certificates,
                                     .trust = wanted_.trust,
                                     .crls = {},
                                     .purpose = Purpose::kOcsp,
                                     .at = wanted_.at,
                                     .check_revocation = false});
    if (paths.empty()) continue;
    const StatusTask task{.path = std::move(paths.front()), .index = 0, .purpose = Purpose::kOcsp};
    auto own = search(task, state.evidence, Reach::kCache);
    if (!own.statement && reach == Reach::kNetwork) own = search(task, state.evidence, reach);
    for (const auto& one : own.added.ocsp) state.add(one);
    for (const auto& one : own.added.crls) state.add(one);
    auto& findings = state.found.findings;
    findings.insert(findings.end(), own.findings.begin(), own.findings.end());
  }
}

std::optional<OcspResponse> StatusSearch::fetch_response(State& state, const std::string& url,
                                                         const std::string& key, Bytes& body) {
  const auto& certificate = state.task.certificate();
  const auto& issuer = state.task.issuer();
  auto nonce = parts_.random->bytes(kNonceOctets);
  auto request = make_ocsp_request(certificate, issuer, nonce);
  if (!request) {
    state.found.findings.push_back(unusable(url, reason_of(request.error())));
    return std::nullopt;
  }
  auto answer = fetch({.method = HttpRequest::Method::kPost,
                       .url = url,
                       .content_type = "application/ocsp-request",
                       .body = std::move(request).value(),
                       .share = key},
                      options_.max_ocsp, state.found.findings);
  if (!answer) return std::nullopt;
  if (!answer->response.sent.empty()) nonce = nonce_in(answer->response.sent, certificate, issuer);
  auto read = read_ocsp_answer(answer->response.body, certificate, issuer, nonce);
  if (!read) {
    state.found.findings.push_back(unusable(url, reason_of(read.error())));
    return std::nullopt;
  }
  body = std::move(answer->response.body);
  return std::move(read).value();
}

bool StatusSearch::ask_lists(State& state, Reach reach) {
  for (const auto& url : crl_urls(state.task.certificate())) {
    const bool done = reach == Reach::kCache ? known_list(state, url) : fetch_list(state, url);
    if (!done) continue;
    ask_deltas(state, reach);
    return true;
  }
  return false;
}

// Adds a list that the issuer, or whoever may speak for it, did sign. A list of some reasons only
// says enough together with others.
StatusSearch::Taken StatusSearch::take_list(State& state, const Crl& crl) {
  auto evidence = state.evidence;
  if (!holds(evidence.crls, crl)) evidence.crls.push_back(crl);
  auto said = statements(state.task, evidence);
  const bool authentic = crl.signature_verifies_with(state.task.issuer()) ||
                         std::any_of(said.begin(), said.end(), [&](const RevocationStatement& one) {
                           return one.source == RevocationStatement::Source::kCrl &&
                                  evidence.crls[one.evidence].sha256() == crl.sha256();
                         });
  if (!authentic) return Taken::kRefused;
  if (!holds(state.evidence.crls, crl)) state.add(crl);
  for (auto& statement : said) {
    if (!is_enough(statement, state.task.certificate())) continue;
    state.found.statement = std::move(statement);
    return Taken::kEnough;
  }
  return Taken::kNotEnough;
}

bool StatusSearch::known_list(State& state, const std::string& url) {
  const auto known = known_.crl(cache_key("crl", {as_bytes(url)}));
  return known && take_list(state, known->parsed) == Taken::kEnough;
}

bool StatusSearch::fetch_list(State& state, const std::string& url) {
  const auto key = cache_key("crl", {as_bytes(url)});
  const auto known = known_.crl(key);
  // It was taken from the cache before, and there is nothing newer.
  if (known && asked_lately(known->fetched)) {
    if (known_list(state, url)) return true;
    state.found.findings.push_back(stale(url));
    return false;
  }
  HttpRequest request{
      .method = HttpRequest::Method::kGet, .url = url, .content_type = {}, .body = {}};
  std::optional<CachedAnswer> kept;
  if (known) kept = known_.raw(key);
  if (kept) {
    request.if_none_match = kept->etag;
    request.if_modified_since = kept->last_modified;
  }
  request.share = key + "\n" + request.if_none_match + "\n" + request.if_modified_since;
  auto answer = fetch(request, options_.max_crl, state.found.findings);
  if (!answer) return false;
  CachedAnswer fresh{.body = std::move(answer->response.body),
                     .fetched = answer->fetched,
                     .not_after = answer->fetched,
                     .etag = answer->response.etag,
                     .last_modified = answer->response.last_modified};
  if (answer->response.status == 304 && kept) {
    fresh = std::move(*kept);
    fresh.fetched = answer->fetched;
  }
  const auto crl = Crl::from_bytes(fresh.body);
  if (!crl) {
    state.found.findings.push_back(unusable(url, reason_of(crl.error())));
    return false;
  }
  const auto taken = take_list(state, crl.value());
  if (taken == Taken::kRefused) {
    state.found.findings.push_back(unusable(url, "signer"));
    return false;
  }
  fresh.not_after = crl.value().next_update().value_or(fresh.fetched);
  // An older list that is still signed and current may be somebody's replay: it replaces nothing.
  if (!known || known->parsed.this_update() <= crl.value().this_update()) {
    if (const auto stored = known_.keep(key, crl.value(), fresh); !stored)
      state.found.findings.push_back(not_kept(stored.error()));
  }
  if (taken == Taken::kNotEnough) state.found.findings.push_back(stale(url));
  return taken == Taken::kEnough;
}

// RFC 5280 §5.2.4: a delta makes what its base says newer; without it the base still holds.
void StatusSearch::ask_deltas(State& state, Reach reach) {
  if (state.found.statement->source != RevocationStatement::Source::kCrl) return;
  for (const auto& url : delta_crl_urls(state.task.certificate())) {
    if (reach == Reach::kCache)
      known_list(state, url);
    else
      fetch_list(state, url);
  }
}

std::vector<Certificate> StatusSearch::fetch_issuers(const Certificate& certificate,
                                                     Findings& findings) {
  std::vector<Certificate> issuers;
  for (const auto& url : issuer_urls(certificate)) {
    const auto key = cache_key("aia", {as_bytes(url)});
    const auto kept = known_.raw(key);
    const bool fresh = kept && kept->not_after >= parts_.clock->utc_now();
    CachedAnswer answer{
        .body = {},
        .fetched = parts_.clock->utc_now(),
        .not_after = UtcTime{parts_.clock->utc_now().since_epoch() + std::chrono::hours{24}}};
    if (fresh) {
      answer.body = kept->body;
    } else {
      auto fetched = fetch({.method = HttpRequest::Method::kGet,
                            .url = url,
                            .content_type = {},
                            .body = {},
                            .share = key},
                           options_.max_ocsp, findings);
      if (!fetched) continue;
      answer.body = std::move(fetched->response.body);
    }
    const auto read = Certificate::from_file_bytes(answer.body);
    bool useful = false;
    if (read) {
      for (const auto& one : read.value()) {
        if (!certificate.signature_verifies_with(one)) continue;
        issuers.push_back(one);
        useful = true;
      }
    }
    if (!useful) {
      findings.push_back(unusable(url, read ? "signer" : reason_of(read.error())));
    } else {
      if (!fresh) static_cast<void>(known_.keep_raw(key, answer));
      break;
    }
  }
  return issuers;
}

std::optional<StatusSearch::Answer> StatusSearch::fetch(const HttpRequest& request, OctetCount most,
                                                        Findings& findings) {
  const auto url = request.url;
  const auto gone = std::chrono::ceil<std::chrono::milliseconds>(parts_.clock->ticks() - began_);
  const auto left = std::min(options_.per_fetch, options_.total - gone);
  if (left.count() <= 0) {
    findings.push_back(failed(url, make_error(Code::kEvidenceDeadline, "collect")));
    return std::nullopt;
  }
  if (++fetches_ > options_.max_fetches) {
    if (fetches_ == options_.max_fetches + 1)
      findings.push_back({.code = Code::kEvidenceTooMany,
                          .severity = Severity::kWarning,
                          .params = {},
                          .detail = {}});
    return std::nullopt;
  }
  const bool conditional = !request.if_none_match.empty() || !request.if_modified_since.empty();
  auto answer = parts_.fetcher->fetch(
      request, {.total_time = left, .max_response = most, .max_redirects = 3});
  if (!answer) {
    findings.push_back(failed(url, answer.error()));
    return std::nullopt;
  }
  const auto status = answer.value().status;
  if (status != 200 && !(status == 304 && conditional)) {
    findings.push_back({.code = Code::kEvidenceUnreachable,
                        .severity = Severity::kWarning,
                        .params = {{"url", url}, {"reason", "HTTP " + std::to_string(status)}},
                        .detail = {}});
    return std::nullopt;
  }
  return Answer{.response = std::move(answer).value(), .fetched = parts_.clock->utc_now()};
}

}  // namespace antin::certs
