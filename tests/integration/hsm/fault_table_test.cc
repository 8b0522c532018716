// The fault table: each PKCS#11 function that may fail × how it fails, once and always. Each row
// says what the caller gets meanwhile, and what the first call after the fault is gone gets:
// nothing is restarted in between.

#include <cstdio>
#include <optional>

#include <gtest/gtest.h>

#include "tests/integration/hsm/fixture.h"

namespace antin::hsm {
namespace {

enum class Operation { kTokens, kKeys, kLogin, kSign };
enum class Pin { kPerson, kUnattended };

struct Row {
  Operation operation;
  const char* function;
  const char* action;
  int count;  ///< -1: always
  const char* meanwhile;
  const char* afterwards;
};

const char* name(Operation operation) {
  switch (operation) {
    case Operation::kTokens:
      return "tokens";
    case Operation::kKeys:
      return "keys";
    case Operation::kLogin:
      return "login";
    case Operation::kSign:
      break;
  }
  return "sign";
}

class FaultTable : public testing::Test {
 protected:
  std::string run(KeyHolder& keys, Operation operation, const std::string& uri) {
    switch (operation) {
      case Operation::kTokens: {
        const auto listing = keys.tokens();
        if (!listing) return outcome(listing);
        if (!listing.value().failures.empty())
          return std::string{info(listing.value().failures.front().code).name};
        return listing.value().tokens.empty() ? "empty" : "ok";
      }
      case Operation::kKeys: {
        const auto found = keys.keys(labelled("p256"));
        if (!found) return outcome(found);
        return found.value().empty() ? "empty" : "ok";
      }
      case Operation::kLogin:
        return outcome(log_in(keys));
      case Operation::kSign:
        break;
    }
    const auto value = keys.sign(uri, kEcdsa256, attributes());
    if (value) {
      EXPECT_TRUE(verifies(*certificate_, kEcdsa256, attributes(), value.value()));
    }
    return outcome(value);
  }

  std::unique_ptr<Pkcs11KeyHolder> fresh(Pin pin) const {
    auto chosen = options({shim_module()});
    chosen.load_timeout = std::chrono::milliseconds{15'000};
    chosen.operation_timeout = std::chrono::milliseconds{2'000};
    chosen.chatter = Pkcs11Options::Chatter::kDiscard;  // sanitizers report the crashes we ask for
    if (pin == Pin::kUnattended)
      chosen.unattended.push_back({"pkcs11:token=antin%20test",
                                   Secret{to_bytes(std::string_view{fakes::SoftHsmToken::kPin})}});
    return holder(std::move(chosen));
  }

  void check(const std::vector<Row>& rows, Pin pin) {
    std::printf("%-7s %-18s %-9s %-7s| %-22s %s\n", "call", "function", "fault", "times",
                "meanwhile", "afterwards, no restart");
    for (const auto& row : rows) {
      token_.heal();
      auto keys = fresh(pin);
      if (pin == Pin::kPerson && row.operation != Operation::kLogin) {
        ASSERT_EQ(outcome(log_in(*keys)), "ok");
      }
      std::string uri;
      if (row.operation == Operation::kSign) {
        const auto key = find_one(*keys, labelled("p256"));
        ASSERT_TRUE(key) << to_log_line(key.error());
        uri = key.value().uri;
        certificate_ = key.value().certificate;
        ASSERT_EQ(run(*keys, Operation::kSign, uri), "ok");
      }
      token_.inject(std::string{row.function} + " " + row.action + " " + std::to_string(row.count) +
                    "\n");
      const auto meanwhile = run(*keys, row.operation, uri);
      token_.heal();
      auto afterwards = run(*keys, row.operation, uri);
      if (afterwards == "token.login_required") {
        EXPECT_EQ(outcome(log_in(*keys)), "ok");
        afterwards = "login, then " + run(*keys, row.operation, uri);
      }
      std::printf("%-7s %-18s %-9s %-7s| %-22s %s\n", name(row.operation), row.function, row.action,
                  row.count < 0 ? "always" : "once", meanwhile.c_str(), afterwards.c_str());
      EXPECT_EQ(meanwhile, row.meanwhile) << row.function << " " << row.action << " " << row.count;
      EXPECT_EQ(afterwards, row.afterwards)
          << row.function << " " << row.action << " " << row.count;
    }
  }

  ShimmedToken token_;
  std::optional<CertificateDer> certificate_;
};

constexpr auto kSign = Operation::kSign;
constexpr const char* kOk = "ok";
constexpr const char* kAgain = "login, then ok";
constexpr const char* kAsk = "token.login_required";
constexpr const char* kFailed = "token.failed";
constexpr const char* kRemoved = "token.removed";
constexpr const char* kTimeout = "token.timeout";
constexpr const char* kIncorrect = "token.pin_incorrect";
constexpr const char* kLocked = "token.pin_locked";

TEST_F(FaultTable, SigningAfterAPersonsLogin) {
  std::vector<Row> rows;
  for (const char* function : {"C_SignInit", "C_Sign"}) {
    // A fresh session cures what happens once.
    for (const char* ckr : {"30", "32", "82", "90", "B3", "E0", "101", "190", "5", "80000001"})
      rows.push_back({kSign, function, ckr, 1, kOk, kOk});
    for (const auto* count : {"once", "always"}) {
      const int times = std::string_view{count} == "once" ? 1 : -1;
      rows.push_back({kSign, function, "A0", times, kIncorrect, kOk});
      rows.push_back({kSign, function, "A4", times, kLocked, kOk});
      rows.push_back({kSign, function, "70", times, "token.mechanism", kOk});
      rows.push_back({kSign, function, "50", times, "general.cancelled", kOk});
      rows.push_back({kSign, function, "hang", times, kTimeout, kAgain});
      rows.push_back({kSign, function, "crash", times, kAsk, kAgain});
      rows.push_back({kSign, function, "exit", times, kAsk, kAgain});
      rows.push_back({kSign, function, "closeall", times, kAsk, kAgain});
    }
    // What stays costs the child and with it the login.
    for (const char* ckr : {"30", "82", "90", "B3", "190", "5", "80000001"})
      rows.push_back({kSign, function, ckr, -1, kAsk, kAgain});
    rows.push_back({kSign, function, "101", -1, kAsk, kAgain});
    for (const char* ckr : {"32", "E0"})
      rows.push_back({kSign, function, ckr, -1, kRemoved, kAgain});
  }
  check(rows, Pin::kPerson);
}

TEST_F(FaultTable, SigningWithAnEntrustedPin) {
  std::vector<Row> rows;
  for (const char* ckr : {"30", "82", "90", "B3", "E0", "101", "190"})
    rows.push_back({kSign, "C_Sign", ckr, 1, kOk, kOk});
  for (const char* ckr : {"30", "82", "90", "B3", "190"})
    rows.push_back({kSign, "C_Sign", ckr, -1, kFailed, kOk});
  for (const char* ckr : {"32", "E0"}) rows.push_back({kSign, "C_Sign", ckr, -1, kRemoved, kOk});
  rows.push_back({kSign, "C_Sign", "101", -1, kAsk, kOk});
  rows.push_back({kSign, "C_Sign", "hang", 1, kTimeout, kOk});
  rows.push_back({kSign, "C_Sign", "crash", 1, kOk, kOk});
  rows.push_back({kSign, "C_Sign", "exit", 1, kOk, kOk});
  rows.push_back({kSign, "C_SignInit", "closeall", 1, kOk, kOk});
  check(rows, Pin::kUnattended);
}

TEST_F(FaultTable, Listing) {
  std::vector<Row> rows;
  constexpr auto kTokens = Operation::kTokens;
  constexpr auto kKeys = Operation::kKeys;
  for (const char* function : {"C_OpenSession", "C_FindObjectsInit", "C_FindObjects"}) {
    for (const char* ckr : {"30", "82", "90", "B3", "190"}) {
      rows.push_back({kKeys, function, ckr, 1, kOk, kOk});
      rows.push_back({kKeys, function, ckr, -1, kFailed, "empty"});  // logged out: keys are hidden
    }
    for (const char* ckr : {"32", "E0"}) rows.push_back({kKeys, function, ckr, -1, "empty", kOk});
  }
  for (const char* function : {"C_GetTokenInfo", "C_GetSlotList"}) {
    for (const char* ckr : {"30", "190"})
      rows.push_back({kTokens, function, ckr, -1, kFailed, kOk});
    rows.push_back({kTokens, function, "30", 1, kOk, kOk});
    rows.push_back({kTokens, function, "hang", 1, kTimeout, kOk});
    rows.push_back({kTokens, function, "crash", 1, kOk, kOk});
    rows.push_back({kTokens, function, "crash", -1, kFailed, kOk});
  }
  rows.push_back({kTokens, "C_GetTokenInfo", "E0", -1, "empty", kOk});
  check(rows, Pin::kPerson);
}

// The process that replaces one which died is logged in before it says which keys there are.
TEST_F(FaultTable, ListingWithAnEntrustedPin) {
  std::vector<Row> rows;
  constexpr auto kKeys = Operation::kKeys;
  for (const char* function : {"C_FindObjectsInit", "C_FindObjects", "C_GetTokenInfo", "C_Login"}) {
    for (const char* action : {"crash", "exit"})
      rows.push_back({kKeys, function, action, 1, kOk, kOk});
  }
  for (const char* function : {"C_FindObjectsInit", "C_FindObjects"})
    rows.push_back({kKeys, function, "crash", -1, kFailed, kOk});
  check(rows, Pin::kUnattended);
}

TEST_F(FaultTable, LoggingInNeverTriesAgain) {
  constexpr auto kLogin = Operation::kLogin;
  struct Refusal {
    const char* action;
    const char* code;
  };
  std::vector<Row> rows;
  for (const auto& [action, code] :
       {Refusal{"A0", kIncorrect}, Refusal{"A4", kLocked}, Refusal{"A2", "token.pin_refused"},
        Refusal{"32", kRemoved}, Refusal{"E0", kRemoved}, Refusal{"30", kFailed},
        Refusal{"B3", kFailed}, Refusal{"190", kFailed}, Refusal{"50", "general.cancelled"},
        Refusal{"hang", kTimeout}, Refusal{"crash", kFailed}})
    rows.push_back({kLogin, "C_Login", action, -1, code, kOk});
  check(rows, Pin::kPerson);
  // One C_Login under the fault and one after it, for each row.
  EXPECT_EQ(token_.calls("C_Login"), static_cast<int>(2 * rows.size()));
}

}  // namespace
}  // namespace antin::hsm
