#include "pdf/read/xmp.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace antin::pdf {
namespace {

/// Scans XML for well-formed tags. No DTD, no entities but the five and character references.
class XmlScanner {
 public:
  explicit XmlScanner(std::string_view text) : text_(text) {}

  bool run() {
    while (at_ < text_.size()) {
      if (text_[at_] != '<') {
        if (!character_data()) return false;
      } else if (!markup()) {
        return false;
      }
    }
    return open_.empty() && elements_ > 0 && has_rdf_;
  }

 private:
  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
           c == '_' || c == '-' || c == '.' || (static_cast<unsigned char>(c) & 0x80U);
  }
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  bool skip_past(std::string_view what) {
    const auto found = text_.find(what, at_);
    if (found == std::string_view::npos) return false;
    at_ = found + what.size();
    return true;
  }
  bool reference() {
    const auto end = text_.find(';', at_);
    if (end == std::string_view::npos || end - at_ > 10) return false;
    const auto name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return name == "lt" || name == "gt" || name == "amp" || name == "quot" || name == "apos" ||
           (name.size() > 1 && name[0] == '#');
  }
  bool character_data() {
    while (at_ < text_.size() && text_[at_] != '<') {
      if (text_[at_] == '&') {
        if (open_.empty() || !reference()) return false;
        continue;
      }
      if (text_[at_] == '\0') return false;
      // Outside the root element only white space (and a byte order mark in front) may stand.
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (open_.empty() && !is_space(text_[at_]) && c < 0x80) return false;
      ++at_;
    }
    return true;
  }
  std::string_view take_name() {
    const auto begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool markup() {
    const auto rest = text_.substr(at_);
    if (rest.starts_with("<!--")) return skip_past("-->");
    if (rest.starts_with("<?")) return skip_past("?>");
    if (rest.starts_with("<![CDATA[")) return !open_.empty() && skip_past("]]>");
    if (rest.starts_with("<!")) return false;
    if (rest.starts_with("</")) {
      at_ += 2;
      const auto name = take_name();
      skip_space();
      if (open_.empty() || open_.back() != name || at_ >= text_.size() || text_[at_] != '>') {
        return false;
      }
      open_.pop_back();
      ++at_;
      return true;
    }
    ++at_;
    return start_tag();
  }
  bool start_tag() {
    const auto name = take_name();
    if (name.empty() || open_.size() >= 200) return false;
    if (open_.empty() && elements_ > 0) return false;  // a second root element
    ++elements_;
    // As the root, or the only wrapper that XMP knows around it.
    if (name == "rdf:RDF" && (open_.empty() || (open_.size() == 1 && (open_[0] == "x:xmpmeta" ||
                                                                      open_[0] == "x:xapmeta")))) {
      has_rdf_ = true;
    }
    std::vector<std::string_view> attributes;
    for (;;) {
      skip_space();
      if (at_ >= text_.size()) return false;
      if (text_[at_] == '>') {
        ++at_;
        open_.push_back(name);
        return true;
      }
      if (text_[at_] == '/') {
        ++at_;
        if (at_ >= text_.size() || text_[at_] != '>') return false;
        ++at_;
        return true;
      }
      const auto attribute = take_name();
      if (attribute.empty() ||
          std::find(attributes.begin(), attributes.end(), attribute) != attributes.end()) {
        return false;
      }
      attributes.push_back(attribute);
      skip_space();
      if (at_ >= text_.size() || text_[at_] != '=') return false;
      ++at_;
      skip_space();
      if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
      const auto quote = text_[at_++];
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '<') return false;
        if (text_[at_] == '&') {
          if (!reference()) return false;
          continue;
        }
        ++at_;
      }
      if (at_ >= text_.size()) return false;
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t elements_ = 0;
  bool has_rdf_ = false;
  std::vector<std::string_view> open_;
};

}  // namespace

bool is_well_formed_xmp(ByteView octets) {
  auto text = as_text(octets);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return XmlScanner{text}.run();
}

}  // namespace antin::pdf
