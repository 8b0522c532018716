#include "service/net/address_rule.h"

#include <arpa/inet.h>
#include <array>

#include <gtest/gtest.h>

namespace antin::service {
namespace {

Bytes octets_of(const std::string& text) {
  Bytes out(text.find(':') == std::string::npos ? 4 : 16);
  EXPECT_EQ(::inet_pton(out.size() == 4 ? AF_INET : AF_INET6, text.c_str(), out.data()), 1) << text;
  return out;
}

Url url(const std::string& text) {
  const auto read = parse_url(text);
  EXPECT_TRUE(read) << text;
  return read.value();
}

class SpecialAddress : public testing::TestWithParam<const char*> {};
TEST_P(SpecialAddress, IsNotPublic) {
  EXPECT_FALSE(is_public_address(octets_of(GetParam())));
}
INSTANTIATE_TEST_SUITE_P(
    Rfc6890, SpecialAddress,
    testing::Values("0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1",
                    "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255",
                    "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
                    "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
                    "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::7f00:1",
                    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1",
                    "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254",
                    "fe80::1", "fec0::1", "ff02::1", "4000::1"));

class UsualAddress : public testing::TestWithParam<const char*> {};
TEST_P(UsualAddress, IsPublic) {
  EXPECT_TRUE(is_public_address(octets_of(GetParam())));
}
INSTANTIATE_TEST_SUITE_P(Rfc6890, UsualAddress,
                         testing::Values("1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
                                         "100.128.0.0", "172.15.255.255", "172.32.0.0",
                                         "192.167.255.255", "223.255.255.255", "203.162.0.181",
                                         "::ffff:8.8.8.8", "64:ff9b::808:808",
                                         "2001:4860:4860::8888", "2400:cb00::1"));

TEST(AddressRule, OddLengthsAreNotPublic) {
  EXPECT_FALSE(is_public_address({}));
  EXPECT_FALSE(is_public_address(Bytes(5, 8)));
}

TEST(AddressRule, StrangersMayNameUsualPortsOnly) {
  const AddressRule rule;
  const auto address = octets_of("1.1.1.1");
  EXPECT_TRUE(rule.permits(url("http://ca.example/"), address));
  EXPECT_TRUE(rule.permits(url("https://ca.example/"), address));
  EXPECT_FALSE(rule.permits(url("http://ca.example:25/"), address));
  EXPECT_FALSE(rule.permits(url("http://ca.example:8080/"), address));
}

TEST(AddressRule, AListedHostMayBeInternal) {
  const AddressRule rule{.allow_hosts = {"ocsp.noi-bo.vn", "CA.noi-bo.vn:8080", "[::1]:81"}};
  const auto inside = octets_of("10.0.0.5");
  EXPECT_TRUE(rule.permits(url("http://ocsp.noi-bo.vn/x"), inside));
  EXPECT_FALSE(rule.permits(url("http://ocsp.noi-bo.vn:8080/x"), inside));
  EXPECT_TRUE(rule.permits(url("http://ca.noi-bo.vn:8080/x"), inside));
  EXPECT_FALSE(rule.permits(url("http://ca.noi-bo.vn/x"), inside));
  EXPECT_FALSE(rule.permits(url("http://other.noi-bo.vn/x"), inside));
  EXPECT_TRUE(rule.permits(url("http://[::1]:81/x"), octets_of("::1")));
  EXPECT_FALSE(rule.permits(url("http://[::1]/x"), octets_of("::1")));
}

TEST(AddressRule, TheOperatorsOwnAddressesGoAnywhere) {
  const AddressRule rule{.reach = AddressRule::Reach::kAnywhere};
  EXPECT_TRUE(rule.permits(url("http://127.0.0.1:3161/"), octets_of("127.0.0.1")));
}

TEST(AddressRule, EntriesAreHostsAndNothingElse) {
  for (const auto* good : {"ca.example", "ca.example:8080", "10.0.0.1", "[fd00::1]:80"})
    EXPECT_TRUE(check_allowed_host(good)) << good;
  for (const auto* bad : {"", "http://ca.example", "ca.example/", "ca.example/x", "*.example",
                          "user@ca.example", "ca.example:0", "ca.example?x"})
    EXPECT_FALSE(check_allowed_host(bad)) << bad;
}

}  // namespace
}  // namespace antin::service
