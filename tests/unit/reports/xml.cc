#include "tests/unit/reports/xml.h"

#include <cctype>

#include "verifier/foreign_text.h"

namespace antin::xml {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Element> document() {
    take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    take("<!DOCTYPE html>\n");
    Element root;
    if (!element(root)) return std::nullopt;
    take("\n");
    if (!rest_.empty()) return std::nullopt;
    return root;
  }

 private:
  bool take(std::string_view wanted) {
    if (rest_.substr(0, wanted.size()) != wanted) return false;
    rest_.remove_prefix(wanted.size());
    return true;
  }
  bool name(std::string& out) {
    const auto good = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '-' || c == '_';
    };
    while (!rest_.empty() && good(rest_.front())) {
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    return !out.empty();
  }
  // Character data up to `end`, references resolved.
  bool characters(char end, std::string& out) {
    while (!rest_.empty() && rest_.front() != end) {
      if (rest_.front() == '<') return false;
      if (rest_.front() == '&') {
        if (!reference(out)) return false;
        continue;
      }
      const auto c = static_cast<unsigned char>(rest_.front());
      if (c < 0x20 && c != '\n' && c != '\t') return false;
      out += rest_.front();
      rest_.remove_prefix(1);
    }
    return !rest_.empty();
  }
  bool reference(std::string& out) {
    const auto end = rest_.find(';');
    if (end == std::string_view::npos) return false;
    const std::string body{rest_.substr(1, end - 1)};
    rest_.remove_prefix(end + 1);
    static const std::map<std::string, std::string> kNamed = {
        {"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}};
    if (const auto found = kNamed.find(body); found != kNamed.end()) {
      out += found->second;
      return true;
    }
    if (body.size() < 2 || body.front() != '#') return false;
    const int number = std::stoi(body.substr(1));
    if (number != 9 && number != 10 && number != 13 && number < 32) return false;
    verifier::append_utf8(out, static_cast<char32_t>(number));
    return true;
  }
  bool element(Element& out) {
    if (++depth_ > 64 || !take("<") || !name(out.name)) return false;
    while (take(" ")) {
      std::string key, value;
      if (!name(key) || !take("=\"") || !characters('"', value) || !take("\"")) return false;
      if (!out.attributes.emplace(key, value).second) return false;
    }
    if (take("/>")) return --depth_, true;
    if (!take(">")) return false;
    for (;;) {
      if (!characters('<', out.text)) return false;
      if (take("</" + out.name + ">")) return --depth_, true;
      out.children.emplace_back();
      if (!element(out.children.back())) return false;
      if (out.children.back().name.empty()) return false;
    }
  }

  std::string_view rest_;
  int depth_ = 0;
};

}  // namespace

std::vector<const Element*> Element::all(std::string_view wanted) const {
  std::vector<const Element*> found;
  for (const auto& child : children) {
    if (child.name == wanted) found.push_back(&child);
    const auto below = child.all(wanted);
    found.insert(found.end(), below.begin(), below.end());
  }
  return found;
}

const Element& Element::first(std::string_view wanted) const {
  static const Element kNone;
  const auto found = all(wanted);
  return found.empty() ? kNone : *found.front();
}

std::vector<std::string> Element::child_names() const {
  std::vector<std::string> names;
  for (const auto& child : children) names.push_back(child.name);
  return names;
}

std::string Element::whole_text() const {
  std::string whole = text;
  for (const auto& child : children) whole += child.whole_text();
  return whole;
}

std::optional<Element> parse(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto before = at;
    const auto c = verifier::next_code_point(text, at);
    if (c == 0xFFFD && text.substr(before, 3) != "\xEF\xBF\xBD") return std::nullopt;
  }
  return Parser{text}.document();
}

}  // namespace antin::xml
