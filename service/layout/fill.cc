#include <algorithm>

#include "service/layout/layout.h"
#include "service/layout/placeholders.h"

namespace antin::service::layout {
namespace {

constexpr std::size_t kMaxRows = 100'000;
constexpr double kLabelShare = 1, kValueShare = 2;

class Filling {
 public:
  Filling(const Layout& layout, const Data& data, const Style& style)
      : layout_(layout), data_(data), style_(style) {}

  Status check() const {
    for (const auto& [name, value] : data_.values) {
      if (layout_.wanted(name) != nullptr) continue;
      return make_error(Code::kLayoutValueUnknown, name, {{"mau", layout_.title}, {"ten", name}});
    }
    for (const auto& wanted : layout_.values)
      ANTIN_CHECK(check_value(layout_, wanted, value_of(wanted.name)));
    if (data_.rows.size() > kMaxRows) return make_error(Code::kResourceLimit, "rows");
    for (const auto& row : data_.rows) {
      for (const auto& cell : row) ANTIN_CHECK(check_cell(cell));
    }
    // C-13: 10 to 16 points.
    if (style_.size_pt != 0 && !(style_.size_pt >= 10 && style_.size_pt <= 16))
      return make_error(Code::kLayoutValueFormat, "size_pt",
                        {{"ten", "size_pt"}, {"dang", "10–16"}});
    return Done{};
  }

  Result<std::string> text(std::string_view pattern) const {
    return replaced(pattern, [&](const Placeholder& at) -> Result<std::string> {
      const auto* wanted = layout_.wanted(at.name);
      if (wanted != nullptr) return part_of(*wanted, value_of(wanted->name), at.part);
      // Only such a name has passed read_layout().
      return "{" + std::string{at.name} + "}";
    });
  }

  Result<pdf::SheetBlocks> blocks(const std::vector<Block>& blocks) const {
    pdf::SheetBlocks out;
    out.reserve(blocks.size());
    for (const auto& block : blocks) {
      if (!block.when.empty() && value_of(block.when).empty()) continue;
      ANTIN_CHECK(add(block, out));
    }
    return out;
  }

 private:
  Status add(const Block& block, pdf::SheetBlocks& out) const {
    pdf::SheetBlock filled = block.shape;
    if (!block.text.empty()) {
      ANTIN_TRY(auto words, text(block.text));
      filled.texts.push_back({std::move(words), size_of(block), block.face, style_.rgb});
    }
    if (block.rows == Block::Rows::kPairs) return add_pairs(block, out);
    if (block.rows == Block::Rows::kTable) {
      ANTIN_TRY(filled.table, table(block));
    }
    for (const auto& column : block.columns) {
      ANTIN_TRY(auto inner, blocks(column.blocks));
      filled.columns.push_back({column.share, std::move(inner)});
    }
    out.push_back(std::move(filled));
    return Done{};
  }

  Status add_pairs(const Block& block, pdf::SheetBlocks& out) const {
    for (const auto& row : data_.rows) {
      if (row.size() != 2) return rows_error("2");
      const auto cell = [&](const std::string& words, pdf::Face face) {
        pdf::SheetBlock one;
        one.texts.push_back({words, size_of(block), face, style_.rgb});
        return one;
      };
      pdf::SheetBlock pair = block.shape;
      pair.columns.push_back({kLabelShare, {cell(row[0] + ":", pdf::Face::kRegular)}});
      pair.columns.push_back({kValueShare, {cell(row[1], block.face)}});
      out.push_back(std::move(pair));
    }
    return Done{};
  }

  Result<std::optional<pdf::SheetTable>> table(const Block& block) const {
    pdf::SheetTable table;
    table.columns = block.heads;
    table.size_pt = size_of(block);
    for (const auto& row : data_.rows) {
      if (row.size() != block.heads.size()) return rows_error(std::to_string(block.heads.size()));
    }
    table.rows = data_.rows;
    return std::optional{std::move(table)};
  }

  Error rows_error(const std::string& cells) const {
    return make_error(Code::kLayoutValueFormat, "rows", {{"ten", "rows"}, {"dang", cells}});
  }

  double size_of(const Block& block) const {
    if (block.size_pt > 0) return block.size_pt;
    return style_.size_pt > 0 ? style_.size_pt : layout_.size_pt;
  }
  std::string value_of(const std::string& name) const {
    const auto found = data_.values.find(name);
    return found == data_.values.end() ? std::string{} : found->second;
  }

  const Layout& layout_;
  const Data& data_;
  const Style& style_;
};

}  // namespace

Result<pdf::SheetBlocks> filled(const Layout& layout, const Data& data, const Style& style) {
  const Filling filling{layout, data, style};
  ANTIN_CHECK(filling.check());
  return filling.blocks(layout.blocks);
}

Result<std::string> filled_text(const Layout& layout, const Data& data, std::string_view text) {
  const Style style;
  const Filling filling{layout, data, style};
  ANTIN_CHECK(filling.check());
  return filling.text(text);
}

}  // namespace antin::service::layout
