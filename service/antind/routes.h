#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/http/http_message.h"

namespace antin::service {

enum class Operation : std::uint8_t {
  // Pages (pages.h), together.
  kIndex,
  kCheck,
  kCheckPage,
  kCheckJob,
  kStaff,
  kWebFile,
  kCspReports,
  kOpenApi,
  kHealth,
  kReady,
  kMetrics,
  kVerify,
  kCompare,
  kSign,
  kSignature,
  kSignedDocument,
  kUpgrade,
  kStoreOriginal,
  kFindOriginals,
  kOriginal,
  kOriginalDocument,
  kDecide,
  kLookUp,
  kLogCheckpoint,
  kLogTile,
  kIssuedProof,
  kSignatureProof,
  kJob,
  // Results still in force and what is held (digitise_api.h), together.
  kDigitise,
  kFindDigitised,
  kDigitised,
  kDigitisedDocument,
  kWithdrawDigitised,
  kSealDigitised,
  kDigitisingProgress,
  kDigitisingPlan,
  kDigitisingFaults,
  kReportFaults,
  kShare,
  kShareDocument,
  kAlreadyHeld,
  // Cases and books (casework_api.h), together.
  kOpenCase,
  kFindCases,
  kCase,
  kCaseEvents,
  kCaseDocument,
  kCaseMetadata,
  kCaseAction,
  kBooks,
  kBookRows,
  kLateRows,
  kPrintBook,
  kNextVolume,
  kExportBook,
  kIndexReport,
  kCloseBook,
  kWriteLetter,
  kWork,
  kSealCheck,
  // Original registers by their fields.
  kAddOrigins,
  kFindOrigins,
  kOrigin,
  kOriginKinds,
  kCancelledList,
  // What leaves by itself (delivery_api.h), together.
  kCaseDeliveries,
  kDeliveries,
  kRetryDelivery,
  kCancelDelivery,
  // Signing by people (officer_signing.h), together.
  kOpenSigning,
  kSigning,
  kCompleteSigning,
  kSigningDocument,
  // The bridge to signing tools (upload_bridge.h), together.
  kOpenUpload,
  kUploadDocument,
  kUpload,
  // Scans before the step, what is seen of pages, what a counter works by (casework_api.h),
  // together.
  kKeepScan,
  kScan,
  kCasePage,
  kPreview,
  kLegal,
  kSigners,
  // What is in force here (admin_api.h), together.
  kAdminUnits,
  kAdminPeople,
  kAdminSeals,
  kAdminHandOver,
  kAdminLegal,
  kAdminLayouts,
  kAdminLayoutPreview,
  kAdminKeys,
  kAdminTrust,
  kAdminAudit,
  kAdminAuditRecord,
  kAdminAuditProof,
  kAdminState,
  kAdminCheck,
  // Who signs in (accounts_api.h), together.
  kBeginSession,
  kSession,
  kEndSession,
  kChangePassword,
  kSessions,
  kRevokeSession,
  kAccounts,
  kAddAccount,
  kAccount,
  kChangeAccount
};

/// Which threads do it: what is always quick is done at once on the polling thread; reading
/// documents and the disk have their own; so have passwords, because looking at one takes memory on
/// purpose. (Signing runs behind a job.)
enum class Queue : std::uint8_t { kInline, kDisk, kVerify, kPassword };

struct RouteRow {
  Operation operation;
  Method method;
  std::string_view pattern;  ///< "{id}", "{name}": one path segment; "{path}": the rest
  std::optional<Scope> scope;
  Queue queue;
  bool takes_body;
  /// What the body may be beside a form; kOnlyJson: and not a form either; kReport: what browsers
  /// say of the policy.
  enum class Content : std::uint8_t {
    kPdf,
    kJson,
    kForm,
    kOnlyJson,
    kReport
  } content = Content::kPdf;
  std::size_t most_json = std::size_t{64} << 10U;
};

/// Every address the service answers; docs/openapi.json has the same (a test compares them).
std::span<const RouteRow> all_routes() noexcept;

struct Matched {
  const RouteRow* row = nullptr;  ///< nullptr: see `allowed`
  std::string id;
  std::vector<Method> allowed;  ///< methods at this path; empty: no such path
};
/// HEAD matches GET. `path` is compared as sent: nothing that needs decoding is an address here.
Matched match_route(Method method, std::string_view path);
/// What logs and metrics call an address, whether or not it takes this method: a row's pattern, or
/// "other". `method` as it stood in the request.
std::string_view pattern_of(std::string_view method, std::string_view path);

}  // namespace antin::service
