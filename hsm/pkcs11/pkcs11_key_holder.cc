#include "hsm/pkcs11/pkcs11_key_holder.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>

#include "certs/ossl/digest.h"
#include "hsm/pkcs11/cryptoki.h"
#include "hsm/pkcs11/module_client.h"

namespace antin::hsm {
namespace {

constexpr std::size_t kMaxRoutes = 1024;

bool same_token(const TokenStatus& a, const TokenStatus& b) {
  return a.label == b.label && a.serial == b.serial && a.manufacturer == b.manufacturer &&
         a.model == b.model;
}

// Unambiguous on this machine: the slot is named only where two tokens tell the same of themselves.
Pkcs11Uri uri_of(const TokenStatus& token, const wire::Key& key,
                 const std::vector<wire::TokenObjects>& all) {
  Pkcs11Uri uri;
  uri.token = token.label;
  uri.serial = token.serial;
  uri.manufacturer = token.manufacturer;
  uri.model = token.model;
  const auto twins = std::count_if(all.begin(), all.end(), [&token](const auto& other) {
    return same_token(other.token, token);
  });
  if (twins > 1) uri.slot_id = token.slot;
  if (!key.id.empty()) uri.id = key.id;
  // A label that is no text cannot be looked up by its text: the id must do.
  const bool text = key.label.find('\0') == std::string::npos &&
                    key.label.find(kReplacement) == std::string::npos;
  if (!key.label.empty() && text) uri.object = key.label;
  uri.type = Pkcs11Uri::Type::kPrivate;
  uri.module_path = token.module;
  return uri;
}

bool fits(const std::optional<std::string>& wanted, const std::string& label) {
  return !wanted || *wanted == label;
}
bool fits(const std::optional<Bytes>& wanted, const Bytes& id) {
  return !wanted || *wanted == id;
}

// Which certificate of `key` the query means; npos: none, but the key fits by itself.
// Empty when the key does not fit.
std::optional<std::size_t> chosen(const KeyQuery& query, const std::optional<Pkcs11Uri>& uri,
                                  const wire::TokenObjects& objects, const wire::Key& key) {
  using Type = Pkcs11Uri::Type;
  constexpr auto kNone = static_cast<std::size_t>(-1);
  const auto wanted_type = uri ? uri->type : std::nullopt;
  const bool key_may_match = wanted_type.value_or(Type::kPrivate) == Type::kPrivate;
  const bool certificate_may_match = wanted_type.value_or(Type::kCertificate) == Type::kCertificate;
  const auto uri_object = uri ? uri->object : std::nullopt;
  const auto uri_id = uri ? uri->id : std::nullopt;

  const bool key_fits = key_may_match && fits(uri_object, key.label) && fits(uri_id, key.id) &&
                        fits(query.label, key.label) && fits(query.id, key.id);
  for (const auto index : key.certificates) {
    const auto& one = objects.certificates[index];
    const bool certificate_fits = certificate_may_match && fits(uri_object, one.label) &&
                                  fits(uri_id, one.id) && fits(query.label, one.label) &&
                                  fits(query.id, one.id);
    if (!key_fits && !certificate_fits) continue;
    if (query.certificate_sha256 && ossl::sha256(one.der) != *query.certificate_sha256) continue;
    return index;
  }
  if (key_fits && !query.certificate_sha256 && key.certificates.empty()) return kNone;
  return std::nullopt;
}

}  // namespace

class Pkcs11KeyHolder::Impl {
 public:
  explicit Impl(Pkcs11Options options) : options_(std::move(options)) {
    for (const auto& path : options_.modules)
      modules_.push_back(std::make_unique<ModuleClient>(options_, path, unattended_));
  }

  Status entrust() {
    for (auto& entry : options_.unattended) ANTIN_CHECK(unattended_.add(std::move(entry)));
    options_.unattended.clear();
    return Done{};
  }

  Listing tokens() {
    std::vector<std::optional<Result<std::vector<TokenStatus>>>> answers(modules_.size());
    for_each_module([&](std::size_t i) { answers[i] = modules_[i]->tokens(); });
    Listing listing;
    for (auto& answer : answers) {
      if (!*answer) {
        listing.failures.push_back(std::move(*answer).error());
        continue;
      }
      for (auto& token : answer->value()) listing.tokens.push_back(std::move(token));
    }
    return listing;
  }

  Result<std::vector<TokenKey>> keys(const KeyQuery& query) {
    std::optional<Pkcs11Uri> uri;
    if (query.uri) {
      ANTIN_TRY(uri, Pkcs11Uri::parse(*query.uri));
    }
    ANTIN_TRY(const auto all, collect(uri.value_or(Pkcs11Uri{})));
    std::vector<TokenKey> found;
    for (const auto& objects : all.objects) {
      for (const auto& key : objects.keys) {
        if (const auto certificate = chosen(query, uri, objects, key))
          found.push_back(token_key(objects, key, *certificate, all.objects));
      }
    }
    if (found.empty() && all.failure) return *all.failure;
    return found;
  }

  Result<std::vector<TokenKey>> certificates_before_login(const KeyQuery& query) {
    Pkcs11Uri uri;
    if (query.uri) {
      ANTIN_TRY(uri, Pkcs11Uri::parse(*query.uri));
    }
    // What a URI says of the private key is true of its certificate by custom.
    uri.type.reset();
    ANTIN_TRY(const auto all, collect(uri));
    std::vector<TokenKey> found;
    for (const auto& objects : all.objects) {
      if (objects.logged_in || !objects.token.login_required) continue;
      for (std::size_t i = 0; i < objects.certificates.size(); ++i) {
        const auto& one = objects.certificates[i];
        if (!fits(uri.object, one.label) || !fits(uri.id, one.id) ||
            !fits(query.label, one.label) || !fits(query.id, one.id))
          continue;
        if (query.certificate_sha256 && ossl::sha256(one.der) != *query.certificate_sha256)
          continue;
        auto described = token_key(
            objects, {.label = one.label, .id = one.id, .schemes = {}, .certificates = {}}, i,
            all.objects);
        described.uri.clear();
        found.push_back(std::move(described));
      }
    }
    if (found.empty() && all.failure) return *all.failure;
    return found;
  }

  Status login(const TokenStatus& token, PinSource& pins) {
    for (const auto& module : modules_) {
      if (module->path() == token.module) return module->login(token, pins);
    }
    return make_error(Code::kTokenRemoved, "no such module: " + token.module,
                      {{"token", token.label}});
  }

  Status change_pin(const TokenStatus& token, PinSource& pins) {
    for (const auto& module : modules_) {
      if (module->path() == token.module) return module->change_pin(token, pins);
    }
    return make_error(Code::kTokenRemoved, "no such module: " + token.module,
                      {{"token", token.label}});
  }

  Result<SignatureValue> sign(const std::string& key_uri, SignatureScheme scheme,
                              const ToBeSigned& attributes) {
    ANTIN_TRY(const auto route, route_to(key_uri));
    auto signature = route.module->sign(route.key, scheme, attributes);
    if (!signature && signature.error().code == Code::kTokenKeyNotFound) {
      const std::unique_lock lock{routes_mutex_};
      routes_.erase(key_uri);
    }
    return signature;
  }

  Result<Bytes> sign_checkpoint(const std::string& key_uri, std::string_view note) {
    ANTIN_CHECK(parse_checkpoint(note));
    ANTIN_TRY(const auto route, route_to(key_uri));
    return route.module->sign_checkpoint(route.key, note);
  }

  Result<Bytes> checkpoint_key(const std::string& key_uri) {
    ANTIN_TRY(const auto route, route_to(key_uri));
    return route.module->checkpoint_key(route.key);
  }

  std::vector<EntrustedPin> entrusted() {
    std::vector<EntrustedPin> all;
    for (std::size_t i = 0; i < unattended_.size(); ++i)
      all.push_back({unattended_.token(i).to_string(), unattended_.state(i)});
    return all;
  }

  Status entrust(const std::string& token_uri, LockedMemory pin) {
    ANTIN_TRY(const auto wanted, Pkcs11Uri::parse(token_uri));
    std::string candidates;
    std::optional<std::size_t> entry;
    for (std::size_t i = 0; i < unattended_.size(); ++i) {
      if (unattended_.token(i) == wanted) entry = i;
      candidates += (candidates.empty() ? "" : "; ") + unattended_.token(i).to_string();
    }
    if (!entry)
      return make_error(Code::kTokendTokenUnknown, token_uri, {{"candidates", candidates}});
    std::vector<std::pair<ModuleClient*, TokenStatus>> found;
    for (const auto& module : modules_) {
      if (!allows_module(wanted, module->path())) continue;
      const auto tokens = module->tokens();
      if (!tokens) continue;
      for (const auto& token : tokens.value()) {
        if (token.initialized && allows_token(wanted, token))
          found.emplace_back(module.get(), token);
      }
    }
    if (found.empty())
      return make_error(Code::kTokenRemoved, "no such token is present",
                        {{"token", wanted.token.value_or("")}});
    if (found.size() > 1)
      return make_error(Code::kTokenKeyAmbiguous, "several tokens match",
                        {{"candidates", found[0].second.label + "; " + found[1].second.label}});
    unattended_.replace(*entry, std::move(pin));
    return found.front().first->log_in_entrusted(found.front().second, *entry);
  }

  void look_again() {
    for_each_module([this](std::size_t i) { modules_[i]->look_again(); });
  }

 private:
  struct Route {
    ModuleClient* module;
    std::string key;  ///< canonical URI without module attributes
  };
  struct Collected {
    std::vector<wire::TokenObjects> objects;
    std::optional<Error> failure;  ///< of the first module that failed
  };

  // A slow or hanging module delays nobody but itself.
  template <class Work>
  void for_each_module(Work work) {
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < modules_.size(); ++i) others.emplace_back([&work, i] { work(i); });
    if (!modules_.empty()) work(0);
    for (auto& thread : others) thread.join();
  }

  Result<Collected> collect(const Pkcs11Uri& uri) {
    Collected all;
    if (uri.unmatchable) return all;
    std::vector<std::optional<Result<std::vector<wire::TokenObjects>>>> answers(modules_.size());
    for_each_module([&](std::size_t i) {
      if (allows_module(uri, modules_[i]->path())) answers[i] = modules_[i]->keys(uri);
    });
    for (auto& answer : answers) {
      if (!answer) continue;
      if (!*answer) {
        if (!all.failure) all.failure = std::move(*answer).error();
        continue;
      }
      for (auto& objects : answer->value()) all.objects.push_back(std::move(objects));
    }
    return all;
  }

  static TokenKey token_key(const wire::TokenObjects& objects, const wire::Key& key,
                            std::size_t certificate, const std::vector<wire::TokenObjects>& all) {
    TokenKey found{.uri = uri_of(objects.token, key, all).to_string(),
                   .label = key.label,
                   .id = key.id,
                   .token = objects.token,
                   .certificate = std::nullopt,
                   .chain = {},
                   .schemes = key.schemes,
                   .always_authenticate = key.always_authenticate};
    for (std::size_t i = 0; i < objects.certificates.size(); ++i) {
      CertificateDer der{objects.certificates[i].der};
      if (i == certificate) {
        found.certificate = std::move(der);
      } else {
        found.chain.push_back(std::move(der));
      }
    }
    return found;
  }

  Result<Route> route_to(const std::string& key_uri) {
    {
      const std::shared_lock lock{routes_mutex_};
      if (const auto known = routes_.find(key_uri); known != routes_.end()) return known->second;
    }
    ANTIN_TRY(auto uri, Pkcs11Uri::parse(key_uri));
    const bool canonical =
        uri.type == Pkcs11Uri::Type::kPrivate && uri.module_path && !uri.unmatchable;
    if (!canonical) {
      ANTIN_TRY(uri, resolve(key_uri, uri));
    }
    const auto module = std::find_if(modules_.begin(), modules_.end(), [&uri](const auto& one) {
      return allows_module(uri, one->path());
    });
    if (module == modules_.end())
      return make_error(Code::kTokenKeyNotFound, "module is not configured", {{"key", key_uri}});
    uri.module_path.reset();
    uri.module_name.reset();
    Route route{module->get(), uri.to_string()};
    const std::unique_lock lock{routes_mutex_};
    if (routes_.size() >= kMaxRoutes) routes_.clear();
    routes_.insert_or_assign(key_uri, route);
    return route;
  }

  // Finds the one key that a URI written by a person means.
  Result<Pkcs11Uri> resolve(const std::string& key_uri, const Pkcs11Uri& uri) {
    ANTIN_TRY(auto found, keys({.uri = key_uri,
                                .certificate_sha256 = std::nullopt,
                                .id = std::nullopt,
                                .label = std::nullopt}));
    if (found.size() == 1) return Pkcs11Uri::parse(found.front().uri);
    if (found.size() > 1)
      return make_error(Code::kTokenKeyAmbiguous, "several keys match",
                        {{"candidates", found[0].uri + "; " + found[1].uri}});
    ANTIN_TRY(const auto all, collect(uri));
    for (const auto& objects : all.objects) {
      if (objects.token.login_required && !objects.logged_in)
        return make_error(Code::kTokenLoginRequired, "key not shown, not logged in",
                          {{"token", objects.token.label}});
    }
    if (all.objects.empty() && (uri.token || uri.serial))
      return make_error(Code::kTokenRemoved, "no such token is present",
                        {{"token", uri.token.value_or("")}});
    return make_error(Code::kTokenKeyNotFound, "no such key", {{"key", key_uri}});
  }

  Pkcs11Options options_;
  UnattendedPins unattended_;
  std::vector<std::unique_ptr<ModuleClient>> modules_;
  std::shared_mutex routes_mutex_;
  std::map<std::string, Route> routes_;
};

Result<std::unique_ptr<Pkcs11KeyHolder>> Pkcs11KeyHolder::create(Pkcs11Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  ANTIN_CHECK(impl->entrust());
  return std::make_unique<Pkcs11KeyHolder>(Passkey{}, std::move(impl));
}

Pkcs11KeyHolder::Pkcs11KeyHolder(Passkey, std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Pkcs11KeyHolder::~Pkcs11KeyHolder() = default;

Result<KeyHolder::Listing> Pkcs11KeyHolder::tokens() {
  return impl_->tokens();
}

Result<std::vector<TokenKey>> Pkcs11KeyHolder::keys(const KeyQuery& query) {
  return impl_->keys(query);
}

Result<std::vector<TokenKey>> Pkcs11KeyHolder::certificates_before_login(const KeyQuery& query) {
  return impl_->certificates_before_login(query);
}

Status Pkcs11KeyHolder::login(const TokenStatus& token, PinSource& pins) {
  return impl_->login(token, pins);
}

Status Pkcs11KeyHolder::change_pin(const TokenStatus& token, PinSource& pins) {
  return impl_->change_pin(token, pins);
}

Result<SignatureValue> Pkcs11KeyHolder::sign(const std::string& key_uri, SignatureScheme scheme,
                                             const ToBeSigned& attributes) {
  return impl_->sign(key_uri, scheme, attributes);
}

Result<Bytes> Pkcs11KeyHolder::sign_checkpoint(const std::string& key_uri, std::string_view note) {
  return impl_->sign_checkpoint(key_uri, note);
}

Result<Bytes> Pkcs11KeyHolder::checkpoint_key(const std::string& key_uri) {
  return impl_->checkpoint_key(key_uri);
}

std::vector<EntrustedPin> Pkcs11KeyHolder::entrusted() {
  return impl_->entrusted();
}

Status Pkcs11KeyHolder::entrust(const std::string& token_uri, LockedMemory pin) {
  return impl_->entrust(token_uri, std::move(pin));
}

void Pkcs11KeyHolder::look_again() {
  impl_->look_again();
}

}  // namespace antin::hsm
