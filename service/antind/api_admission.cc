// Who may ask for what, and how often: decided at the head of a request, before its body is taken.

#include <algorithm>

#include "certs/ossl/hmac.h"
#include "service/antind/account_rules.h"
#include "service/antind/api.h"
#include "service/antind/front.h"
#include "service/antind/problem.h"
#include "service/antind/session_guard.h"
#include "service/antind/sha256.h"
#include "service/antind/signing_tickets.h"
#include "service/http/http_parser.h"

namespace antin::service {
namespace {

// Boundaries and part heads around a document of the largest size.
constexpr std::size_t kMultipartOverhead = 65'536;
constexpr std::chrono::seconds kKeepUses{60};

Error too_often(Code code, std::chrono::seconds wait) {
  return make_error(code, "rate", {{"seconds", std::to_string(wait.count())}});
}

// An agent beside somebody's token: nobody, who opens no door but those of its session, where its
// ticket is looked at.
bool shows_ticket(const RequestHead& head, const RouteRow& row) {
  return (row.operation == Operation::kSigning || row.operation == Operation::kCompleteSigning ||
          row.operation == Operation::kSigningDocument) &&
         SigningTickets::shown_in(head);
}

// These are about the session itself: without one there is nothing to answer.
bool wants_session(const RouteRow& row) {
  return row.operation >= Operation::kSession && row.operation <= Operation::kRevokeSession;
}

// What is open to who has yet to choose a password.
bool with_old_password(const RouteRow& row) {
  return row.operation >= Operation::kSession && row.operation <= Operation::kChangePassword;
}

bool shows_token(const RequestHead& head, ByteView token) {
  return head.count("x-antin-token") == 1 &&
         ossl::equal_in_constant_time(as_bytes(head.value("x-antin-token")),
                                      as_bytes(accounts::csrf_of(token)));
}

Caller caller_of(const SessionRing::Seat& seat) {
  const auto& account = seat.live.account;
  return {.key_id = accounts::actor_of(account.name),
          .scopes = seat.rights,
          .secret_id = seat.live.session.id,
          .units = account.grants.units,
          .person = account.person,
          .account = account.name};
}

}  // namespace

std::string Api::own_origin(const RequestHead& head, const Peer& peer) const {
  const bool tls = peer.transport == Peer::Transport::kTls || parts_.config->http.behind_tls_proxy;
  return origin_of(head, tls ? Scheme::kHttps : Scheme::kHttp);
}

// What a request may do by its cookie (docs/PROTOCOL.login.md). nullopt: nothing, and it is
// answered as if there were none. Where anybody may ask, a cookie that gives nothing spoils
// nothing: a form of the public page cannot send the session's token.
Result<std::optional<Caller>> Api::seated(const RequestHead& head, const Peer& peer,
                                          const RouteRow& row, bool open) {
  std::optional<Caller> nobody;
  const auto token = parts_.sessions == nullptr ? std::nullopt : shown_session(head);
  if (!token) return nobody;
  const auto site = site_of(head, own_origin(head, peer));
  if (only_reads(head)) {
    if (site == Site::kForeign) return nobody;
  } else {
    if (open && (site != Site::kOurs || head.count("x-antin-token") == 0)) return nobody;
    if (site != Site::kOurs) return make_error(Code::kSessionOrigin, "site");
  }
  ANTIN_TRY(const auto seat, parts_.sessions->find(*token));
  if (!seat) {
    if (open) return nobody;
    return make_error(Code::kSessionOver, "cookie");
  }
  if (!only_reads(head) && !shows_token(head, *token))
    return make_error(Code::kSessionToken, "X-Antin-Token");
  if (seat->live.account.must_change_password && seat->live.session.method == "password" &&
      !with_old_password(row)) {
    if (open) return nobody;
    return make_error(Code::kPasswordMustChange, seat->live.account.name);
  }
  return std::optional(caller_of(*seat));
}

std::string Api::owner(const Caller& caller) const {
  return caller.key_id.empty() ? "anonymous" : caller.key_id;
}

Result<Caller> Api::authenticate(const RequestHead& head, const Peer& peer, const RouteRow& row) {
  // The page, its description and what monitors ask for are the same for everybody.
  if (!row.scope && row.queue == Queue::kInline) return Caller{};
  const auto fields = head.count("authorization");
  if (fields > 1) return make_error(Code::kHttpUnauthorized, "Authorization repeated");
  if (shows_ticket(head, row)) return Caller{};
  if (row.operation == Operation::kBeginSession) {
    // Nobody is made to sign in as somebody else by another site's page.
    if (site_of(head, own_origin(head, peer)) == Site::kForeign)
      return make_error(Code::kSessionOrigin, "sign-in");
    return Caller{};
  }
  const bool open =
      (!row.scope && !wants_session(row)) || (row.scope == Scope::kVerify && gate_.anonymous);
  std::optional<Caller> signed_in;
  if (fields == 0) {
    ANTIN_TRY(signed_in, seated(head, peer, row, open));
    if (!signed_in && wants_session(row)) return make_error(Code::kSessionOver, "no cookie");
  }
  auto caller = signed_in ? Result<Caller>(*signed_in)
                : fields == 1 || !peer.certificate.empty()
                    ? parts_.keys->caller(head.value("authorization"), peer)
                    : Result<Caller>(make_error(Code::kHttpUnauthorized, "no key"));
  if (!caller) {
    // A wrong key is wrong everywhere; none at all is enough where anybody may ask.
    if (fields == 0 && open && caller.error().code == Code::kHttpUnauthorized) return Caller{};
    return caller;
  }
  if (!row.scope) return caller;
  // What anybody may do, a key may do as well.
  if (caller.value().scopes.count(*row.scope) == 0 && !open)
    return make_error(signed_in ? Code::kAccountRightMissing : Code::kHttpForbidden,
                      "scope missing", {{"scope", std::string(name(*row.scope))}});
  const auto& certified = gate_.certified;
  if (peer.certificate.empty() &&
      std::find(certified.begin(), certified.end(), name(*row.scope)) != certified.end())
    return make_error(Code::kClientCertificateNeeded, std::string(name(*row.scope)));
  return caller;
}

// The rates of `caller`, or of the address of whoever showed no key or a wrong one.
Status Api::within_rates(const Result<Caller>& caller, const Peer& peer, const RequestHead& head,
                         Rates::Cost cost) {
  const auto now = parts_.clock->ticks();
  const bool tried = head.count("authorization") > 0;
  const auto secret = caller ? caller.value().secret_id : std::string();
  if (tried) {
    if (const auto wait = rates_.may_try(peer.address, secret, now)) {
      parts_.metrics->count("antin_http_limited_total", "by=\"failures\"");
      return too_often(Code::kTooManyFailures, *wait);
    }
    if (!secret.empty()) {
      rates_.was_right(peer.address, secret);
    } else if (!caller && caller.error().code == Code::kHttpUnauthorized) {
      rates_.was_wrong(peer.address, now);
      if (parts_.logs != nullptr) parts_.logs->key_refused(peer.address);
    }
  }
  if (caller && !caller.value().key_id.empty() && caller.value().account.empty() &&
      parts_.logs != nullptr)
    parts_.logs->key_used(caller.value().key_id, peer.address);
  const auto wait = secret.empty() ? rates_.address(peer.address, cost, now)
                                   : rates_.key(caller.value().key_id, peer.address, cost, now);
  if (!wait) return Done{};
  parts_.metrics->count("antin_http_limited_total",
                        secret.empty() ? "by=\"address\"" : "by=\"key\"");
  return too_often(Code::kRateLimited, *wait);
}

Api::Gate Api::gate_of(const Config& config) {
  return {.hosts = config.http.hosts,
          .certified = config.http.client_certificate_for,
          .anonymous = config.verify.anonymous,
          .rates = config.rates};
}

void Api::use_admission(const Config& fresh) {
  if (parts_.sessions != nullptr) parts_.sessions->use(session_settings(fresh));
  const std::lock_guard lock(gate_mutex_);
  fresh_gate_ = gate_of(fresh);
  gate_is_fresh_ = true;
}

// Rates that did not change go on counting: a reload forgives nobody.
void Api::take_fresh_gate() {
  if (!gate_is_fresh_.exchange(false)) return;
  const std::lock_guard lock(gate_mutex_);
  if (!fresh_gate_) return;
  const bool same_rates = fresh_gate_->rates == gate_.rates;
  gate_ = *std::exchange(fresh_gate_, std::nullopt);
  if (!same_rates) rates_ = Rates(gate_.rates);
}

// When keys were used is written now and then, by a thread that may wait for the disk.
void Api::note_uses() {
  const auto now = parts_.clock->ticks();
  if (now - uses_kept_ < kKeepUses) return;
  uses_kept_ = now;
  static_cast<void>(disk_.submit([this] { keep_uses(); }));
}

void Api::keep_uses() {
  keep_session_uses();
  const auto used = parts_.keys->take_used();
  if (used.empty()) return;
  if (const auto kept = parts_.store->keys_used(used); !kept)
    parts_.log->write(Log::Level::kWarning, "key_uses_not_kept",
                      {{"error", to_log_line(kept.error())}});
}

void Api::keep_session_uses() {
  const auto used =
      parts_.sessions == nullptr ? std::map<std::string, UtcTime>{} : parts_.sessions->take_used();
  if (used.empty()) return;
  const auto kept = parts_.store->in_transaction([&](Database& database) -> Status {
    for (const auto& [id, at] : used) ANTIN_CHECK(accounts::Sessions(database).used(id, at));
    return Done{};
  });
  if (!kept)
    parts_.log->write(Log::Level::kWarning, "session_uses_not_kept",
                      {{"error", to_log_line(kept.error())}});
}

std::variant<RequestHandler::Admission, Response> Api::admit(const RequestHead& head,
                                                             const Peer& peer,
                                                             const std::string& id) {
  take_fresh_gate();
  if (!is_our_host(head, gate_.hosts))
    return told(head, make_error(Code::kHostNotAllowed, "Host"), id);
  const auto matched = match_route(head.method, head.path);
  const bool costly =
      matched.row != nullptr && (matched.row->takes_body || matched.row->queue == Queue::kVerify);
  const auto caller =
      matched.row == nullptr ? Result<Caller>(Caller{}) : authenticate(head, peer, *matched.row);
  if (const auto within =
          within_rates(caller, peer, head, costly ? Rates::Cost::kCostly : Rates::Cost::kCheap);
      !within)
    return told(head, within.error(), id);
  note_uses();
  if (matched.allowed.empty()) return told(head, make_error(Code::kHttpNotFound, "path"), id);
  if (matched.row == nullptr) {
    auto response = told(head, make_error(Code::kHttpMethodNotAllowed, "method"), id);
    std::string allow;
    for (const auto method : matched.allowed)
      allow += (allow.empty() ? "" : ", ") + std::string(name(method));
    response.fields.push_back({"Allow", allow});
    return response;
  }
  if (!caller) return told(head, caller.error(), id);
  if (head.count("content-encoding") > 0)
    return told(head, make_error(Code::kHttpMediaType, "Content-Encoding"), id);
  if (!matched.row->takes_body) return Admission{0};
  const auto limit = parts_.config->http.settings.limits.body_octets;
  const auto type = lower(media_type(head));
  using Content = RouteRow::Content;
  const auto content = matched.row->content;
  if (content == Content::kReport) {
    if (head.count("content-type") != 1 ||
        (type != "application/csp-report" && type != "application/reports+json"))
      return told(head, make_error(Code::kHttpMediaType, "Content-Type"), id);
    return Admission{matched.row->most_json};
  }
  const bool json = content == Content::kJson || content == Content::kOnlyJson;
  const std::string_view plain = json                       ? "application/json"
                                 : content == Content::kPdf ? "application/pdf"
                                                            : "multipart/form-data";
  const bool form = type == "multipart/form-data" && content != Content::kOnlyJson;
  if (head.count("content-type") != 1 || (type != plain && !form))
    return told(head, make_error(Code::kHttpMediaType, "Content-Type"), id);
  if (type == "application/json") return Admission{matched.row->most_json};
  return Admission{type == "application/pdf" ? limit : limit + kMultipartOverhead};
}

void Api::noticed(Incident incident, const std::string& address) {
  static_cast<void>(address);
  const auto handshake = [&](const char* result) {
    parts_.metrics->count("antin_tls_handshakes_total", std::string("result=\"") + result + "\"");
  };
  switch (incident) {
    case Incident::kHandshakeDone:
      return handshake("done");
    case Incident::kHandshakeFailed:
      return handshake("failed");
    case Incident::kHandshakeLate:
      return handshake("late");
    case Incident::kEvicted:
      return parts_.metrics->count("antin_connections_evicted_total", "");
    case Incident::kTurnedAway:
      return parts_.metrics->count("antin_connections_refused_total", "");
  }
}

}  // namespace antin::service
