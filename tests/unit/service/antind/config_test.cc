#include "service/antind/config.h"

#include <gtest/gtest.h>

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
token = "pkcs11:token=t"
modules = ["/usr/lib/softhsm/libsofthsm2.so"]
pin_file = "pin"
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
  EXPECT_EQ(config.value().agency.modules.size(), 1U);
  EXPECT_EQ(config.value().agency.tsa.size(), 1U);
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
      {least + "[agency]\nmodules = [1]\n", Code::kConfigValue, "agency.modules"},
      {least + "[agency]\nkey = \"pkcs11:a\"\n", Code::kConfigValue, "agency.modules"},
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

TEST(Config, RefusesAnotherSchemaAndWhatIsNotToml) {
  EXPECT_EQ(read_config("schema = \"antin-config/2\"\n").error().code, Code::kConfigSchema);
  EXPECT_EQ(read_config("").error().code, Code::kConfigSchema);
  EXPECT_EQ(read_config("schema = ").error().code, Code::kConfigUnreadable);
}

}  // namespace
}  // namespace antin::service
