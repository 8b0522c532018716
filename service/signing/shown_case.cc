#include "service/signing/shown_case.h"

#include <algorithm>
#include <array>

#include "certs/core/base64.h"
#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"

namespace antin::service {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kMostItems = 200;

Error differs(const Json& item, const char* what) {
  return make_error(Code::kSignCasesDiffers, what, {{"ho_so", text_in(item, "case")}});
}

// The two ranges that a signature covers, all of the file but one place.
Result<Bytes> digest_of_ranges(ByteView file, const Json& item, DigestAlgorithm digest) {
  const auto range = item.find("byte_range");
  if (range == item.end() || !range->is_array() || range->size() != 4)
    return differs(item, "byte_range");
  std::array<std::uint64_t, 4> at{};
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (!(*range)[i].is_number_unsigned()) return differs(item, "byte_range");
    at.at(i) = (*range)[i].get<std::uint64_t>();
  }
  if (at[0] != 0 || at[1] > at[2] || at[2] > file.size() || at[3] != file.size() - at[2])
    return differs(item, "byte_range");
  return ossl::digest(digest, {file.first(at[1]), file.subspan(at[2], at[3])});
}

}  // namespace

std::int64_t number_in(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool is_signing_item(const Json& item) {
  return item.is_object() && !text_in(item, "case").empty() && !text_in(item, "state").empty();
}

bool is_prepared(const Json& item) {
  return text_in(item, "state") == "prepared";
}

Result<std::vector<Json>> signing_items(const Json& session, const std::string& service) {
  const auto items = session.find("items");
  if (items == session.end() || !items->is_array() || items->size() > kMostItems ||
      !std::all_of(items->begin(), items->end(), is_signing_item))
    return make_error(Code::kSignCasesAnswer, "items", {{"dia_chi", service}});
  return std::vector<Json>(items->begin(), items->end());
}

std::optional<SignatureScheme> scheme_named(std::string_view algorithm, std::string_view digest) {
  for (const auto one :
       {SignatureAlgorithm::kRsaPkcs1, SignatureAlgorithm::kRsaPss, SignatureAlgorithm::kEcdsa}) {
    for (const auto other :
         {DigestAlgorithm::kSha256, DigestAlgorithm::kSha384, DigestAlgorithm::kSha512}) {
      if (name(one) == algorithm && name(other) == digest)
        return SignatureScheme{.algorithm = one, .digest = other};
    }
  }
  return std::nullopt;
}

Result<ShownCase> check_shown_case(ByteView file, const Json& item, ByteView certificate_der,
                                   DigestAlgorithm digest) {
  ANTIN_TRY(const auto covered, digest_of_ranges(file, item, digest));
  ShownCase shown{.case_id = text_in(item, "case"),
                  .name = text_in(item, "name"),
                  .requester = text_in(item, "requester"),
                  .number = text_in(item, "number"),
                  .pages = number_in(item, "pages"),
                  .sha256 = {},
                  .attributes = {}};
  shown.attributes = hsm::build_signed_attributes(
      {.message_digest = covered, .certificate_sha256 = ossl::sha256(certificate_der)});
  const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_in(item, "size")));
  Bytes wanted;
  if (!from_base64(text_in(item, "attributes"), wanted) || wanted != shown.attributes ||
      size > file.size())
    return differs(item, "attributes");
  shown.sha256 = to_hex(ossl::sha256(file.first(static_cast<std::size_t>(size))));
  if (shown.sha256 != text_in(item, "sha256")) return differs(item, "sha256");
  return shown;
}

}  // namespace antin::service
