#include <array>
#include <nlohmann/json.hpp>

#include "verifier/sheet.h"

namespace antin::verifier {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxOctets = std::size_t{64} << 20U;
constexpr std::size_t kMaxLines = 100'000;
constexpr std::array<std::string_view, 4> kTones = {"neutral", "good", "warning", "bad"};
constexpr std::array<std::string_view, 3> kLanguages = {"both", "vi", "en"};
constexpr std::array<std::string_view, 2> kRanks = {"main", "part"};

template <class Enum, std::size_t kCount>
std::string_view spelt(Enum value, const std::array<std::string_view, kCount>& names) {
  return names.at(static_cast<std::size_t>(value));
}

Json json_of(const Said& said) {
  return Json::array({said.first, said.second});
}

Json json_of(const SheetSection& section) {
  auto rows = Json::array();
  for (const auto& row : section.rows)
    rows.push_back({{"label", json_of(row.label)},
                    {"value", json_of(row.value)},
                    {"tone", spelt(row.tone, kTones)}});
  auto notes = Json::array();
  for (const auto& note : section.notes)
    notes.push_back({{"tone", spelt(note.tone, kTones)},
                     {"text", json_of(note.text)},
                     {"advice", json_of(note.advice)},
                     {"code", note.code}});
  return {{"rank", spelt(section.rank, kRanks)},
          {"heading", json_of(section.heading)},
          {"tone", spelt(section.tone, kTones)},
          {"rows", std::move(rows)},
          {"notes", std::move(notes)}};
}

Error malformed(const char* what) {
  return make_error(Code::kReportSheetMalformed, what);
}

// Reads members of one object; the first that is missing or of the wrong kind is remembered.
class Reader {
 public:
  explicit Reader(std::size_t& lines) : lines_(lines) {}

  bool good() const noexcept { return wrong_ == nullptr; }
  const char* wrong() const noexcept { return wrong_; }

  std::string text(const Json& from, const char* key) {
    const auto* at = member(from, key);
    if (at == nullptr || !at->is_string()) return fail(key), std::string{};
    return at->get<std::string>();
  }
  Said said(const Json& from, const char* key) {
    const auto* at = member(from, key);
    if (at == nullptr || !at->is_array() || at->size() != 2 || !(*at)[0].is_string() ||
        !(*at)[1].is_string())
      return fail(key), Said{};
    return {(*at)[0].get<std::string>(), (*at)[1].get<std::string>()};
  }
  template <class Enum, std::size_t kCount>
  Enum one_of(const Json& from, const char* key,
              const std::array<std::string_view, kCount>& names) {
    const auto word = text(from, key);
    for (std::size_t i = 0; i < kCount; ++i) {
      if (word == names.at(i)) return static_cast<Enum>(i);
    }
    return fail(key), Enum{};
  }
  template <class Each>
  void each(const Json& from, const char* key, Each&& one) {
    const auto* at = member(from, key);
    if (at == nullptr || !at->is_array()) return fail(key);
    for (const auto& entry : *at) {
      if (++lines_ > kMaxLines) return fail("too many lines");
      if (!good()) return;
      one(entry);
    }
  }

 private:
  static const Json* member(const Json& from, const char* key) {
    if (!from.is_object()) return nullptr;
    const auto at = from.find(key);
    return at == from.end() ? nullptr : &*at;
  }
  void fail(const char* what) noexcept {
    if (wrong_ == nullptr) wrong_ = what;
  }

  std::size_t& lines_;
  const char* wrong_ = nullptr;
};

SheetSection read_section(Reader& reader, const Json& from) {
  SheetSection section;
  section.rank = reader.one_of<SheetSection::Rank>(from, "rank", kRanks);
  section.heading = reader.said(from, "heading");
  section.tone = reader.one_of<Tone>(from, "tone", kTones);
  reader.each(from, "rows", [&](const Json& row) {
    section.rows.push_back({reader.said(row, "label"), reader.said(row, "value"),
                            reader.one_of<Tone>(row, "tone", kTones)});
  });
  reader.each(from, "notes", [&](const Json& note) {
    section.notes.push_back({reader.one_of<Tone>(note, "tone", kTones), reader.said(note, "text"),
                             reader.said(note, "advice"), reader.text(note, "code")});
  });
  return section;
}

}  // namespace

std::string to_json(const Sheet& sheet) {
  auto sections = Json::array();
  for (const auto& section : sheet.sections) sections.push_back(json_of(section));
  const Json whole = {{"schema", "antin-sheet/1"},
                      {"language", spelt(sheet.language, kLanguages)},
                      {"title", json_of(sheet.title)},
                      {"verdict", json_of(sheet.verdict)},
                      {"tone", spelt(sheet.tone, kTones)},
                      {"message", json_of(sheet.message)},
                      {"advice", json_of(sheet.advice)},
                      {"decision", json_of(sheet.decision)},
                      {"sections", std::move(sections)},
                      {"footer", json_of(sheet.footer)},
                      {"file", sheet.file},
                      {"made_at", sheet.made_at}};
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Sheet> read_sheet(std::string_view json) {
  if (json.size() > kMaxOctets) return malformed("too large");
  // The depth is bounded while reading: a sheet nests six levels.
  constexpr int kMaxDepth = 8;
  const auto whole = Json::parse(
      json, [](int depth, Json::parse_event_t, Json&) { return depth <= kMaxDepth; }, false);
  if (whole.is_discarded()) return malformed("no JSON");
  std::size_t lines = 0;
  Reader reader{lines};
  if (reader.text(whole, "schema") != "antin-sheet/1") return malformed("schema");
  Sheet sheet;
  sheet.language = reader.one_of<SheetLanguage>(whole, "language", kLanguages);
  sheet.title = reader.said(whole, "title");
  sheet.verdict = reader.said(whole, "verdict");
  sheet.tone = reader.one_of<Tone>(whole, "tone", kTones);
  sheet.message = reader.said(whole, "message");
  sheet.advice = reader.said(whole, "advice");
  sheet.decision = reader.said(whole, "decision");
  reader.each(whole, "sections",
              [&](const Json& one) { sheet.sections.push_back(read_section(reader, one)); });
  sheet.footer = reader.said(whole, "footer");
  sheet.file = reader.text(whole, "file");
  sheet.made_at = reader.text(whole, "made_at");
  if (!reader.good()) return malformed(reader.wrong());
  return sheet;
}

}  // namespace antin::verifier
