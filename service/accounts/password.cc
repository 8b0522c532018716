#include "service/accounts/password.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <vector>

#include "certs/ossl/hmac.h"
#include "service/text/unicode.h"

namespace antin::accounts {
namespace {

constexpr std::size_t kSaltOctets = 16;
constexpr std::string_view kMethod = "scrypt";

// What everybody tries first, without blanks, accents, case and the digits around it.
constexpr std::array<std::string_view, 40> kCommon{"",
                                                   "password",
                                                   "passwordpassword",
                                                   "matkhau",
                                                   "matkhaumatkhau",
                                                   "qwerty",
                                                   "qwertyuiop",
                                                   "qwertyqwerty",
                                                   "asdfghjkl",
                                                   "zxcvbnm",
                                                   "abc",
                                                   "abcd",
                                                   "abcdef",
                                                   "abcdefgh",
                                                   "abcdefghij",
                                                   "abcdefghijkl",
                                                   "admin",
                                                   "adminadmin",
                                                   "administrator",
                                                   "quantri",
                                                   "quantrivien",
                                                   "welcome",
                                                   "letmein",
                                                   "iloveyou",
                                                   "anhyeuem",
                                                   "emyeuanh",
                                                   "toiyeuban",
                                                   "vietnam",
                                                   "vietnamvodich",
                                                   "yeuvietnam",
                                                   "hochiminh",
                                                   "hanoi",
                                                   "ubndxa",
                                                   "ubndphuong",
                                                   "uybannhandan",
                                                   "uybannhandanxa",
                                                   "chungthuc",
                                                   "motcua",
                                                   "congchuc",
                                                   "canbo"};

// Small letters and digits alone: "Mật khẩu 2026!" is "matkhau2026".
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : service::search_key(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

std::string_view without_digits_around(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  while (!text.empty() && digit(text.front())) text.remove_prefix(1);
  while (!text.empty() && digit(text.back())) text.remove_suffix(1);
  return text;
}

bool is_common(std::string_view password, std::string_view account) {
  const auto plain = bare(password);
  const auto word = without_digits_around(plain);
  if (std::find(kCommon.begin(), kCommon.end(), word) != kCommon.end() && !plain.empty())
    return true;
  constexpr std::size_t kFew = 5;
  if (std::set<char>(password.begin(), password.end()).size() < kFew) return true;
  // "nguyen.van.an" is no secret, nor with a year behind it.
  const auto own = bare(account);
  return !own.empty() &&
         (word == own || word == without_digits_around(own) || word == own + own ||
          plain.size() < own.size() + 4) &&
         plain.find(own) != std::string::npos;
}

// "scrypt:15:8:3:SALT:KEY"
struct Kept {
  ossl::ScryptCost cost{};
  Bytes salt, key;
};

std::optional<Kept> read(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto colon = std::min(text.find(':'), text.size());
    parts.push_back(text.substr(0, colon));
    if (colon == text.size()) break;
    text.remove_prefix(colon + 1);
  }
  constexpr std::size_t kParts = 6;
  if (parts.size() != kParts || parts[0] != kMethod) return std::nullopt;
  Kept kept;
  const auto number = [](std::string_view digits, unsigned& into) {
    const auto* const end = digits.data() + digits.size();
    const auto [stopped, problem] = std::from_chars(digits.data(), end, into);
    return problem == std::errc{} && stopped == end;
  };
  if (!number(parts[1], kept.cost.log2_n) || !number(parts[2], kept.cost.r) ||
      !number(parts[3], kept.cost.p) || !from_hex(parts[4], kept.salt) ||
      !from_hex(parts[5], kept.key) || kept.key.empty())
    return std::nullopt;
  return kept;
}

}  // namespace

Status check_password(std::string_view password, std::string_view account) {
  const auto text = service::to_nfc(password);
  const auto length = service::characters(text);
  if (length < kLeastCharacters || length > kMostCharacters)
    return make_error(Code::kPasswordLength, "password",
                      {{"it_nhat", std::to_string(kLeastCharacters)},
                       {"nhieu_nhat", std::to_string(kMostCharacters)}});
  if (is_common(text, account)) return make_error(Code::kPasswordCommon, "password");
  return Done{};
}

Result<std::string> keep_password(std::string_view password, RandomSource& random,
                                  const ossl::ScryptCost& cost) {
  const auto salt = random.bytes(kSaltOctets);
  ANTIN_TRY(const auto key, ossl::scrypt(as_bytes(service::to_nfc(password)), salt, cost));
  std::string kept(kMethod);
  for (const auto number : {cost.log2_n, cost.r, cost.p}) kept += ':' + std::to_string(number);
  return kept + ':' + to_hex(salt) + ':' + to_hex(key);
}

Result<bool> is_password(std::string_view password, std::string_view kept,
                         const ossl::ScryptCost& cost) {
  const auto its = read(kept);
  const Bytes nobodys(kSaltOctets);
  ANTIN_TRY(const auto key, ossl::scrypt(as_bytes(service::to_nfc(password)),
                                         its ? its->salt : nobodys, its ? its->cost : cost));
  return its && ossl::equal_in_constant_time(key, its->key);
}

std::string new_one_time_password(RandomSource& random) {
  constexpr std::string_view kLetters = "abcdefghjkmnpqrstuvwxyz023456789";
  static_assert(kLetters.size() == 32);
  constexpr std::size_t kGroup = 4, kCount = 16;
  std::string text;
  for (const auto octet : random.bytes(kCount)) {
    if (text.size() % (kGroup + 1) == kGroup) text += '-';
    text += kLetters[octet % kLetters.size()];
  }
  return text;
}

}  // namespace antin::accounts
