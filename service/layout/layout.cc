#include "service/layout/layout.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "service/layout/placeholders.h"
#include "service/settings/section.h"

namespace antin::service::layout {
namespace {

using settings::Section;

constexpr std::size_t kMaxTemplate = std::size_t{1} << 18U;
constexpr std::size_t kMaxBlocks = 200, kMaxValues = 60, kMaxColumns = 20;
constexpr int kMaxDepth = 3;

Error wrong(const std::string& key, const std::string& reason) {
  return make_error(Code::kLayoutTemplate, key + ": " + reason, {{"key", key}, {"reason", reason}});
}

template <class Choice>
struct Named {
  const char* name;
  Choice value;
};

template <class Choice, std::size_t kCount>
Status choice(Section& section, const char* key, Choice& out,
              const std::array<Named<Choice>, kCount>& choices) {
  std::string text;
  ANTIN_CHECK(section.text(key, text));
  if (text.empty()) return Done{};
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const auto& named) { return text == named.name; });
  if (found == choices.end()) return wrong(section.name_of(key), text);
  out = found->value;
  return Done{};
}

// A length in millimetres, or a size in points.
Status measure(Section& section, const char* key, double& out, double most) {
  return section.real(key, out, 0, most);
}

Status day(Section& section, const char* key, std::optional<Day>& out) {
  std::string text;
  ANTIN_CHECK(section.text(key, text));
  if (text.empty()) return Done{};
  out = read_day(text);
  if (!out) return wrong(section.name_of(key), "yyyy-mm-dd");
  return Done{};
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<Wanted> read_wanted(Section& section) {
  using Form = Wanted::Form;
  Wanted wanted;
  bool optional = false;
  ANTIN_CHECK(section.text("name", wanted.name));
  if (!is_name(wanted.name)) return wrong(section.name_of("name"), wanted.name);
  constexpr std::int64_t kLongest = 20'000;
  ANTIN_CHECK(section.number("most", wanted.most, 1, kLongest));
  ANTIN_CHECK(section.flag("optional", optional));
  if (optional) wanted.need = Wanted::Need::kMayBeEmpty;
  ANTIN_CHECK(choice(section, "form", wanted.form,
                     std::array<Named<Form>, 4>{{{"line", Form::kLine},
                                                 {"lines", Form::kLines},
                                                 {"day", Form::kDay},
                                                 {"instant", Form::kInstant}}}));
  ANTIN_CHECK(section.done());
  return wanted;
}

class BlockReader {
 public:
  Result<std::vector<Block>> read(Section& parent, const char* key, int depth) {
    if (depth > kMaxDepth) return wrong(parent.name_of(key), "too deep");
    ANTIN_TRY(auto sections, parent.sections(key));
    std::vector<Block> blocks;
    blocks.reserve(sections.size());
    for (auto& section : sections) {
      if (++count_ > kMaxBlocks) return wrong(section.name_of("text"), "too many blocks");
      ANTIN_TRY(auto block, one(section, depth));
      blocks.push_back(std::move(block));
    }
    return blocks;
  }

 private:
  Result<Block> one(Section& section, int depth) {
    using pdf::Face;
    using Align = pdf::SheetBlock::Align;
    Block block;
    auto& shape = block.shape;
    ANTIN_CHECK(section.text("text", block.text));
    ANTIN_CHECK(section.text("when", block.when));
    ANTIN_CHECK(section.text("mark", shape.mark));
    ANTIN_CHECK(measure(section, "size_pt", block.size_pt, 40));
    ANTIN_CHECK(choice(
        section, "face", block.face,
        std::array<Named<Face>, 3>{
            {{"regular", Face::kRegular}, {"bold", Face::kBold}, {"italic", Face::kItalic}}}));
    ANTIN_CHECK(choice(section, "align", shape.align,
                       std::array<Named<Align>, 4>{{{"left", Align::kLeft},
                                                    {"centre", Align::kCentre},
                                                    {"right", Align::kRight},
                                                    {"justify", Align::kJustify}}}));
    ANTIN_CHECK(measure(section, "space_mm", shape.space_before_mm, 100));
    ANTIN_CHECK(measure(section, "indent_mm", shape.indent_mm, 150));
    ANTIN_CHECK(measure(section, "first_line_mm", shape.first_line_mm, 50));
    ANTIN_CHECK(measure(section, "room_mm", shape.room_mm, 200));
    ANTIN_CHECK(measure(section, "rule_mm", shape.rule_mm, 200));
    bool keep = false;
    ANTIN_CHECK(section.flag("keep_with_next", keep));
    if (keep) shape.keep = pdf::SheetBlock::Keep::kWithNext;
    ANTIN_CHECK(read_rows(section, block));
    ANTIN_CHECK(read_columns(section, block, depth));
    ANTIN_CHECK(section.done());
    return block;
  }

  static Status read_rows(Section& section, Block& block) {
    using Rows = Block::Rows;
    using Align = pdf::SheetTable::Column::Align;
    ANTIN_CHECK(
        choice(section, "rows", block.rows,
               std::array<Named<Rows>, 2>{{{"pairs", Rows::kPairs}, {"table", Rows::kTable}}}));
    ANTIN_TRY(auto heads, section.sections("head"));
    if (heads.size() > kMaxColumns || heads.empty() != (block.rows != Rows::kTable))
      return wrong(section.name_of("head"), "rows = \"table\"");
    for (auto& head : heads) {
      pdf::SheetTable::Column column;
      ANTIN_CHECK(head.text("text", column.head));
      ANTIN_CHECK(measure(head, "share", column.share, 100));
      ANTIN_CHECK(choice(
          head, "align", column.align,
          std::array<Named<Align>, 3>{
              {{"left", Align::kLeft}, {"centre", Align::kCentre}, {"right", Align::kRight}}}));
      ANTIN_CHECK(head.done());
      block.heads.push_back(std::move(column));
    }
    return Done{};
  }

  Status read_columns(Section& section, Block& block, int depth) {
    ANTIN_TRY(auto columns, section.sections("column"));
    if (columns.size() > kMaxColumns) return wrong(section.name_of("column"), "too many");
    for (auto& column : columns) {
      Block::Column read;
      ANTIN_CHECK(measure(column, "share", read.share, 100));
      ANTIN_TRY(read.blocks, this->read(column, "block", depth + 1));
      ANTIN_CHECK(column.done());
      block.columns.push_back(std::move(read));
    }
    return Done{};
  }

  std::size_t count_ = 0;
};

Status read_head(Section& root, Layout& layout) {
  using Kind = Layout::Kind;
  ANTIN_CHECK(root.text("id", layout.id));
  if (!is_name(layout.id)) return wrong("id", layout.id);
  ANTIN_CHECK(root.number("version", layout.version, 1, 9'999));
  ANTIN_CHECK(root.text("title", layout.title));
  ANTIN_CHECK(root.text("legal", layout.legal));
  if (layout.title.empty()) return wrong("title", "\"\"");
  if (!root.has("kind")) return wrong("kind", "\"\"");
  ANTIN_CHECK(choice(root, "kind", layout.kind,
                     std::array<Named<Kind>, 4>{{{"stamp", Kind::kStamp},
                                                 {"line", Kind::kLine},
                                                 {"footer", Kind::kFooter},
                                                 {"letter", Kind::kLetter}}}));
  std::optional<Day> from;
  ANTIN_CHECK(day(root, "from", from));
  ANTIN_CHECK(day(root, "to", layout.to));
  if (!from) return wrong("from", "yyyy-mm-dd");
  layout.from = *from;
  if (layout.to && *layout.to < layout.from) return wrong("to", "before from");
  ANTIN_CHECK(measure(root, "size_pt", layout.size_pt, 40));
  layout.least_pt = layout.size_pt;
  return measure(root, "least_pt", layout.least_pt, 40);
}

Status read_box(Section& root, pdf::BoxSize& box) {
  ANTIN_TRY(auto section, root.section("box"));
  ANTIN_CHECK(measure(section, "least_width_mm", box.least_width_mm, 400));
  ANTIN_CHECK(measure(section, "least_height_mm", box.least_height_mm, 400));
  ANTIN_CHECK(measure(section, "most_width_mm", box.most_width_mm, 400));
  ANTIN_CHECK(measure(section, "most_height_mm", box.most_height_mm, 400));
  ANTIN_CHECK(measure(section, "padding_mm", box.padding_mm, 20));
  return section.done();
}

Status read_page(Section& root, Layout& layout) {
  using Numbers = pdf::SheetDocument::Numbers;
  ANTIN_TRY(auto section, root.section("page"));
  bool landscape = false;
  ANTIN_CHECK(section.flag("landscape", landscape));
  if (landscape) std::swap(layout.page.width_mm, layout.page.height_mm);
  ANTIN_CHECK(measure(section, "left_mm", layout.page.left_mm, 60));
  ANTIN_CHECK(measure(section, "right_mm", layout.page.right_mm, 60));
  ANTIN_CHECK(measure(section, "top_mm", layout.page.top_mm, 60));
  ANTIN_CHECK(measure(section, "bottom_mm", layout.page.bottom_mm, 60));
  ANTIN_CHECK(choice(section, "numbers", layout.numbers,
                     std::array<Named<Numbers>, 3>{{{"none", Numbers::kNone},
                                                    {"top", Numbers::kTopFromSecond},
                                                    {"foot", Numbers::kFootAll}}}));
  ANTIN_CHECK(section.text("running_foot", layout.running_foot));
  return section.done();
}

// Every text names declared values only, and so does every `when`.
class TextCheck {
 public:
  explicit TextCheck(const Layout& layout) : layout_(layout) {}

  Status text(const std::string& text) const {
    ANTIN_CHECK(replaced(text, [&](const Placeholder& at) -> Result<std::string> {
      if (layout_.kind == Layout::Kind::kLine && is_signing_time(at.name)) return std::string{};
      const auto* wanted = layout_.wanted(at.name);
      if (wanted == nullptr || !has_part(wanted->form, at.part)) return unknown(at.name);
      return std::string{};
    }));
    return Done{};
  }

  Status blocks(const std::vector<Block>& blocks) const {
    for (const auto& block : blocks) {
      ANTIN_CHECK(text(block.text));
      if (!block.when.empty() && layout_.wanted(block.when) == nullptr) return unknown(block.when);
      for (const auto& head : block.heads) ANTIN_CHECK(text(head.head));
      for (const auto& column : block.columns) ANTIN_CHECK(this->blocks(column.blocks));
    }
    return Done{};
  }

 private:
  Error unknown(std::string_view name) const {
    return make_error(Code::kLayoutPlaceholder, std::string{name},
                      {{"mau", layout_.title}, {"ten", std::string{name}}});
  }
  const Layout& layout_;
};

Result<Layout> read(Section root) {
  Layout layout;
  ANTIN_CHECK(read_head(root, layout));
  ANTIN_TRY(auto values, root.sections("value"));
  if (values.size() > kMaxValues) return wrong("value", "too many");
  for (auto& section : values) {
    ANTIN_TRY(auto wanted, read_wanted(section));
    if (layout.wanted(wanted.name) != nullptr) return wrong("value", wanted.name);
    layout.values.push_back(std::move(wanted));
  }
  ANTIN_TRY(layout.blocks, BlockReader{}.read(root, "block", 0));
  if (layout.blocks.empty()) return wrong("block", "0");
  ANTIN_CHECK(read_box(root, layout.box));
  ANTIN_CHECK(read_page(root, layout));
  ANTIN_CHECK(root.done());
  const TextCheck check{layout};
  ANTIN_CHECK(check.blocks(layout.blocks));
  ANTIN_CHECK(check.text(layout.running_foot));
  return layout;
}

}  // namespace

const Wanted* Layout::wanted(std::string_view value) const {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const Wanted& one) { return one.name == value; });
  return found == values.end() ? nullptr : &*found;
}

std::optional<Day> read_day(std::string_view text) {
  constexpr std::size_t kLength = 10;
  if (text.size() != kLength || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t length) -> std::optional<unsigned> {
    unsigned value = 0;
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + length, value);
    if (error != std::errc{} || end != begin + length) return std::nullopt;
    return value;
  };
  const auto year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (!year || !month || !day) return std::nullopt;
  const Day read{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                 std::chrono::day{*day}};
  if (!read.ok()) return std::nullopt;
  return read;
}

Result<Layout> read_layout(std::string_view toml) {
  if (toml.size() > kMaxTemplate) return make_error(Code::kResourceLimit, "template");
  ANTIN_TRY(const auto file, settings::File::parse(toml, "antin-layout/1"));
  return read(file.root());
}

Status check_in_force(const Layout& layout, Day day) {
  if (day >= layout.from && (!layout.to || day <= *layout.to)) return Done{};
  const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return make_error(Code::kLayoutNotInForce, layout.name(),
                    {{"mau", layout.title},
                     {"ngay", two(static_cast<unsigned>(day.day())) + "/" +
                                  two(static_cast<unsigned>(day.month())) + "/" +
                                  std::to_string(static_cast<int>(day.year()))}});
}

}  // namespace antin::service::layout
