#include "verifier/attestation.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <utf8proc.h>

#include "pdf/read/page_text.h"

namespace antin::verifier {
namespace {

// Composed, blanks taken out: where a signing tool puts blanks between glyphs is its own affair.
std::string squeezed(std::string_view text) {
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  text = text.substr(0, kMost);
  constexpr auto kOptions =
      static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE);
  utf8proc_uint8_t* mapped = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, kOptions);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner{mapped, &std::free};
  if (length < 0) return {};
  std::string out;
  out.reserve(static_cast<std::size_t>(length));
  for (utf8proc_ssize_t i = 0; i < length; ++i) {
    const auto octet = mapped[i];
    if (octet > 0x20) out += static_cast<char>(octet);
  }
  return out;
}

// The places where any spelling of a word stands. Case is told apart only as people write it.
std::size_t find_any(std::string_view text, std::initializer_list<std::string_view> words,
                     std::size_t from, std::size_t& behind) {
  auto first = std::string_view::npos;
  for (const auto word : words) {
    const auto at = text.find(word, from);
    if (at >= first) continue;
    first = at;
    behind = at + word.size();
  }
  return first;
}

bool has_digit(std::string_view text) {
  return text.find_first_of("0123456789") != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kMarks = ":.,;-";
  while (!text.empty() && kMarks.find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && kMarks.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

// From `from` to where the book's symbol ends, or the next word of the template begins.
std::string_view book_at(std::string_view text, std::size_t from) {
  constexpr std::size_t kLongest = 64;
  text = text.substr(from, kLongest);
  std::size_t behind = 0;
  const auto symbol = find_any(text, {"/BS", "/bs"}, 0, behind);
  std::size_t next = 0;
  const auto word = find_any(text, {"Ngày", "ngày", "Người", "NGÀY", "NGƯỜI"}, 0, next);
  if (symbol != std::string_view::npos && symbol < word) return trimmed(text.substr(0, behind));
  return trimmed(text.substr(0, std::min(word, text.size())));
}

Attestation numbers_in(const std::string& text) {
  constexpr std::size_t kLongestNumber = 32;
  Attestation found;
  for (std::size_t at = 0, number = 0;;) {
    at = find_any(text, {"Sốchứngthực", "sốchứngthực", "SỐCHỨNGTHỰC"}, at, number);
    if (at == std::string::npos) return found;
    at = number;
    std::size_t book = 0;
    const auto end = find_any(text, {"quyểnsố", "Quyểnsố", "QUYỂNSỐ"}, number, book);
    if (end == std::string::npos || end - number > kLongestNumber) continue;
    const auto written = trimmed(std::string_view{text}.substr(number, end - number));
    const auto kept = book_at(text, book);
    if (!has_digit(written) || !has_digit(kept)) continue;
    found.number = written;
    found.book = kept;
  }
}

std::string form_in(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kForms = {
      {{"SAOY;", "SAO Y"}, {"SAOLỤC;", "SAO LỤC"}, {"TRÍCHSAO;", "TRÍCH SAO"}}};
  for (const auto& [squeezed_form, form] : kForms) {
    if (text.find(squeezed_form) != std::string::npos) return std::string{form};
  }
  return {};
}

}  // namespace

Attestation attestation_in(std::string_view text) {
  const auto plain = squeezed(text);
  auto found = numbers_in(plain);
  found.office_form = form_in(plain);
  return found;
}

Attestation read_attestation(const pdf::Document& document, std::size_t pages) {
  // The law wants it on the last page; a tool that adds pages behind it is given a little room.
  constexpr std::size_t kFromTheEnd = 4;
  Attestation found;
  for (std::size_t i = 0; i < std::min(pages, kFromTheEnd) && found.number.empty(); ++i) {
    if (const auto text = pdf::page_text(document, pages - 1 - i))
      found = attestation_in(text.value());
  }
  found.office_form.clear();
  if (pages == 0) return found;
  if (const auto text = pdf::page_text(document, 0))
    found.office_form = attestation_in(text.value()).office_form;
  return found;
}

}  // namespace antin::verifier
