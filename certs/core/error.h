#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "certs/core/codes.h"

namespace antin {

/// Source position. Our own, because clang 14 (clang-tidy and libFuzzer on
/// Debian 12) cannot compile std::source_location from libstdc++ 12.
struct Where {
  const char* file;
  int line;
  static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

/// Values for {placeholders} in a sentence. Users and clients see them: file names, page numbers,
/// dates, counts; never a PIN, never document text.
using Params = std::vector<std::pair<std::string, std::string>>;

/// A reason why an operation could not be completed. A failed signature check is not an Error:
/// it is a Finding (finding.h).
struct Error {
  Code code;
  Params params;
  /// For the operator's log: may name hosts, slots, offsets. No PIN, no key
  /// material, no document text. Never sent to a client.
  std::string detail;
  std::shared_ptr<const Error> cause;
  Where where;
};

/// The catalogue's sentence with its placeholders filled in; an unknown placeholder stays visible.
std::string sentence(Code code, Language language, const Params& params = {});
/// The catalogue's advice, likewise; may be empty.
std::string advice(Code code, Language language, const Params& params = {});

/// "pdf.malformed: detail <- cause: …", one line, for logs only.
std::string to_log_line(const Error& error);

/// Starts an error at the place it is noticed.
Error make_error(Code code, std::string detail, Params params = {}, Where where = Where::here());

/// Says what we were doing when `cause` happened.
Error while_doing(Error cause, Code code, std::string detail, Where where = Where::here());

/// Value or Error. [[nodiscard]] on the type plus -Werror: an ignored Result does
/// not build. Stands in for std::expected, which GCC 12 has only from C++23 on.
template <class T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that `return value;` and `return make_error(…);` both read plainly.
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }
  const T& value() const& { return std::get<0>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

/// For functions that only succeed or fail: `return Done{};`
struct Done {};
using Status = Result<Done>;

// `ANTIN_TRY(auto name, call())` declares name from the value or returns the Error to the caller.
#define ANTIN_TRY_JOIN2(a, b) a##b
#define ANTIN_TRY_JOIN(a, b) ANTIN_TRY_JOIN2(a, b)
// A declaration cannot stand in parentheses. NOLINTBEGIN(bugprone-macro-parentheses)
#define ANTIN_TRY_AS(tmp, declaration, call) \
  auto tmp = (call);                         \
  if (!tmp) return std::move(tmp).error();   \
  declaration = std::move(tmp).value()
#define ANTIN_TRY(declaration, call) \
  ANTIN_TRY_AS(ANTIN_TRY_JOIN(antin_try_, __LINE__), declaration, call)
// NOLINTEND(bugprone-macro-parentheses)
/// The same for a Status whose value nobody wants.
#define ANTIN_CHECK(call)                                                                  \
  do {                                                                                     \
    if (auto antin_check_ = (call); !antin_check_) return std::move(antin_check_).error(); \
  } while (false)

}  // namespace antin
