#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "pdf/write/sheet.h"

/// Templates of the law as versioned files with effective dates: their words stand in
/// packaging/layouts, the places for values in braces.
namespace antin::service::layout {

/// A day of the calendar at UTC+07:00.
using Day = std::chrono::year_month_day;
/// "2026-11-21"; nullopt for anything else, days that do not exist included.
std::optional<Day> read_day(std::string_view text);

/// What a template asks for.
struct Wanted {
  std::string name;
  std::size_t most = 200;  ///< characters
  enum class Form : std::uint8_t {
    kLine,     ///< one line
    kLines,    ///< several lines
    kDay,      ///< "2026-11-21": {n} 21/11/2026 {n.dd} 21 {n.mm} 11 {n.thang} 11 {n.yyyy} 2026
    kInstant,  ///< "2026-11-21T09:05": the same, {n} with the hour, {n.gio} 09 {n.phut} 05
  } form = Form::kLine;
  enum class Need : std::uint8_t { kAlways, kMayBeEmpty } need = Need::kAlways;
};

/// A block of a template; the texts still hold their {placeholders}.
struct Block {
  std::string text;
  double size_pt = 0;  ///< 0: the template's
  pdf::Face face = pdf::Face::kRegular;
  pdf::SheetBlock shape;  ///< all but texts, table and columns
  std::string when;       ///< only when this value is not empty
  /// What the rows of the data become.
  enum class Rows : std::uint8_t { kNone, kPairs, kTable } rows = Rows::kNone;
  std::vector<pdf::SheetTable::Column> heads;  ///< kTable
  struct Column {
    double share = 1;
    std::vector<Block> blocks;
  };
  std::vector<Column> columns;
};

/// One version of one template.
struct Layout {
  std::string id;
  int version = 1;
  enum class Kind : std::uint8_t {
    kStamp,   ///< text on a page that exists: lời chứng
    kLine,    ///< a line that a signature shows: SAO Y, phụ lục
    kFooter,  ///< on every page of a printout
    kLetter,  ///< new pages
  } kind = Kind::kLetter;
  std::string title, legal;
  Day from;
  std::optional<Day> to;  ///< the last day
  double size_pt = 13;
  double least_pt = 13;  ///< kStamp: how small it may become to find room
  std::vector<Wanted> values;
  std::vector<Block> blocks;
  pdf::BoxSize box;     ///< kStamp
  pdf::SheetPage page;  ///< kLetter
  pdf::SheetDocument::Numbers numbers = pdf::SheetDocument::Numbers::kTopFromSecond;
  std::string running_foot;  ///< kLetter

  /// "loi-chung-ban-sao/1": what a document keeps of the template it was made with.
  std::string name() const { return id + "/" + std::to_string(version); }
  /// nullptr when none of `values` has this name.
  const Wanted* wanted(std::string_view value) const;
};

/// Reads a template, schema = "antin-layout/1". Fails with kConfigUnreadable, kConfigSchema,
/// kConfigUnknownKey, kConfigValue, kLayoutTemplate ({key}, {reason}) and kLayoutPlaceholder
/// ({mau}, {ten}: a text names a value that is not declared).
Result<Layout> read_layout(std::string_view toml);

/// Fails with kLayoutNotInForce ({mau}, {ngay}).
Status check_in_force(const Layout& layout, Day day);

/// What comes into a template.
struct Data {
  std::map<std::string, std::string> values;
  std::vector<std::vector<std::string>> rows;  ///< label and value, or the cells of a table
};

/// Colour and size that an office may choose (C-13).
struct Style {
  double size_pt = 0;  ///< 0: the template's; else 10 to 16
  std::uint32_t rgb = 0;
};

/// The template's blocks with the data in them. Fails with kLayoutValueMissing,
/// kLayoutValueUnknown, kLayoutValueNotNfc, kLayoutValueTooLong, kLayoutValueFormat.
Result<pdf::SheetBlocks> filled(const Layout& layout, const Data& data, const Style& style);
/// The same for one text of the template.
Result<std::string> filled_text(const Layout& layout, const Data& data, std::string_view text);

}  // namespace antin::service::layout
