#include "service/antind/routes.h"

#include <algorithm>
#include <array>

namespace antin::service {
namespace {

constexpr auto kAdministration = Scope::kAdmin;

constexpr std::array kRoutes{
    RouteRow{Operation::kIndex, Method::kGet, "/", std::nullopt, Queue::kInline, false},
    // The public check page: a file (POST), a code or a hash (GET), the answer to a long check.
    RouteRow{Operation::kCheck, Method::kPost, "/kiem-tra", Scope::kVerify, Queue::kVerify, true,
             RouteRow::Content::kForm},
    RouteRow{Operation::kCheckPage, Method::kGet, "/kiem-tra", Scope::kVerify, Queue::kDisk, false},
    RouteRow{Operation::kCheckJob, Method::kGet, "/kiem-tra/{id}", Scope::kVerify, Queue::kDisk,
             false},
    RouteRow{Operation::kStaff, Method::kGet, "/app/", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kStaff, Method::kGet, "/app", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kWebFile, Method::kGet, "/web/{path}", std::nullopt, Queue::kInline, false},
    // What browsers refused because of our policies.
    RouteRow{Operation::kCspReports, Method::kPost, "/api/v1/csp-reports", std::nullopt,
             Queue::kInline, true, RouteRow::Content::kReport, std::size_t{16} << 10U},
    RouteRow{Operation::kHealth, Method::kGet, "/healthz", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kReady, Method::kGet, "/readyz", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kMetrics, Method::kGet, "/metrics", std::nullopt, Queue::kInline, false},
    RouteRow{Operation::kOpenApi, Method::kGet, "/api/v1/openapi.json", std::nullopt,
             Queue::kInline, false},
    RouteRow{Operation::kVerify, Method::kPost, "/api/v1/verify", Scope::kVerify, Queue::kVerify,
             true},
    RouteRow{Operation::kCompare, Method::kPost, "/api/v1/compare", Scope::kVerify, Queue::kVerify,
             true},
    RouteRow{Operation::kSign, Method::kPost, "/api/v1/signatures", Scope::kSign, Queue::kDisk,
             true},
    RouteRow{Operation::kSignature, Method::kGet, "/api/v1/signatures/{id}", Scope::kSign,
             Queue::kDisk, false},
    RouteRow{Operation::kSignedDocument, Method::kGet, "/api/v1/signatures/{id}/document",
             Scope::kSign, Queue::kDisk, false},
    // An upgrade that was given up, once more.
    RouteRow{Operation::kUpgrade, Method::kPost, "/api/v1/signatures/{id}/upgrade", Scope::kSign,
             Queue::kDisk, false},
    RouteRow{Operation::kStoreOriginal, Method::kPost, "/api/v1/originals", Scope::kOriginals,
             Queue::kVerify, true},
    RouteRow{Operation::kFindOriginals, Method::kGet, "/api/v1/originals", Scope::kOriginals,
             Queue::kDisk, false},
    RouteRow{Operation::kOriginal, Method::kGet, "/api/v1/originals/{id}", Scope::kOriginals,
             Queue::kDisk, false},
    RouteRow{Operation::kOriginalDocument, Method::kGet, "/api/v1/originals/{id}/document",
             Scope::kOriginals, Queue::kDisk, false},
    // Cancels, recalls, releases: by decision, never by deleting.
    RouteRow{Operation::kDecide, Method::kPost, "/api/v1/originals/{id}/decisions",
             Scope::kRegister, Queue::kDisk, true},
    // By digest or public code for everybody; by number for whoever may see originals.
    RouteRow{Operation::kLookUp, Method::kGet, "/api/v1/register", Scope::kVerify, Queue::kDisk,
             false},
    RouteRow{Operation::kCancelledList, Method::kGet, "/api/v1/register/cancelled", Scope::kVerify,
             Queue::kDisk, false},
    // The log of what was issued is public; of the other one only its checkpoints are not telling.
    RouteRow{Operation::kLogCheckpoint, Method::kGet, "/api/v1/logs/issued/checkpoint",
             std::nullopt, Queue::kDisk, false},
    RouteRow{Operation::kLogCheckpoint, Method::kGet, "/api/v1/logs/audit/checkpoint",
             Scope::kAudit, Queue::kDisk, false},
    RouteRow{Operation::kLogTile, Method::kGet, "/api/v1/logs/issued/tile/{path}", std::nullopt,
             Queue::kDisk, false},
    RouteRow{Operation::kLogTile, Method::kGet, "/api/v1/logs/audit/tile/{path}", Scope::kAudit,
             Queue::kDisk, false},
    RouteRow{Operation::kIssuedProof, Method::kGet, "/api/v1/logs/issued/proof", std::nullopt,
             Queue::kDisk, false},
    RouteRow{Operation::kSignatureProof, Method::kGet, "/api/v1/signatures/{id}/proof",
             Scope::kSign, Queue::kDisk, false},
    // A job belongs to whoever began it; any key may ask for its own.
    RouteRow{Operation::kJob, Method::kGet, "/api/v1/jobs/{id}", std::nullopt, Queue::kDisk, false},
    // Results still in force: taken row by row, sealed in batches, counted against the plan.
    RouteRow{Operation::kDigitise, Method::kPost, "/api/v1/digitised", Scope::kDigitise,
             Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kFindDigitised, Method::kGet, "/api/v1/digitised", Scope::kDigitise,
             Queue::kDisk, false},
    RouteRow{Operation::kDigitised, Method::kGet, "/api/v1/digitised/{id}", Scope::kDigitise,
             Queue::kVerify, false},
    RouteRow{Operation::kDigitisedDocument, Method::kGet, "/api/v1/digitised/{id}/document",
             Scope::kDigitise, Queue::kVerify, false},
    RouteRow{Operation::kWithdrawDigitised, Method::kPost, "/api/v1/digitised/{id}/withdrawal",
             Scope::kDigitise, Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kSealDigitised, Method::kPost, "/api/v1/digitising/seals", Scope::kClerk,
             Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kDigitisingProgress, Method::kGet, "/api/v1/digitising/progress",
             Scope::kDigitise, Queue::kDisk, false},
    RouteRow{Operation::kDigitisingPlan, Method::kPost, "/api/v1/digitising/plan", Scope::kDigitise,
             Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kDigitisingFaults, Method::kGet, "/api/v1/digitising/faults",
             Scope::kDigitise, Queue::kDisk, false},
    RouteRow{Operation::kReportFaults, Method::kPost, "/api/v1/digitising/faults", Scope::kDigitise,
             Queue::kDisk, true, RouteRow::Content::kJson},
    // What is held, for other systems within their purposes, and before a citizen is asked. An
    // identifier stands in no address, because addresses are logged.
    RouteRow{Operation::kShare, Method::kPost, "/api/v1/held", Scope::kShare, Queue::kDisk, true,
             RouteRow::Content::kJson},
    RouteRow{Operation::kShareDocument, Method::kPost, "/api/v1/held/{id}/document", Scope::kShare,
             Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kAlreadyHeld, Method::kPost, "/api/v1/already-held", Scope::kReception,
             Queue::kDisk, true, RouteRow::Content::kJson},
    // Who sees cases does not yet do anything in them: each step names its roles.
    RouteRow{Operation::kOpenCase, Method::kPost, "/api/v1/cases", Scope::kCases, Queue::kVerify,
             true, RouteRow::Content::kJson},
    RouteRow{Operation::kFindCases, Method::kGet, "/api/v1/cases", Scope::kCases, Queue::kDisk,
             false},
    RouteRow{Operation::kCase, Method::kGet, "/api/v1/cases/{id}", Scope::kCases, Queue::kVerify,
             false},
    RouteRow{Operation::kCaseEvents, Method::kGet, "/api/v1/cases/{id}/events", Scope::kCases,
             Queue::kDisk, false},
    RouteRow{Operation::kCaseDocument, Method::kGet, "/api/v1/cases/{id}/document", Scope::kCases,
             Queue::kVerify, false},
    // what goes with a result.
    RouteRow{Operation::kCaseMetadata, Method::kGet, "/api/v1/cases/{id}/metadata", Scope::kCases,
             Queue::kVerify, false},
    RouteRow{Operation::kCaseAction, Method::kPost, "/api/v1/cases/{id}/actions", Scope::kCases,
             Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kWriteLetter, Method::kPost, "/api/v1/cases/{id}/letters", Scope::kCases,
             Queue::kVerify, true, RouteRow::Content::kJson},
    // What waits for a person's signature or for the seal, the most urgent first.
    RouteRow{Operation::kWork, Method::kGet, "/api/v1/work", Scope::kCases, Queue::kDisk, false},
    RouteRow{Operation::kSealCheck, Method::kGet, "/api/v1/cases/{id}/seal-check", Scope::kCases,
             Queue::kVerify, false},
    RouteRow{Operation::kKeepScan, Method::kPost, "/api/v1/cases/{id}/scan", Scope::kCases,
             Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kScan, Method::kGet, "/api/v1/cases/{id}/scan", Scope::kCases,
             Queue::kVerify, false},
    RouteRow{Operation::kCasePage, Method::kGet, "/api/v1/cases/{id}/page", Scope::kCases,
             Queue::kVerify, false},
    RouteRow{Operation::kPreview, Method::kPost, "/api/v1/cases/{id}/preview", Scope::kCases,
             Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kLegal, Method::kGet, "/api/v1/legal", Scope::kCases, Queue::kDisk, false},
    RouteRow{Operation::kSigners, Method::kGet, "/api/v1/signers", Scope::kCases, Queue::kDisk,
             false},
    // Whoever works on cases finds entries; they are brought by whoever may bring originals.
    RouteRow{Operation::kAddOrigins, Method::kPost, "/api/v1/origins", Scope::kOriginals,
             Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kFindOrigins, Method::kGet, "/api/v1/origins", Scope::kCases, Queue::kDisk,
             false},
    RouteRow{Operation::kOriginKinds, Method::kGet, "/api/v1/origins/kinds", Scope::kCases,
             Queue::kDisk, false},
    RouteRow{Operation::kOrigin, Method::kGet, "/api/v1/origins/entries/{id}", Scope::kCases,
             Queue::kDisk, false},
    RouteRow{Operation::kBooks, Method::kGet, "/api/v1/books", Scope::kCases, Queue::kDisk, false},
    RouteRow{Operation::kBookRows, Method::kGet, "/api/v1/books/rows", Scope::kCases, Queue::kDisk,
             false},
    RouteRow{Operation::kLateRows, Method::kGet, "/api/v1/books/late", Scope::kCases, Queue::kDisk,
             false},
    RouteRow{Operation::kPrintBook, Method::kGet, "/api/v1/books/print", Scope::kCases,
             Queue::kVerify, false},
    RouteRow{Operation::kExportBook, Method::kGet, "/api/v1/books/export", Scope::kCases,
             Queue::kDisk, false},
    RouteRow{Operation::kIndexReport, Method::kGet, "/api/v1/reports/index", Scope::kCases,
             Queue::kDisk, false},
    RouteRow{Operation::kNextVolume, Method::kPost, "/api/v1/books/volume", Scope::kClerk,
             Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kCloseBook, Method::kPost, "/api/v1/books/close", Scope::kClerk,
             Queue::kDisk, true, RouteRow::Content::kJson},
    // What was sent to whom; the counter or the clerk sends it again (C-17).
    RouteRow{Operation::kCaseDeliveries, Method::kGet, "/api/v1/cases/{id}/deliveries",
             Scope::kCases, Queue::kDisk, false},
    RouteRow{Operation::kDeliveries, Method::kGet, "/api/v1/deliveries", Scope::kCases,
             Queue::kDisk, false},
    RouteRow{Operation::kRetryDelivery, Method::kPost, "/api/v1/deliveries/{id}/retry",
             Scope::kCases, Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kCancelDelivery, Method::kPost, "/api/v1/deliveries/{id}/cancel",
             Scope::kClerk, Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kOpenSigning, Method::kPost, "/api/v1/signing-sessions", Scope::kOfficer,
             Queue::kDisk, true, RouteRow::Content::kJson},
    RouteRow{Operation::kSigning, Method::kGet, "/api/v1/signing-sessions/{id}", Scope::kOfficer,
             Queue::kDisk, false},
    RouteRow{Operation::kCompleteSigning, Method::kPost, "/api/v1/signing-sessions/{id}/complete",
             Scope::kOfficer, Queue::kDisk, true, RouteRow::Content::kJson, std::size_t{4} << 20U},
    RouteRow{Operation::kSigningDocument, Method::kGet, "/api/v1/signing-sessions/{id}/document",
             Scope::kOfficer, Queue::kDisk, false},
    // Opens it for whoever shows the ticket, too.
    RouteRow{Operation::kOpenSigning, Method::kPost, "/api/v1/signing-sessions/{id}/ticket",
             Scope::kOfficer, Queue::kDisk, true, RouteRow::Content::kJson},
    // Whoever has the address may use it, once and for ten minutes: the tool knows no key.
    RouteRow{Operation::kOpenUpload, Method::kPost, "/api/v1/uploads", Scope::kOfficer,
             Queue::kVerify, true, RouteRow::Content::kJson},
    RouteRow{Operation::kUploadDocument, Method::kGet, "/api/v1/uploads/{id}/document.pdf",
             std::nullopt, Queue::kDisk, false},
    RouteRow{Operation::kUpload, Method::kPost, "/api/v1/uploads/{id}", std::nullopt,
             Queue::kVerify, true, RouteRow::Content::kForm},
    // What is in force here; it is changed in files, by an operator.
    RouteRow{Operation::kAdminUnits, Method::kGet, "/api/v1/admin/units", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminPeople, Method::kGet, "/api/v1/admin/people", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminSeals, Method::kGet, "/api/v1/admin/seals", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminHandOver, Method::kGet, "/api/v1/admin/seals/hand-over",
             kAdministration, Queue::kDisk, false},
    RouteRow{Operation::kAdminLegal, Method::kGet, "/api/v1/admin/legal", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminLayouts, Method::kGet, "/api/v1/admin/layouts", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminLayoutPreview, Method::kGet, "/api/v1/admin/layouts/{id}/preview",
             kAdministration, Queue::kVerify, false},
    RouteRow{Operation::kAdminKeys, Method::kGet, "/api/v1/admin/keys", kAdministration,
             Queue::kVerify, false},
    RouteRow{Operation::kAdminTrust, Method::kGet, "/api/v1/admin/trust", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminAudit, Method::kGet, "/api/v1/admin/audit", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminAuditRecord, Method::kGet, "/api/v1/admin/audit/{id}",
             kAdministration, Queue::kDisk, false},
    RouteRow{Operation::kAdminAuditProof, Method::kGet, "/api/v1/admin/audit/{id}/proof",
             kAdministration, Queue::kDisk, false},
    RouteRow{Operation::kAdminState, Method::kGet, "/api/v1/admin/state", kAdministration,
             Queue::kDisk, false},
    RouteRow{Operation::kAdminCheck, Method::kGet, "/api/v1/admin/check", kAdministration,
             Queue::kDisk, false},
    // People who sign in. Whose session it is says the cookie, which no right is asked of.
    RouteRow{Operation::kBeginSession, Method::kPost, "/api/v1/session", std::nullopt,
             Queue::kPassword, true, RouteRow::Content::kOnlyJson},
    // By certificate (certificate_login.h): workers judge it.
    RouteRow{Operation::kBeginSession, Method::kGet, "/api/v1/session/challenge", std::nullopt,
             Queue::kDisk, false},
    RouteRow{Operation::kBeginSession, Method::kPost, "/api/v1/session/certificate", std::nullopt,
             Queue::kVerify, true, RouteRow::Content::kOnlyJson, std::size_t{256} << 10U},
    RouteRow{Operation::kSession, Method::kGet, "/api/v1/session", std::nullopt, Queue::kDisk,
             false},
    RouteRow{Operation::kEndSession, Method::kDelete, "/api/v1/session", std::nullopt, Queue::kDisk,
             false},
    RouteRow{Operation::kChangePassword, Method::kPost, "/api/v1/session/password", std::nullopt,
             Queue::kPassword, true, RouteRow::Content::kOnlyJson},
    RouteRow{Operation::kSessions, Method::kGet, "/api/v1/sessions", std::nullopt, Queue::kDisk,
             false},
    RouteRow{Operation::kRevokeSession, Method::kDelete, "/api/v1/sessions/{id}", std::nullopt,
             Queue::kDisk, false},
    RouteRow{Operation::kAccounts, Method::kGet, "/api/v1/accounts", Scope::kAdmin, Queue::kDisk,
             false},
    RouteRow{Operation::kAddAccount, Method::kPost, "/api/v1/accounts", Scope::kAdmin,
             Queue::kPassword, true, RouteRow::Content::kOnlyJson},
    RouteRow{Operation::kAccount, Method::kGet, "/api/v1/accounts/{name}", Scope::kAdmin,
             Queue::kDisk, false},
    RouteRow{Operation::kChangeAccount, Method::kPost, "/api/v1/accounts/{name}/actions",
             Scope::kAdmin, Queue::kPassword, true, RouteRow::Content::kOnlyJson},
};

// A segment that can be an id: our ids are UUIDs, and nothing longer is looked up.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

// An account's name, service/accounts.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
  });
}

// The rest of a path that names a tile or a page's file: small letters, digits, ".", "_", "-" and
// slashes.
bool is_tail(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '/' || c == '_' ||
           c == '-';
  });
}

bool fits(std::string_view pattern, std::string_view path, std::string& id) {
  constexpr std::string_view kTail = "{path}";
  if (pattern.ends_with(kTail)) {
    const auto front = pattern.substr(0, pattern.size() - kTail.size());
    if (!path.starts_with(front) || !is_tail(path.substr(front.size()))) return false;
    id = path.substr(front.size());
    return true;
  }
  const auto open = pattern.find('{');
  if (open == std::string_view::npos) return pattern == path;
  const auto close = pattern.find('}');
  const bool named = pattern.substr(open, close - open) == "{name";
  const auto before = pattern.substr(0, open);
  const auto behind = pattern.substr(close + 1);
  if (path.size() < before.size() + behind.size() || !path.starts_with(before) ||
      !path.ends_with(behind))
    return false;
  const auto segment = path.substr(before.size(), path.size() - before.size() - behind.size());
  if (named ? !is_name(segment) : !is_id(segment)) return false;
  id = segment;
  return true;
}

}  // namespace

std::span<const RouteRow> all_routes() noexcept {
  return kRoutes;
}

Matched match_route(Method method, std::string_view path) {
  Matched matched;
  const auto wanted = method == Method::kHead ? Method::kGet : method;
  for (const auto& row : kRoutes) {
    std::string id;
    if (!fits(row.pattern, path, id)) continue;
    matched.allowed.push_back(row.method);
    if (row.method == Method::kGet) matched.allowed.push_back(Method::kHead);
    if (row.method == wanted) {
      matched.row = &row;
      matched.id = std::move(id);
    }
  }
  return matched;
}

std::string_view pattern_of(std::string_view method, std::string_view path) {
  if (method == name(Method::kHead)) method = name(Method::kGet);
  std::string_view found = "other";
  bool allowed = false;
  std::string id;
  for (const auto& row : kRoutes) {
    if (!fits(row.pattern, path, id)) continue;
    const bool same = name(row.method) == method;
    if (same || !allowed) found = row.pattern;
    allowed = allowed || same;
  }
  return found;
}

}  // namespace antin::service
