#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antin {

/// Owned octets. Use at rest and across threads.
using Bytes = std::vector<std::uint8_t>;

/// Borrowed octets. Parameters and locals only: never a data member.
using ByteView = std::span<const std::uint8_t>;

/// Read-only octets with a shared owner: a whole document, which is never copied.
/// The octets do not change and stay mapped while any copy of this lives.
/// Thread-safe like std::shared_ptr.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(Bytes octets) {
    auto owned = std::make_shared<const Bytes>(std::move(octets));
    data_ = owned->data();
    size_ = owned->size();
    owner_ = std::move(owned);
  }
  /// `owner` keeps `octets` alive (a mapped file, a memfd).
  SharedBytes(std::shared_ptr<const void> owner, ByteView octets)
      : owner_(std::move(owner)), data_(octets.data()), size_(octets.size()) {}

  ByteView view() const noexcept { return {data_, size_}; }
  /// The first `length` octets, same owner. `length` is clamped to size().
  SharedBytes prefix(std::size_t length) const {
    return SharedBytes{owner_, view().first(length < size_ ? length : size_)};
  }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  std::shared_ptr<const void> owner_;
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Text seen as octets and back; no conversion of any kind.
inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView octets) noexcept {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}
inline Bytes to_bytes(ByteView octets) {
  return {octets.begin(), octets.end()};
}
inline Bytes to_bytes(std::string_view text) {
  return to_bytes(as_bytes(text));
}

/// Lower-case hexadecimal, no separators.
std::string to_hex(ByteView octets);
/// Accepts upper and lower case, even length, nothing else. False on anything else.
bool from_hex(std::string_view text, Bytes& out);

/// Gives one representation many incompatible meanings. `Tag` is never defined.
template <class Tag, class Rep>
class Strong {
 public:
  explicit Strong(Rep rep) : rep_(std::move(rep)) {}
  const Rep& value() const noexcept { return rep_; }
  friend bool operator==(const Strong&, const Strong&) = default;
  friend auto operator<=>(const Strong&, const Strong&) = default;

 private:
  Rep rep_;
};

/// One DER-encoded X.509 certificate, exactly as received; not yet trusted.
using CertificateDer = Strong<struct CertificateDerTag, Bytes>;

/// DER of CMS SignedAttributes with the SET OF tag (RFC 5652 §5.4): what a
/// token is asked to sign. Not a digest, on purpose; see hsm/key_holder.h.
using ToBeSigned = Strong<struct ToBeSignedTag, Bytes>;

/// Raw signature octets as CMS wants them (RSA: I2OSP; ECDSA: DER SEQUENCE{r,s}).
using SignatureValue = Strong<struct SignatureValueTag, Bytes>;

}  // namespace antin
