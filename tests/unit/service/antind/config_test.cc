#include "service/antind/config.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "service/antind/config_seals.h"
#include "service/antind/front.h"

namespace antin::service {
namespace {

constexpr const char* kLeast = "schema = \"antin-config/1\"\n[store]\nfolder = \"data\"\n";

TEST(Config, HasDefaultsForAllButTheStore) {
  const auto config = read_config(kLeast);
  ASSERT_TRUE(config) << to_log_line(config.error());
  EXPECT_EQ(config.value().http.address, "127.0.0.1");
  EXPECT_EQ(config.value().http.port, 8421);
  EXPECT_EQ(config.value().http.settings.limits.body_octets, 52'428'800U);
  EXPECT_TRUE(config.value().agency.key.empty());
}

TEST(Config, ReadsEachSection) {
  const auto config = read_config(R"(
schema = "antin-config/1"
[http]
port = 0
max_body_octets = 1000000
head_seconds = 3
[verify]
anonymous = false
trust = "trust"
workers = 5
[agency]
key = "pkcs11:object=a"
tokend = "/run/antin-tokend/tokend.sock"
level = "B-T"
tsa = ["http://tsa.invalid"]
[store]
folder = "data"
)");
  ASSERT_TRUE(config) << to_log_line(config.error());
  EXPECT_EQ(config.value().http.port, 0);
  EXPECT_EQ(config.value().http.settings.head_within, std::chrono::seconds(3));
  EXPECT_FALSE(config.value().verify.anonymous);
  EXPECT_EQ(config.value().verify.workers, 5U);
  EXPECT_EQ(config.value().agency.tokend, "/run/antin-tokend/tokend.sock");
  EXPECT_EQ(config.value().agency.tsa.size(), 1U);
}

TEST(Config, ReadsTheSealOfEachUnitOnce) {
  const std::string agency =
      std::string(kLeast) +
      "[agency]\nkey = \"pkcs11:object=a\"\ntokend = \"t\"\ncheck_trust = false\n";
  const std::string first = "[[agency.unit]]\ncode = \"H40.7\"\nkey = \"pkcs11:object=b\"\n";
  const auto both =
      agency + first + "[[agency.unit]]\ncode = \"H40.8\"\nkey = \"pkcs11:object=c\"\n";
  const auto config = read_config(both);
  ASSERT_TRUE(config) << to_log_line(config.error());
  const auto seals = unit_seals_in(both);
  ASSERT_TRUE(seals);
  ASSERT_EQ(seals.value().size(), 2U);
  EXPECT_EQ(seals.value()[1].code, "H40.8");
  EXPECT_EQ(seals.value()[1].key, "pkcs11:object=c");
  EXPECT_TRUE(unit_seals_in(agency).value().empty());
  EXPECT_TRUE(unit_seals_in(kLeast).value().empty());
  for (const auto& wrong :
       {agency + first + first, agency + "[[agency.unit]]\ncode = \"H40.7\"\n",
        agency + "[[agency.unit]]\nkey = \"pkcs11:object=b\"\n", std::string(kLeast) + first}) {
    const auto refused = read_config(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kConfigValue);
  }
}

TEST(Config, StopsAtTheFirstThingItDoesNotKnow) {
  const std::string least = kLeast;
  const std::vector<std::tuple<std::string, Code, std::string>> rows{
      {least + "colour = \"red\"\n", Code::kConfigUnknownKey, "store.colour"},
      {"top = 1\n" + least, Code::kConfigUnknownKey, "top"},
      {least + "[http]\nprot = 1\n", Code::kConfigUnknownKey, "http.prot"},
      {least + "[https]\n", Code::kConfigUnknownKey, "https"},
      {least + "[http]\nport = \"1\"\n", Code::kConfigValue, "http.port"},
      {least + "[http]\nport = 65536\n", Code::kConfigValue, "http.port"},
      {least + "[http]\nport = -1\n", Code::kConfigValue, "http.port"},
      {least + "[verify]\nworkers = 0\n", Code::kConfigValue, "verify.workers"},
      {least + "[verify]\nanonymous = 1\n", Code::kConfigValue, "verify.anonymous"},
      {least + "[agency]\nlevel = \"B-X\"\n", Code::kConfigValue, "agency.level"},
      {least + "[agency]\ntokend = 1\n", Code::kConfigValue, "agency.tokend"},
      {least + "[agency]\nmodules = []\n", Code::kTokendConfigMoved, "agency.modules"},
      {least + "[agency]\npin_file = \"pin\"\n", Code::kTokendConfigMoved, "agency.pin_file"},
      {least + "[agency]\ntoken = \"pkcs11:token=t\"\n", Code::kTokendConfigMoved, "agency.token"},
      {least + "[agency]\nkey = \"pkcs11:a\"\n", Code::kConfigValue, "agency.tokend"},
      {"schema = \"antin-config/1\"\nhttp = 1\n[store]\nfolder=\"d\"\n", Code::kConfigValue,
       "http"},
      {"schema = \"antin-config/1\"\n", Code::kConfigValue, "store.folder"},
  };
  for (const auto& [toml, code, key] : rows) {
    const auto config = read_config(toml);
    ASSERT_FALSE(config) << toml;
    EXPECT_EQ(config.error().code, code) << toml;
    ASSERT_FALSE(config.error().params.empty());
    EXPECT_EQ(config.error().params[0].second, key) << toml;
  }
}

TEST(Config, RefusesPlainHttpOnOtherAddressesThanLoopback) {
  const std::string open = std::string(kLeast) + "[http]\naddress = \"0.0.0.0\"\n";
  EXPECT_EQ(read_config(open).error().code, Code::kConfigUnsafe);
  EXPECT_TRUE(read_config(open + "behind_tls_proxy = true\n"));
}

TEST(Config, ChecksWhatItsFrontNeedsTogether) {
  const std::string http = std::string(kLeast) + "[http]\n";
  const std::string tls = http + "tls_certificate = \"c\"\ntls_key = \"k\"\n";
  const auto code = [](const std::string& toml) {
    const auto config = read_config(toml);
    return config ? std::nullopt : std::optional(config.error().code);
  };
  EXPECT_EQ(code(tls + "address = \"0.0.0.0\"\n"), std::nullopt);
  EXPECT_EQ(code(http + "tls_certificate = \"c\"\n"), Code::kConfigValue);
  EXPECT_EQ(code(http + "tls_key = \"k\"\n"), Code::kConfigValue);
  EXPECT_EQ(code(http + "tls_client_ca = \"a\"\n"), Code::kConfigValue);
  EXPECT_EQ(code(tls + "client_certificate_for = [\"sign\"]\n"), Code::kConfigUnsafe);
  const auto mutual = tls + "tls_client_ca = \"a\"\n";
  EXPECT_EQ(code(mutual + "client_certificate_for = [\"sign\"]\n"), std::nullopt);
  EXPECT_EQ(code(mutual + "client_certificate_for = [\"sing\"]\n"), Code::kConfigValue);
  EXPECT_EQ(code(http + "proxies = [\"localhost\"]\n"), Code::kConfigValue);
  EXPECT_EQ(code(http + "proxies = [\"10.0.0.9\"]\n"), std::nullopt);
  EXPECT_EQ(code(http + "hosts = [\"Antin.example\"]\n"), Code::kConfigValue);
  EXPECT_EQ(code(http + "hosts = [\"antin.example\", \"antin.example:8443\"]\n"), std::nullopt);
}

TEST(Config, KnowsWhomItServesWhenNobodySaysSo) {
  const std::string http = std::string(kLeast) + "[http]\n";
  EXPECT_EQ(read_config(http).value().http.hosts.size(), 3U);
  const auto proxied = read_config(http + "behind_tls_proxy = true\n").value();
  EXPECT_TRUE(proxied.http.hosts.empty());
  EXPECT_EQ(proxied.http.settings.proxies.size(), 2U);
}

TEST(Config, ReadsRolesAndRates) {
  const std::string least = kLeast;
  const auto config = read_config(
      least +
      "[[role]]\nname = \"clerk\"\nscopes = [\"verify\", \"originals\"]\n[[role]]\nname = "
      "\"seal\"\nscopes = [\"sign\"]\n[rates]\nkey_costly_per_minute = 5\nkey_costly_burst "
      "= 2\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(config.value().roles.at("clerk").size(), 2U);
  EXPECT_EQ(config.value().rates.key_costly.per_minute, 5);
  for (const auto* bad :
       {"[[role]]\nname = \"a\"\nscopes = [\"king\"]\n", "[[role]]\nname = \"a\"\n",
        "[[role]]\nname = \"a b\"\nscopes = [\"sign\"]\n",
        "[[role]]\nname = \"a\"\nscopes = [\"sign\"]\n[[role]]\nname = \"a\"\nscopes = "
        "[\"sign\"]\n",
        "[rates]\nfailures_burst = 0\n"})
    EXPECT_EQ(read_config(least + bad).error().code, Code::kConfigValue) << bad;
}

TEST(Front, KnowsItsOwnNames) {
  const auto is_ours = [](const std::string& host, const Config::Http& http) {
    RequestHead head;
    head.fields = {{"host", host}};
    return is_our_host(head, http.hosts);
  };
  Config::Http http;
  EXPECT_TRUE(is_ours("anything", http));
  http.hosts = {"antin.example", "other.example:8443", "[::1]"};
  for (const auto* good : {"antin.example", "ANTIN.example:80", "other.example:8443", "[::1]:8421"})
    EXPECT_TRUE(is_ours(good, http)) << good;
  for (const auto* bad : {"evil.example", "other.example", "antin.example.evil", "[::2]"})
    EXPECT_FALSE(is_ours(bad, http)) << bad;
  EXPECT_TRUE(is_our_host(RequestHead{}, http.hosts));
}

TEST(Front, SendsHstsWhereThereIsTls) {
  const auto has_hsts = [](const std::vector<HeaderField>& fields) {
    return std::any_of(fields.begin(), fields.end(), [](const HeaderField& field) {
      return field.name == "Strict-Transport-Security";
    });
  };
  auto config = read_config(kLeast).value();
  EXPECT_FALSE(has_hsts(front_settings(config).every_answer));
  EXPECT_TRUE(has_hsts(front_settings(config).every_tls_answer));
  config.http.behind_tls_proxy = true;
  EXPECT_TRUE(has_hsts(front_settings(config).every_answer));
}

TEST(Config, RefusesAnotherSchemaAndWhatIsNotToml) {
  EXPECT_EQ(read_config("schema = \"antin-config/2\"\n").error().code, Code::kConfigSchema);
  EXPECT_EQ(read_config("").error().code, Code::kConfigSchema);
  EXPECT_EQ(read_config("schema = ").error().code, Code::kConfigUnreadable);
}

}  // namespace
}  // namespace antin::service
