#include "service/report/sheet_pdf.h"

#include <string_view>

#include "certs/core/time.h"
#include "pdf/write/flow.h"

namespace antin::service {
namespace {

using pdf::FlowBlock;
using pdf::FlowText;
using verifier::Said;
using verifier::Tone;
using Weight = FlowText::Weight;

constexpr std::uint32_t kBlack = 0, kGrey = 0x4A4A4A;
constexpr double kText = 11, kSmall = 9;

std::uint32_t colour(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return 0x0B4A1E;
    case Tone::kWarning:
      return 0x5C3A00;
    case Tone::kBad:
      return 0x8A0B0B;
    case Tone::kNeutral:
      break;
  }
  return kBlack;
}

// Also told without colour; signs that the face has.
std::string_view sign(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "√ ";
    case Tone::kWarning:
      return "! ";
    case Tone::kBad:
      return "× ";
    case Tone::kNeutral:
      break;
  }
  return "• ";
}

// The second language smaller and grey below the first.
std::vector<FlowText> texts(const Said& said, double size, Weight weight, std::uint32_t rgb,
                            std::string_view before = "") {
  std::vector<FlowText> all;
  if (said.first.empty()) return all;
  all.push_back({std::string{before} + said.first, size, weight, rgb});
  if (!said.second.empty())
    all.push_back({said.second, size > kText ? size * 0.6 : kSmall, Weight::kRegular, kGrey});
  return all;
}

void append(std::vector<FlowText>& to, std::vector<FlowText> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

FlowBlock centred(std::vector<FlowText> text, double space) {
  FlowBlock block;
  block.text = std::move(text);
  block.space_before_pt = space;
  block.align = FlowBlock::Align::kCentre;
  return block;
}

class Setting {
 public:
  explicit Setting(const verifier::Sheet& sheet) : sheet_(sheet) {}

  pdf::FlowDocument document() {
    out_.title = sheet_.title.first + " – " + sheet_.file;
    out_.language = sheet_.language == verifier::SheetLanguage::kEnglish ? "en" : "vi";
    out_.made_at = from_rfc3339(sheet_.made_at);
    out_.running_foot = sheet_.file;
    head();
    for (const auto& section : sheet_.sections) add(section);
    FlowBlock foot;
    foot.text = texts(sheet_.footer, kSmall, Weight::kRegular, kGrey);
    foot.space_before_pt = 16;
    out_.blocks.push_back(std::move(foot));
    return std::move(out_);
  }

 private:
  void head() {
    constexpr double kTitle = 15, kVerdict = 24;
    out_.blocks.push_back(centred(texts(sheet_.title, kTitle, Weight::kBold, kBlack), 0));
    auto words = texts(sheet_.verdict, kVerdict, Weight::kBold, colour(sheet_.tone));
    append(words, texts(sheet_.message, kText, Weight::kRegular, kBlack));
    append(words, texts(sheet_.advice, kText, Weight::kRegular, kBlack));
    auto verdict = centred(std::move(words), 10);
    verdict.frame_rgb = colour(sheet_.tone);
    out_.blocks.push_back(std::move(verdict));
    FlowBlock decision;
    decision.text = texts(sheet_.decision, kText, Weight::kBold, kBlack);
    decision.space_before_pt = 10;
    out_.blocks.push_back(std::move(decision));
  }

  void add(const verifier::SheetSection& section) {
    const bool main = section.rank == verifier::SheetSection::Rank::kMain;
    constexpr double kHeading = 13;
    FlowBlock heading;
    heading.text =
        texts(section.heading, main ? kHeading : kText, Weight::kBold, colour(section.tone));
    heading.space_before_pt = main ? 16 : 9;
    heading.keep = FlowBlock::Keep::kWithNext;
    if (main) heading.rule_below = FlowBlock::Rule::kHeavy;
    out_.blocks.push_back(std::move(heading));
    for (const auto& row : section.rows) {
      FlowBlock block;
      block.label = texts(row.label, kText, Weight::kRegular, kBlack);
      block.text = texts(row.value, kText, Weight::kRegular, colour(row.tone));
      block.rule_below = FlowBlock::Rule::kThin;
      out_.blocks.push_back(std::move(block));
    }
    for (const auto& note : section.notes) {
      FlowBlock block;
      block.text = texts(note.text, kText, Weight::kRegular, colour(note.tone), sign(note.tone));
      append(block.text, texts(note.advice, kText, Weight::kRegular, kBlack, "→ "));
      block.text.push_back({note.code, 8, Weight::kRegular, kGrey});
      block.space_before_pt = 4;
      block.indent_pt = 10;
      out_.blocks.push_back(std::move(block));
    }
  }

  const verifier::Sheet& sheet_;
  pdf::FlowDocument out_;
};

}  // namespace

Result<Bytes> sheet_pdf(const verifier::Sheet& sheet) {
  auto drawn = pdf::draw_flow(Setting{sheet}.document());
  if (drawn || drawn.error().code == Code::kFontMissing ||
      drawn.error().code == Code::kResourceLimit)
    return drawn;
  return while_doing(std::move(drawn).error(), Code::kReportNotDrawn, "drawing");
}

}  // namespace antin::service
