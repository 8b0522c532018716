#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antin::xml {

/// One element of a parsed file: enough of XML 1.0 to see what a program would see of our reports.
struct Element {
  std::string name;  ///< with its prefix
  std::map<std::string, std::string> attributes;
  std::string text;  ///< of this element itself, references resolved
  std::vector<Element> children;

  /// All descendants of this name, in document order.
  std::vector<const Element*> all(std::string_view wanted) const;
  /// The first descendant of this name; an empty element when there is none.
  const Element& first(std::string_view wanted) const;
  std::vector<std::string> child_names() const;
  /// The text of this element and of all in it.
  std::string whole_text() const;
};

/// Nothing unless the text is well-formed: tags match, one root, attribute values quoted, only the
/// predefined and numeric references, no character that XML forbids, valid UTF-8. No comments,
/// CDATA, DTD subset or processing instructions: antin writes none.
std::optional<Element> parse(std::string_view text);

}  // namespace antin::xml
