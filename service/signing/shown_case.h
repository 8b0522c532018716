#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// Members of what a service said; "" and 0 where they are absent or of another type.
inline std::string text_in(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::int64_t number_in(const nlohmann::json& object, const char* name);

/// One item of a signing-session (docs/PROTOCOL.officer.md), looked at as an object.
bool is_signing_item(const nlohmann::json& item);
bool is_prepared(const nlohmann::json& item);
/// The items of a session. Fails with kSignCasesAnswer ({dia_chi}) for anything but a list of them.
Result<std::vector<nlohmann::json>> signing_items(const nlohmann::json& session,
                                                  const std::string& service);

/// The session's algorithm and digest; nullopt for what antin does not sign with.
std::optional<SignatureScheme> scheme_named(std::string_view algorithm, std::string_view digest);

/// What a person is shown of a case and signs: both from the same octets.
struct ShownCase {
  std::string case_id, name, requester, number;
  std::int64_t pages = 0;
  std::string sha256;  ///< of the case's document within `file`, computed here
  Bytes attributes;    ///< DER SignedAttributes, built here
};

/// Builds what will be signed from the file that the service shows, and holds it against what the
/// service wants signed: byte range, digest, attributes, and the digest of the document. Fails with
/// kSignCasesDiffers ({ho_so}). Pure.
Result<ShownCase> check_shown_case(ByteView file, const nlohmann::json& item,
                                   ByteView certificate_der, DigestAlgorithm digest);

}  // namespace antin::service
