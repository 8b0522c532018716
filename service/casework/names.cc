// What products, states, steps, roles and needs are called, by programs and by people.

#include <array>

#include "service/casework/product.h"

namespace antin::casework {
namespace {

struct Named {
  std::string_view name, vi, en;
};

// Each in the order of its enumeration.
constexpr std::array kProducts{Named{"certified_copy", "", ""}, Named{"from_register_copy", "", ""},
                               Named{"office_copy", "", ""}, Named{"result", "", ""}};

constexpr std::array kStates{
    Named{"received", "đã tiếp nhận", "received"},
    Named{"checked", "đã kiểm tra bản chính", "original checked"},
    Named{"captured", "đã chụp bản chính", "captured"},
    Named{"attested", "đã có lời chứng", "attested"},
    Named{"requested", "đã yêu cầu", "requested"},
    Named{"found", "đã tìm thấy trong sổ gốc", "found in the register"},
    Named{"composed", "đã lập bản sao", "copy composed"},
    Named{"lined", "đã ghi hình thức sao", "line of the copy made"},
    Named{"submitted", "đã gửi", "submitted"},
    Named{"numbered", "đã cấp số", "numbered"},
    Named{"officer_signed", "người có thẩm quyền đã ký", "signed by the officer"},
    Named{"seal_signed", "cơ quan đã ký", "sealed"},
    Named{"registered", "đã vào sổ", "entered in the book"},
    Named{"released", "đã phát hành", "released"},
    Named{"refused", "đã từ chối", "refused"},
    Named{"withdrawn", "đã rút yêu cầu", "withdrawn"},
    Named{"not_found", "không có trong sổ gốc", "not in the register"},
    Named{"voided", "đã hủy số", "number voided"},
    Named{"cancelled", "đã hủy bỏ giá trị pháp lý", "legal value cancelled"},
    Named{"recalled", "đã thu hồi", "recalled"}};

constexpr std::array kActions{
    Named{"check", "kiểm tra bản chính", "check the original"},
    Named{"capture", "chụp bản chính", "capture"},
    Named{"attest", "nhập lời chứng", "attest"},
    Named{"find", "tìm trong sổ gốc", "find in the register"},
    Named{"answer_missing", "trả lời không có trong sổ gốc",
          "answer that it is not in the register"},
    Named{"compose", "lập bản sao", "compose the copy"},
    Named{"line", "ghi hình thức sao", "make the line of the copy"},
    Named{"number", "cấp số", "give the number"},
    Named{"officer_sign", "ký số của người có thẩm quyền", "the officer signs"},
    Named{"seal", "ký số của cơ quan", "seal"},
    Named{"register", "vào sổ", "enter in the book"},
    Named{"release", "phát hành", "release"},
    Named{"refuse", "từ chối", "refuse"},
    Named{"withdraw", "rút yêu cầu", "withdraw"},
    Named{"void", "hủy số đã cấp", "void the number"},
    Named{"cancel", "hủy bỏ giá trị pháp lý", "cancel the legal value"},
    Named{"recall", "thu hồi", "recall"}};

constexpr std::array<Named, kRoles> kRoleNames{
    Named{"reception", "người tiếp nhận", "reception"},
    Named{"officer", "người thực hiện chứng thực hoặc có thẩm quyền ký", "the officer who signs"},
    Named{"clerk", "văn thư", "the clerk who keeps book and seal"},
    Named{"system", "hệ thống gửi kết quả", "the system that submitted it"}};

constexpr std::array<Named, kNeeds> kNeedNames{
    Named{"requester", "người yêu cầu", "the requester"},
    Named{"paper", "loại giấy tờ và số trang bản chính", "the paper and its number of pages"},
    Named{"answers", "trả lời câu hỏi kiểm tra bản chính", "the answers about the original"},
    Named{"ground", "căn cứ từ chối", "the ground for refusal"},
    Named{"reason", "lý do", "the reason"},
    Named{"source", "nguồn sao", "the source of the copy"},
    Named{"capture", "tệp quét", "the scan"},
    Named{"signer", "người ký và tư cách ký", "who signs, in which capacity"},
    Named{"document", "tệp để ký", "the document to sign"},
    Named{"officer_signature", "tệp người có thẩm quyền đã ký",
          "the document as the officer signed it"},
    Named{"seal", "chữ ký số của cơ quan", "the agency's signature"},
    Named{"entry", "bản ghi trong sổ đăng ký", "the entry of the register"},
    Named{"delivery", "nơi nhận kết quả", "where the copy goes"},
    Named{"decision", "số và ngày của quyết định", "number and date of the decision"}};

template <class Names, class Enum>
const Named& of(const Names& names, Enum value) noexcept {
  return names[static_cast<std::size_t>(value)];
}

template <class Enum, class Names>
std::optional<Enum> find(const Names& names, std::string_view wanted) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].name == wanted) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::string_view said(const Named& named, Language language) noexcept {
  return language == Language::kVietnamese ? named.vi : named.en;
}

template <std::size_t N>
std::string listed(const std::bitset<N>& set, const std::array<Named, N>& names,
                   Language language) {
  std::string text;
  for (std::size_t i = 0; i < N; ++i) {
    if (!set.test(i)) continue;
    if (!text.empty()) text += ", ";
    text += said(names[i], language);
  }
  return text;
}

}  // namespace

std::string_view name(Product product) noexcept {
  return of(kProducts, product).name;
}
std::string_view name(State state) noexcept {
  return of(kStates, state).name;
}
std::string_view name(Action action) noexcept {
  return of(kActions, action).name;
}
std::string_view name(Role role) noexcept {
  return of(kRoleNames, role).name;
}
std::string_view name(Need need) noexcept {
  return of(kNeedNames, need).name;
}

std::optional<Product> product_named(std::string_view name) noexcept {
  return find<Product>(kProducts, name);
}
std::optional<State> state_named(std::string_view name) noexcept {
  return find<State>(kStates, name);
}
std::optional<Action> action_named(std::string_view name) noexcept {
  return find<Action>(kActions, name);
}

std::string_view words(State state, Language language) noexcept {
  return said(of(kStates, state), language);
}
std::string_view words(Action action, Language language) noexcept {
  return said(of(kActions, action), language);
}
std::string_view words(Role role, Language language) noexcept {
  return said(of(kRoleNames, role), language);
}
std::string_view words(Need need, Language language) noexcept {
  return said(of(kNeedNames, need), language);
}
std::string words(Roles roles, Language language) {
  return listed(roles, kRoleNames, language);
}
std::string words(Needs needs, Language language) {
  return listed(needs, kNeedNames, language);
}

}  // namespace antin::casework
