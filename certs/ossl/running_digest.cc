#include "certs/ossl/running_digest.h"

#include <cstdlib>

#include "certs/ossl/digest.h"

namespace antin::ossl {

// As in digest(): a library without SHA-256 is no library.
RunningSha256::RunningSha256() : context_(EVP_MD_CTX_new()) {
  if (!context_ ||
      EVP_DigestInit_ex2(context_.get(), evp_md(DigestAlgorithm::kSha256), nullptr) != 1)
    std::abort();
}

void RunningSha256::add(ByteView octets) {
  if (EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) != 1) std::abort();
}

Bytes RunningSha256::finish() {
  Bytes value(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context_.get(), value.data(), &length) != 1) std::abort();
  value.resize(length);
  return value;
}

}  // namespace antin::ossl
