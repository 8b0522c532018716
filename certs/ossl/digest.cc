#include "certs/ossl/digest.h"

#include <array>
#include <cstdlib>
#include <optional>

#include <openssl/objects.h>

namespace antin::ossl {
namespace {

struct Row {
  DigestAlgorithm algorithm;
  int nid;
  const char* openssl_name;
};

constexpr std::array kRows = {
    Row{DigestAlgorithm::kMd5, NID_md5, "MD5"},
    Row{DigestAlgorithm::kSha1, NID_sha1, "SHA1"},
    Row{DigestAlgorithm::kSha224, NID_sha224, "SHA224"},
    Row{DigestAlgorithm::kSha256, NID_sha256, "SHA256"},
    Row{DigestAlgorithm::kSha384, NID_sha384, "SHA384"},
    Row{DigestAlgorithm::kSha512, NID_sha512, "SHA512"},
    Row{DigestAlgorithm::kSha3_256, NID_sha3_256, "SHA3-256"},
    Row{DigestAlgorithm::kSha3_384, NID_sha3_384, "SHA3-384"},
    Row{DigestAlgorithm::kSha3_512, NID_sha3_512, "SHA3-512"},
};

using FetchedDigest = Handle<EVP_MD, &EVP_MD_free>;

// Fetching costs a provider look-up; EVP_sha256() repeats it at every use.
std::array<FetchedDigest, kRows.size()> fetch_all() {
  std::array<FetchedDigest, kRows.size()> all;
  for (std::size_t i = 0; i < kRows.size(); ++i)
    all.at(i).reset(EVP_MD_fetch(nullptr, kRows.at(i).openssl_name, nullptr));
  return all;
}

}  // namespace

Borrowed<const EVP_MD> evp_md(DigestAlgorithm algorithm) {
  static const auto kFetched = fetch_all();
  const auto* found = kFetched.at(static_cast<std::size_t>(algorithm)).get();
  if (found == nullptr) std::abort();  // no provider at all: nothing can be judged or signed
  return found;
}

Bytes digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts) {
  const DigestContextPtr context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestInit_ex2(context.get(), evp_md(algorithm), nullptr) != 1) std::abort();
  for (const auto& part : parts) {
    if (EVP_DigestUpdate(context.get(), part.data(), part.size()) != 1) std::abort();
  }
  Bytes value(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context.get(), value.data(), &length) != 1) std::abort();
  value.resize(length);
  return value;
}

std::optional<DigestAlgorithm> digest_of_nid(int nid) {
  for (const auto& row : kRows) {
    if (row.nid == nid) return row.algorithm;
  }
  return std::nullopt;
}

}  // namespace antin::ossl
