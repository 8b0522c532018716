#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"

namespace antin::service::settings {
class Section;
}  // namespace antin::service::settings

namespace antin::service {

/// [[agency.unit]]: the seal of one unit, another key at the same tokend.
struct UnitSealConfig {
  std::string code;         ///< of the table of units
  std::string key;          ///< RFC 7512 URI
  std::string certificate;  ///< file; "" = the one on the token
  std::vector<std::string> chain;
};

/// A part of read_config(). Fails with kConfigValue.
Result<std::vector<UnitSealConfig>> read_unit_seals(std::vector<settings::Section> sections);
/// Those of a file that read_config() has accepted, paths as they are written there.
Result<std::vector<UnitSealConfig>> unit_seals_in(std::string_view toml);

}  // namespace antin::service
