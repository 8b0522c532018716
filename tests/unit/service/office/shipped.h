#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "service/office/legal_data.h"
#include "service/system/files.h"

namespace antin::office {

/// The legal data of the package.
inline const LegalData& shipped() {
  static const auto data = LegalData::load(ANTIN_SOURCE_DIR "/packaging/legal");
  return data.value();
}

/// Its files, to be damaged.
inline std::vector<LegalFile> shipped_files() {
  const std::string folder = ANTIN_SOURCE_DIR "/packaging/legal";
  std::vector<LegalFile> files;
  const auto names = service::list_files(folder).value();
  for (const auto& name : names) {
    if (!name.ends_with(".toml")) continue;
    std::ifstream in{folder + "/" + name};
    files.push_back({name, {std::istreambuf_iterator<char>{in}, {}}});
  }
  return files;
}

inline LegalDay day(const char* iso) {
  return LegalDay::parse(iso).value();
}

}  // namespace antin::office
