#include "service/store/sealing.h"

#include <gtest/gtest.h>

namespace antin::service {
namespace {

const Bytes kKey(kKeyOctets, 7);

Bytes some(std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size; ++i) octets[i] = static_cast<std::uint8_t>(i * 31U + i / 251U);
  return octets;
}

TEST(Sealing, GivesBackWhatWasSealedAtEveryLengthThatMatters) {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U, 200'000U}) {
    const auto plain = some(size);
    const auto view = ByteView(plain);
    const auto sealed = seal_file(kKey, {view.first(size / 3), view.subspan(size / 3)});
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed.value().size(), sealed_size(size));
    const auto opened = open_file(kKey, sealed.value());
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(opened.value(), plain) << size;
  }
}

TEST(Sealing, NoticesEveryChange) {
  const auto plain = some(150'000);
  const auto sealed = seal_file(kKey, {plain}).value();
  const auto refused = [](const Bytes& octets) {
    const auto opened = open_file(kKey, octets);
    return !opened && opened.error().code == Code::kStoredDocumentDamaged;
  };
  for (const std::size_t at : {0U, 7U, 8U, 70'000U, 149'999U}) {
    auto changed = sealed;
    changed[at] ^= 1U;
    EXPECT_TRUE(refused(changed)) << at;
  }
  auto cut = sealed;
  cut.resize(cut.size() - 1);
  EXPECT_TRUE(refused(cut));
  // At a portion's edge: what is left would be whole portions.
  constexpr std::ptrdiff_t kHead = 8, kPortion = 65'536 + 16;
  EXPECT_TRUE(refused(Bytes(sealed.begin(), sealed.begin() + kHead + 2 * kPortion)));
  EXPECT_TRUE(refused(Bytes(sealed.begin(), sealed.begin() + kHead)));
  auto swapped = sealed;
  std::swap_ranges(swapped.begin() + kHead, swapped.begin() + kHead + kPortion,
                   swapped.begin() + kHead + kPortion);
  EXPECT_TRUE(refused(swapped));
  auto repeated = sealed;
  repeated.insert(repeated.begin() + kHead, sealed.begin() + kHead,
                  sealed.begin() + kHead + kPortion);
  EXPECT_TRUE(refused(repeated));
  EXPECT_FALSE(open_file(Bytes(kKeyOctets, 8), sealed));
}

TEST(Sealing, WrapsAKeyForOneDocumentOnly) {
  const auto wrapped = wrap_key(kKey, Bytes(kKeyOctets, 1), as_bytes("a")).value();
  EXPECT_EQ(to_hex(unwrap_key(kKey, wrapped, as_bytes("a")).value().view()),
            to_hex(Bytes(kKeyOctets, 1)));
  EXPECT_EQ(unwrap_key(kKey, wrapped, as_bytes("b")).error().code, Code::kStoreKeyWrong);
  EXPECT_EQ(unwrap_key(Bytes(kKeyOctets, 2), wrapped, as_bytes("a")).error().code,
            Code::kStoreKeyWrong);
  EXPECT_EQ(unwrap_key(kKey, Bytes(5), as_bytes("a")).error().code, Code::kStoreKeyWrong);
  EXPECT_NE(wrap_key(kKey, Bytes(kKeyOctets, 1), as_bytes("a")).value(), wrapped);
}

}  // namespace
}  // namespace antin::service
