#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::hsm {

/// A PKCS#11 URI (RFC 7512): names tokens and objects by their attributes.
///
/// Attributes that are absent match anything. Where we differ from the RFC:
/// - pin-value and pin-source are refused (§7: a URI ends up in logs and process lists);
/// - octets from 0x80 on may stand unencoded, so that a Vietnamese label can be typed;
/// - library-*, slot-manufacturer and slot-description are read but compared with nothing: like an
///   unrecognised path attribute they match no resource (§2.5).
/// Unrecognised query attributes are ignored (§2.5). At most 4096 octets.
struct Pkcs11Uri {
  enum class Type : std::uint8_t { kPrivate, kPublic, kCertificate, kSecretKey, kData };

  std::optional<std::string> token;
  std::optional<std::string> manufacturer;
  std::optional<std::string> model;
  std::optional<std::string> serial;
  std::optional<std::string> object;  ///< CKA_LABEL
  std::optional<Bytes> id;            ///< CKA_ID
  std::optional<Type> type;
  std::optional<std::uint64_t> slot_id;
  std::optional<std::string> module_path;
  std::optional<std::string> module_name;  ///< "softhsm2" for libsofthsm2.so
  /// Holds an attribute that nothing here can match: the URI selects nothing.
  bool unmatchable = false;

  /// Fails with kTokenUriPinRefused for pin-value and pin-source, else with kTokenUriInvalid.
  static Result<Pkcs11Uri> parse(std::string_view text);

  /// Canonical form: fixed order, everything outside RFC 7512's unreserved set percent-encoded, the
  /// id encoded as a whole (§2.3). parse(to_string()) gives the same value unless `unmatchable`.
  std::string to_string() const;

  friend bool operator==(const Pkcs11Uri&, const Pkcs11Uri&) = default;
};

/// Whether a module at `path` is one that `uri` allows (module-path, module-name).
bool allows_module(const Pkcs11Uri& uri, std::string_view path);

/// Whether `key` (canonical) has every attribute that `pattern` names.
bool covers(const Pkcs11Uri& pattern, const Pkcs11Uri& key);

struct TokenStatus;
/// Whether token, manufacturer, model, serial and slot-id fit.
bool allows_token(const Pkcs11Uri& uri, const TokenStatus& token);

}  // namespace antin::hsm
