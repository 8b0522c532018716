#include "service/antind/prepared_check.h"

#include <algorithm>

#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"
#include "service/ipc/worker_protocol.h"

namespace antin::service {
namespace {

Error wrong_range(const char* what) {
  return make_error(Code::kPreparedRange, what);
}

Error differs(const char* what) {
  return make_error(Code::kCompletedDiffers, what);
}

cbor::Array range_to_value(const std::array<std::uint64_t, 4>& range) {
  cbor::Array out;
  for (const auto number : range) out.emplace_back(static_cast<std::int64_t>(number));
  return out;
}

Result<std::array<std::uint64_t, 4>> range_at(const cbor::Value& body, const char* key) {
  ANTIN_TRY(const auto numbers, cbor::array_at(body, key));
  std::array<std::uint64_t, 4> range{};
  if (numbers.size() != range.size()) return make_error(Code::kIpcMalformed, key);
  for (std::size_t i = 0; i < range.size(); ++i) {
    const auto* number = numbers[i].integer();
    if (number == nullptr || *number < 0) return make_error(Code::kIpcMalformed, key);
    range.at(i) = static_cast<std::uint64_t>(*number);
  }
  return range;
}

int hex_digit(std::uint8_t octet) {
  if (octet >= '0' && octet <= '9') return octet - '0';
  if (octet >= 'a' && octet <= 'f') return octet - 'a' + 10;
  if (octet >= 'A' && octet <= 'F') return octet - 'A' + 10;
  return -1;
}

// The tail in three: before the string, between its brackets, behind it up to the end of the
// second range.
struct Parts {
  ByteView before, digits, behind;
};

// Every octet of the update is covered but the string itself, brackets included (12.8.1).
Result<Parts> parts_of(std::uint64_t original, ByteView tail,
                       const std::array<std::uint64_t, 4>& range) {
  const auto [start, first, second, rest] = range;
  const auto whole = original + tail.size();
  // Two brackets and at least one octet of signature between them; no sum can overflow, because
  // each number is held against the file's size first.
  if (start != 0 || first <= original || first >= whole || second > whole || second < first + 4 ||
      rest > whole - second)
    return wrong_range("ByteRange outside the update");
  const auto gap = tail.subspan(first - original, second - first);
  if (gap.front() != '<' || gap.back() != '>' || gap.size() % 2 != 0)
    return wrong_range("no hexadecimal string between the ranges");
  return Parts{.before = tail.first(first - original),
               .digits = gap.subspan(1, gap.size() - 2),
               .behind = tail.subspan(second - original, rest)};
}

Bytes digest_of(const SharedBytes& original, const Parts& parts, DigestAlgorithm algorithm) {
  return ossl::digest(algorithm, {original.view(), parts.before, parts.behind});
}

// The file as it was to be signed, and between its ranges one hexadecimal string that holds all of
// `wanted`.
Status holds(const SharedBytes& original, const SharedBytes& tail, const SignedRanges& ranges,
             std::initializer_list<ByteView> wanted) {
  const auto parts = parts_of(original.size(), tail.view(), ranges.byte_range);
  if (!parts) return differs("the ranges do not fit");
  if (digest_of(original, parts.value(), ranges.digest) != ranges.message_digest)
    return differs("octets that were signed");
  const auto digits = parts.value().digits;
  Bytes contents;
  contents.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return differs("no hexadecimal digits between the ranges");
    contents.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  for (const ByteView one : wanted) {
    if (one.empty() ||
        std::search(contents.begin(), contents.end(), one.begin(), one.end()) == contents.end())
      return differs("another signature than was made");
  }
  return Done{};
}

}  // namespace

Result<PreparedUpdate> read_prepared(const Message& reply) {
  PreparedUpdate prepared;
  if (reply.descriptors.size() != 1) return make_error(Code::kIpcMalformed, "no tail came back");
  ANTIN_TRY(prepared.tail, map_sealed(reply.descriptors[0], worker::kMaxDocument));
  ANTIN_TRY(prepared.state, cbor::bytes_at(reply.body, "state"));
  ANTIN_TRY(prepared.byte_range, range_at(reply.body, "byte_range"));
  ANTIN_TRY(auto attributes, cbor::bytes_at(reply.body, "attributes"));
  prepared.attributes = ToBeSigned(std::move(attributes));
  ANTIN_TRY(prepared.field, cbor::text_at(reply.body, "field"));
  return prepared;
}

Result<Checked> check_prepared(const SharedBytes& original, const PreparedUpdate& prepared,
                               DigestAlgorithm digest, const CertificateDer& certificate) {
  ANTIN_TRY(const auto parts, parts_of(original.size(), prepared.tail.view(), prepared.byte_range));
  if (prepared.byte_range[2] + prepared.byte_range[3] != original.size() + prepared.tail.size())
    return wrong_range("octets behind the ranges");
  if (std::any_of(parts.digits.begin(), parts.digits.end(), [](auto d) { return d != '0'; }))
    return wrong_range("the placeholder is not empty");
  Checked checked;
  checked.ranges = {.byte_range = prepared.byte_range,
                    .digest = digest,
                    .message_digest = digest_of(original, parts, digest),
                    .attributes = {},
                    .certificate = certificate.value(),
                    .field = prepared.field};
  checked.attributes = ToBeSigned(
      hsm::build_signed_attributes({.message_digest = checked.ranges.message_digest,
                                    .certificate_sha256 = ossl::sha256(certificate.value()),
                                    .signing_time = std::nullopt}));
  if (checked.attributes != prepared.attributes)
    return make_error(Code::kPreparedAttributes, "attributes of the worker");
  checked.ranges.attributes = checked.attributes.value();
  return checked;
}

Status check_completed(const SharedBytes& original, const SharedBytes& tail,
                       const SignedRanges& ranges, const SignatureValue& value) {
  // The SignerInfo carries the attributes as IMPLICIT [0] (RFC 5652 §5.4): all but the first octet.
  const ByteView attributes(ranges.attributes);
  return holds(
      original, tail, ranges,
      {ByteView(value.value()), attributes.subspan(std::min<std::size_t>(1, attributes.size())),
       ByteView(ranges.certificate)});
}

Status check_completed_cms(const SharedBytes& original, const SharedBytes& tail,
                           const SignedRanges& ranges) {
  return holds(original, tail, ranges,
               {ByteView(ranges.message_digest), ByteView(ranges.certificate)});
}

std::uint64_t signed_end(const SignedRanges& ranges) {
  return ranges.byte_range[2] + ranges.byte_range[3];
}

Bytes write_kept(const Bytes& state, const SignedRanges& ranges, const cbor::Array& warnings) {
  return cbor::encode(cbor::Map{{"state", state},
                                {"byte_range", range_to_value(ranges.byte_range)},
                                {"digest", name(ranges.digest)},
                                {"message_digest", ranges.message_digest},
                                {"attributes", ranges.attributes},
                                {"certificate", ranges.certificate},
                                {"field", ranges.field},
                                {"warnings", warnings}});
}

Result<Kept> read_kept(ByteView octets) {
  cbor::Limits limits;
  limits.octets = kMaxMessageOctets;
  ANTIN_TRY(const auto body, cbor::decode(octets, limits));
  Kept kept;
  ANTIN_TRY(kept.state, cbor::bytes_at(body, "state"));
  ANTIN_TRY(kept.ranges.byte_range, range_at(body, "byte_range"));
  ANTIN_TRY(kept.ranges.message_digest, cbor::bytes_at(body, "message_digest"));
  ANTIN_TRY(kept.ranges.attributes, cbor::bytes_at(body, "attributes"));
  ANTIN_TRY(kept.ranges.certificate, cbor::bytes_at(body, "certificate"));
  ANTIN_TRY(kept.ranges.field, cbor::text_at(body, "field"));
  ANTIN_TRY(kept.warnings, cbor::array_at(body, "warnings"));
  ANTIN_TRY(const auto wanted, cbor::text_at(body, "digest"));
  for (const auto algorithm :
       {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512,
        DigestAlgorithm::kSha3_256, DigestAlgorithm::kSha3_384, DigestAlgorithm::kSha3_512}) {
    if (name(algorithm) != wanted) continue;
    kept.ranges.digest = algorithm;
    return kept;
  }
  return make_error(Code::kIpcMalformed, "digest " + wanted);
}

cbor::Value ask_for_signature(std::uint64_t from, const SignedRanges& ranges) {
  return cbor::Map{{"what", "signature"},
                   {"from", static_cast<std::int64_t>(from)},
                   {"field", ranges.field},
                   {"byte_range", range_to_value(ranges.byte_range)}};
}

cbor::Value ask_for_finished(const SignedRanges& ranges, std::string_view level, UtcTime now) {
  return cbor::Map{
      {"what", "finished"},          {"from", static_cast<std::int64_t>(signed_end(ranges))},
      {"field", ranges.field},       {"certificate", ranges.certificate},
      {"level", std::string(level)}, {"now", now.since_epoch().time_since_epoch().count()}};
}

cbor::Value ask_for_proof(std::uint64_t from) {
  return cbor::Map{{"what", "proof"}, {"from", static_cast<std::int64_t>(from)}};
}

}  // namespace antin::service
