#include <array>
#include <chrono>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <toml++/toml.h>

#include "verifier/verify.h"

namespace antin::verifier {
namespace {

constexpr std::array kDigests = {
    DigestAlgorithm::kMd5,      DigestAlgorithm::kSha1,     DigestAlgorithm::kSha224,
    DigestAlgorithm::kSha256,   DigestAlgorithm::kSha384,   DigestAlgorithm::kSha512,
    DigestAlgorithm::kSha3_256, DigestAlgorithm::kSha3_384, DigestAlgorithm::kSha3_512};

Error bad(const std::string& key) {
  return make_error(Code::kPolicyConfig, key, {{"key", key}});
}

// An unknown key stops the start: a misspelt limit must not silently be none (architecture.md 13).
Status known_keys(const toml::table& table, const std::string& where,
                  std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table) {
    bool found = false;
    for (const auto name : known) found = found || key.str() == name;
    if (!found) return bad(where + std::string{key.str()});
  }
  return Done{};
}

Status read_size(const toml::table& table, const char* key, std::size_t& into) {
  const auto* node = table.get(key);
  if (node == nullptr) return Done{};
  const auto number = node->value_exact<std::int64_t>();
  if (!number || *number <= 0) return bad(std::string{"limits."} + key);
  into = static_cast<std::size_t>(*number);
  return Done{};
}

Status read_bits(const toml::table& table, const char* key, unsigned& into) {
  const auto* node = table.get(key);
  if (node == nullptr) return Done{};
  const auto number = node->value_exact<std::int64_t>();
  if (!number || *number < 160 || *number > 65536) return bad(std::string{"algorithms."} + key);
  into = static_cast<unsigned>(*number);
  return Done{};
}

std::optional<UtcTime> instant(const toml::date_time& at) {
  using namespace std::chrono;
  if (!at.offset) return std::nullopt;  // a local time is no instant
  const year_month_day day{year{at.date.year}, month{at.date.month}, std::chrono::day{at.date.day}};
  if (!day.ok()) return std::nullopt;
  return UtcTime{sys_days{day} + hours{at.time.hour} + minutes{at.time.minute} +
                 seconds{at.time.second} - minutes{at.offset->minutes}};
}

Status read_digests(const toml::array& list, certs::AlgorithmPolicy& policy) {
  policy.digests.clear();
  for (const auto& node : list) {
    const auto* rule = node.as_table();
    if (rule == nullptr) return bad("algorithms.digest");
    ANTIN_CHECK(known_keys(*rule, "algorithms.digest.", {"name", "until"}));
    const auto spelt =
        rule->get("name") != nullptr ? rule->get("name")->value_exact<std::string>() : std::nullopt;
    std::optional<DigestAlgorithm> digest;
    for (const auto candidate : kDigests) {
      if (spelt && *spelt == name(candidate)) digest = candidate;
    }
    if (!digest) return bad("algorithms.digest.name");
    std::optional<UtcTime> until;
    if (const auto* node_until = rule->get("until")) {
      const auto written = node_until->value_exact<toml::date_time>();
      until = written ? instant(*written) : std::nullopt;
      if (!until) return bad("algorithms.digest.until");
    }
    policy.digests.push_back({*digest, until});
  }
  return Done{};
}

Status read_algorithms(const toml::table& table, certs::AlgorithmPolicy& policy) {
  ANTIN_CHECK(known_keys(table, "algorithms.", {"digest", "min_rsa_bits", "min_ec_bits"}));
  ANTIN_CHECK(read_bits(table, "min_rsa_bits", policy.min_rsa_bits));
  ANTIN_CHECK(read_bits(table, "min_ec_bits", policy.min_ec_bits));
  const auto* list = table.get("digest");
  if (list == nullptr) return Done{};
  if (!list->is_array()) return bad("algorithms.digest");
  return read_digests(*list->as_array(), policy);
}

Status read_limits(const toml::table& table, pdf::ReadLimits& limits) {
  ANTIN_CHECK(known_keys(table, "limits.",
                         {"max_octets", "max_objects", "max_revisions", "max_signatures",
                          "max_pages", "max_depth", "max_stream_octets"}));
  ANTIN_CHECK(read_size(table, "max_octets", limits.max_octets));
  ANTIN_CHECK(read_size(table, "max_objects", limits.max_objects));
  ANTIN_CHECK(read_size(table, "max_revisions", limits.max_revisions));
  ANTIN_CHECK(read_size(table, "max_signatures", limits.max_signatures));
  ANTIN_CHECK(read_size(table, "max_pages", limits.max_pages));
  ANTIN_CHECK(read_size(table, "max_depth", limits.max_depth));
  return read_size(table, "max_stream_octets", limits.max_stream_octets);
}

Status read_need(const toml::table& table, const char* key, RevocationPolicy::Need& into) {
  const auto* node = table.get(key);
  if (node == nullptr) return Done{};
  const auto word = node->value_exact<std::string>().value_or("");
  if (word != "required" && word != "if_available") return bad(std::string{"revocation."} + key);
  into =
      word == "required" ? RevocationPolicy::Need::kRequired : RevocationPolicy::Need::kIfAvailable;
  return Done{};
}

Status read_revocation(const toml::table& table, RevocationPolicy& policy) {
  ANTIN_CHECK(
      known_keys(table, "revocation.",
                 {"signer", "authorities", "timestamps", "timestamps_fresh_at", "max_age_hours"}));
  ANTIN_CHECK(read_need(table, "signer", policy.signer));
  ANTIN_CHECK(read_need(table, "authorities", policy.authorities));
  ANTIN_CHECK(read_need(table, "timestamps", policy.timestamps));
  if (const auto* node = table.get("timestamps_fresh_at")) {
    const auto word = node->value_exact<std::string>().value_or("");
    if (word != "generation" && word != "present") return bad("revocation.timestamps_fresh_at");
    policy.timestamps_fresh_at = word == "present" ? RevocationPolicy::FreshAt::kPresent
                                                   : RevocationPolicy::FreshAt::kGeneration;
  }
  if (const auto* node = table.get("max_age_hours")) {
    constexpr std::int64_t kTenYears = 87'600;
    const auto hours = node->value_exact<std::int64_t>();
    if (!hours || *hours <= 0 || *hours > kTenYears) return bad("revocation.max_age_hours");
    policy.max_age = std::chrono::hours{*hours};
  }
  return Done{};
}

// V-09. Both ends, in minutes; the same number twice and an empty window are mistakes.
Status read_quirk(const toml::table& table, Policy& policy) {
  ANTIN_CHECK(known_keys(table, "quirk.", {"from_minutes", "until_minutes"}));
  const auto read = [&](const char* key, std::chrono::minutes& into) -> Status {
    const auto* node = table.get(key);
    if (node == nullptr) return Done{};
    const auto number = node->value_exact<std::int64_t>();
    if (!number || *number < 6 || *number > 840) return bad(std::string{"quirk."} + key);
    into = std::chrono::minutes{*number};
    return Done{};
  };
  ANTIN_CHECK(read("from_minutes", policy.quirk_from));
  ANTIN_CHECK(read("until_minutes", policy.quirk_until));
  return policy.quirk_from < policy.quirk_until ? Status{Done{}} : bad("quirk.until_minutes");
}

// S-18: an action for each hazard, limits, and how far a report looks.
Status read_hygiene(const toml::table& table, Policy& policy) {
  for (const auto& [key, node] : table) {
    const auto name = std::string{key.str()};
    const auto word = node.value_exact<std::string>().value_or("");
    const auto number = node.value_exact<std::int64_t>();
    if (name == "max_octets" || name == "max_pages") {
      if (!number || *number <= 0) return bad("hygiene." + name);
      (name == "max_pages" ? policy.hygiene.max_pages : policy.hygiene.max_octets) =
          static_cast<std::size_t>(*number);
    } else if (name == "report") {
      using enum pdf::HygieneDepth;
      if (word != "structure" && word != "everything" && word != "nothing")
        return bad("hygiene.report");
      policy.report_hazards = std::nullopt;
      if (word != "nothing") policy.report_hazards = word == "structure" ? kStructure : kEverything;
    } else if (!policy.hygiene.set(name, word)) {
      return bad("hygiene." + name);
    }
  }
  return Done{};
}

Status read_name_and_level(const toml::table& table, Policy& policy) {
  if (const auto* node = table.get("name")) {
    const auto name = node->value_exact<std::string>().value_or("");
    if (name.empty() || name.size() > 64) return bad("name");
    policy.name = name;
  }
  if (const auto* node = table.get("required_level")) {
    const auto level = node->value_exact<std::string>().value_or("");
    if (level != "B-B" && level != "B-T" && level != "B-LT" && level != "B-LTA")
      return bad("required_level");
    policy.required_level = level;
  }
  return Done{};
}

// Names of agencies, where the built-in list does not fit.
Status read_signers(const toml::table& table, SignerRules& rules) {
  ANTIN_CHECK(known_keys(table, "signers.", {"agency_names", "certified_copy"}));
  if (const auto* node = table.get("certified_copy")) {
    const auto word = node->value_exact<std::string>().value_or("");
    if (word != "officer_then_agency" && word != "any") return bad("signers.certified_copy");
    rules.certified_copy = word == "any" ? SignerRules::CertifiedCopy::kAny
                                         : SignerRules::CertifiedCopy::kOfficerThenAgency;
  }
  const auto* node = table.get("agency_names");
  if (node == nullptr) return Done{};
  const auto* list = node->as_array();
  constexpr std::size_t kMost = 200;
  if (list == nullptr || list->size() > kMost) return bad("signers.agency_names");
  rules.agency_names.clear();
  for (const auto& item : *list) {
    const auto name = item.value_exact<std::string>();
    if (!name || name_key(*name).empty()) return bad("signers.agency_names");
    rules.agency_names.push_back(*name);
  }
  return Done{};
}

template <class Reader>
Status read_section(const toml::table& table, const char* name, const Reader& reader) {
  const auto* node = table.get(name);
  if (node == nullptr) return Done{};
  return node->is_table() ? reader(*node->as_table()) : bad(name);
}

Result<Policy> read_table(const toml::table& table) {
  Policy policy = Policy::viet_nam();
  ANTIN_CHECK(known_keys(table, "",
                         {"schema", "name", "profile", "required_level", "algorithms", "revocation",
                          "quirk", "hygiene", "signers", "limits"}));
  const auto* schema = table.get("schema");
  if (schema == nullptr || schema->value_exact<std::string>() != "antin-policy/1")
    return bad("schema");
  if (const auto* node = table.get("profile")) {
    const auto profile = node->value_exact<std::string>().value_or("");
    const auto known = profile_named(profile);
    if (!known) return bad("profile");
    policy.profile = *known;
  }
  ANTIN_CHECK(read_name_and_level(table, policy));
  ANTIN_CHECK(read_section(table, "algorithms", [&](const toml::table& section) {
    return read_algorithms(section, policy.algorithms);
  }));
  ANTIN_CHECK(read_section(table, "revocation", [&](const toml::table& section) {
    return read_revocation(section, policy.revocation);
  }));
  ANTIN_CHECK(read_section(
      table, "quirk", [&](const toml::table& section) { return read_quirk(section, policy); }));
  ANTIN_CHECK(read_section(
      table, "hygiene", [&](const toml::table& section) { return read_hygiene(section, policy); }));
  ANTIN_CHECK(read_section(table, "signers", [&](const toml::table& section) {
    return read_signers(section, policy.signers);
  }));
  ANTIN_CHECK(read_section(table, "limits", [&](const toml::table& section) {
    return read_limits(section, policy.limits);
  }));
  return policy;
}

}  // namespace

std::optional<Profile> profile_named(std::string_view name) noexcept {
  if (name == "document") return Profile::kDocument;
  if (name == "result") return Profile::kResult;
  if (name == "certified_copy") return Profile::kCertifiedCopy;
  return std::nullopt;
}

Result<Policy> read_policy(std::string_view text) {
  try {
    return read_table(toml::parse(text));
  } catch (const toml::parse_error& damage) {
    return bad("line " + std::to_string(damage.source().begin.line));
  }
}

}  // namespace antin::verifier
