#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "hsm/tokend/rules.h"

namespace antin::service {

/// Where the PIN of a token comes from.
struct PinOrigin {
  enum class Kind : std::uint8_t { kUnlock, kTerminal, kFile, kCredential };
  Kind kind = Kind::kUnlock;
  std::string where;  ///< path or name of a credential
};

/// tokend.toml, schema "antin-tokend/1". Checked once at start: an unknown key, a wrong type or an
/// unsafe pair of values stops it. Nothing allows anything until it is written.
struct TokendConfig {
  std::vector<std::string> modules;
  struct Service {
    std::string socket;           ///< "" when systemd hands it over
    std::string operator_socket;  ///< ""
    std::string socket_group;     ///< group of `socket`; "" = our own
    std::string operator_group;
    std::vector<std::string> clients;    ///< names or numbers; empty = our own account
    std::vector<std::string> operators;  ///< likewise
    std::string folder;                  ///< journal and memory of checkpoints
    std::size_t max_connections = 64;
    std::size_t module_megabytes = 1024;
    std::chrono::seconds load_within{10};
    std::chrono::seconds call_within{30};
  } service;
  struct Token {
    std::string uri;
    PinOrigin pin;
  };
  std::vector<Token> tokens;
  std::vector<hsm::KeyRule> keys;
};

/// Fails with kConfigUnreadable, kConfigSchema, kConfigUnknownKey, kConfigValue, kConfigUnsafe,
/// kTokenUriInvalid, kTokenUriPinRefused. Relative paths stay as they are. Pure.
Result<TokendConfig> read_tokend_config(std::string_view toml);

/// Whether the file is TOML of this schema, whatever else is in it.
bool is_tokend_config(const std::string& path);

/// Every key that read_tokend_config() knows, "service.folder"; packaging/tokend.toml explains
/// each.
std::vector<std::string> tokend_config_keys();
/// The same from a file; relative paths are beside it.
Result<TokendConfig> load_tokend_config(const std::string& path);

}  // namespace antin::service
