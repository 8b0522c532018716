#include "verifier/units/unit_table.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <toml++/toml.h>
#include <utf8proc.h>

#include "certs/core/bytes.h"

namespace antin::verifier {
namespace {

// The five tone marks of Vietnamese, as combining characters.
constexpr std::array<utf8proc_int32_t, 5> kTones = {0x300, 0x301, 0x303, 0x309, 0x323};

bool is_tone(utf8proc_int32_t c) {
  return std::find(kTones.begin(), kTones.end(), c) != kTones.end();
}

bool is_word(utf8proc_int32_t c) {
  const auto category = utf8proc_category(c);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

void append(std::string& out, utf8proc_int32_t c) {
  std::array<utf8proc_uint8_t, 4> octets{};
  const auto length = utf8proc_encode_char(c, octets.data());
  for (utf8proc_ssize_t i = 0; i < length; ++i)
    out += static_cast<char>(octets.at(static_cast<std::size_t>(i)));
}

// Decomposed and case-folded: letters, their quality marks, tone marks, each a code point.
std::vector<utf8proc_int32_t> folded(std::string_view utf8) {
  constexpr auto kOptions = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
                                                           UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  std::vector<utf8proc_int32_t> points(utf8.size() * 4 + 16);
  const auto count = utf8proc_decompose(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                        static_cast<utf8proc_ssize_t>(utf8.size()), points.data(),
                                        static_cast<utf8proc_ssize_t>(points.size()), kOptions);
  if (count < 0 || static_cast<std::size_t>(count) > points.size()) return {};
  points.resize(static_cast<std::size_t>(count));
  return points;
}

std::string spelled(std::string_view utf8) {
  std::string out, tones;
  bool blank = false;
  const auto end_word = [&] {
    out += tones;
    tones.clear();
  };
  for (const auto c : folded(utf8)) {
    if (is_tone(c)) {
      append(tones, c);
    } else if (is_word(c)) {
      if (blank && !out.empty()) out += ' ';
      blank = false;
      append(out, c);
    } else {
      end_word();
      blank = true;
    }
  }
  end_word();
  return out;
}

Error bad(const std::string& key) {
  return make_error(Code::kUnitsConfig, key, {{"key", key}});
}

constexpr std::size_t kMostUnits = 20'000;
constexpr std::size_t kMostNames = 64;
constexpr std::size_t kLongest = 400;

Status known_keys(const toml::table& table, const std::string& where,
                  std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end())
      return bad(where + std::string{key.str()});
  }
  return Done{};
}

Result<std::string> text_at(const toml::table& table, const std::string& where, const char* key) {
  const auto* node = table.get(key);
  if (node == nullptr) return std::string{};
  auto text = node->value_exact<std::string>();
  if (!text || text->empty() || text->size() > kLongest || name_key(*text).empty())
    return bad(where + key);
  return *std::move(text);
}

Result<std::vector<std::string>> texts_at(const toml::table& table, const std::string& where,
                                          const char* key) {
  std::vector<std::string> texts;
  const auto* node = table.get(key);
  if (node == nullptr) return texts;
  const auto* list = node->as_array();
  if (list == nullptr || list->size() > kMostNames) return bad(where + key);
  for (const auto& item : *list) {
    const auto text = item.value_exact<std::string>();
    if (!text || text->empty() || text->size() > kLongest) return bad(where + key);
    texts.push_back(*text);
  }
  return texts;
}

Result<std::string> day_at(const toml::table& table, const std::string& where, const char* key) {
  const auto* node = table.get(key);
  if (node == nullptr) return std::string{};
  const auto day = node->value_exact<toml::date>();
  if (!day) return bad(where + key);
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  auto year = std::to_string(day->year);
  year.insert(0, 4 - std::min<std::size_t>(4, year.size()), '0');
  return year + "-" + two(day->month) + "-" + two(day->day);
}

Result<Unit::Former> read_former(const toml::table& table, const std::string& where) {
  ANTIN_CHECK(known_keys(table, where, {"name", "from", "until"}));
  Unit::Former former;
  ANTIN_TRY(former.name, text_at(table, where, "name"));
  if (former.name.empty()) return bad(where + "name");
  ANTIN_TRY(former.from, day_at(table, where, "from"));
  ANTIN_TRY(former.until, day_at(table, where, "until"));
  if (!former.from.empty() && !former.until.empty() && former.until < former.from)
    return bad(where + "until");
  return former;
}

Result<Unit> read_unit(const toml::table& table) {
  const std::string where = "unit.";
  ANTIN_CHECK(known_keys(table, where, {"code", "name", "also", "former", "certificates"}));
  Unit unit;
  ANTIN_TRY(unit.code, text_at(table, where, "code"));
  ANTIN_TRY(unit.name, text_at(table, where, "name"));
  if (unit.code.empty() || unit.code.size() > 64) return bad(where + "code");
  if (unit.name.empty()) return bad(where + "name");
  ANTIN_TRY(unit.also, texts_at(table, where, "also"));
  ANTIN_TRY(unit.certificates, texts_at(table, where, "certificates"));
  for (auto& certificate : unit.certificates) {
    Bytes octets;
    if (!from_hex(certificate, octets) || octets.size() != 32) return bad(where + "certificates");
    certificate = to_hex(octets);
  }
  const auto* node = table.get("former");
  if (node == nullptr) return unit;
  const auto* list = node->as_array();
  if (list == nullptr || list->size() > kMostNames) return bad(where + "former");
  for (const auto& item : *list) {
    const auto* former = item.as_table();
    if (former == nullptr) return bad(where + "former");
    ANTIN_TRY(auto read, read_former(*former, where + "former."));
    unit.former.push_back(std::move(read));
  }
  return unit;
}

Result<std::vector<Unit>> read_units(const toml::table& table) {
  ANTIN_CHECK(known_keys(table, "", {"schema", "unit"}));
  const auto* schema = table.get("schema");
  if (schema == nullptr || schema->value_exact<std::string>() != "antin-units/1")
    return bad("schema");
  std::vector<Unit> units;
  const auto* node = table.get("unit");
  if (node == nullptr) return units;
  const auto* list = node->as_array();
  if (list == nullptr || list->size() > kMostUnits) return bad("unit");
  units.reserve(list->size());
  for (const auto& item : *list) {
    const auto* one = item.as_table();
    if (one == nullptr) return bad("unit");
    ANTIN_TRY(auto unit, read_unit(*one));
    units.push_back(std::move(unit));
  }
  std::vector<std::string> codes;
  codes.reserve(units.size());
  for (const auto& unit : units) codes.push_back(unit.code);
  std::sort(codes.begin(), codes.end());
  if (std::adjacent_find(codes.begin(), codes.end()) != codes.end()) return bad("unit.code");
  return units;
}

std::set<std::string> keys_of(const Unit& unit) {
  std::set<std::string> keys{name_key(unit.name)};
  for (const auto& name : unit.also) keys.insert(name_key(name));
  for (const auto& former : unit.former) keys.insert(name_key(former.name));
  keys.erase("");
  return keys;
}

}  // namespace

bool begins_with_words(const std::string& key, const std::string& words) {
  return !words.empty() && key.starts_with(words) &&
         (key.size() == words.size() || key[words.size()] == ' ');
}

std::string name_key(std::string_view utf8) {
  constexpr std::size_t kMost = 4'096;
  static const std::string kShort = "ubnd";
  static const std::string kLong = spelled("Ủy ban nhân dân");
  auto key = spelled(utf8.substr(0, kMost));
  if (begins_with_words(key, kShort)) key.replace(0, kShort.size(), kLong);
  return key;
}

Result<UnitTable> UnitTable::read(std::string_view text) {
  try {
    ANTIN_TRY(auto units, read_units(toml::parse(text)));
    auto index = std::make_shared<Index>();
    index->units = std::move(units);
    for (std::size_t i = 0; i < index->units.size(); ++i) {
      for (const auto& key : keys_of(index->units[i])) index->by_name.emplace(key, i);
    }
    UnitTable table;
    table.index_ = std::move(index);
    return table;
  } catch (const toml::parse_error& damage) {
    return bad("line " + std::to_string(damage.source().begin.line));
  }
}

const std::vector<Unit>& UnitTable::all() const {
  static const std::vector<Unit> none;
  return index_ == nullptr ? none : index_->units;
}

const Unit* UnitTable::with_code(std::string_view code) const {
  if (index_ == nullptr || code.empty()) return nullptr;
  const auto& units = index_->units;
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.code == code; });
  return found == units.end() ? nullptr : &*found;
}

bool UnitTable::bears(const Unit& unit, std::string_view name) {
  return keys_of(unit).count(name_key(name)) != 0;
}

const Unit::Former* UnitTable::former(const Unit& unit, std::string_view name) {
  const auto key = name_key(name);
  const auto same = [&](const std::string& other) { return name_key(other) == key; };
  if (same(unit.name) || std::any_of(unit.also.begin(), unit.also.end(), same)) return nullptr;
  const auto found = std::find_if(unit.former.begin(), unit.former.end(),
                                  [&](const Unit::Former& former) { return same(former.name); });
  return found == unit.former.end() ? nullptr : &*found;
}

std::vector<const Unit*> UnitTable::named(std::string_view name) const {
  std::vector<const Unit*> found;
  if (index_ == nullptr) return found;
  const auto [first, last] = index_->by_name.equal_range(name_key(name));
  for (auto at = first; at != last; ++at) found.push_back(&index_->units[at->second]);
  return found;
}

const Unit* UnitTable::with_certificate(std::string_view sha256) const {
  if (index_ == nullptr) return nullptr;
  for (const auto& unit : index_->units) {
    if (std::find(unit.certificates.begin(), unit.certificates.end(), sha256) !=
        unit.certificates.end())
      return &unit;
  }
  return nullptr;
}

}  // namespace antin::verifier
