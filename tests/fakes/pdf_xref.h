#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

namespace antin::test {

/// Where an object of a revision stands.
struct XrefEntry {
  std::size_t offset = 0;
  int generation = 0;
  bool used = false;
};
using XrefEntries = std::map<int, XrefEntry>;
/// Object stream and index of objects in such streams.
using XrefCompressed = std::map<int, std::pair<int, int>>;

/// "xref" and its sections (ISO 32000-2 7.5.4).
inline std::string xref_table(const XrefEntries& entries) {
  std::string text = "xref\n";
  if (entries.empty()) text += "0 0\n";
  for (auto it = entries.begin(); it != entries.end();) {
    auto end = it;
    int count = 0;
    while (end != entries.end() && end->first == it->first + count) ++end, ++count;
    text += std::to_string(it->first) + " " + std::to_string(count) + "\n";
    for (; it != end; ++it) {
      std::array<char, 32> line{};
      std::snprintf(line.data(), line.size(), "%010zu %05d %c \n", it->second.offset,
                    it->second.generation, it->second.used ? 'n' : 'f');
      text += line.data();
    }
  }
  return text;
}

/// What a cross-reference stream with /W[1 4 2] says (ISO 32000-2 7.5.8).
struct XrefRows {
  std::string index, data;

  XrefRows(const XrefEntries& entries, const XrefCompressed& compressed) {
    for (const auto& [number, entry] : entries)
      add(number, entry.used ? 1 : 0, entry.offset, entry.used ? entry.generation : 0);
    for (const auto& [number, place] : compressed)
      add(number, 2, static_cast<std::size_t>(place.first), place.second);
  }

 private:
  void add(int number, int type, std::size_t second, int third) {
    index += std::to_string(number) + " 1 ";
    data += static_cast<char>(type);
    for (int shift = 24; shift >= 0; shift -= 8) data += static_cast<char>(second >> shift);
    data += static_cast<char>(third >> 8);
    data += static_cast<char>(third);
  }
};

}  // namespace antin::test
