#include "certs/core/codes.h"

#include <array>

namespace antin {
namespace {

using enum Remedy;
using enum SubIndication;

// "Decides no sub-indication", as the rows spell it.
constexpr std::optional<SubIndication> kNoSub{};

constexpr std::array kCatalogue = {
#define ANTIN_CODE(symbol, number, name, remedy, http, m, sub, vi, en, vi_do, en_do) \
  CodeInfo{Code::symbol, name, remedy, http, m, sub, vi, en, vi_do, en_do},
#include "certs/core/codes/all.inc"
#undef ANTIN_CODE
};

constexpr bool numbers_and_names_are_unique() {
  for (std::size_t i = 0; i < kCatalogue.size(); ++i) {
    for (std::size_t j = i + 1; j < kCatalogue.size(); ++j) {
      if (kCatalogue[i].code == kCatalogue[j].code) return false;
      if (kCatalogue[i].name == kCatalogue[j].name) return false;
    }
  }
  return true;
}
static_assert(numbers_and_names_are_unique(), "a code's number or name is used twice");

}  // namespace

const CodeInfo& info(Code code) noexcept {
  for (const auto& row : kCatalogue) {
    if (row.code == code) return row;
  }
  return kCatalogue.front();  // general.inc stands first: "internal"
}

std::optional<Code> code_named(std::string_view name) noexcept {
  for (const auto& row : kCatalogue) {
    if (row.name == name) return row.code;
  }
  return std::nullopt;
}

std::span<const CodeInfo> all_codes() noexcept {
  return kCatalogue;
}

}  // namespace antin
