#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/objects.h>

#include "certs/trust_store.h"

namespace antin::certs {
namespace {

constexpr auto kPublicKeys = std::to_array<std::string_view>({
#define ANTIN_TEST_PKI_KEY(sha256) sha256,
#include "certs/test_pki_keys.inc"
#undef ANTIN_TEST_PKI_KEY
});

// tests/pki/README.md
constexpr const char* kMarker = "2.25.205461519452725487421202699071282493765";

}  // namespace

bool is_test_pki(const Certificate& certificate) {
  static const ossl::ObjectPtr kMarkerObject{OBJ_txt2obj(kMarker, 1)};
  if (X509_get_ext_by_OBJ(certificate.x509(), kMarkerObject.get(), -1) >= 0) return true;
  const auto key = to_hex(certificate.public_key_sha256());
  return std::find(kPublicKeys.begin(), kPublicKeys.end(), key) != kPublicKeys.end();
}

}  // namespace antin::certs
