#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antin::verifier {

/// Writes well-formed markup, XML or the HTML that is also XML: what is opened is closed, and text
/// and attribute values cannot become markup, whatever they hold (XML 1.0 sections 2.4 and 3.1).
/// Names come from us; they are not checked.
class Markup {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Puts our own text as it is: prologues, style sheets.
  Markup& raw(std::string_view ours);
  Markup& open(std::string_view name, Attributes attributes = {});
  /// Closes the innermost element that is open.
  Markup& close();
  Markup& text(std::string_view foreign);
  /// <name …>foreign</name>
  Markup& element(std::string_view name, std::string_view foreign, Attributes attributes = {});
  /// <name …/>
  Markup& empty(std::string_view name, Attributes attributes);
  /// Everything, with what is still open closed.
  std::string take();

 private:
  void start(std::string_view name, Attributes attributes);

  std::string out_;
  std::vector<std::string> open_;
};

}  // namespace antin::verifier
