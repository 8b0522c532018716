#include "signer/document_cipher.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "certs/ossl/handles.h"
#include "tests/fakes/counting_random.h"

namespace antin::signer {
namespace {

using Kind = pdf::DocumentCipher::Kind;

class DocumentCipher : public ::testing::Test {
 protected:
  std::string rc4(std::string_view key, std::string_view plain) {
    return to_hex(cipher_.encrypt(Kind::kRc4, as_bytes(key), as_bytes(plain)).value());
  }
  fakes::CountingRandom random_;
  OpensslDocumentCipher cipher_{random_};
};

TEST_F(DocumentCipher, MatchesPublishedRc4Vectors) {
  EXPECT_EQ(rc4("Key", "Plaintext"), "bbf316e8d940af0ad3");
  EXPECT_EQ(rc4("Wiki", "pedia"), "1021bf0420");
  EXPECT_EQ(rc4("Secret", "Attack at dawn"), "45a01f645fc35b383552544b9bf5");
}

TEST_F(DocumentCipher, MatchesTheRc4VectorsOfRfc6229) {
  const Bytes key40{1, 2, 3, 4, 5};
  EXPECT_EQ(to_hex(cipher_.encrypt(Kind::kRc4, key40, Bytes(16, 0)).value()),
            "b2396305f03dc027ccc3524a0a1118a8");
  Bytes key128(16);
  for (std::size_t i = 0; i < key128.size(); ++i) key128[i] = static_cast<std::uint8_t>(i + 1);
  EXPECT_EQ(to_hex(cipher_.encrypt(Kind::kRc4, key128, Bytes(16, 0)).value()),
            "9ac7cc9a609d1ef7b2932899cde41b97");
}

TEST_F(DocumentCipher, PutsAFreshIvBeforeAesAndOpenSslReadsItBack) {
  for (const std::size_t key_octets : {16U, 32U}) {
    const Bytes key(key_octets, 0x5A);
    for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U}) {
      const Bytes plain(size, 0x42);
      const auto sealed = cipher_.encrypt(Kind::kAesCbc, key, plain).value();
      ASSERT_EQ(sealed.size(), 16 + (size / 16 + 1) * 16);
      EXPECT_NE(sealed, cipher_.encrypt(Kind::kAesCbc, key, plain).value());
      const ossl::Handle<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free> context{EVP_CIPHER_CTX_new()};
      const auto* kind = key_octets == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
      ASSERT_EQ(EVP_DecryptInit_ex(context.get(), kind, nullptr, key.data(), sealed.data()), 1);
      Bytes opened(sealed.size());
      int body = 0;
      int last = 0;
      ASSERT_EQ(EVP_DecryptUpdate(context.get(), opened.data(), &body, sealed.data() + 16,
                                  static_cast<int>(sealed.size()) - 16),
                1);
      ASSERT_EQ(EVP_DecryptFinal_ex(context.get(), opened.data() + body, &last), 1);
      opened.resize(static_cast<std::size_t>(body + last));
      EXPECT_EQ(opened, plain);
    }
  }
}

TEST_F(DocumentCipher, RefusesKeysOfOtherLengths) {
  for (const std::size_t octets : {0U, 17U, 24U})
    EXPECT_FALSE(cipher_.encrypt(Kind::kRc4, Bytes(octets, 1), Bytes(4)));
  for (const std::size_t octets : {0U, 5U, 15U, 24U, 33U})
    EXPECT_FALSE(cipher_.encrypt(Kind::kAesCbc, Bytes(octets, 1), Bytes(4)));
}

}  // namespace
}  // namespace antin::signer
