#include <algorithm>

#include "pdf/read/document.h"
#include "service/worker/worker.h"

namespace antin::service::worker {
namespace {

// End of the newest revision that a person or an agency signed; 0 when nobody did.
std::size_t signed_end(const SharedBytes& octets, const pdf::ReadLimits& limits) {
  const auto document = pdf::Document::open(octets, {.password = {}, .limits = limits});
  if (!document) return 0;
  const auto fields = document.value().signature_fields();
  if (!fields) return 0;
  std::size_t newest = 0;
  for (const auto& field : fields.value()) {
    const auto& range = field.byte_range;
    if (!field.is_signed || field.type == "DocTimeStamp" || range.size() != 4) continue;
    for (const auto& revision : document.value().revisions().revisions) {
      if (range[2] >= 0 && range[3] >= 0 &&
          static_cast<std::uint64_t>(range[2]) + static_cast<std::uint64_t>(range[3]) ==
              revision.end)
        newest = std::max(newest, revision.end);
    }
  }
  return newest;
}

}  // namespace

void describe_signed(const SharedBytes& octets, const Settings& settings, UtcTime at,
                     cbor::Map& body) {
  const auto report = verifier::verify({.name = {},
                                        .document = octets,
                                        .password = {},
                                        .trust = &settings.trust,
                                        .crls = settings.crls,
                                        .policy = settings.policy,
                                        .at = at});
  cbor::Array officers, agencies;
  std::size_t pages = 0;
  if (report) {
    pages = report.value().pages;
    for (const auto& signature : report.value().signatures) {
      if (signature.document_timestamp || !signature.signer) continue;
      const auto role = verifier::role_of(*signature.signer, settings.policy.signers);
      Bytes sha256;
      if (!from_hex(signature.signer->sha256, sha256)) continue;
      (role == verifier::SignerRole::kPerson ? officers : agencies).emplace_back(std::move(sha256));
    }
  }
  body.emplace("pages", static_cast<std::int64_t>(pages));
  body.emplace("signed_end", static_cast<std::int64_t>(signed_end(octets, settings.policy.limits)));
  body.emplace("officers", std::move(officers));
  body.emplace("agencies", std::move(agencies));
}

}  // namespace antin::service::worker
