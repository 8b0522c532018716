#pragma once

#include <string_view>

namespace antin {

/// What stands in XML and HTML for a character that would be markup in a text or in the value of an
/// attribute (XML 1.0 2.4, 3.1); "" for every other.
constexpr std::string_view markup_reference(char c) noexcept {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace antin
