// Asking a TSA and reading its answer: RFC 3161 §2.4.1 and §2.4.2.

#include <algorithm>

#include <openssl/bn.h>
#include <openssl/objects.h>

#include "certs/asn1.h"
#include "certs/timestamp.h"

namespace antin::certs {
namespace {

constexpr std::size_t kSha256Octets = 32;
constexpr std::size_t kLargestResponse = std::size_t{2} << 20U;

// One TLV of definite length at the front of `octets`: its content, and what follows it.
struct Element {
  ByteView content;
  ByteView rest;
};

std::optional<Element> first_element(ByteView octets) {
  const auto* at = octets.data();
  long length = 0;
  int tag = 0;
  int tag_class = 0;
  const int flags =
      ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(octets.size()));
  constexpr int kIndefinite = 1;
  constexpr int kError = 0x80;
  if ((flags & kError) != 0 || (flags & kIndefinite) != 0) return std::nullopt;
  const auto header = static_cast<std::size_t>(at - octets.data());
  const auto size = static_cast<std::size_t>(length);
  if (size > octets.size() - header) return std::nullopt;
  return Element{octets.subspan(header, size), octets.subspan(header + size)};
}

/// TimeStampResp in its two parts. The token stays as the TSA wrote it: encoding it again could
/// break a signature made over BER.
struct Response {
  ossl::TimestampStatusPtr status;
  ByteView token;
};

std::optional<Response> split(ByteView response) {
  const auto whole = first_element(response);
  if (!whole || !whole->rest.empty()) return std::nullopt;
  const auto status = first_element(whole->content);
  if (!status) return std::nullopt;
  const auto* at = whole->content.data();
  const auto length = static_cast<long>(whole->content.size() - status->rest.size());
  Response parts{ossl::TimestampStatusPtr{d2i_TS_STATUS_INFO(nullptr, &at, length)}, status->rest};
  if (!parts.status || at != status->rest.data()) return std::nullopt;
  return parts;
}

std::string status_text(const TS_STATUS_INFO* info) {
  std::string text = std::to_string(ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info)));
  const auto* lines = TS_STATUS_INFO_get0_text(info);
  for (int i = 0; i < sk_ASN1_UTF8STRING_num(lines); ++i)
    text += ": " + display_text(sk_ASN1_UTF8STRING_value(lines, i));
  constexpr std::size_t kMost = 200;
  if (text.size() <= kMost) return text;
  auto end = kMost;  // not within a character
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

Bytes without_leading_zeros(ByteView octets) {
  const auto first = std::find_if(octets.begin(), octets.end(), [](auto o) { return o != 0; });
  return {first, octets.end()};
}

bool fill_imprint(TS_REQ* request, ByteView imprint) {
  const ossl::TimestampImprintPtr message{TS_MSG_IMPRINT_new()};
  const ossl::AlgorithmPtr algorithm{X509_ALGOR_new()};
  return message && algorithm &&
         X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
         TS_MSG_IMPRINT_set_algo(message.get(), algorithm.get()) == 1 &&
         // Copies the octets; only the signature is older than const.
         TS_MSG_IMPRINT_set_msg(message.get(), const_cast<unsigned char*>(imprint.data()),
                                static_cast<int>(imprint.size())) == 1 &&
         TS_REQ_set_msg_imprint(request, message.get()) == 1;
}

bool fill_nonce(TS_REQ* request, ByteView nonce) {
  const ossl::BigNumberPtr number{BN_bin2bn(nonce.data(), static_cast<int>(nonce.size()), nullptr)};
  const ossl::IntegerPtr integer{number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr};
  return integer && TS_REQ_set_nonce(request, integer.get()) == 1;
}

}  // namespace

Result<Bytes> make_timestamp_request(ByteView imprint_sha256, ByteView nonce) {
  constexpr std::size_t kShortestNonce = 8;
  constexpr std::size_t kLongestNonce = 20;
  if (imprint_sha256.size() != kSha256Octets || nonce.size() < kShortestNonce ||
      nonce.size() > kLongestNonce)
    return make_error(Code::kInternal, "timestamp request: imprint or nonce of a wrong length");
  const ossl::TimestampRequestPtr request{TS_REQ_new()};
  if (!request || TS_REQ_set_version(request.get(), 1) != 1 ||
      !fill_imprint(request.get(), imprint_sha256) || !fill_nonce(request.get(), nonce) ||
      TS_REQ_set_cert_req(request.get(), 1) != 1)
    return ossl::take_errors(Code::kInternal, "timestamp request");
  auto der = to_der(request.get(), i2d_TS_REQ);
  if (der.empty()) return ossl::take_errors(Code::kInternal, "timestamp request");
  return der;
}

Result<TimestampToken> read_timestamp_response(ByteView response, ByteView imprint_sha256,
                                               ByteView nonce) {
  if (response.empty() || response.size() > kLargestResponse)
    return make_error(Code::kTimestampMalformed, "no octets, or too many");
  const ossl::ErrorMark probe;
  const auto parts = split(response);
  if (!parts) return make_error(Code::kTimestampMalformed, "not a TimeStampResp");
  const auto* info = parts->status.get();
  const long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
  if (status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) {
    const auto text = status_text(info);
    return make_error(Code::kTimestampRefused, text, {{"trang_thai", text}});
  }
  ANTIN_TRY(auto token, TimestampToken::from_bytes(parts->token));
  if (token.imprint_algorithm() != DigestAlgorithm::kSha256 ||
      !std::equal(token.imprint().begin(), token.imprint().end(), imprint_sha256.begin(),
                  imprint_sha256.end()))
    return make_error(Code::kTimestampMismatch, "imprint is not the request's");
  if (token.nonce() != without_leading_zeros(nonce))
    return make_error(Code::kTimestampMismatch, "nonce is not the request's");
  return token;
}

}  // namespace antin::certs
