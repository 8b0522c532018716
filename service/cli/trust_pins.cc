#include "service/cli/trust_pins.h"

#include <algorithm>
#include <toml++/toml.h>
#include <unistd.h>
#include <utility>

#include "service/cli/fingerprint.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

constexpr std::string_view kSchema = "antin-trust-pins/1";

Error config_error(const std::string& file, const std::string& reason) {
  return make_error(Code::kTrustConfig, file + ": " + reason, {{"tep", file}, {"ly_do", reason}});
}

Result<TrustPin> read_pin(const std::string& file, const toml::node& node) {
  const auto* table = node.as_table();
  if (table == nullptr) return config_error(file, "[[pin]]");
  TrustPin pin;
  for (const auto& [key, value] : *table) {
    const auto text = value.value<std::string>();
    if (!text || text->empty()) return config_error(file, std::string{key.str()});
    if (key == "name") {
      pin.name = *text;
    } else if (key == "source") {
      pin.source = *text;
    } else if (key == "sha256") {
      auto read = read_fingerprint(*text);
      if (!read) return config_error(file, "sha256 = " + *text);
      pin.sha256 = std::move(*read);
    } else {
      return config_error(file, "unknown key " + std::string{key.str()});
    }
  }
  if (pin.name.empty() || pin.sha256.empty()) return config_error(file, "name, sha256");
  return pin;
}

}  // namespace

Result<std::vector<TrustPin>> read_trust_pins(const std::string& file, ByteView octets) {
  std::vector<TrustPin> pins;
  try {
    const auto table = toml::parse(as_text(octets), file);
    if (table["schema"].value<std::string_view>() != kSchema)
      return config_error(file, "schema = \"antin-trust-pins/1\"");
    for (const auto& [key, node] : table) {
      if (key == "schema") continue;
      const auto* list = node.as_array();
      if (key != "pin" || list == nullptr) return config_error(file, std::string{key.str()});
      for (const auto& one : *list) {
        ANTIN_TRY(auto pin, read_pin(file, one));
        pins.push_back(std::move(pin));
      }
    }
  } catch (const toml::parse_error& error) {
    return config_error(file, std::string{error.description()});
  }
  return pins;
}

std::string installed_trust_pins() {
  const auto folder = own_folder();
  if (folder.empty()) return "";
  // bin/ of a build; libexec/antin/ of an installation.
  for (const char* share : {"/../share/antin", "/../../share/antin"}) {
    auto path = folder + share + "/trust-pins.toml";
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return "";
}

const TrustPin* matching_pin(const std::vector<TrustPin>& pins,
                             const certs::Certificate& certificate) {
  const auto found = std::find_if(pins.begin(), pins.end(), [&](const TrustPin& pin) {
    return pin.sha256 == certificate.sha256();
  });
  return found == pins.end() ? nullptr : &*found;
}

const TrustPin* differing_pin(const std::vector<TrustPin>& pins,
                              const certs::Certificate& certificate) {
  if (matching_pin(pins, certificate) != nullptr) return nullptr;
  const auto found = std::find_if(pins.begin(), pins.end(), [&](const TrustPin& pin) {
    return pin.name == certificate.subject_common_name();
  });
  return found == pins.end() ? nullptr : &*found;
}

}  // namespace antin::service
