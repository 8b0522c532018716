#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "service/http/http_server.h"
#include "service/outbox/target.h"

namespace antin::service {

/// antin.toml, schema "antin-config/1". Checked once at start: an unknown key, a wrong type or an
/// unsafe pair of values stops it.
struct Config {
  struct Process {
    std::string user;  ///< whom antind becomes when root starts it; "" = root is refused
  } process;
  struct Http {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8421;
    std::string port_file;  ///< the port in use is written here
    /// TLS is terminated in front (nginx). Any address but loopback needs that, or `tls`.
    bool behind_tls_proxy = false;
    TlsFiles tls;  ///< certificate "": plain HTTP
    /// Rights ("sign") that only a caller with a client certificate may use.
    std::vector<std::string> client_certificate_for;
    /// Names that a request's Host may hold, "host" or "host:port" in lower case; empty: any.
    /// Without it a page elsewhere could reach a service inside through a name of its own (DNS
    /// rebinding).
    std::vector<std::string> hosts;
    /// Contents of all requests under way together.
    std::size_t max_bodies_octets = std::size_t{1} << 30U;
    HttpSettings settings;
  } http;
  /// How much one client may ask for: an address, or whoever shows a key. Reading documents is
  /// costly, everything else cheap. 0 per minute: as much as it likes.
  struct Rates {
    struct Rate {
      std::int64_t per_minute;
      std::int64_t burst;
      bool operator==(const Rate&) const = default;
    };
    Rate address_cheap{1'200, 300};
    Rate address_costly{120, 40};
    Rate key_cheap{60'000, 2'000};
    Rate key_costly{12'000, 1'000};
    Rate failures{10, 10};         ///< wrong keys of one address
    std::size_t clients = 16'384;  ///< remembered of each kind
    bool limit_loopback = false;   ///< programs on the same computer, too
    bool operator==(const Rates&) const = default;
  } rates;
  /// Names for sets of rights, by name.
  std::map<std::string, std::vector<std::string>> roles;
  struct Verify {
    bool anonymous = true;
    std::string trust;   ///< folder of anchors and intermediates
    std::string crls;    ///< folder of CRL files
    std::string policy;  ///< policy file
    std::string units;   ///< table of units, antin-units/1
    bool allow_test_pki = false;
    std::size_t workers = 2;
    std::size_t queue = 64;
    std::chrono::seconds within{60};
  } verify;
  struct Agency {
    std::string key;          ///< RFC 7512 URI; "" = no agency key, signing is off
    std::string tokend;       ///< socket of antin-tokend, which holds the key
    std::string certificate;  ///< file; "" = the one on the token
    std::vector<std::string> chain;
    std::string level;  ///< of signatures that ask for none; read_config() fills it in
    std::vector<std::string> tsa;
    std::string appearances;  ///< folder of NAME.toml and their images
    bool check_trust = true;  ///< S-04; false is for development and warned of
    /// S-04: sign although revocation could not be checked; noted with every signature.
    bool accept_unknown_revocation = false;
    std::size_t workers = 2;
    std::size_t queue = 64;
    /// For one step; a timestamp server alone may take minutes (S-07).
    std::chrono::seconds within{600};
    /// A signature that lacks its timestamp: the first pause (each later one is twice as long, up
    /// to a quarter of an hour), and how long it may wait in all.
    std::chrono::seconds retry_after{30};
    std::chrono::seconds pending_for{7 * 86'400};
  } agency;
  /// Revocation data from the addresses that certificates name.
  struct Revocation {
    bool online = true;
    bool aia = false;  ///< missing issuers too
    /// "host" or "host:port": allowed although internal, or at another port.
    std::vector<std::string> allow_hosts;
    std::string cache;  ///< folder; "" = "evidence" in the store's folder
    std::size_t cache_octets = std::size_t{256} << 20U;
    std::chrono::seconds per_fetch{10};
    /// For one document; never more than half of verify.seconds.
    std::chrono::seconds total{20};
  } revocation;
  /// The two logs (docs/PROTOCOL.audit.md).
  struct Audit {
    std::string checkpoint_key;  ///< RFC 7512 URI of an Ed25519 key; "" = no checkpoints
    std::string origin;          ///< "example.gov.vn/antin": names the logs for ever
    Bytes config_sha256;         ///< of the file that was read; load_config() fills it in
  } audit;
  /// Cases and books; without legal data there are none.
  struct Office {
    std::string legal;    ///< folder of legal data, antin-legal/1
    std::string people;   ///< table of units, people and authorisations, antin-office/1
    std::string layouts;  ///< folder of templates, antin-layout/1; "": nothing is stamped
    /// Address at which everybody looks a document up, the code added to it; "": no QR code.
    std::string lookup;
    std::vector<std::string> confidence{"01", "02", "03"};  ///< MucDoTinCay (R-15), usual one first
    std::string signatures;  ///< folder of PERSON.png, pictures of signatures (R-08); "": none
  } office;
  /// Who is told of what becomes of cases, and who gets released documents.
  std::vector<outbox::Target> targets;
  /// Results still in force, and who may be told of them; without this table neither.
  struct Digitise {
    std::string table;  ///< antin-digitise/1
  } digitise;
  /// Who signs in on the pages.
  struct Pages {
    std::chrono::seconds idle{15 * 60};  ///< without a request; then a session is over
  } pages;
  struct Storage {
    std::string folder;
    /// "sqlite": a file in `folder`; or "postgresql://…" without a password.
    std::string database = "sqlite";
    /// Master key of the stored documents; "" = the credential "store-key" or "secret_store-key"
    /// where systemd gives one, else documents are kept as they are. Outside `folder`, which
    /// backups copy.
    std::string key_file;
  } store;
};

/// Fails with kTokendConfigMoved for what belongs to tokend.toml now, kConfigUnreadable,
/// kConfigUnknownKey ({key}), kConfigValue ({key}, {reason}), kConfigSchema, kConfigUnsafe.
/// Relative paths stay as they are. Pure.
Result<Config> read_config(std::string_view toml);

/// Every key that read_config() knows, "http.port"; packaging/antin.toml explains each.
std::vector<std::string> config_keys();

/// "B-B", "B-T", "B-LT", "B-LTA"
bool is_signature_level(std::string_view level) noexcept;

}  // namespace antin::service
