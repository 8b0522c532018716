#pragma once

#include <optional>
#include <string_view>

namespace antin {

struct ForPeople {
  std::string_view vi, en;
};

/// What whoever holds the document is told in place of advice (Vietnamese) that names a command or
/// its options, which is for those who run it; nullopt: that advice is for everybody.
inline std::optional<ForPeople> instead_of_commands(std::string_view advice) {
  const auto names = [&](std::string_view part) { return advice.find(part) != advice.npos; };
  // What is missing may be there the next time.
  if (names("--crl") || names("--ocsp") || names("--allow-host") || names("antin extend"))
    return ForPeople{
        "Kiểm tra lại sau; nếu kết quả vẫn vậy, hỏi cơ quan có tên trên văn bản.",
        "Check again later; if the result stays, ask the agency named on the document."};
  if (names("--") || names("antin ") || names("[verify]") || names(".toml"))
    return ForPeople{"Hỏi cơ quan có tên trên văn bản, hoặc nơi kiểm tra.",
                     "Ask the agency named on the document, or whoever checked it."};
  return std::nullopt;
}

}  // namespace antin
