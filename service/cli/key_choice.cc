#include "service/cli/key_choice.h"

#include <algorithm>
#include <utility>

#include "hsm/pkcs11/pkcs11_key_holder.h"
#include "hsm/pkcs11_uri.h"
#include "service/cli/inputs.h"
#include "service/cli/pin_source.h"
#include "service/system/files.h"
#include "signer/p12_key_holder.h"

namespace antin::service {
namespace {

using Kind = OptionSpec::Kind;

constexpr const char* kModuleList = "/etc/antin/modules";

Result<Bytes> hex_option(const Arguments& arguments, std::string_view option, std::size_t size) {
  auto typed = arguments.value_or(option, "");
  std::erase(typed, ':');  // as OpenSSL prints fingerprints
  Bytes octets;
  if (!from_hex(typed, octets) || octets.empty() || (size != 0 && octets.size() != size))
    return make_error(Code::kCliBadValue, std::string(option),
                      {{"tuy_chon", "--" + std::string(option)},
                       {"gia_tri", arguments.value_or(option, "")},
                       {"cho_phep", size == 0 ? "HEX" : std::to_string(2 * size) + " HEX"}});
  return octets;
}

Result<KeyChoice> open_p12(const std::string& path, hsm::PinSource& pins) {
  ANTIN_TRY(const auto octets, read_file(path, kMostSmallFile));
  hsm::TokenStatus file;
  file.label = path;
  ANTIN_TRY(const auto password, pins.pin(file, hsm::PinSource::Why::kLogin));
  ANTIN_TRY(auto holder, signer::P12KeyHolder::open(octets, path, password));
  ANTIN_TRY(auto key, hsm::find_one(*holder, {}));
  ANTIN_TRY(auto certificate, certs::Certificate::from_der(key.certificate->value()));
  return KeyChoice{.holder = std::move(holder),
                   .key = std::move(key),
                   .certificate = std::move(certificate),
                   .others = {},
                   .development = true};
}

// Tokens that may hold a key which shows only after login.
Result<hsm::TokenStatus> token_to_log_in(hsm::KeyHolder& holder, const hsm::KeyQuery& query) {
  ANTIN_TRY(auto listing, holder.tokens());
  hsm::Pkcs11Uri uri;
  if (query.uri) {
    ANTIN_TRY(uri, hsm::Pkcs11Uri::parse(*query.uri));
  }
  std::vector<hsm::TokenStatus> possible;
  for (auto& token : listing.tokens) {
    if (token.initialized && token.login_required && hsm::allows_token(uri, token) &&
        hsm::allows_module(uri, token.module))
      possible.push_back(std::move(token));
  }
  if (possible.size() == 1) return std::move(possible.front());
  if (possible.empty() && !listing.failures.empty()) return std::move(listing.failures.front());
  std::string labels;
  for (const auto& token : possible) labels += (labels.empty() ? "" : "; ") + token.label;
  if (possible.empty())
    return make_error(Code::kTokenKeyNotFound, "no token", {{"key", query.uri.value_or("*")}});
  return make_error(Code::kTokenKeyAmbiguous, "several tokens", {{"candidates", labels}});
}

// RFC 7512 §2.4: module-path names the library to load, so a URI alone can name a key.
Result<std::vector<std::string>> modules_for(const Arguments& arguments,
                                             const hsm::KeyQuery& query) {
  if (query.uri && arguments.values("module").empty()) {
    ANTIN_TRY(const auto uri, hsm::Pkcs11Uri::parse(*query.uri));
    if (uri.module_path) return std::vector{*uri.module_path};
  }
  return module_paths(arguments);
}

Result<std::vector<certs::Certificate>> parse_all(const std::vector<CertificateDer>& ders) {
  std::vector<certs::Certificate> all;
  for (const auto& der : ders) {
    // A token may hold things of any age: what cannot be read is not part of a path.
    auto certificate = certs::Certificate::from_der(der.value());
    if (certificate) all.push_back(std::move(certificate).value());
  }
  return all;
}

// S-04 as far as it can be had before the PIN: the certificate that the query means, when the token
// shows it to anybody. Returns the token to log in to.
Result<hsm::TokenStatus> check_before_login(hsm::Pkcs11KeyHolder& holder,
                                            const hsm::KeyQuery& query,
                                            const std::vector<certs::Certificate>& given,
                                            const CertificateGate& before_login) {
  ANTIN_TRY(auto shown, holder.certificates_before_login(query));
  std::vector<std::pair<hsm::TokenKey, certs::Certificate>> own;
  for (auto& one : shown) {
    auto certificate = certs::Certificate::from_der(one.certificate->value());
    if (certificate && !certificate.value().is_ca())
      own.emplace_back(std::move(one), std::move(certificate).value());
  }
  if (own.size() == 1) {
    ANTIN_TRY(auto others, parse_all(own.front().first.chain));
    others.insert(others.end(), given.begin(), given.end());
    ANTIN_CHECK(before_login(own.front().second, others));
    return std::move(own.front().first.token);
  }
  if (!given.empty()) ANTIN_CHECK(before_login(given.front(), given));
  return token_to_log_in(holder, query);
}

}  // namespace

std::vector<OptionSpec> module_options() {
  return {{"module", Kind::kRepeatable, "PATH",
           "thư viện PKCS#11 (mặc định: các dòng của /etc/antin/modules)",
           "PKCS#11 library (default: the lines of /etc/antin/modules)"}};
}

std::vector<OptionSpec> key_options() {
  auto options = module_options();
  const std::vector<OptionSpec> more = {
      {"key", Kind::kValue, "URI", "khóa, dạng pkcs11:token=…;object=… (RFC 7512)",
       "the key, as pkcs11:token=…;object=… (RFC 7512)"},
      {"cert-sha256", Kind::kValue, "HEX", "khóa của chứng thư số có dấu vân tay này",
       "the key whose certificate has this fingerprint"},
      {"key-id", Kind::kValue, "HEX", "khóa có CKA_ID này", "the key with this CKA_ID"},
      {"key-label", Kind::kValue, "TEXT", "khóa có nhãn này", "the key with this label"},
      {"p12", Kind::kValue, "FILE", "khóa từ tệp PKCS#12, chỉ để thử nghiệm",
       "a key from a PKCS#12 file, for development"},
      {"cert", Kind::kRepeatable, "FILE",
       "chứng thư số của khóa khi thiết bị không có, và các chứng thư số trung gian",
       "the key's certificate when the token has none, and intermediates"},
      {"pin-source", Kind::kValue, "ask|file:PATH|fd:N", "nơi lấy mã PIN (mặc định: hỏi)",
       "where the PIN comes from (default: ask)"},
  };
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

Result<std::vector<std::string>> module_paths(const Arguments& arguments) {
  auto paths = arguments.values("module");
  if (!paths.empty()) return paths;
  // What the person typed on this very command line names the library as well as --module does.
  if (const auto key = arguments.value("key")) {
    ANTIN_TRY(const auto uri, hsm::Pkcs11Uri::parse(*key));
    if (uri.module_path) return std::vector{*uri.module_path};
  }
  if (const auto list = read_file(kModuleList, kMostSmallFile)) {
    auto rest = as_text(list.value());
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      auto line = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      line = line.substr(0, line.find('#'));
      while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
        line.remove_suffix(1);
      while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
      if (!line.empty()) paths.emplace_back(line);
    }
  }
  if (paths.empty()) return make_error(Code::kNoModule, kModuleList);
  return paths;
}

Result<std::unique_ptr<hsm::Pkcs11KeyHolder>> open_modules(const std::vector<std::string>& modules,
                                                           hsm::PinSource& signature_pins) {
  hsm::Pkcs11Options options;
  options.modules = modules;
  options.child_program = hsm::child_program_beside_this();
  options.signature_pins = &signature_pins;
  return hsm::Pkcs11KeyHolder::create(std::move(options));
}

Result<hsm::KeyQuery> key_query(const Arguments& arguments) {
  hsm::KeyQuery query;
  query.uri = arguments.value("key");
  query.label = arguments.value("key-label");
  if (arguments.has("cert-sha256")) {
    ANTIN_TRY(query.certificate_sha256, hex_option(arguments, "cert-sha256", 32));
  }
  if (arguments.has("key-id")) {
    ANTIN_TRY(query.id, hex_option(arguments, "key-id", 0));
  }
  return query;
}

Result<KeyChoice> choose_key(const Arguments& arguments, hsm::PinSource& pins,
                             const CertificateGate& before_login) {
  ANTIN_TRY(const auto given, load_certificates(arguments.values("cert")));
  if (const auto path = arguments.value("p12")) {
    ANTIN_TRY(auto choice, open_p12(*path, pins));
    ANTIN_TRY(choice.others, parse_all(choice.key.chain));
    choice.others.insert(choice.others.end(), given.begin(), given.end());
    ANTIN_CHECK(before_login(choice.certificate, choice.others));
    return choice;
  }
  return choose_token_key(arguments, pins, given, before_login);
}

Result<KeyChoice> choose_token_key(const Arguments& arguments, hsm::PinSource& pins,
                                   const std::vector<certs::Certificate>& given,
                                   const CertificateGate& before_login) {
  ANTIN_TRY(const auto query, key_query(arguments));
  if (!query.uri && !query.label && !query.id && !query.certificate_sha256)
    return make_error(Code::kNoKeyChosen, "no key option");
  ANTIN_TRY(const auto modules, modules_for(arguments, query));
  ANTIN_TRY(auto holder, open_modules(modules, pins));

  ANTIN_TRY(const auto visible, holder->keys(query));
  if (visible.empty()) {
    ANTIN_TRY(const auto token, check_before_login(*holder, query, given, before_login));
    ANTIN_CHECK(holder->login(token, pins));
  }
  ANTIN_TRY(auto key, hsm::find_one(*holder, query));
  auto certificate = key.certificate ? certs::Certificate::from_der(key.certificate->value())
                     : given.empty()
                         ? Result<certs::Certificate>(make_error(Code::kKeyHasNoCertificate,
                                                                 key.uri, {{"khoa", key.label}}))
                         : Result<certs::Certificate>(given.front());
  if (!certificate) return std::move(certificate).error();
  ANTIN_TRY(auto others, parse_all(key.chain));
  others.insert(others.end(), given.begin(), given.end());
  ANTIN_CHECK(before_login(certificate.value(), others));
  return KeyChoice{.holder = std::move(holder),
                   .key = std::move(key),
                   .certificate = std::move(certificate).value(),
                   .others = std::move(others),
                   .development = false};
}

}  // namespace antin::service
