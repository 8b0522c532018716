#include "service/antind/case_composer.h"

#include <algorithm>
#include <array>

namespace antin::service {
namespace {

using casework::Product;
using casework::State;

struct Named {
  std::string_view name, vi, en;
};
constexpr std::array<Named, kLetters> kNames{
    Named{"refusal", "Văn bản từ chối chứng thực", "refusal"},
    Named{"appointment", "Phiếu hẹn trả kết quả", "appointment"},
    Named{"no_entry", "Văn bản trả lời không có thông tin trong sổ gốc",
          "answer that the register has no such entry"}};

Error no_template(std::string_view what) {
  return make_error(Code::kLayoutNotInForce, "no [office] layouts",
                    {{"mau", std::string(what)}, {"ngay", "-"}});
}

}  // namespace

Result<Made> CaseComposer::sample(const std::string& id, std::int64_t) {
  return no_template(id);
}

std::string_view name(Letter letter) noexcept {
  return kNames.at(static_cast<std::size_t>(letter)).name;
}

std::optional<Letter> letter_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kLetters; ++i) {
    if (kNames.at(i).name == name) return static_cast<Letter>(i);
  }
  return std::nullopt;
}

std::string_view words(Letter letter, Language language) noexcept {
  const auto& named = kNames.at(static_cast<std::size_t>(letter));
  return language == Language::kVietnamese ? named.vi : named.en;
}

bool may_be_written(Letter letter, const casework::Case& one) noexcept {
  switch (letter) {
    case Letter::kRefusal:
      return one.product == Product::kCertifiedCopy && one.state == State::kRefused;
    case Letter::kNoEntry:
      return one.product == Product::kRegisterCopy && one.state == State::kNotFound;
    case Letter::kAppointment:
      break;
  }
  constexpr std::array kEnded{State::kReleased,  State::kCancelled, State::kVoided,
                              State::kRecalled,  State::kRefused,   State::kNotFound,
                              State::kWithdrawn, State::kSubmitted};
  const bool counter =
      one.product == Product::kCertifiedCopy || one.product == Product::kRegisterCopy;
  return counter && std::find(kEnded.begin(), kEnded.end(), one.state) == kEnded.end();
}

Result<Made> PlainComposer::document(const Material& material) {
  if (material.basis.empty()) return no_template("ban-sao-tu-so-goc");
  return Made{.octets = material.basis};
}

Result<Made> PlainComposer::letter(Letter letter, const Material&) {
  return no_template(words(letter, Language::kVietnamese));
}

// A copy without its line would not be one.
Result<std::string> PlainComposer::seal_line(const Material& material) {
  if (material.one.product == Product::kOfficeCopy) return no_template("dong-sao");
  return std::string();
}

}  // namespace antin::service
