#include "hsm/pkcs11_uri.h"

#include <string>

#include <gtest/gtest.h>

#include "hsm/key_holder.h"

namespace antin::hsm {
namespace {

std::string outcome(std::string_view text) {
  const auto uri = Pkcs11Uri::parse(text);
  return uri ? "ok" : std::string{info(uri.error().code).name};
}

Pkcs11Uri parsed(std::string_view text) {
  const auto uri = Pkcs11Uri::parse(text);
  EXPECT_TRUE(uri) << text;
  return uri ? uri.value() : Pkcs11Uri{};
}

TEST(Pkcs11Uri, ReadsTheExamplesOfRfc7512Section3) {
  EXPECT_EQ(parsed("pkcs11:"), Pkcs11Uri{});
  const auto key = parsed(
      "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;"
      "model=1.0;object=my-certificate;type=cert;"
      "id=%69%95%3E%5C%F4%BD%EC%91;serial=");
  EXPECT_EQ(key.token, "The Software PKCS#11 Softtoken");
  EXPECT_EQ(key.manufacturer, "Snake Oil, Inc.");
  EXPECT_EQ(key.object, "my-certificate");
  EXPECT_EQ(key.type, Pkcs11Uri::Type::kCertificate);
  EXPECT_EQ(key.serial, "");
  EXPECT_EQ(key.id, (Bytes{0x69, 0x95, 0x3E, 0x5C, 0xF4, 0xBD, 0xEC, 0x91}));
  EXPECT_EQ(parsed("pkcs11:object=my-sign-key;type=private?module-name=snakeoil").module_name,
            "snakeoil");
  EXPECT_EQ(parsed("pkcs11:slot-id=327").slot_id, 327U);
  EXPECT_TRUE(parsed("pkcs11:token=my-token;slot-description=Sun%20Metaslot").unmatchable);
}

TEST(Pkcs11Uri, IsPrintedSoThatItReadsBackTheSame) {
  Pkcs11Uri uri;
  uri.token = "Văn thư; 1/2 = &?#%";
  uri.manufacturer = "";
  uri.model = "m";
  uri.serial = "0123";
  uri.object = std::string("a\tb\"", 4);
  uri.id = Bytes{0x00, 0x41, 0xFF};
  uri.type = Pkcs11Uri::Type::kPrivate;
  uri.slot_id = 18446744073709551615U;
  uri.module_path = "/usr/lib/a b&c?.so";
  uri.module_name = "x";
  EXPECT_EQ(parsed(uri.to_string()), uri) << uri.to_string();
  EXPECT_EQ(parsed(parsed(uri.to_string()).to_string()), uri);
  EXPECT_NE(uri.to_string().find("id=%00%41%FF"), std::string::npos)
      << "the id is encoded as a whole";
}

TEST(Pkcs11Uri, TakesAVietnameseLabelAsTyped) {
  EXPECT_EQ(parsed("pkcs11:token=Văn%20thư").token, "Văn thư");
  EXPECT_EQ(parsed("PKCS11:token=x").token, "x") << "RFC 3986 §3.1: schemes have no case";
}

TEST(Pkcs11Uri, NeverHoldsAPin) {
  for (const auto* text :
       {"pkcs11:token=x?pin-value=1234", "pkcs11:token=x?pin-source=file:/etc/pin",
        "pkcs11:token=x?module-name=a&pin-value=", "pkcs11:pin-value=1234", "pkcs11:pin-source=x"})
    EXPECT_EQ(outcome(text), "token.uri_pin_refused") << text;
}

TEST(Pkcs11Uri, MalformedIsRefused) {
  for (const auto* text : {"",
                           "pkcs11",
                           "pkcs12:",
                           "http://x",
                           "pkcs11:token",
                           "pkcs11:=x",
                           "pkcs11:token=a;",
                           "pkcs11:;token=a",
                           "pkcs11:token=a;;id=%01",
                           "pkcs11:token=a;token=b",
                           "pkcs11:token=%",
                           "pkcs11:token=%1",
                           "pkcs11:token=%zz",
                           "pkcs11:token=a b",
                           "pkcs11:token=a\"b",
                           "pkcs11:token=a%00b",
                           "pkcs11:type=key",
                           "pkcs11:type=",
                           "pkcs11:slot-id=",
                           "pkcs11:slot-id=-1",
                           "pkcs11:slot-id=1x",
                           "pkcs11:slot-id=18446744073709551616",
                           "pkcs11:token=a#b",
                           "pkcs11:to ken=a",
                           "pkcs11:token=a?module-path=/a&module-path=/b",
                           "pkcs11:token=a?module-path",
                           "pkcs11:token=/"})
    EXPECT_EQ(outcome(text), "token.uri_invalid") << text;
  EXPECT_EQ(outcome("pkcs11:token=" + std::string(4096, 'a')), "token.uri_invalid");
  EXPECT_EQ(outcome("pkcs11:token=" + std::string(4000, 'a')), "ok");
}

TEST(Pkcs11Uri, AnUnknownPathAttributeMatchesNothingAnUnknownQueryAttributeIsIgnored) {
  EXPECT_TRUE(parsed("pkcs11:x-vendor=1").unmatchable);
  EXPECT_TRUE(parsed("pkcs11:library-manufacturer=x").unmatchable);
  EXPECT_EQ(parsed("pkcs11:token=a?x-vendor=1"), parsed("pkcs11:token=a"));
  EXPECT_EQ(outcome("pkcs11:x-vendor=%zz"), "token.uri_invalid");
}

TEST(Pkcs11Uri, AllowsModulesByPathOrName) {
  const auto* path = "/usr/lib/softhsm/libsofthsm2.so";
  EXPECT_TRUE(allows_module(parsed("pkcs11:"), path));
  EXPECT_TRUE(allows_module(parsed("pkcs11:?module-name=softhsm2"), path));
  EXPECT_TRUE(allows_module(parsed("pkcs11:?module-path=/usr/lib/softhsm/libsofthsm2.so"), path));
  EXPECT_FALSE(allows_module(parsed("pkcs11:?module-name=softhsm"), path));
  EXPECT_FALSE(allows_module(parsed("pkcs11:?module-path=/usr/lib/libsofthsm2.so"), path));
  EXPECT_FALSE(allows_module(parsed("pkcs11:x-vendor=1"), path));
}

TEST(Pkcs11Uri, AllowsTokensByAllThatIsGiven) {
  TokenStatus token;
  token.label = "a";
  token.serial = "1";
  token.slot = 7;
  EXPECT_TRUE(allows_token(parsed("pkcs11:"), token));
  EXPECT_TRUE(allows_token(parsed("pkcs11:token=a;serial=1;slot-id=7"), token));
  EXPECT_FALSE(allows_token(parsed("pkcs11:token=a;serial=2"), token));
  EXPECT_FALSE(allows_token(parsed("pkcs11:token=A"), token));
  EXPECT_FALSE(allows_token(parsed("pkcs11:manufacturer=x"), token));
  EXPECT_FALSE(allows_token(parsed("pkcs11:slot-id=8"), token));
  EXPECT_FALSE(allows_token(parsed("pkcs11:x-vendor=1"), token));
}

TEST(Pkcs11Uri, APatternCoversAKeyThatHasAllItNames) {
  const auto key = parsed("pkcs11:token=t;serial=1;id=%01;object=seal;type=private?module-path=/m");
  for (const auto* pattern :
       {"pkcs11:", "pkcs11:token=t", "pkcs11:object=seal;id=%01", "pkcs11:serial=1?module-path=/m"})
    EXPECT_TRUE(covers(parsed(pattern), key)) << pattern;
  for (const auto* pattern : {"pkcs11:token=u", "pkcs11:model=x", "pkcs11:id=%02",
                              "pkcs11:type=cert", "pkcs11:?module-path=/n", "pkcs11:x-other=1"})
    EXPECT_FALSE(covers(parsed(pattern), key)) << pattern;
}

}  // namespace
}  // namespace antin::hsm
