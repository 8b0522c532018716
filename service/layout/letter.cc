#include "service/layout/letter.h"

#include <algorithm>

#include "pdf/write/printout.h"
#include "service/layout/placeholders.h"
#include "service/layout/qr.h"

namespace antin::service::layout {
namespace {

constexpr double kFooterSideMm = 15;

Status want_kind(const Layout& layout, Layout::Kind kind) {
  if (layout.kind == kind) return Done{};
  return make_error(Code::kLayoutTemplate, layout.name(), {{"key", "kind"}, {"reason", layout.id}});
}

template <class Drawn>
Result<Drawn> sized(Result<Drawn> drawn, const Layout& layout) {
  if (drawn || drawn.error().code != Code::kAppearanceTooLarge) return drawn;
  return make_error(Code::kLayoutTooLarge, drawn.error().detail, {{"mau", layout.title}});
}

pdf::AboutDocument about(const Layout& layout, const std::optional<UtcTime>& made_at) {
  return {
      .title = layout.title, .language = "vi", .made_at = made_at, .template_name = layout.name()};
}

// A string in TOML's own escapes: what a line may hold has no control characters.
std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

Result<Composed> letter(const LetterRequest& request, PagePictures& pictures,
                        RandomSource& random) {
  const auto& layout = *request.layout;
  ANTIN_CHECK(want_kind(layout, Layout::Kind::kLetter));
  pdf::SheetDocument sheet;
  sheet.about = about(layout, request.made_at);
  sheet.page = layout.page;
  sheet.numbers = layout.numbers;
  ANTIN_TRY(sheet.blocks, filled(layout, request.data, {}));
  ANTIN_TRY(sheet.running_foot, filled_text(layout, request.data, layout.running_foot));
  ANTIN_TRY(auto drawn, sized(pdf::draw_sheet(sheet), layout));
  Composed out{std::move(drawn.pdf), drawn.pages, {}};
  for (const auto& mark : drawn.marks) {
    out.places.push_back(
        {mark.name, mark.page + 1, mark.x_mm, mark.y_mm, mark.width_mm, mark.height_mm});
  }
  if (request.qr.empty()) return out;
  const SharedBytes plain{Bytes(out.pdf)};
  ANTIN_TRY(const auto stamped, stamp({.document = plain,
                                       .password = {},
                                       .limits = {},
                                       .attestation = nullptr,
                                       .data = {},
                                       .style = {},
                                       .qr = request.qr},
                                      pictures, random));
  out.pdf.insert(out.pdf.end(), stamped.tail.begin(), stamped.tail.end());
  // One revision, because nothing of it is signed yet.
  ANTIN_TRY(out.pdf, pdf::settled(out.pdf, sheet.about));
  out.places.insert(out.places.end(), stamped.places.begin(), stamped.places.end());
  return out;
}

Result<std::string> line_appearance(const Layout& layout, const Data& data) {
  ANTIN_CHECK(want_kind(layout, Layout::Kind::kLine));
  for (const auto& [name, value] : data.values) {
    // What looks like the signing time would be taken for it.
    if (value.find_first_of("{}") != std::string::npos)
      return make_error(Code::kLayoutValueFormat, name, {{"ten", name}, {"dang", "{ }"}});
  }
  ANTIN_TRY(const auto blocks, filled(layout, data, {}));
  std::string toml = "schema = \"antin-appearance/1\"\nkind = \"copy_line\"\n";
  for (const auto& block : blocks) {
    for (const auto& text : block.texts)
      toml += "\n[[line]]\ntext = " + toml_string(text.text) + "\nsize_pt = 10\n";
  }
  return toml;
}

Result<Composed> printout(const PrintoutRequest& request) {
  const auto& layout = *request.footer;
  ANTIN_CHECK(want_kind(layout, Layout::Kind::kFooter));
  ANTIN_TRY(auto words, filled(layout, request.data, {}));
  pdf::SheetBlocks blocks = std::move(words);
  double code_mm = 0;
  if (!request.qr.empty()) {
    ANTIN_TRY(auto square, qr_square(request.qr));
    code_mm = square.size_mm;
    pdf::SheetBlock code;
    code.square = std::move(square);
    pdf::SheetBlock beside;
    beside.columns = {{0, {std::move(code)}}, {0, std::move(blocks)}};
    blocks = {std::move(beside)};
  }
  const auto foot = [&](double width_mm) {
    const double width = width_mm - 2 * kFooterSideMm;
    if (code_mm > 0) {
      // Quiet zone and column gap.
      const double code_column = code_mm + 10;
      blocks[0].columns[0].share = code_column;
      blocks[0].columns[1].share = std::max(width - code_column, 1.0);
    }
    pdf::BoxSize size;
    size.least_width_mm = size.most_width_mm = width;
    size.padding_mm = 2;
    size.wrap = pdf::BoxSize::Wrap::kAtMostWidth;
    return sized(pdf::draw_box(blocks, size), layout);
  };
  ANTIN_TRY(auto made, pdf::make_printout(request.document,
                                          {.password = request.password, .limits = request.limits},
                                          foot, about(layout, request.made_at)));
  return Composed{std::move(made.pdf), made.pages, {}};
}

}  // namespace antin::service::layout
