#include "certs/trust_store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string_view>
#include <toml++/toml.h>

namespace antin::certs {
namespace {

constexpr std::string_view kSchema = "antin-trust/1";
constexpr std::array<std::string_view, 6> kCertificateSuffixes = {".crt", ".cer", ".pem",
                                                                  ".der", ".p7b", ".p7c"};

/// What one NAME.toml says.
struct Narrowing {
  std::string file;
  std::set<Purpose> purposes;  ///< empty: not narrowed
  std::optional<UtcTime> from;
  std::optional<UtcTime> until;
  std::optional<bool> anchor;
  bool used = false;
};

Error config_error(const std::string& file, const std::string& reason) {
  return make_error(Code::kTrustConfig, file + ": " + reason, {{"tep", file}, {"ly_do", reason}});
}

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::pair<std::string, std::string> stem_and_suffix(const std::string& name) {
  const auto dot = name.rfind('.');
  if (dot == std::string::npos) return {name, ""};
  return {name.substr(0, dot), lower(name.substr(dot))};
}

std::optional<UtcTime> instant(const toml::node& node) {
  if (const auto* text = node.as_string()) return from_rfc3339(text->get());
  const auto* value = node.as_date_time();
  // Without an offset nobody can say which instant is meant.
  if (value == nullptr || !value->get().offset) return std::nullopt;
  const auto& at = value->get();
  using namespace std::chrono;
  const year_month_day date{year{at.date.year}, month{at.date.month}, day{at.date.day}};
  return UtcTime{sys_days{date} + hours{at.time.hour} + minutes{at.time.minute} +
                 seconds{at.time.second} - minutes{at.offset->minutes}};
}

std::optional<Purpose> purpose_named(std::string_view name) {
  if (name == "sign") return Purpose::kSign;
  if (name == "seal") return Purpose::kSeal;
  if (name == "timestamp") return Purpose::kTimestamp;
  if (name == "ocsp") return Purpose::kOcsp;
  return std::nullopt;
}

Status read_purposes(const toml::node& node, Narrowing& into) {
  const auto* list = node.as_array();
  if (list == nullptr || list->empty())
    return config_error(into.file, "purposes: a list of sign, seal, timestamp, ocsp");
  for (const auto& one : *list) {
    const auto* text = one.as_string();
    const auto purpose = text == nullptr ? std::nullopt : purpose_named(text->get());
    if (!purpose) return config_error(into.file, "purposes: sign, seal, timestamp, ocsp");
    into.purposes.insert(*purpose);
  }
  return Done{};
}

Status read_key(std::string_view key, const toml::node& node, Narrowing& into) {
  if (key == "schema") {
    const auto* text = node.as_string();
    if (text == nullptr || text->get() != kSchema)
      return config_error(into.file, "schema = \"antin-trust/1\"");
    return Done{};
  }
  if (key == "purposes") return read_purposes(node, into);
  if (key == "from" || key == "until") {
    auto& slot = key == "from" ? into.from : into.until;
    slot = instant(node);
    if (slot) return Done{};
    return config_error(into.file, std::string{key} + ": 2026-01-01T00:00:00Z");
  }
  if (key == "anchor") {
    const auto* flag = node.as_boolean();
    if (flag == nullptr) return config_error(into.file, "anchor: true, false");
    into.anchor = flag->get();
    return Done{};
  }
  return config_error(into.file, "unknown key " + std::string{key});
}

Result<Narrowing> read_narrowing(const TrustFile& file) {
  Narrowing read{.file = file.name, .purposes = {}, .from = {}, .until = {}, .anchor = {}};
  try {
    const auto table = toml::parse(as_text(file.octets), file.name);
    if (!table.contains("schema")) return config_error(file.name, "schema = \"antin-trust/1\"");
    for (const auto& [key, node] : table) ANTIN_CHECK(read_key(key, node, read));
  } catch (const toml::parse_error& error) {
    return config_error(file.name, std::string{error.description()});
  }
  if (read.from && read.until && *read.until < *read.from)
    return config_error(file.name, "until < from");
  return read;
}

/// Puts certificates where they belong and notices contradictions.
class Loader {
 public:
  explicit Loader(TestPki test_pki) : test_pki_(test_pki) {}

  Status add_config(const TrustFile& file) {
    ANTIN_TRY(auto read, read_narrowing(file));
    if (configs_.emplace(stem_and_suffix(file.name).first, std::move(read)).second) return Done{};
    return config_error(file.name, "a second file of that name");
  }

  Status add_certificates(const TrustFile& file) {
    auto all = Certificate::from_file_bytes(file.octets);
    if (!all) {
      auto error = while_doing(std::move(all).error(), Code::kTrustUnreadable, file.name);
      error.params = {{"tep", file.name}};
      return error;
    }
    const auto config = configs_.find(stem_and_suffix(file.name).first);
    auto* narrowing = config == configs_.end() ? nullptr : &config->second;
    if (narrowing != nullptr) narrowing->used = true;
    for (const auto& one : all.value()) ANTIN_CHECK(add(one, file.name, narrowing));
    return Done{};
  }

  Result<TrustStore> finish() {
    for (const auto& [stem, config] : configs_) {
      if (!config.used) return config_error(config.file, "no certificate beside it");
    }
    return std::move(store_);
  }

 private:
  Status add(const Certificate& one, const std::string& file, const Narrowing* narrowing) {
    if (test_pki_ == TestPki::kRefuse && is_test_pki(one))
      return make_error(Code::kTrustTestPki, file, {{"tep", file}});
    const auto [seen, first_time] = seen_.emplace(one.sha256(), narrowing);
    if (!first_time) {
      // The same certificate again adds nothing, unless the two files disagree about it.
      if (seen->second == narrowing) return Done{};
      return config_error(file, "the same certificate stands in another file");
    }
    const bool anchor =
        narrowing != nullptr && narrowing->anchor ? *narrowing->anchor : one.self_signed();
    if (!anchor) {
      // Dates and purposes bind anchors; on an intermediate they would be ignored silently.
      if (narrowing != nullptr &&
          (!narrowing->purposes.empty() || narrowing->from || narrowing->until))
        return config_error(narrowing->file, "not an anchor: anchor = true?");
      store_.intermediates.push_back(one);
      return Done{};
    }
    TrustAnchor trusted{one, {}, std::nullopt, std::nullopt};
    if (narrowing != nullptr) {
      trusted.purposes = narrowing->purposes;
      trusted.trusted_from = narrowing->from;
      trusted.trusted_until = narrowing->until;
    }
    if (trusted.purposes.empty())
      trusted.purposes = {Purpose::kSign, Purpose::kSeal, Purpose::kTimestamp, Purpose::kOcsp};
    store_.anchors.push_back(std::move(trusted));
    return Done{};
  }

  TestPki test_pki_;
  std::map<std::string, Narrowing> configs_;
  std::map<Bytes, const Narrowing*> seen_;
  TrustStore store_;
};

}  // namespace

Result<TrustStore> load_trust_store(const std::vector<TrustFile>& files, TestPki test_pki) {
  Loader loader{test_pki};
  for (const auto& file : files) {
    if (stem_and_suffix(file.name).second == ".toml") ANTIN_CHECK(loader.add_config(file));
  }
  for (const auto& file : files) {
    const auto suffix = stem_and_suffix(file.name).second;
    if (std::find(kCertificateSuffixes.begin(), kCertificateSuffixes.end(), suffix) !=
        kCertificateSuffixes.end())
      ANTIN_CHECK(loader.add_certificates(file));
  }
  return loader.finish();
}

}  // namespace antin::certs
