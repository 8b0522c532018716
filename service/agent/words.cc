#include "service/agent/words.h"

#include <algorithm>

namespace antin::service::agent {
namespace {

constexpr std::size_t kBesidePin = 4;  // cases that still fit where the PIN is asked
constexpr std::size_t kPerWindow = 7;
constexpr std::size_t kMostName = 48;
constexpr std::size_t kShownDigest = 16;

const char* say(Language language, const char* vi, const char* en) {
  return language == Language::kVietnamese ? vi : en;
}

// U+200E, U+200F, U+202A…U+202E, U+2066…U+2069 turn the direction of what follows; U+2028 and
// U+2029 begin a line.
bool is_odd(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::size_t length_of(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

char32_t value_of(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  char32_t value = first & (0xFFU >> (character.size() + 1));
  for (const char next : character.substr(1))
    value = (value << 6U) | (static_cast<unsigned char>(next) & 0x3FU);
  return value;
}

std::string line_of(const ShownCase& one, std::size_t number, Language language) {
  auto text = std::to_string(number) + ". " + one_line(one.name, kMostName);
  if (!one.requester.empty()) text += " – " + one_line(one.requester, kMostName / 2);
  return text + " – " + std::to_string(one.pages) + say(language, " trang", " pages") + " – " +
         one.sha256.substr(0, kShownDigest) + "…";
}

std::string head_of(const Batch& batch, Language language) {
  std::string text = say(language, "Trang: ", "Page: ") + batch.origin.text() + "\n";
  if (!batch.agency.empty())
    text += say(language, "Cơ quan: ", "Agency: ") + one_line(batch.agency, 80) + "\n";
  return text + say(language, "Người ký: ", "Signer: ") + one_line(batch.signer, 80) + "\n";
}

std::string title(Language language) {
  return say(language, "Ký số – antin", "Signing – antin");
}

}  // namespace

std::string one_line(const std::string& text, std::size_t most) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = std::min(length_of(static_cast<unsigned char>(text[at])), text.size() - at);
    const auto character = std::string_view(text).substr(at, size);
    at += size;
    if (is_odd(value_of(character))) continue;
    if (count++ == most) return out + "…";
    out += character;
  }
  return out;
}

std::string spaced(const std::string& code) {
  return code.substr(0, 3) + " " + code.substr(3);
}

std::vector<Person::Question> list_questions(const Batch& batch, Language language) {
  std::vector<Person::Question> questions;
  const auto all = batch.cases.size();
  if (all <= kBesidePin) return questions;
  for (std::size_t first = 0; first < all; first += kPerWindow) {
    const auto last = std::min(first + kPerWindow, all);
    std::string text = say(language, "Các hồ sơ sẽ ký ", "Cases to be signed, ") +
                       std::to_string(first + 1) + "–" + std::to_string(last) + " / " +
                       std::to_string(all) + " (SHA-256):\n";
    for (auto i = first; i < last; ++i) text += line_of(batch.cases[i], i + 1, language) + "\n";
    questions.push_back({.title = title(language),
                         .text = std::move(text),
                         .error = {},
                         .yes = say(language, "Tiếp tục", "Go on"),
                         .no = say(language, "Hủy", "Cancel")});
  }
  return questions;
}

Person::Question sign_question(const Batch& batch, Language language) {
  std::int64_t pages = 0;
  for (const auto& one : batch.cases) pages += one.pages;
  auto text = head_of(batch, language) + say(language, "Ký ", "Sign ") +
              std::to_string(batch.cases.size()) + say(language, " hồ sơ, ", " cases, ") +
              std::to_string(pages) + say(language, " trang.\n", " pages.\n");
  if (batch.cases.size() <= kBesidePin) {
    for (std::size_t i = 0; i < batch.cases.size(); ++i)
      text += line_of(batch.cases[i], i + 1, language) + "\n";
  }
  return {.title = title(language),
          .text = std::move(text),
          .error = {},
          .yes = say(language, "Ký", "Sign"),
          .no = say(language, "Hủy", "Cancel"),
          .prompt = say(language, "Mã PIN:", "PIN:")};
}

Person::Question login_question(const Origin& origin, const std::string& signer,
                                Language language) {
  return {.title = say(language, "Đăng nhập – antin", "Sign-in – antin"),
          .text = say(language, "Đăng nhập vào trang: ", "Sign in to the page: ") + origin.text() +
                  "\n" + say(language, "Người đăng nhập: ", "As: ") + one_line(signer, 80) + "\n" +
                  say(language, "Không có tài liệu nào được ký.", "No document is signed."),
          .error = {},
          .yes = say(language, "Đăng nhập", "Sign in"),
          .no = say(language, "Hủy", "Cancel"),
          .prompt = say(language, "Mã PIN:", "PIN:")};
}

Person::Question pair_question(const Origin& origin, const std::string& code, Language language) {
  return {.title = say(language, "Ghép nối – antin", "Pairing – antin"),
          .text = say(language, "Trang sau xin dùng thiết bị ký của máy tính này:\n",
                      "This page asks to use the signing device of this computer:\n") +
                  origin.text() + "\n" + say(language, "Mã: ", "Code: ") + spaced(code) + "\n" +
                  say(language, "Chỉ đồng ý nếu trang hiện đúng mã này.",
                      "Agree only if the page shows this very code."),
          .error = {},
          .yes = say(language, "Đồng ý", "Agree"),
          .no = say(language, "Từ chối", "Refuse")};
}

std::string pin_warning(const hsm::TokenStatus& token, const std::optional<Error>& last,
                        Language language) {
  const Params few{{"token", token.label}, {"n", "một số ít"}, {"left", "A few tries are"}};
  if (token.pin_final_try) return sentence(Code::kTokenPinFinalTry, language, few);
  if (last) return sentence(last->code, language, last->params);
  if (token.pin_count_low) return sentence(Code::kTokenPinCountLow, language, few);
  return {};
}

}  // namespace antin::service::agent
