#include "pdf/read/accounting.h"

#include <algorithm>
#include <string>

#include "pdf/read/lexer.h"

namespace antin::pdf {
namespace {

using Kind = Lexer::Kind;

constexpr std::size_t kMaxFindings = 20;

struct Span {
  std::size_t begin, end;
};

/// White space and comments, but no comment that could start or end a file.
bool is_filler(ByteView gap) {
  const auto text = as_text(gap);
  std::size_t i = 0;
  while (i < text.size()) {
    if (is_white(gap[i])) {
      ++i;
    } else if (gap[i] == '%') {
      auto line = text.substr(i, text.find_first_of("\r\n", i) - i);
      if (line.find("%%EOF") != std::string_view::npos ||
          line.find("%PDF-") != std::string_view::npos) {
        return false;
      }
      i += line.size();
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::size_t> end_of_stream(ByteView file, std::size_t data, std::uint64_t length) {
  if (data > file.size() || length > file.size() - data) return std::nullopt;
  auto at = data + static_cast<std::size_t>(length);
  // An end of line, or more white space; a comment would be data to whoever looks for "endstream".
  while (at < file.size() && is_white(file[at])) ++at;
  Lexer lexer{file, at};
  const auto end = lexer.next();
  if (end.begin != at || !lexer.is_keyword(end, "endstream")) return std::nullopt;
  if (!lexer.is_keyword(lexer.next(), "endobj")) return std::nullopt;
  return lexer.position();
}

std::optional<ObjectExtent> extent_of_object(ByteView file, std::size_t begin, ObjectId id,
                                             std::size_t max_depth) {
  Lexer lexer{file, begin};
  const auto number = lexer.next();
  const auto generation = lexer.next();
  if (number.kind != Kind::kInteger || number.integer != id.number ||
      generation.kind != Kind::kInteger || generation.integer != id.generation ||
      !lexer.is_keyword(lexer.next(), "obj")) {
    return std::nullopt;
  }
  const auto value_at = lexer.position();
  auto value = scan_value(lexer, max_depth);
  if (!value) return std::nullopt;
  const auto after = lexer.next();
  ObjectExtent extent{after.end, true, std::move(*value), 0, std::nullopt};
  if (lexer.is_keyword(after, "endobj")) return extent;
  if (!lexer.is_keyword(after, "stream")) return std::nullopt;
  lexer.seek(value_at);
  const auto dictionary = read_dictionary(lexer, max_depth);
  if (!dictionary) return std::nullopt;
  auto data = after.end;
  if (data < file.size() && file[data] == '\r') ++data;
  if (data < file.size() && file[data] == '\n') ++data;
  if (const auto length = dictionary->integer("Length")) {
    const auto end =
        *length < 0 ? std::nullopt : end_of_stream(file, data, static_cast<std::uint64_t>(*length));
    if (!end) return std::nullopt;
    extent.end = *end;
    return extent;
  }
  const auto* reference = dictionary->find("Length");
  if (reference == nullptr || !reference->reference) return std::nullopt;
  const auto found = as_text(file).find("endstream", data);
  const auto end = found == std::string_view::npos ? std::nullopt : end_of_stream(file, found, 0);
  if (!end) return std::nullopt;
  extent.end = *end;
  extent.exact = false;
  extent.data = data;
  extent.length = reference->reference;
  return extent;
}

void account_for_update(ByteView file, const UpdateOctets& update, const ReadLimits& limits,
                        Findings& findings) {
  const auto limit = findings.size() + kMaxFindings;
  const auto note = [&](Code code, std::string detail) {
    if (findings.size() < limit) {
      findings.push_back({code, Severity::kError, {}, std::move(detail)});
    }
  };
  std::vector<Span> explained;
  std::vector<XrefEntry> objects;
  for (const auto* section : update.sections) {
    if (section->begin < update.begin || section->end > update.end) {
      note(Code::kPdfXrefChain,
           "a cross-reference section of an update lies outside of it, offset " +
               std::to_string(section->begin));
      continue;
    }
    explained.push_back({section->begin, section->end});
    if (!section->entries_known) {
      note(Code::kPdfAmbiguous, "cross-reference stream with an unusual filter, offset " +
                                    std::to_string(section->begin));
    }
    auto numbers = std::vector<int>{};
    numbers.reserve(section->entries.size());
    for (const auto& entry : section->entries) {
      numbers.push_back(entry.number);
      const bool is_section =
          std::any_of(update.sections.begin(), update.sections.end(), [&](const XrefSection* s) {
            return s->is_stream && s->id.number == entry.number && s->begin == entry.place;
          });
      if (entry.kind == XrefEntry::Kind::kOffset && entry.place >= update.begin &&
          entry.place < update.end && !is_section) {
        objects.push_back(entry);
      }
    }
    std::sort(numbers.begin(), numbers.end());
    if (const auto twice = std::adjacent_find(numbers.begin(), numbers.end());
        twice != numbers.end()) {
      note(Code::kPdfAmbiguous, "object " + std::to_string(*twice) +
                                    " stands twice in one cross-reference section, offset " +
                                    std::to_string(section->begin));
    }
  }
  std::sort(objects.begin(), objects.end(),
            [](const XrefEntry& a, const XrefEntry& b) { return a.place < b.place; });
  for (const auto& object : objects) {
    const auto begin = static_cast<std::size_t>(object.place);
    const auto extent = extent_of_object(file.first(update.end), begin,
                                         {object.number, object.generation}, limits.max_depth);
    if (!extent) {
      note(Code::kPdfAmbiguous, "no whole object " + std::to_string(object.number) + " at offset " +
                                    std::to_string(begin));
      continue;
    }
    if (extent->value.duplicate) {
      note(Code::kPdfAmbiguous, "/" + *extent->value.duplicate + " stands twice in object " +
                                    std::to_string(object.number) + ", offset " +
                                    std::to_string(begin));
    }
    explained.push_back({begin, extent->end});
  }
  std::sort(explained.begin(), explained.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  auto cursor = update.begin;
  for (const auto& span : explained) {
    if (span.begin < cursor) {
      note(Code::kPdfAmbiguous, "objects overlap at offset " + std::to_string(span.begin));
      continue;
    }
    if (!is_filler(file.subspan(cursor, span.begin - cursor))) {
      note(Code::kPdfOctetsBetweenRevisions, "offset " + std::to_string(cursor));
    }
    cursor = span.end;
  }
  if (cursor < update.end && !is_filler(file.subspan(cursor, update.end - cursor))) {
    note(Code::kPdfOctetsBetweenRevisions, "offset " + std::to_string(cursor));
  }
}

}  // namespace antin::pdf
