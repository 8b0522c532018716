#include "pdf/write/typesetter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>

#include "pdf/write/unicode.h"

namespace antin::pdf {
namespace {

constexpr const char* kRegularFile =
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf";
constexpr const char* kBoldFile = "/usr/share/fonts/truetype/liberation2/LiberationSerif-Bold.ttf";
constexpr const char* kItalicFile =
    "/usr/share/fonts/truetype/liberation2/LiberationSerif-Italic.ttf";

PoDoFo::PdfString podofo_string(const std::string& utf8) {
  return PoDoFo::PdfString{reinterpret_cast<const PoDoFo::pdf_utf8*>(utf8.c_str())};
}

// What stands in a font file; empty when it cannot be read.
std::string file_octets(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Read once in a process and kept, because a confined one can open no file later.
const std::string& font_octets(Face face) {
  // All three at once: whoever asks for one may soon be able to open none.
  static const std::array<std::string, 3> kFiles = {
      file_octets(kRegularFile), file_octets(kBoldFile), file_octets(kItalicFile)};
  return kFiles.at(static_cast<std::size_t>(face));
}

// From memory, which is not what PoDoFo's own cache of fonts can do.
std::unique_ptr<PoDoFo::PdfFont> load(PoDoFo::PdfMemDocument& document, FT_Library& library,
                                      Face face) {
  const auto& octets = font_octets(face);
  if (octets.empty()) return nullptr;
  const char* prefix = face == Face::kBold     ? "AAAAAC+"
                       : face == Face::kItalic ? "AAAAAD+"
                                               : "AAAAAB+";
  const int style = face == Face::kBold     ? PoDoFo::ePdfFont_Bold
                    : face == Face::kItalic ? PoDoFo::ePdfFont_Italic
                                            : PoDoFo::ePdfFont_Normal;
  auto metrics = std::make_unique<PoDoFo::PdfFontMetricsFreetype>(
      &library, octets.data(), static_cast<unsigned>(octets.size()), false, prefix);
  // The font takes the encoding over (bAutoDelete), and the metrics.
  auto encoding = std::make_unique<PoDoFo::PdfIdentityEncoding>(0, 0xFFFF, true);
  const int flags = PoDoFo::ePdfFont_Embedded | PoDoFo::ePdfFont_Subsetting | style;
  return std::unique_ptr<PoDoFo::PdfFont>(PoDoFo::PdfFontFactory::CreateFontObject(
      metrics.release(), flags, encoding.release(), &document.GetObjects()));
}

// dd/mm/yyyy and HH:MM:SS at UTC+07:00.
std::pair<std::string, std::string> day_and_clock(UtcTime at) {
  const std::string text = to_vietnam_text(at);
  const auto space = text.find(' ');
  return {text.substr(0, space), text.substr(space + 1)};
}

std::string iso_time(UtcTime at) {
  using std::chrono::hours;
  std::string text = to_rfc3339(UtcTime{at.since_epoch() + hours{7}});
  text.pop_back();  // Z
  return text + "+07:00";
}

struct Filled {
  std::string text;
  bool named_any = false, found_any = false;
};

Filled fill(std::string_view pattern, const Params& values) {
  Filled result;
  for (std::size_t at = 0; at < pattern.size();) {
    const auto close = pattern[at] == '{' ? pattern.find('}', at) : std::string_view::npos;
    const auto key = close == std::string_view::npos ? "" : pattern.substr(at + 1, close - at - 1);
    const auto value = std::find_if(values.begin(), values.end(),
                                    [&](const auto& entry) { return entry.first == key; });
    if (value == values.end()) {
      result.text += pattern[at++];
      continue;
    }
    result.named_any = true;
    result.found_any = result.found_any || !value->second.empty();
    result.text += value->second;
    at = close + 1;
  }
  return result;
}

std::vector<TextLine> default_lines(Appearance::Kind kind) {
  if (kind == Appearance::Kind::kCopyLine) {
    return {{.text = "SAO Y; {organization}; {date}; {clock} +07:00"}};
  }
  return {{.text = "Người ký: {signer}"},
          {.text = "Cơ quan: {organization}"},
          {.text = "Thời gian ký: {time}"}};
}

// "U+1EA4"
std::string code_point_name(char32_t code_point) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 static_cast<std::uint32_t>(code_point), 16)
                       .ptr;
  std::string hex{digits.data(), end};
  for (char& c : hex) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return "U+" + std::string(hex.size() < 4 ? 4 - hex.size() : 0, '0') + hex;
}

// Line ends and tabs become spaces: a certificate's name is one line.
std::string one_line(std::string_view text) {
  std::string out{text};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return out;
}

}  // namespace

std::vector<SetLine> filled_lines(const Appearance& appearance, const StampFacts& facts) {
  const auto [day, clock] = day_and_clock(facts.signing_time);
  const Params values{{"signer", facts.signer},
                      {"organization", facts.organization},
                      {"title", facts.title},
                      {"reason", facts.reason},
                      {"location", facts.location},
                      {"time", day + " " + clock + " +07:00"},
                      {"date", day},
                      {"clock", clock},
                      {"iso_time", iso_time(facts.signing_time)}};
  const bool seal = appearance.kind == Appearance::Kind::kSeal;
  const auto lines =
      appearance.lines.empty() && !seal ? default_lines(appearance.kind) : appearance.lines;
  std::vector<SetLine> out;
  for (const auto& line : lines) {
    const Filled filled = fill(line.text, values);
    if (filled.named_any && !filled.found_any) continue;
    SetLine set{to_nfc(one_line(filled.text)), line.size_pt, line.bold, line.rgb};
    if (appearance.kind == Appearance::Kind::kCopyLine) {
      // 10 pt, upright, regular, black, whatever the file says.
      set.size_pt = 10;
      set.bold = false;
      set.rgb = 0;
    }
    out.push_back(std::move(set));
  }
  // Blanks alone: the picture alone. A font of which nothing else is used cannot be read by
  // everybody.
  const bool blank = std::all_of(out.begin(), out.end(), [](const SetLine& line) {
    return line.text.find_first_not_of(' ') == std::string::npos;
  });
  if (blank) out.clear();
  return out;
}

Result<Typesetter> Typesetter::with_fonts(PoDoFo::PdfMemDocument& document, Faces faces) {
  Typesetter setter;
  try {
    setter.library_ = std::make_unique<FT_Library>(document.GetFontLibrary());
    setter.regular_ = load(document, *setter.library_, Face::kRegular);
    setter.bold_ = load(document, *setter.library_, Face::kBold);
    if (faces == Faces::kWithItalic)
      setter.italic_ = load(document, *setter.library_, Face::kItalic);
  } catch (const PoDoFo::PdfError& error) {
    return make_error(Code::kFontMissing, error.what());
  }
  const bool all = setter.regular_ != nullptr && setter.bold_ != nullptr &&
                   (faces == Faces::kUpright || setter.italic_ != nullptr);
  if (!all) {
    return make_error(Code::kFontMissing, kRegularFile);
  }
  return setter;
}

double Typesetter::width(const SetLine& line) const {
  auto& face = font(line.face());
  face.SetFontSize(static_cast<float>(line.size_pt));
  return face.GetFontMetrics()->StringWidth(podofo_string(line.text));
}

std::optional<std::vector<SetLine>> Typesetter::wrap(const std::vector<SetLine>& lines,
                                                     double width_pt) const {
  std::vector<SetLine> out;
  for (const auto& line : lines) {
    SetLine current = line;
    if (width(current) <= width_pt) {
      out.push_back(std::move(current));
      continue;
    }
    current.text.clear();
    for (std::size_t at = 0; at < line.text.size();) {
      auto end = line.text.find(' ', at);
      if (end == std::string::npos) end = line.text.size();
      const std::string word = line.text.substr(at, end - at);
      at = end + 1;
      if (word.empty()) continue;
      SetLine longer = current;
      longer.text += (current.text.empty() ? "" : " ") + word;
      if (width(longer) <= width_pt) {
        current = std::move(longer);
        continue;
      }
      if (!current.text.empty()) out.push_back(current);
      current.text = word;
      if (width(current) > width_pt) return std::nullopt;
    }
    if (!current.text.empty()) out.push_back(std::move(current));
  }
  return out;
}

Status Typesetter::check_glyphs(const std::vector<SetLine>& lines) const {
  std::set<char32_t> missing;
  for (const auto& line : lines) {
    const auto* metrics = font(line.face()).GetFontMetrics();
    for (const char32_t c : code_points(line.text)) {
      constexpr char32_t kLastOfPlane0 = 0xFFFF;
      if (c > kLastOfPlane0 || is_invisible_control(c) ||
          metrics->GetGlyphId(static_cast<long>(c)) == 0) {
        missing.insert(c);
      }
    }
  }
  if (missing.empty()) return Done{};
  constexpr std::size_t kMostShown = 20;
  std::string characters;
  std::size_t shown = 0;
  for (const char32_t c : missing) {
    if (shown++ == kMostShown) break;
    if (!characters.empty()) characters += ", ";
    if (!is_invisible_control(c)) characters += utf8_of({&c, 1}) + " ";
    characters += code_point_name(c);
  }
  return make_error(Code::kGlyphMissing, "no glyph", {{"characters", characters}});
}

void Typesetter::draw(PoDoFo::PdfPainter& painter, const SetLine& line, double left,
                      double top) const {
  // Liberation Serif's ascent in parts of the type size.
  constexpr double kAscent = 0.891;
  auto& face = font(line.face());
  face.SetFontSize(static_cast<float>(line.size_pt));
  painter.SetFont(&face);
  const auto part = [&](unsigned shift) {
    return static_cast<double>((line.rgb >> shift) & 0xFFU) / 255;
  };
  painter.SetColor(part(16), part(8), part(0));
  const double baseline = top - (kLineHeight - 1) / 2 * line.size_pt - kAscent * line.size_pt;
  painter.DrawText(left, baseline, podofo_string(line.text));
}

void Typesetter::embed() const {
  regular_->EmbedSubsetFont();
  bold_->EmbedSubsetFont();
  if (italic_ != nullptr) italic_->EmbedSubsetFont();
}

void load_fonts() {
  static_cast<void>(font_octets(Face::kRegular));
}

double height(const std::vector<SetLine>& lines) {
  double sum = 0;
  for (const auto& line : lines) sum += kLineHeight * line.size_pt;
  return sum;
}

}  // namespace antin::pdf
