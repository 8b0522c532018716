#include "service/tls/tls_context.h"

#include <array>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/ssl.h>

#include "certs/core/bytes.h"
#include "certs/ossl/handles.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxPem = 1U << 20U;
constexpr std::size_t kMaxList = std::size_t{64} << 20U;
constexpr std::size_t kMaxCertificates = 64;
constexpr int kMinRsaBits = 2048;
constexpr long kSessionsKept = 2'048;
constexpr long kSessionSeconds = 3'600;
constexpr long kMaxClientChain = 32'768;
constexpr int kClientChainDepth = 4;

// RFC 9325 §4.2, §4.4: forward secrecy and AEAD only. AES-256 first: the agencies' own rules name
// it (TT15 PL I), and ChaCha20 goes first for clients that ask for it.
constexpr const char* kSuites12 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";
constexpr const char* kSuites13 =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
// Nothing with SHA-1, whatever the system's own configuration allows.
constexpr const char* kSignatures =
    "ECDSA+SHA256:ECDSA+SHA384:ed25519:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
    "RSA+SHA256:RSA+SHA384:RSA+SHA512";

Error unusable(const std::string& file, const std::string& reason, Where where = Where::here()) {
  auto error = ossl::take_errors(Code::kTlsUnusable, file + ": " + reason, where);
  error.params = {{"file", file}, {"reason", reason}};
  return error;
}

// systemd hands a credential of root's to a service by an ACL, which shows as group permission.
Status check_key_file(const std::string& path) {
  struct stat kind {};
  if (::stat(path.c_str(), &kind) != 0)
    return make_error(Code::kFileUnreadable, "stat", {{"file", path}});
  const bool alone = (kind.st_mode & (S_IRWXG | S_IRWXO)) == 0;
  const bool credential =
      kind.st_uid == 0 && ::geteuid() != 0 && (kind.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) == 0;
  const bool ours = kind.st_uid == 0 || kind.st_uid == ::geteuid();
  if (!S_ISREG(kind.st_mode) || !ours || !(alone || credential))
    return make_error(Code::kTlsKeyUnsafe, path, {{"file", path}});
  return Done{};
}

Result<ossl::BioPtr> memory(const Bytes& octets) {
  ossl::BioPtr bio(BIO_new_mem_buf(octets.data(), static_cast<int>(octets.size())));
  if (!bio) return make_error(Code::kInternal, "BIO_new_mem_buf");
  return bio;
}

// Never asks a terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) {
  return -1;
}

Result<ossl::PublicKeyPtr> read_key(const std::string& path) {
  ANTIN_CHECK(check_key_file(path));
  ANTIN_TRY(auto octets, read_file(path, kMaxPem));
  ANTIN_TRY(auto bio, memory(octets));
  ossl::PublicKeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  bio.reset();
  OPENSSL_cleanse(octets.data(), octets.size());
  if (!key) return unusable(path, "no unencrypted private key in PEM");
  return key;
}

Result<std::vector<ossl::X509Ptr>> read_certificates(const std::string& path) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxPem));
  ANTIN_TRY(const auto bio, memory(octets));
  std::vector<ossl::X509Ptr> found;
  const ossl::ErrorMark mark;
  while (auto* one = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
    found.emplace_back(one);
    if (found.size() > kMaxCertificates) return unusable(path, "too many certificates");
  }
  if (found.empty()) return unusable(path, "no certificate in PEM");
  return found;
}

bool is_strong(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) return EVP_PKEY_get_bits(key) >= kMinRsaBits;
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return true;
  if (EVP_PKEY_is_a(key, "EC") != 1) return false;
  std::array<char, 64> group{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) != 1) return false;
  const std::string_view curve(group.data(), length);
  return curve == "prime256v1" || curve == "P-256" || curve == "secp384r1" || curve == "P-384";
}

Status use_identity(SSL_CTX* context, const TlsFiles& files) {
  ANTIN_TRY(auto chain, read_certificates(files.certificate));
  ANTIN_TRY(const auto key, read_key(files.key));
  if (!is_strong(key.get())) return unusable(files.key, "kind or length of the key");
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
    return unusable(files.certificate, "certificate refused");
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return unusable(files.certificate, "chain refused");
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return unusable(files.key, "does not belong to the certificate");
  return Done{};
}

using CrlPtr = ossl::Handle<X509_CRL, &X509_CRL_free>;

Result<CrlPtr> read_list(const std::string& path) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxList));
  const ossl::ErrorMark mark;
  ANTIN_TRY(const auto bio, memory(octets));
  CrlPtr list(PEM_read_bio_X509_CRL(bio.get(), nullptr, no_password, nullptr));
  if (!list) {
    const auto* at = octets.data();
    list.reset(d2i_X509_CRL(nullptr, &at, static_cast<long>(octets.size())));
  }
  if (!list) return unusable(path, "no revocation list in PEM or DER");
  return list;
}

// RFC 5280 §5.1.2.5 wants a nextUpdate: a list without one would be good for ever.
Result<UtcTime> end_of(const X509_CRL* list, const std::string& path) {
  std::tm time{};
  const auto* next = X509_CRL_get0_nextUpdate(list);
  if (next == nullptr || ASN1_TIME_to_tm(next, &time) != 1)
    return unusable(path, "a revocation list without nextUpdate");
  return UtcTime{std::chrono::sys_seconds(std::chrono::seconds(::timegm(&time)))};
}

// An anchor is trusted because it is configured, whether or not somebody above it has a list. For
// every other certificate of the chain there must be one.
int judge_revocation(int good, X509_STORE_CTX* chain) {
  if (good == 1 || X509_STORE_CTX_get_error(chain) != X509_V_ERR_UNABLE_TO_GET_CRL) return good;
  const int last = sk_X509_num(X509_STORE_CTX_get0_chain(chain)) - 1;
  if (X509_STORE_CTX_get_error_depth(chain) != last) return 0;
  X509_STORE_CTX_set_error(chain, X509_V_OK);
  return 1;
}

// The end of the list that ends first.
Result<std::optional<UtcTime>> use_lists(X509_STORE* store, const TlsFiles& files) {
  std::optional<UtcTime> first;
  for (const auto& path : files.client_crls) {
    ANTIN_TRY(const auto list, read_list(path));
    ANTIN_TRY(const auto end, end_of(list.get(), path));
    if (!first || end < *first) first = end;
    if (X509_STORE_add_crl(store, list.get()) != 1) return unusable(path, "list refused");
  }
  if (first) X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return first;
}

// Whoever is named in the file is an anchor, self-signed or not.
Result<std::optional<UtcTime>> ask_clients(SSL_CTX* context, const TlsFiles& files) {
  const auto& path = files.client_ca;
  if (path.empty()) return std::optional<UtcTime>();
  ANTIN_TRY(const auto anchors, read_certificates(path));
  ossl::X509StorePtr store(X509_STORE_new());
  if (!store) return unusable(path, "no memory");
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT);
  for (const auto& anchor : anchors) {
    if (X509_STORE_add_cert(store.get(), anchor.get()) != 1 ||
        SSL_CTX_add_client_CA(context, anchor.get()) != 1)
      return unusable(path, "certificate refused");
  }
  ANTIN_TRY(const auto lists_end, use_lists(store.get(), files));
  SSL_CTX_set_cert_store(context, store.release());  // owns it from here on
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, judge_revocation);
  SSL_CTX_set_verify_depth(context, kClientChainDepth);
  SSL_CTX_set_max_cert_list(context, kMaxClientChain);
  return lists_end;
}

// RFC 7301 §3.2: who speaks something else over this port is told so, not answered in HTTP/1.1.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                    unsigned int length, void*) {
  constexpr std::string_view kOurs = "http/1.1";
  for (unsigned int at = 0; at < length; at += 1U + in[at]) {
    if (in[at] > length - at - 1) break;
    if (as_text(ByteView(in + at + 1, in[at])) == kOurs) {
      *out = in + at + 1;
      *size = in[at];
      return SSL_TLSEXT_ERR_OK;
    }
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_algorithms(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, 2);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kSuites12) == 1 &&
         SSL_CTX_set_ciphersuites(context, kSuites13) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, kSignatures) == 1;
}

void set_behaviour(SSL_CTX* context) {
  SSL_CTX_clear_options(context, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
  // SSL_OP_NO_TICKET: what is resumed is looked up here, so that no long-lived key undoes the
  // forward secrecy of everything that was ever sent.
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
  SSL_CTX_sess_set_cache_size(context, kSessionsKept);
  SSL_CTX_set_timeout(context, kSessionSeconds);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_max_early_data(context, 0);  // RFC 8446 §8: early data can be replayed
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept {
  ossl::FreeWith<&SSL_CTX_free>{}(context);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
  Handle context(SSL_CTX_new(TLS_server_method()));
  if (!context) return unusable(files.certificate, "no memory");
  if (!set_algorithms(context.get())) return unusable(files.certificate, "algorithms missing");
  set_behaviour(context.get());
  constexpr std::string_view kName = "antin";
  const auto name = as_bytes(kName);
  if (SSL_CTX_set_session_id_context(context.get(), name.data(),
                                     static_cast<unsigned>(name.size())) != 1)
    return unusable(files.certificate, "session id context");
  ANTIN_CHECK(use_identity(context.get(), files));
  ANTIN_TRY(const auto lists_end, ask_clients(context.get(), files));
  // The constructor is private, so std::make_shared cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  std::shared_ptr<TlsContext> made(new TlsContext(std::move(context)));
  made->lists_end_ = lists_end;
  return std::shared_ptr<const TlsContext>(std::move(made));
}

}  // namespace antin::service
