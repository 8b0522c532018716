#include "certs/core/codes.h"

#include <array>

namespace antin {
namespace {

using enum Remedy;
using enum SubIndication;

// "Decides no sub-indication", as the rows spell it.
constexpr std::optional<SubIndication> kNoSub{};

// A plain array: clang 14 cannot deduce the type of a std::array with this many rows.
// NOLINTNEXTLINE(modernize-avoid-c-arrays)
constexpr CodeInfo kRows[] = {
#define ANTIN_CODE(symbol, number, name, remedy, http, m, sub, vi, en, vi_do, en_do) \
  CodeInfo{Code::symbol, name, remedy, http, m, sub, vi, en, vi_do, en_do},
#include "certs/core/codes/all.inc"
#undef ANTIN_CODE
};
constexpr std::span<const CodeInfo> kCatalogue{kRows};

// In one pass, because clang counts the steps. A name used twice fails
// tests/unit/core/codes_test.cc.
constexpr bool numbers_are_unique() {
  constexpr std::size_t kHighest = 4096;
  std::array<bool, kHighest> used{};
  for (const auto& row : kCatalogue) {
    bool& slot = used.at(static_cast<std::size_t>(row.code));
    if (slot) return false;
    slot = true;
  }
  return true;
}
static_assert(numbers_are_unique(), "a code's number is used twice");

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
