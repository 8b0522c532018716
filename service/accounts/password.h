#pragma once

#include <string>
#include <string_view>

#include "certs/core/error.h"
#include "certs/core/random.h"
#include "certs/ossl/scrypt.h"

namespace antin::accounts {

/// Characters of a password, after NFC.
constexpr std::size_t kLeastCharacters = 12, kMostCharacters = 256;

/// 32 MiB, three times after one another: what OWASP's sheet calls for at this size. Changing it
/// changes no kept password: each names its own.
constexpr ossl::ScryptCost kCost{.log2_n = 15, .r = 8, .p = 3};

/// What a person chooses. Fails with kPasswordLength ({it_nhat}, {nhieu_nhat}) and kPasswordCommon:
/// what everybody tries first, few different characters, the account's own name.
Status check_password(std::string_view password, std::string_view account);

/// "scrypt:15:8:3:SALT:KEY", the last two hexadecimal. The password is taken in NFC: keyboards
/// write Vietnamese in more than one form. Fails with kPasswordWork.
Result<std::string> keep_password(std::string_view password, RandomSource& random,
                                  const ossl::ScryptCost& cost = kCost);

/// Compared in constant time. `kept` "" is nobody's password: the answer is false after the same
/// work, so that its time does not tell which names there are. Fails with kPasswordWork.
Result<bool> is_password(std::string_view password, std::string_view kept,
                         const ossl::ScryptCost& cost = kCost);

/// "abcd-efgh-jkmn-pqrs": 80 random bits, nothing that looks like something else.
std::string new_one_time_password(RandomSource& random);

}  // namespace antin::accounts
