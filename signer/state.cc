#include "signer/state.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "certs/ossl/digest.h"

namespace antin::signer {
namespace {

constexpr std::string_view kSchema = "antin-state/1";
constexpr std::uint64_t kMembers = 20;
constexpr std::uint64_t kMostCertificates = 256;

// Major types of RFC 8949 §3.1 that a state uses.
enum Major : std::uint8_t { kUnsigned = 0, kNegative = 1, kOctets = 2, kText = 3, kArray = 4 };

class Writer {
 public:
  void head(Major major, std::uint64_t value) {
    const auto top = static_cast<std::uint8_t>(major << 5U);
    if (value < 24) {
      out_.push_back(static_cast<std::uint8_t>(top | value));
      return;
    }
    // Shortest form (RFC 8949 §4.2.1): 1, 2, 4 or 8 octets.
    unsigned size_code = 0;
    while (size_code < 3 && (value >> (8U << size_code)) != 0) ++size_code;
    out_.push_back(static_cast<std::uint8_t>(top | (24 + size_code)));
    for (auto shift = 8U << size_code; shift != 0;) {
      shift -= 8;
      out_.push_back(static_cast<std::uint8_t>((value >> shift) & 0xFFU));
    }
  }
  void number(std::uint64_t value) { head(kUnsigned, value); }
  void signed_number(std::int64_t value) {
    if (value < 0) {
      head(kNegative, static_cast<std::uint64_t>(-(value + 1)));
    } else {
      number(static_cast<std::uint64_t>(value));
    }
  }
  void octets(ByteView value, Major major = kOctets) {
    head(major, value.size());
    out_.insert(out_.end(), value.begin(), value.end());
  }
  void text(std::string_view value) { octets(as_bytes(value), kText); }
  ByteView so_far() const noexcept { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  Bytes out_;
};

class Reader {
 public:
  explicit Reader(ByteView octets) : rest_(octets) {}
  bool good() const noexcept { return good_; }
  std::size_t left() const noexcept { return rest_.size(); }
  bool finished() const noexcept { return good_ && rest_.empty(); }

  std::uint64_t head(Major wanted) {
    std::uint8_t major = 0;
    const auto value = any_head(major);
    if (major != wanted) good_ = false;
    return good_ ? value : 0;
  }
  std::int64_t signed_number() {
    std::uint8_t major = 0;
    const auto value = any_head(major);
    // Years 1 to 9999 need far less; this keeps the arithmetic defined.
    if (value >> 40U != 0 || major > kNegative) good_ = false;
    if (!good_) return 0;
    const auto magnitude = static_cast<std::int64_t>(value);
    return major == kNegative ? -magnitude - 1 : magnitude;
  }
  Bytes octets(Major major = kOctets) {
    const auto length = head(major);
    if (!good_ || length > rest_.size()) {
      good_ = false;
      return {};
    }
    const auto value = to_bytes(rest_.first(static_cast<std::size_t>(length)));
    rest_ = rest_.subspan(static_cast<std::size_t>(length));
    return value;
  }
  std::string text() { return std::string(as_text(octets(kText))); }

 private:
  std::uint64_t any_head(std::uint8_t& major) {
    if (!good_ || rest_.empty()) {
      good_ = false;
      return 0;
    }
    major = static_cast<std::uint8_t>(rest_[0] >> 5U);
    std::uint64_t value = rest_[0] & 0x1FU;
    rest_ = rest_.subspan(1);
    if (value < 24) return value;
    const auto size_code = static_cast<unsigned>(value - 24);
    const std::size_t size = size_code > 3 ? 0 : std::size_t{1} << size_code;
    if (size == 0 || rest_.size() < size) {
      good_ = false;
      return 0;
    }
    value = 0;
    for (const auto octet : rest_.first(size)) value = (value << 8U) | octet;
    rest_ = rest_.subspan(size);
    // One encoding per value, so that a state has one form.
    const std::uint64_t least = size_code == 0 ? 24 : std::uint64_t{1} << (8U << (size_code - 1));
    if (value < least) good_ = false;
    return value;
  }

  ByteView rest_;
  bool good_ = true;
};

}  // namespace

Bytes write_state(const State& state) {
  Writer out;
  out.head(kArray, kMembers);
  out.text(kSchema);
  out.text(state.document_name);
  out.octets(state.document_sha256);
  out.number(state.document_octets);
  out.octets(state.tail);
  for (const auto part : state.byte_range) out.number(part);
  out.text(state.field);
  out.number(state.contents_in_tail);
  out.number(state.capacity);
  out.signed_number(state.signing_time.since_epoch().time_since_epoch().count());
  out.number(static_cast<std::uint64_t>(state.scheme.algorithm) << 8U |
             static_cast<std::uint64_t>(state.scheme.digest));
  out.number(state.level);
  out.number(state.without_timestamp);
  out.octets(state.certificate);
  out.head(kArray, state.chain.size());
  for (const auto& certificate : state.chain) out.octets(certificate);
  out.octets(state.attributes);
  out.octets(ossl::sha256(out.so_far()));
  return out.take();
}

Result<State> read_state(ByteView octets) {
  const auto malformed = [](std::string_view what) {
    return make_error(Code::kStateMalformed, std::string(what));
  };
  Reader in(octets);
  State state;
  if (in.head(kArray) != kMembers || in.text() != kSchema) return malformed("not a state");
  state.document_name = in.text();
  state.document_sha256 = in.octets();
  state.document_octets = in.head(kUnsigned);
  state.tail = in.octets();
  for (auto& part : state.byte_range) part = in.head(kUnsigned);
  state.field = in.text();
  state.contents_in_tail = in.head(kUnsigned);
  state.capacity = in.head(kUnsigned);
  state.signing_time = UtcTime{std::chrono::sys_seconds{std::chrono::seconds{in.signed_number()}}};
  const auto scheme = in.head(kUnsigned);
  state.level = in.head(kUnsigned);
  state.without_timestamp = in.head(kUnsigned);
  state.certificate = in.octets();
  const auto certificates = in.head(kArray);
  if (certificates > kMostCertificates) return malformed("too many certificates");
  for (std::uint64_t i = 0; i < certificates && in.good(); ++i) state.chain.push_back(in.octets());
  state.attributes = in.octets();
  const auto before_checksum = octets.size() - in.left();
  const auto checksum = in.octets();
  if (!in.finished()) return malformed("CBOR");
  if (checksum != ossl::sha256(octets.first(before_checksum))) return malformed("checksum");
  if ((scheme >> 8U) > static_cast<std::uint64_t>(SignatureAlgorithm::kEcdsa) ||
      (scheme & 0xFFU) > static_cast<std::uint64_t>(DigestAlgorithm::kSha3_512) ||
      state.level > 3 || state.without_timestamp > 1)
    return malformed("unknown algorithm or level");
  state.scheme = {.algorithm = static_cast<SignatureAlgorithm>(scheme >> 8U),
                  .digest = static_cast<DigestAlgorithm>(scheme & 0xFFU)};
  return state;
}

}  // namespace antin::signer
