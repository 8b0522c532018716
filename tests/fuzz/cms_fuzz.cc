// The judge of one signature value: the first octet chooses the SubFilter, the rest is /Contents of
// a field that covers a small file. No trust anchor is configured.
//
// Holds: whatever the octets are, the signature is never TOTAL-PASSED and the document never VALID;
// a CMS that is read ends inside its octets, and reading it again from what was kept changes
// nothing. The corpus was made by make_cms_corpus.py beside this file.

#include <array>
#include <cstdint>
#include <string>

#include "tests/fuzz/require.h"
#include "verifier/ber.h"
#include "verifier/cms_reader.h"
#include "verifier/signature_judge.h"
#include "verifier/verdict.h"

namespace {

using antin::fuzz::require;

using namespace antin;  // NOLINT(google-build-using-namespace)

constexpr std::array kSubFilters = {"ETSI.CAdES.detached", "adbe.pkcs7.detached", "adbe.pkcs7.sha1",
                                    "adbe.x509.rsa_sha1", "ETSI.RFC3161"};

pdf::SignatureField field_with(const char* sub_filter, ByteView contents) {
  pdf::SignatureField field;
  field.name = "Sig";
  field.is_signed = true;
  field.sub_filter = sub_filter;
  field.byte_range = {0, 10, 90, 110};
  field.contents_begin = 10;
  field.contents_end = 90;
  field.contents_located = true;
  field.contents = to_bytes(contents);
  field.cert_entry = field.contents;
  return field;
}

void judge(const pdf::SignatureField& field) {
  const Bytes file(200, 'x');
  pdf::RevisionMap map;
  map.revisions.push_back({});
  map.revisions.back().end = file.size();
  const certs::TrustStore no_trust;
  const verifier::Input input{.name = "fuzz.pdf",
                              .document = {},
                              .password = "",
                              .trust = &no_trust,
                              .crls = {},
                              .policy = {},
                              .at = *from_rfc3339("2026-06-01T00:00:00Z")};
  const auto read = verifier::read_signature(field, file.size());
  std::vector<verifier::DigestRequest> requests;
  if (const auto request = verifier::request_of(read)) requests.push_back(*request);
  const verifier::DocumentDigests digests{file, requests};
  const verifier::Material material;
  verifier::Proofs proofs{input.at};
  verifier::ChainJudge chains{input, proofs};
  verifier::ObjectLog objects;
  verifier::Judging judging{input, proofs, chains, objects, {}};
  const verifier::SignatureContext context{.judging = judging,
                                           .input = input,
                                           .material = material,
                                           .file = file,
                                           .digests = digests,
                                           .map = map,
                                           .document_timestamps = {}};
  const auto report = read.kind == verifier::SignatureKind::kTimestamp
                          ? verifier::judge_document_timestamp(read, 0, context)
                          : verifier::judge_signature(read, 0, context);
  require(report.indication != Indication::kTotalPassed);
  require(report.sub_indication.has_value());
  require(verifier::verdict_of({{.document_timestamp = report.document_timestamp,
                                 .indication = report.indication,
                                 .sub_indication = report.sub_indication,
                                 .integrity = report.integrity,
                                 .coverage = report.coverage,
                                 .changes_permitted = true}},
                               verifier::FileState::kAccountedFor) != verifier::Verdict::kValid);
}

void read_twice(ByteView contents) {
  const auto outer = verifier::ber::read_outer(contents);
  if (!outer) return;
  require(outer->length <= contents.size());
  const auto again = verifier::ber::read_outer(outer->definite);
  require(again && again->length == outer->definite.size() && again->definite == outer->definite);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView contents{data + 1, size - 1};
  read_twice(contents);
  judge(field_with(kSubFilters.at(data[0] % kSubFilters.size()), contents));
  return 0;
}
