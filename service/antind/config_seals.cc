#include "service/antind/config_seals.h"

#include <algorithm>

#include "service/settings/section.h"

namespace antin::service {

using settings::Section;
using settings::wrong;

Result<std::vector<UnitSealConfig>> read_unit_seals(std::vector<Section> sections) {
  std::vector<UnitSealConfig> seals;
  for (auto& section : sections) {
    UnitSealConfig seal;
    ANTIN_CHECK(section.text("code", seal.code));
    ANTIN_CHECK(section.text("key", seal.key));
    ANTIN_CHECK(section.text("certificate", seal.certificate));
    ANTIN_CHECK(section.texts("chain", seal.chain));
    ANTIN_CHECK(section.done());
    if (!section.present()) break;
    if (seal.code.empty()) return wrong(section.name_of("code"), "must be given");
    if (seal.key.empty()) return wrong(section.name_of("key"), "must be given");
    const auto same = [&](const auto& other) { return other.code == seal.code; };
    if (std::any_of(seals.begin(), seals.end(), same))
      return wrong(section.name_of("code"), "\"" + seal.code + "\" twice");
    seals.push_back(std::move(seal));
  }
  return seals;
}

Result<std::vector<UnitSealConfig>> unit_seals_in(std::string_view toml) {
  ANTIN_TRY(const auto file, settings::File::parse(toml, "antin-config/1"));
  auto root = file.root();
  ANTIN_TRY(auto agency, root.section("agency"));
  ANTIN_TRY(auto sections, agency.sections("unit"));
  return read_unit_seals(std::move(sections));
}

}  // namespace antin::service
