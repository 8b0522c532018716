#include <algorithm>
#include <sys/stat.h>

#include "certs/ossl/hmac.h"
#include "service/courier/couriers.h"
#include "service/system/files.h"

namespace antin::courier {
namespace {

constexpr std::size_t kLeast = 32;
constexpr std::size_t kMost = 4'096;
constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

Error wrong(const std::string& file, const std::string& target, const char* why) {
  return make_error(Code::kOutboxSecret, file,
                    {{"tep", file}, {"noi_nhan", target}, {"ly_do", why}});
}

}  // namespace

Result<Bytes> read_secret(const std::string& file, const std::string& target) {
  ANTIN_TRY(auto secret, read_password(file, target));
  if (secret.size() < kLeast)
    return wrong(file, target, "ngắn hơn 32 ký tự / shorter than 32 characters");
  if (std::any_of(secret.begin(), secret.end(), [](auto c) { return c < 0x21 || c > 0x7E; }))
    return wrong(file, target, "có ký tự lạ / holds odd characters");
  return secret;
}

Result<Bytes> read_password(const std::string& file, const std::string& target) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0)
    return wrong(file, target, "không đọc được / cannot be read");
  if ((found.st_mode & kOthers) != 0)
    return wrong(file, target, "người khác đọc được / others can read it");
  auto octets = service::read_file(file, kMost);
  if (!octets) return wrong(file, target, "không đọc được / cannot be read");
  auto secret = std::move(octets).value();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  if (secret.empty()) return wrong(file, target, "rỗng / empty");
  return secret;
}

std::string signature_of(const std::vector<Bytes>& secrets, const std::string& timestamp,
                         const std::string& body) {
  std::string value;
  for (const auto& secret : secrets) {
    value += value.empty() ? "v1=" : ", v1=";
    value +=
        to_hex(ossl::hmac_sha256(secret, {as_bytes(timestamp), as_bytes("."), as_bytes(body)}));
  }
  return value;
}

}  // namespace antin::courier
