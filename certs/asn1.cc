#include "certs/asn1.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "certs/ossl/digest.h"

namespace antin::certs {
namespace {

using PssParametersPtr = ossl::Handle<RSA_PSS_PARAMS, &RSA_PSS_PARAMS_free>;

// Bidirectional controls (UAX #9) and C0/C1 controls.
bool misleads(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

// Printable ASCII in a type that means by it what everybody means: nothing to convert or to hide.
bool is_plain(const ASN1_STRING& text) {
  const int type = ASN1_STRING_type(&text);
  if (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING && type != V_ASN1_IA5STRING)
    return false;
  const auto octets = content_of(&text);
  return std::all_of(octets.begin(), octets.end(), [](auto c) { return c >= 0x20 && c < 0x7F; });
}

// `utf8` is valid UTF-8: OpenSSL has converted it.
std::string without_misleading(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    const std::size_t wanted = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const auto part = utf8.substr(at, wanted);
    char32_t c = part.size() == 1 ? lead : lead & (0xFFU >> (part.size() + 1));
    for (const char next : part.substr(1))
      c = (c << 6U) | (static_cast<unsigned char>(next) & 0x3FU);
    out += misleads(c) ? std::string_view{"\xEF\xBF\xBD"} : part;
    at += part.size();
  }
  return out;
}

}  // namespace

std::optional<UtcTime> utc_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date{year{parts.tm_year + 1900},
                            month{static_cast<unsigned>(parts.tm_mon + 1)},
                            std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!date.ok()) return std::nullopt;
  return UtcTime{sys_days{date} + hours{parts.tm_hour} + minutes{parts.tm_min} +
                 seconds{parts.tm_sec}};
}

std::string display_text(const ASN1_STRING* text) {
  if (text != nullptr && is_plain(*text)) return std::string{as_text(content_of(text))};
  const ossl::ErrorMark probe;
  unsigned char* converted = nullptr;
  const int length = text == nullptr ? -1 : ASN1_STRING_to_UTF8(&converted, text);
  const ossl::OctetsPtr owned{converted};
  if (length < 0) return {};
  return without_misleading(as_text({owned.get(), static_cast<std::size_t>(length)}));
}

std::string first_value(const X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return {};
  return display_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::vector<std::string> all_values(const X509_NAME* name, int nid) {
  constexpr std::size_t kMost = 16;
  std::vector<std::string> values;
  for (int at = X509_NAME_get_index_by_NID(name, nid, -1); at >= 0 && values.size() < kMost;
       at = X509_NAME_get_index_by_NID(name, nid, at))
    values.push_back(display_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at))));
  return values;
}

std::string name_line(const X509_NAME* name) {
  const ossl::ErrorMark probe;
  const ossl::BioPtr out{BIO_new(BIO_s_mem())};
  constexpr auto kFlags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, kFlags) < 0) return {};
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  if (length <= 0) return {};
  return without_misleading({text, static_cast<std::size_t>(length)});
}

std::string integer_hex(const ASN1_INTEGER* integer) {
  const ossl::BigNumberPtr number{ASN1_INTEGER_to_BN(integer, nullptr)};
  if (!number) return {};
  Bytes octets(static_cast<std::size_t>(std::max(1, BN_num_bytes(number.get()))));
  BN_bn2bin(number.get(), octets.data());  // writes nothing for zero
  return (BN_is_negative(number.get()) == 1 ? "-" : "") + to_hex(octets);
}

ByteView content_of(const ASN1_STRING* string) {
  if (string == nullptr) return {};
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::optional<DigestAlgorithm> signature_digest(const X509_ALGOR* algorithm) {
  const ossl::ErrorMark probe;
  const ASN1_OBJECT* oid = nullptr;
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(&oid, &type, &value, algorithm);
  if (oid == nullptr) return std::nullopt;
  if (OBJ_obj2nid(oid) != NID_rsassaPss) {
    int digest = NID_undef;
    if (OBJ_find_sigid_algs(OBJ_obj2nid(oid), &digest, nullptr) != 1) return std::nullopt;
    return ossl::digest_of_nid(digest);
  }
  if (type != V_ASN1_SEQUENCE) return std::nullopt;
  const auto content = content_of(static_cast<const ASN1_STRING*>(value));
  const auto* at = content.data();
  const PssParametersPtr parameters{
      d2i_RSA_PSS_PARAMS(nullptr, &at, static_cast<long>(content.size()))};
  if (!parameters) return std::nullopt;
  if (parameters->hashAlgorithm == nullptr) return DigestAlgorithm::kSha1;  // RFC 4055 §3.1
  X509_ALGOR_get0(&oid, nullptr, nullptr, parameters->hashAlgorithm);
  return ossl::digest_of_nid(OBJ_obj2nid(oid));
}

}  // namespace antin::certs
