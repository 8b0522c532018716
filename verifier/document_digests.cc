#include "verifier/document_digests.h"

#include <cstdlib>
#include <set>

#include "certs/ossl/digest.h"
#include "certs/ossl/handles.h"

namespace antin::verifier {
namespace {

// A digest that can be forked. As ossl::digest(), it never fails for a known algorithm.
class Running {
 public:
  explicit Running(DigestAlgorithm algorithm) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex2(context_.get(), ossl::evp_md(algorithm), nullptr) != 1)
      std::abort();
  }
  Running fork() const {
    Running copy;
    if (!copy.context_ || EVP_MD_CTX_copy_ex(copy.context_.get(), context_.get()) != 1)
      std::abort();
    return copy;
  }
  void add(ByteView octets) {
    if (EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) != 1) std::abort();
  }
  Bytes finish() {
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned length = 0;
    if (EVP_DigestFinal_ex(context_.get(), value.data(), &length) != 1) std::abort();
    value.resize(length);
    return value;
  }

 private:
  Running() : context_(EVP_MD_CTX_new()) {}
  ossl::DigestContextPtr context_;
};

}  // namespace

DocumentDigests::DocumentDigests(ByteView document, const std::vector<DigestRequest>& requests) {
  std::set<DigestAlgorithm> algorithms{DigestAlgorithm::kSha256};
  for (const auto& request : requests) algorithms.insert(request.algorithm);
  // DigestRequest orders by algorithm, then by first_end: one run visits the forks in order.
  const std::set<DigestRequest> ordered(requests.begin(), requests.end());
  for (const auto algorithm : algorithms) {
    Running run{algorithm};
    std::size_t at = 0;
    for (const auto& request : ordered) {
      if (request.algorithm != algorithm) continue;
      run.add(document.subspan(at, request.first_end - at));
      at = request.first_end;
      Running branch = run.fork();
      branch.add(document.subspan(request.second_begin, request.second_end - request.second_begin));
      digests_.emplace(request, branch.finish());
    }
    if (algorithm != DigestAlgorithm::kSha256) continue;
    run.add(document.subspan(at));
    file_sha256_ = run.finish();
  }
}

}  // namespace antin::verifier
