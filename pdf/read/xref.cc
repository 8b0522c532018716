#include "pdf/read/xref.h"

#include <algorithm>
#include <array>
#include <limits>

namespace antin::pdf {
namespace {

using Kind = Lexer::Kind;

Error malformed(const char* what, std::size_t offset) {
  return make_error(Code::kPdfMalformed,
                    std::string{what} + " at offset " + std::to_string(offset));
}

Error too_many() {
  return make_error(Code::kResourceLimit, "cross-reference sections hold too many entries");
}

bool fits_number(std::int64_t first, std::int64_t count) {
  constexpr std::int64_t kMax = std::numeric_limits<int>::max();
  return first >= 0 && count >= 0 && first <= kMax && count <= kMax - first;
}

/// Twenty octets an entry are the rule (7.5.4): then a subsection can be stepped over.
bool step_over(Lexer& lexer, std::size_t count) {
  const auto octets = lexer.octets();
  auto at = lexer.position();
  while (at < octets.size() && is_white(octets[at])) ++at;
  if (count == 0 || count > (octets.size() - at) / 20) return false;
  const auto last = at + (count - 1) * 20;
  const auto kind = octets[last + 17];
  if ((kind != 'n' && kind != 'f') || (octets[at + 17] != 'n' && octets[at + 17] != 'f')) {
    return false;
  }
  const auto next = last + 20;
  if (!is_white(octets[next - 1])) return false;
  lexer.seek(next);
  return true;
}

std::optional<XrefEntry> read_entry(Lexer& lexer, int number, std::size_t header) {
  const auto offset = lexer.next();
  const auto generation = lexer.next();
  const auto kind = lexer.next();
  if (offset.kind != Kind::kInteger || offset.integer < 0 || offset.overflow ||
      generation.kind != Kind::kInteger || generation.integer < 0 || generation.integer > 99'999) {
    return std::nullopt;
  }
  const auto g = static_cast<int>(generation.integer);
  const auto place = static_cast<std::uint64_t>(offset.integer);
  if (lexer.is_keyword(kind, "f")) return XrefEntry{number, XrefEntry::Kind::kFree, 0, g};
  // Offset 0 for an object in use stands for "free" in the files of many producers; libqpdf reads
  // it so, too.
  if (lexer.is_keyword(kind, "n") && place == 0) {
    return XrefEntry{number, XrefEntry::Kind::kFree, 0, g};
  }
  if (lexer.is_keyword(kind, "n")) {
    return XrefEntry{number, XrefEntry::Kind::kOffset, place + header, g};
  }
  return std::nullopt;
}

Result<XrefSection> read_table(Lexer lexer, std::size_t begin, std::size_t header,
                               ReadEntries wanted, const ReadLimits& limits, XrefBudget& budget) {
  XrefSection section;
  section.begin = begin;
  section.entries_known = wanted == ReadEntries::kYes;
  for (;;) {
    const auto first = lexer.next();
    if (lexer.is_keyword(first, "trailer")) break;
    const auto count = lexer.next();
    if (first.kind != Kind::kInteger || count.kind != Kind::kInteger ||
        !fits_number(first.integer, count.integer)) {
      return malformed("cross-reference table: bad subsection", first.begin);
    }
    const auto many = static_cast<std::size_t>(count.integer);
    if (many > budget.entries) return too_many();
    budget.entries -= many;
    if (wanted == ReadEntries::kNotFromTables && step_over(lexer, many)) continue;
    for (std::size_t i = 0; i < many; ++i) {
      const auto number = static_cast<int>(first.integer) + static_cast<int>(i);
      const auto entry = read_entry(lexer, number, header);
      if (!entry) return malformed("cross-reference table: bad entry", lexer.position());
      if (wanted == ReadEntries::kYes) section.entries.push_back(*entry);
    }
  }
  auto trailer = read_dictionary(lexer, limits.max_depth);
  if (!trailer) return malformed("trailer dictionary", lexer.position());
  section.trailer = std::move(*trailer);
  section.end = section.trailer.end;
  return section;
}

std::uint64_t field(ByteView row, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8U | row[at + i];
  return value;
}

Status read_stream_entries(ByteView file, ByteView data, std::size_t header,
                           const ReadLimits& limits, XrefBudget& budget, XrefSection& section) {
  const auto& dictionary = section.trailer;
  const auto* w = dictionary.find("W");
  const auto widths = w != nullptr ? read_array(file, *w, 1) : std::nullopt;
  const auto size = dictionary.integer("Size");
  if (!widths || widths->size() != 3 || !size || !fits_number(0, *size)) {
    return malformed("cross-reference stream: /W or /Size", section.begin);
  }
  std::array<std::size_t, 3> width{};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& value = (*widths)[i];
    if (value.kind != Kind::kInteger || value.integer < 0 || value.integer > 8) {
      return malformed("cross-reference stream: /W", section.begin);
    }
    width[i] = static_cast<std::size_t>(value.integer);
  }
  const auto row = width[0] + width[1] + width[2];
  if (row == 0) return malformed("cross-reference stream: /W of nothing", section.begin);

  std::vector<std::pair<int, std::size_t>> ranges;
  std::size_t total = 0;
  if (const auto* index = dictionary.find("Index")) {
    const auto values = read_array(file, *index, 1);
    if (!values || values->size() % 2 != 0) {
      return malformed("cross-reference stream: /Index", section.begin);
    }
    for (std::size_t i = 0; i < values->size(); i += 2) {
      const auto& first = (*values)[i];
      const auto& count = (*values)[i + 1];
      if (first.kind != Kind::kInteger || count.kind != Kind::kInteger ||
          !fits_number(first.integer, count.integer)) {
        return malformed("cross-reference stream: /Index", section.begin);
      }
      ranges.emplace_back(static_cast<int>(first.integer), static_cast<std::size_t>(count.integer));
      total += ranges.back().second;
    }
  } else {
    ranges.emplace_back(0, static_cast<std::size_t>(*size));
    total = ranges.back().second;
  }
  if (total > budget.entries) return too_many();
  budget.entries -= total;

  ANTIN_TRY(auto decoded,
            decode_xref_data(file, dictionary, data,
                             std::min(limits.max_stream_octets, total * row + 65'536)));
  if (!decoded) return Done{};  // some unusual filter: libqpdf reads it, we do not
  if (decoded->size() < total * row) {
    return malformed("cross-reference stream: too short", section.begin);
  }
  section.entries_known = true;
  section.entries.reserve(total);
  std::size_t at = 0;
  for (const auto& [first, count] : ranges) {
    for (std::size_t i = 0; i < count; ++i, at += row) {
      const auto type = width[0] == 0 ? 1 : field(*decoded, at, width[0]);
      const auto second = field(*decoded, at + width[0], width[1]);
      const auto third = field(*decoded, at + width[0] + width[1], width[2]);
      XrefEntry entry{first + static_cast<int>(i), XrefEntry::Kind::kFree, 0, 0};
      if (type == 1) {
        entry.kind = XrefEntry::Kind::kOffset;
        entry.place =
            second > std::numeric_limits<std::uint64_t>::max() - header ? second : second + header;
      } else if (type == 2) {
        entry.kind = XrefEntry::Kind::kCompressed;
        entry.place = second;
      }
      entry.generation = static_cast<int>(std::min<std::uint64_t>(third, 1U << 30U));
      section.entries.push_back(entry);
    }
  }
  return Done{};
}

Result<XrefSection> read_stream(ByteView file, std::size_t header, std::size_t begin,
                                const ReadLimits& limits, XrefBudget& budget) {
  Lexer lexer{file, begin};
  const auto number = lexer.next();
  const auto generation = lexer.next();
  if (number.kind != Kind::kInteger || generation.kind != Kind::kInteger ||
      !fits_number(number.integer, 1) || !fits_number(generation.integer, 1) ||
      !lexer.is_keyword(lexer.next(), "obj")) {
    return malformed("no cross-reference section", begin);
  }
  XrefSection section;
  section.begin = number.begin;
  section.is_stream = true;
  section.id = {static_cast<int>(number.integer), static_cast<int>(generation.integer)};
  auto dictionary = read_dictionary(lexer, limits.max_depth);
  const auto length = dictionary ? dictionary->integer("Length") : std::nullopt;
  if (!length || *length < 0 || !lexer.is_keyword(lexer.next(), "stream")) {
    return malformed("cross-reference stream: dictionary", begin);
  }
  section.trailer = std::move(*dictionary);
  const auto* type = section.trailer.find("Type");
  if (type == nullptr || as_text(file).substr(type->begin, type->end - type->begin) != "/XRef") {
    return malformed("not a cross-reference stream", begin);
  }
  auto at = lexer.position();
  if (at < file.size() && file[at] == '\r') ++at;
  if (at < file.size() && file[at] == '\n') ++at;
  if (static_cast<std::size_t>(*length) > file.size() - at) {
    return malformed("cross-reference stream: /Length", begin);
  }
  const auto data = file.subspan(at, static_cast<std::size_t>(*length));
  lexer.seek(at + data.size());
  if (!lexer.is_keyword(lexer.next(), "endstream") || !lexer.is_keyword(lexer.next(), "endobj")) {
    return malformed("cross-reference stream: no endstream", at + data.size());
  }
  section.end = lexer.position();
  ANTIN_CHECK(read_stream_entries(file, data, header, limits, budget, section));
  return section;
}

}  // namespace

Result<XrefSection> read_xref_section(ByteView file, std::size_t header, std::size_t offset,
                                      ReadEntries wanted, const ReadLimits& limits,
                                      XrefBudget& budget) {
  if (offset >= file.size()) return malformed("cross-reference section beyond the file", offset);
  Lexer lexer{file, offset};
  const auto first = lexer.next();
  if (lexer.is_keyword(first, "xref")) {
    return read_table(lexer, first.begin, header, wanted, limits, budget);
  }
  return read_stream(file, header, offset, limits, budget);
}

}  // namespace antin::pdf
