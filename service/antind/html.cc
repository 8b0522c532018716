#include "service/antind/html.h"

#include "certs/core/markup_text.h"

namespace antin::service {
namespace {

// U+202A…U+202E and U+2066…U+2069 in UTF-8.
bool turns_direction(std::string_view rest) {
  if (rest.size() < 3 || rest[0] != '\xE2') return false;
  const auto last = static_cast<unsigned char>(rest[2]);
  return (rest[1] == '\x80' && last >= 0xAA && last <= 0xAE) ||
         (rest[1] == '\x81' && last >= 0xA6 && last <= 0xA9);
}

}  // namespace

std::string html_text(std::string_view foreign) {
  std::string text;
  text.reserve(foreign.size() + foreign.size() / 8);
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    if (turns_direction(foreign.substr(i))) {
      i += 2;
      continue;
    }
    const char c = foreign[i];
    const auto reference = markup_reference(c);
    if (!reference.empty())
      text += reference;
    else
      text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  return text;
}

std::string html_both(const Both& said) {
  if (said.en.empty() || said.en == said.vi) return "<bdi>" + html_text(said.vi) + "</bdi>";
  return "<span lang=\"vi\">" + html_text(said.vi) + "</span><span lang=\"en\">" +
         html_text(said.en) + "</span>";
}

std::string html_paragraph(const Both& said, std::string_view css) {
  if (said.empty()) return {};
  const auto kind = css.empty() ? std::string() : " class=\"" + std::string(css) + "\"";
  return "<p" + kind + ">" + html_both(said) + "</p>";
}

}  // namespace antin::service
