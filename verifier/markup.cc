#include "verifier/markup.h"

#include "certs/core/markup_text.h"
#include "verifier/foreign_text.h"

namespace antin::verifier {
namespace {

std::string escaped(std::string_view foreign) {
  std::string out;
  for (const char c : xml_characters(foreign)) {
    const auto reference = markup_reference(c);
    out += reference;
    if (!reference.empty()) continue;
    switch (c) {
      case '\r':
        out += "&#13;";  // or a reader would make a line feed of it (section 2.11)
        break;
      case '\t':
        out += "&#9;";  // in an attribute it would become a space (section 3.3.3)
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

void Markup::start(std::string_view name, Attributes attributes) {
  out_ += "<";
  out_ += name;
  for (const auto& [key, value] : attributes) {
    out_ += " ";
    out_ += key;
    out_ += "=\"" + escaped(value) + "\"";
  }
}

Markup& Markup::raw(std::string_view ours) {
  out_ += ours;
  return *this;
}

Markup& Markup::open(std::string_view name, Attributes attributes) {
  start(name, attributes);
  out_ += ">";
  open_.emplace_back(name);
  return *this;
}

Markup& Markup::close() {
  out_ += "</" + open_.back() + ">\n";
  open_.pop_back();
  return *this;
}

Markup& Markup::text(std::string_view foreign) {
  out_ += escaped(foreign);
  return *this;
}

Markup& Markup::element(std::string_view name, std::string_view foreign, Attributes attributes) {
  return open(name, attributes).text(foreign).close();
}

Markup& Markup::empty(std::string_view name, Attributes attributes) {
  start(name, attributes);
  out_ += "/>\n";
  return *this;
}

std::string Markup::take() {
  while (!open_.empty()) close();
  return std::move(out_);
}

}  // namespace antin::verifier
