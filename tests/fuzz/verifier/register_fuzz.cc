// Text that other people write and a register is asked by: the first octet chooses the reader.
//
// Holds: a name is the same as itself and as its own key; what a reader of entries or of units
// accepts can be asked and answered; what stands in a document never makes a number without a
// digit.

#include <cstdint>
#include <string>
#include <string_view>

#include "pdf/read/page_text.h"
#include "tests/fuzz/require.h"
#include "verifier/attestation.h"
#include "verifier/register.h"
#include "verifier/units.h"

namespace {

using antin::fuzz::require;

using namespace antin;  // NOLINT(google-build-using-namespace)

void read_numbers(std::string_view text) {
  const auto found = verifier::attestation_in(text);
  if (!found.number.empty())
    require(found.number.find_first_of("0123456789") != std::string::npos && !found.book.empty());
  require(verifier::number_key(text) == verifier::number_key(text));
  require(verifier::same_book(text, text));
}

void read_names(std::string_view text) {
  const auto key = verifier::name_key(text);
  require(verifier::name_key(key) == key || key.empty());
}

void read_table(std::string_view text) {
  const auto table = verifier::UnitTable::read(text);
  if (!table) {
    require(table.error().code == Code::kUnitsConfig);
    return;
  }
  require(table.value().with_code("no such code") == nullptr);
}

void read_entry(std::string_view text) {
  const auto entry = verifier::read_register_entry(text);
  if (!entry) require(entry.error().code == Code::kRegisterAnswerMalformed);
}

void read_pages(std::string_view text) {
  const SharedBytes file{to_bytes(as_bytes(std::string{text}))};
  const auto document = pdf::Document::open(file, {.password = {}, .limits = {}});
  if (!document) return;
  const auto pages = document.value().page_count();
  if (!pages) return;
  require(!pdf::page_text(document.value(), pages.value()));
  static_cast<void>(verifier::read_attestation(document.value(), pages.value()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = as_text(ByteView{data, size}.subspan(1));
  switch (data[0]) {
    case 'n':
      read_names(text);
      break;
    case 'u':
      read_table(text);
      break;
    case 'e':
      read_entry(text);
      break;
    case 'p':
      read_pages(text);
      break;
    default:
      read_numbers(text);
  }
  return 0;
}
