#include "certs/path_pool.h"

#include <span>

#include <openssl/x509v3.h>

namespace antin::certs {
namespace {

// More than any real document embeds; what comes after is not looked at.
constexpr std::size_t kMostCandidates = 1024;

// OpenSSL calls this instead of its own check of signatures and dates. Signatures were checked
// while the path was searched and are remembered; dates are judged by build_path(), which tells
// the leaf's from the authorities'.
int check_signatures(X509_STORE_CTX* context) {
  const auto* path = static_cast<const CandidatePath*>(X509_STORE_CTX_get_app_data(context));
  const auto* built = X509_STORE_CTX_get0_chain(context);
  const auto& ours = path->chain;
  // OpenSSL must have judged the very path that was searched.
  bool good = sk_X509_num(built) == static_cast<int>(ours.size());
  for (std::size_t i = 0; good && i < ours.size(); ++i) {
    good = sk_X509_value(built, static_cast<int>(i)) == ours[i].x509() &&
           (i + 1 == ours.size() || ours[i].signature_verifies_with(ours[i + 1]));
  }
  if (!good) X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_SIGNATURE_FAILURE);
  return good ? 1 : 0;
}

// Holds no certificate: each path brings its own. Shared by all threads, never changed.
X509_STORE* empty_store() {
  static const ossl::X509StorePtr kStore = [] {
    ossl::X509StorePtr store{X509_STORE_new()};
    if (store) X509_STORE_set_verify(store.get(), check_signatures);
    return store;
  }();
  return kStore.get();
}

ossl::X509ViewPtr view_of(std::span<const Certificate> certificates) {
  ossl::X509ViewPtr stack{sk_X509_new_null()};
  for (const auto& one : certificates) {
    if (!stack || sk_X509_push(stack.get(), one.x509()) == 0) return nullptr;
  }
  return stack;
}

bool set_policies(X509_VERIFY_PARAM* parameters, const CertificatePolicies& policies) {
  // RFC 5280 §6.1.1 (c): any policy will do unless the caller names some.
  const std::vector<std::string> any{"2.5.29.32.0"};
  for (const auto& dotted : policies.acceptable.empty() ? any : policies.acceptable) {
    ossl::ObjectPtr oid{OBJ_txt2obj(dotted.c_str(), 1)};
    if (!oid || X509_VERIFY_PARAM_add0_policy(parameters, oid.release()) != 1) return false;
  }
  unsigned long flags = X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_PARTIAL_CHAIN;
  if (policies.required) flags |= X509_V_FLAG_EXPLICIT_POLICY;
  if (policies.inhibit_mapping) flags |= X509_V_FLAG_INHIBIT_MAP;
  if (policies.inhibit_any) flags |= X509_V_FLAG_INHIBIT_ANY;
  return X509_VERIFY_PARAM_set_flags(parameters, flags) == 1;
}

}  // namespace

PathPool::PathPool(const PathInput& input) {
  const auto add = [this](const Certificate& one, std::optional<std::size_t> anchor) {
    if (find(one) == nullptr) entries_.push_back({one, anchor});
  };
  for (std::size_t i = 0; i < input.trust->anchors.size(); ++i)
    add(input.trust->anchors[i].certificate, i);
  for (const auto& one : input.trust->intermediates) add(one, std::nullopt);
  for (const auto& one : input.candidates) {
    if (entries_.size() == kMostCandidates) break;
    add(one, std::nullopt);
  }
}

const PathPool::Entry* PathPool::find(const Certificate& certificate) const {
  for (const auto& entry : entries_) {
    if (entry.certificate.sha256() == certificate.sha256()) return &entry;
  }
  return nullptr;
}

bool names_issuer(const Certificate& certificate, const Certificate& issuer) {
  if (X509_NAME_cmp(X509_get_issuer_name(certificate.x509()),
                    X509_get_subject_name(issuer.x509())) != 0)
    return false;
  // Not X509_check_issued(): it would hide authorities without keyCertSign, which are to be told.
  const auto* wanted = X509_get0_authority_key_id(certificate.x509());
  const auto* offered = X509_get0_subject_key_id(issuer.x509());
  return wanted == nullptr || offered == nullptr || ASN1_OCTET_STRING_cmp(wanted, offered) == 0;
}

std::optional<std::string> rfc5280_objection(const CandidatePath& path,
                                             const CertificatePolicies& policies, UtcTime at) {
  for (std::size_t i = 1; i < path.chain.size(); ++i) {
    // RFC 5280 §6.1.4 (n); an anchor's own extensions bind too.
    if ((X509_get_key_usage(path.chain[i].x509()) & KU_KEY_CERT_SIGN) == 0)
      return "keyCertSign: " + path.chain[i].subject_common_name();
  }
  const ossl::ErrorMark probe;
  const std::span<const Certificate> chain{path.chain};
  const auto untrusted =
      view_of(chain.size() > 2 ? chain.subspan(1, chain.size() - 2) : chain.first(0));
  const auto trusted = view_of(chain.last(1));
  const ossl::X509ContextPtr context{X509_STORE_CTX_new()};
  if (!untrusted || !trusted || !context || empty_store() == nullptr ||
      X509_STORE_CTX_init(context.get(), empty_store(), chain.front().x509(), untrusted.get()) != 1)
    return "memory";
  X509_STORE_CTX_set0_trusted_stack(context.get(), trusted.get());
  X509_STORE_CTX_set_app_data(context.get(), const_cast<CandidatePath*>(&path));
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, at.since_epoch().time_since_epoch().count());
  X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(kLongestPath));
  if (!set_policies(parameters, policies)) return "policies";
  if (X509_verify_cert(context.get()) == 1) return std::nullopt;
  const int error = X509_STORE_CTX_get_error(context.get());
  return std::string{X509_verify_cert_error_string(error)} + ", depth " +
         std::to_string(X509_STORE_CTX_get_error_depth(context.get()));
}

}  // namespace antin::certs
