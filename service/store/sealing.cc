#include "service/store/sealing.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "certs/ossl/handles.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr std::string_view kMagic = "ANTINF1\n";
constexpr std::size_t kPortion = 65'536;
constexpr std::size_t kTag = 16;
constexpr std::size_t kNonce = 12;

using CipherPtr = ossl::Handle<EVP_CIPHER, &EVP_CIPHER_free>;
using CipherContextPtr = ossl::Handle<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;
using Nonce = std::array<std::uint8_t, kNonce>;

const EVP_CIPHER* aes_256_gcm() {
  static const CipherPtr kCipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
  return kCipher.get();
}

enum class Direction { kSeal, kOpen };

// One message. `out` has room for `in` and, when sealing, the tag after it. False when the tag is
// wrong or OpenSSL fails.
bool run(Direction direction, EVP_CIPHER_CTX* context, ByteView key, const Nonce& nonce,
         ByteView associated, ByteView in, std::uint8_t* out) {
  const bool seal = direction == Direction::kSeal;
  int length = 0;
  if (EVP_CipherInit_ex2(context, aes_256_gcm(), key.data(), nonce.data(), seal ? 1 : 0, nullptr) !=
      1)
    return false;
  if (!associated.empty() && EVP_CipherUpdate(context, nullptr, &length, associated.data(),
                                              static_cast<int>(associated.size())) != 1)
    return false;
  const auto text = seal ? in : in.first(in.size() - kTag);
  if (!text.empty() &&
      EVP_CipherUpdate(context, out, &length, text.data(), static_cast<int>(text.size())) != 1)
    return false;
  std::array<std::uint8_t, kTag> tag{};
  if (!seal) {
    std::copy_n(in.last(kTag).begin(), kTag, tag.begin());
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) != 1) return false;
  }
  std::array<std::uint8_t, kTag> rest{};
  if (EVP_CipherFinal_ex(context, rest.data(), &length) != 1) return false;
  if (!seal) return true;
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTag, tag.data()) != 1) return false;
  std::copy(tag.begin(), tag.end(), out + text.size());
  return true;
}

Nonce nonce_of(std::uint64_t number, bool last) {
  Nonce nonce{};
  nonce[0] = last ? 1 : 0;
  for (unsigned i = 0; i < 8; ++i)
    nonce.at(4 + i) = static_cast<std::uint8_t>((number >> (56U - 8U * i)) & 0xffU);
  return nonce;
}

// Copies the next octets of several parts.
class Reader {
 public:
  explicit Reader(const std::vector<ByteView>& parts) : parts_(parts) {}
  void take(Bytes& out) {
    for (std::size_t done = 0; done < out.size();) {
      if (at_ == parts_[part_].size()) {
        ++part_;
        at_ = 0;
        continue;
      }
      const auto count = std::min(out.size() - done, parts_[part_].size() - at_);
      std::copy_n(parts_[part_].begin() + static_cast<std::ptrdiff_t>(at_), count,
                  out.begin() + static_cast<std::ptrdiff_t>(done));
      done += count;
      at_ += count;
    }
  }

 private:
  const std::vector<ByteView>& parts_;
  std::size_t part_ = 0, at_ = 0;
};

Error library_failed(Where where = Where::here()) {
  return ossl::take_errors(Code::kInternal, "AES-256-GCM", where);
}

}  // namespace

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  OPENSSL_cleanse(octets_.data(), octets_.size());
  octets_ = std::move(other.octets_);
  return *this;
}

SecretBytes::~SecretBytes() {
  OPENSSL_cleanse(octets_.data(), octets_.size());
}

Result<Bytes> wrap_key(ByteView wrapping, ByteView key, ByteView context) {
  if (wrapping.size() != kKeyOctets) return make_error(Code::kInternal, "length of a key");
  SystemRandom random;
  const auto fresh = random.bytes(kNonce);
  Nonce nonce{};
  std::copy(fresh.begin(), fresh.end(), nonce.begin());
  Bytes out(fresh);
  out.resize(kNonce + key.size() + kTag);
  const CipherContextPtr cipher{EVP_CIPHER_CTX_new()};
  if (!cipher ||
      !run(Direction::kSeal, cipher.get(), wrapping, nonce, context, key, out.data() + kNonce))
    return library_failed();
  return out;
}

Result<SecretBytes> unwrap_key(ByteView wrapping, ByteView wrapped, ByteView context) {
  if (wrapping.size() != kKeyOctets || wrapped.size() < kNonce + kTag)
    return make_error(Code::kStoreKeyWrong, "length of a wrapped key");
  Nonce nonce{};
  std::copy_n(wrapped.begin(), kNonce, nonce.begin());
  Bytes out(wrapped.size() - kNonce - kTag);
  const ossl::ErrorMark mark;
  const CipherContextPtr cipher{EVP_CIPHER_CTX_new()};
  if (!cipher || !run(Direction::kOpen, cipher.get(), wrapping, nonce, context,
                      wrapped.subspan(kNonce), out.data()))
    return make_error(Code::kStoreKeyWrong, "a key does not open with the master key");
  return SecretBytes(std::move(out));
}

std::size_t sealed_size(std::size_t plain) noexcept {
  const auto portions = std::max<std::size_t>(1, (plain + kPortion - 1) / kPortion);
  return kMagic.size() + plain + portions * kTag;
}

Result<Bytes> seal_file(ByteView key, const std::vector<ByteView>& parts) {
  std::size_t left = 0;
  for (const auto& part : parts) left += part.size();
  if (key.size() != kKeyOctets) return make_error(Code::kInternal, "length of a key");
  Bytes out(sealed_size(left));
  std::copy(kMagic.begin(), kMagic.end(), out.begin());
  auto* at = out.data() + kMagic.size();
  const CipherContextPtr cipher{EVP_CIPHER_CTX_new()};
  if (!cipher) return library_failed();
  Reader reader(parts);
  Bytes portion;
  for (std::uint64_t number = 0;; ++number) {
    portion.resize(std::min(kPortion, left));
    reader.take(portion);
    left -= portion.size();
    if (!run(Direction::kSeal, cipher.get(), key, nonce_of(number, left == 0), as_bytes(kMagic),
             portion, at))
      return library_failed();
    at += portion.size() + kTag;
    if (left == 0) return out;
  }
}

Result<Bytes> open_file(ByteView key, ByteView sealed) {
  const auto damaged = [](const char* why) {
    return make_error(Code::kStoredDocumentDamaged, why);
  };
  if (key.size() != kKeyOctets) return make_error(Code::kInternal, "length of a key");
  if (sealed.size() < kMagic.size() + kTag || !as_text(sealed).starts_with(kMagic))
    return damaged("head of a sealed file");
  sealed = sealed.subspan(kMagic.size());
  Bytes out(sealed.size());
  std::size_t done = 0;
  const ossl::ErrorMark mark;
  const CipherContextPtr cipher{EVP_CIPHER_CTX_new()};
  if (!cipher) return library_failed();
  for (std::uint64_t number = 0; !sealed.empty(); ++number) {
    const auto portion = sealed.first(std::min(kPortion + kTag, sealed.size()));
    sealed = sealed.subspan(portion.size());
    if (portion.size() < kTag) return damaged("a sealed file was cut");
    if (!run(Direction::kOpen, cipher.get(), key, nonce_of(number, sealed.empty()),
             as_bytes(kMagic), portion, out.data() + done))
      return damaged("a portion of a sealed file");
    done += portion.size() - kTag;
  }
  out.resize(done);
  return out;
}

}  // namespace antin::service
