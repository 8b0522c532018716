#include "service/antind/office_rules.h"

#include <fstream>

#include <gtest/gtest.h>

#include "service/antind/case_person.h"
#include "service/antind/result_qr.h"
#include "service/antind/sha256.h"
#include "service/antind/unit_seals.h"
#include "tests/fakes/temp_folder.h"

namespace antin::service {
namespace {

using casework::Product;
using casework::SignatureFact;
using nlohmann::json;

// A Monday.
const UtcTime kNow = *from_rfc3339("2026-11-23T02:00:00Z");

constexpr const char* kUnits = R"(schema = "antin-units/1"
[[unit]]
code = "H40.7"
name = "Ủy ban nhân dân xã Quỳnh Diễn"
certificates = ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"]
[[unit]]
code = "H40.8"
name = "Ủy ban nhân dân xã Quỳnh Lưu"
)";

constexpr const char* kPeople = R"(schema = "antin-office/1"
[[person]]
id = "anh"
name = "Nguyễn Văn Ảnh"
certificates = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
[[person]]
id = "thu"
name = "Lê Thị Thư"
[[authorisation]]
person = "anh"
unit = "H40.7"
duty = "nguoi_thuc_hien_chung_thuc"
capacity = "KT. CHỦ TỊCH PHÓ CHỦ TỊCH"
basis = "12/QĐ-UBND"
from = "2026-01-01"
to = "2026-11-23"
[[authorisation]]
person = "thu"
unit = "H40.7"
duty = "van_thu"
capacity = "VĂN THƯ"
basis = "13/QĐ-UBND"
from = "2026-01-01"
[[hand_over]]
unit = "H40.7"
to = "thu"
at = "2026-01-02T08:00:00+07:00"
permission = "01/QĐ-UBND"
)";

class OfficeRulesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    config_.office.legal = ANTIN_SOURCE_DIR "/packaging/legal";
    config_.office.people = folder_.path() + "/people.toml";
    config_.verify.units = folder_.path() + "/units.toml";
    std::ofstream(config_.office.people) << kPeople;
    std::ofstream(config_.verify.units) << kUnits;
    auto opened = LegalOffice::open(config_, nullptr);
    ASSERT_TRUE(opened) << to_log_line(opened.error());
    office_ = std::move(opened).value();
    one_.unit = "H40.7";
    one_.created = kNow;
  }
  static json answers() {
    json all{{"on_paper", "yes"}, {"secret", "no"}, {"foreign", "no"}};
    for (int n = 1; n <= 6; ++n) all["ground_" + std::to_string(n)] = "no";
    return {{"paper_type", "giay_khai_sinh"}, {"answers", std::move(all)}};
  }
  Code checked(const char* question, const char* answer) const {
    auto facts = answers();
    facts["answers"][question] = answer;
    const auto done = office_->check(one_, facts);
    return done ? Code::kInternal : done.error().code;
  }
  SignatureFact whose(const std::string& certificate, SignatureFact::By by,
                      UtcTime now = kNow) const {
    SignatureFact fact{.by = by, .name = "as the certificate says"};
    EXPECT_TRUE(from_hex(certificate, fact.certificate_sha256));
    office_->whose(fact, one_, {{"signer", "anh"}}, now);
    return fact;
  }
  template <class T>
  static Code code_of(const Result<T>& result) {
    return result ? Code::kInternal : result.error().code;
  }

  fakes::TempFolder folder_{"office"};
  Config config_;
  std::unique_ptr<LegalOffice> office_;
  casework::Case one_;
};

TEST_F(OfficeRulesTest, C05_C06_C23_EveryQuestionIsAnswered) {
  EXPECT_TRUE(office_->check(one_, answers()));
  EXPECT_EQ(checked("ground_1", "yes"), Code::kRefusalGround);
  EXPECT_EQ(checked("ground_6", "?"), Code::kCheckUnanswered);
  EXPECT_EQ(checked("secret", "yes"), Code::kSecretPaper);
  EXPECT_EQ(checked("on_paper", "no"), Code::kOriginalNotPaper);
  EXPECT_EQ(checked("foreign", "yes"), Code::kCheckUnanswered);
  EXPECT_EQ(code_of(office_->check(one_, {{"paper_type", "giay_khai_sinh"}})),
            Code::kCheckUnanswered);
}

TEST_F(OfficeRulesTest, C04_C07_AScanHasEveryPageAndNoSignature) {
  const json facts{{"pages", 2}};
  EXPECT_TRUE(office_->check_scan(one_, facts, {.holds_signature = false, .pages = 2}));
  EXPECT_EQ(code_of(office_->check_scan(one_, facts, {.holds_signature = false, .pages = 1})),
            Code::kPageCountDiffers);
  EXPECT_EQ(code_of(office_->check_scan(one_, facts, {.holds_signature = true, .pages = 2})),
            Code::kOriginalSigned);
}

TEST_F(OfficeRulesTest, R05_WhatAnOfficeCopyIsMadeOf) {
  one_.product = Product::kOfficeCopy;
  EXPECT_EQ(code_of(office_->check_scan(one_, {}, {})), Code::kCaseFacts);
  EXPECT_TRUE(office_->check_scan(one_, {{"form", "SAO Y"}}, {}));
  EXPECT_EQ(code_of(office_->check_scan(one_, {{"form", "SAO Y"}}, {.holds_signature = true})),
            Code::kCopyOfElectronic);
  EXPECT_EQ(code_of(office_->check_scan(
                one_, {{"form", "SAO LỤC"}, {"answers", {{"is_sao_y", "no"}}}}, {})),
            Code::kCopyNotOfSaoY);
}

TEST_F(OfficeRulesTest, C09_C10_NumbersAreWrittenAsTheBookSays) {
  const auto series = office_->series(one_, {}, kNow);
  ASSERT_TRUE(series);
  EXPECT_EQ(series.value().id.text(), "H40.7/certified_copy/ban_sao_dien_tu/2026");
  EXPECT_EQ(series.value().name, "01/2026-SCT/BS");
  EXPECT_EQ(series.value().text(1), "01/ĐT");
  EXPECT_EQ(series.value().text(100), "100/ĐT");
  // The first second of a year at UTC+07:00.
  const auto next = office_->series(one_, {}, *from_rfc3339("2026-12-31T17:00:00Z"));
  EXPECT_EQ(next.value().id.year, 2027);
  EXPECT_EQ(next.value().day, "2027-01-01");
}

TEST_F(OfficeRulesTest, A01_C03_R11_AKeyOfAPersonActsForNobodyElse) {
  Caller caller{.key_id = "key", .scopes = {Scope::kOfficer}, .person = "anh"};
  one_.state = casework::State::kCaptured;
  const auto officer = casework::roles_of({casework::Role::kOfficer});
  const auto clerk = casework::roles_of({casework::Role::kClerk});
  const auto attest = [&](json facts, casework::Roles roles = {}, UtcTime now = kNow) {
    auto merged = facts;
    const auto done =
        KeyPerson(caller, *office_)
            .before(one_, casework::Action::kAttest, officer | roles, facts, merged, now);
    if (!done) return std::string(info(done.error().code).name);
    return merged.value("signer", std::string("-"));
  };
  EXPECT_EQ(attest(json::object()), "anh");
  EXPECT_EQ(attest({{"signer", "anh"}}), "anh");
  EXPECT_EQ(attest({{"signer", "binh"}}), "case.person_of_key");
  // At the counter it is made ready for another.
  EXPECT_EQ(attest({{"signer", "binh"}}, casework::roles_of({casework::Role::kReception})), "binh");
  // The day after his authorisation ended.
  EXPECT_EQ(attest(json::object(), {}, *from_rfc3339("2026-11-23T17:00:00Z")),
            "office.not_authorised");
  caller.person = "nobody";
  EXPECT_EQ(attest(json::object()), "office.person_unknown");
  // A key that is nobody's names whom it likes: the tables judge.
  caller.person.clear();
  EXPECT_EQ(attest({{"signer", "binh"}}), "binh");

  caller.person = "thu";
  one_.state = casework::State::kOfficerSigned;
  const auto seal = [&](const json& given) {
    json merged{{"sealer", "anh"}};
    merged.update(given);
    const auto done = KeyPerson(caller, *office_)
                          .before(one_, casework::Action::kSeal, clerk, given, merged, kNow);
    return done ? merged.value("sealer", std::string()) : std::string(info(done.error().code).name);
  };
  EXPECT_EQ(seal(json::object()), "thu");
  EXPECT_EQ(seal({{"sealer", "anh"}}), "case.person_of_key");
  caller.person = "anh";
  EXPECT_EQ(seal(json::object()), "office.not_authorised");
}

// A key holder with this certificate.
class OneKey final : public KeyClient {
 public:
  explicit OneKey(Bytes certificate) { key_.certificate = CertificateDer(std::move(certificate)); }
  Result<AgencyKey> key() override { return key_; }
  Result<SignatureValue> sign(const AgencyKey&, const ToBeSigned&) override {
    return make_error(Code::kInternal, "not asked here");
  }
  Status reachable() override { return Done{}; }

 private:
  AgencyKey key_;
};

TEST_F(OfficeRulesTest, A01_TheSealOfOneUnitIsNotLentToAnother) {
  OneKey unknown(Bytes{1}), others(Bytes{2});
  std::ofstream(config_.verify.units)
      << "schema = \"antin-units/1\"\n[[unit]]\ncode = \"H40.7\"\nname = \"UBND xã Quỳnh Diễn\"\n"
         "[[unit]]\ncode = \"H40.8\"\nname = \"UBND xã Quỳnh Lưu\"\ncertificates = [\""
      << to_hex(sha256({Bytes{2}})) << "\"]\n";
  const auto sealing = [&](KeyClient* key) {
    const auto office = LegalOffice::open(config_, key);
    EXPECT_TRUE(office);
    return code_of(office.value()->may_seal(one_, {{"sealer", "thu"}}, kNow));
  };
  EXPECT_EQ(sealing(&unknown), Code::kInternal);
  EXPECT_EQ(sealing(&others), Code::kSealUnitWithoutKey);
  one_.unit = "H40.8";
  EXPECT_NE(sealing(&others), Code::kSealUnitWithoutKey);
}

// A key holder with a seal for one unit.
class OneSeal final : public KeyClient, public UnitSeals {
 public:
  Result<AgencyKey> key() override { return make_error(Code::kInternal, "not asked here"); }
  Result<SignatureValue> sign(const AgencyKey&, const ToBeSigned&) override {
    return make_error(Code::kInternal, "not asked here");
  }
  Status reachable() override { return Done{}; }
  Result<KeyClient*> of_unit(const std::string& unit) override {
    if (unit != "H40.7") return make_error(Code::kSealUnitWithoutKey, unit, {{"don_vi", unit}});
    return &seal_;
  }

 private:
  OneKey seal_{Bytes{1}};
};

TEST_F(OfficeRulesTest, A01_AUnitWithoutASealOfItsOwnIsNotSealedFor) {
  OneSeal keys;
  const auto office = LegalOffice::open(config_, &keys);
  ASSERT_TRUE(office);
  EXPECT_TRUE(office.value()->may_seal(one_, {{"sealer", "thu"}}, kNow));
  casework::SignatureFact seal;
  seal.by = SignatureFact::By::kAgency;
  seal.certificate_sha256 = sha256({Bytes{1}});
  office.value()->whose(seal, one_, {}, kNow);
  EXPECT_EQ(seal.unit, SignatureFact::Unit::kSame);
  // The same seal on a paper of the neighbour is a foreign one.
  one_.unit = "H40.8";
  office.value()->whose(seal, one_, {}, kNow);
  EXPECT_EQ(seal.unit, SignatureFact::Unit::kOther);
  EXPECT_EQ(seal_of(keys, "H40.8").error().code, Code::kSealUnitWithoutKey);
  OneKey alone(Bytes{1});
  EXPECT_EQ(seal_of(alone, "H40.8").value(), &alone);
}

TEST_F(OfficeRulesTest, R11_TheCertificateIsThatOfWhomTheKeyBelongsTo) {
  const Caller anh{.key_id = "key", .scopes = {}, .person = "anh"};
  const Caller thu{.key_id = "key", .scopes = {}, .person = "thu"};
  const Caller nobodys{.key_id = "key", .scopes = {}};
  const auto signature = whose(std::string(64, 'a'), SignatureFact::By::kPerson);
  EXPECT_TRUE(KeyPerson(anh, *office_).signed_it(signature));
  EXPECT_EQ(code_of(KeyPerson(thu, *office_).signed_it(signature)), Code::kCasePersonOfKey);
  EXPECT_TRUE(KeyPerson(nobodys, *office_).signed_it(signature));
}

TEST_F(OfficeRulesTest, R12_AResultIsNumberedBesideItsSymbol) {
  one_.product = Product::kResult;
  EXPECT_EQ(code_of(office_->series(one_, {}, kNow)), Code::kCaseFacts);
  const auto series = office_->series(one_, {{"symbol", "QĐ-UBND"}}, kNow);
  ASSERT_TRUE(series);
  EXPECT_EQ(series.value().id.series, "QĐ-UBND");
  EXPECT_EQ(series.value().text(5), "05/QĐ-UBND");
}

TEST_F(OfficeRulesTest, R17_FourPartsAreThereBeforeThereIsANumber) {
  one_.product = Product::kResult;
  one_.dossier = "H40.7-261123-0001";
  const json facts = {{"symbol", "QĐ-UBND"},
                      {"procedure", "1.001234"},
                      {"requester_id", "040198000001"},
                      {"paper", "Quyết định hỗ trợ"}};
  const auto without = [&](const char* name) {
    auto less = facts;
    less.erase(name);
    return less;
  };
  // Off by default: nothing is asked for.
  EXPECT_EQ(four_part_qr(office_->people(), one_, facts).value(), "");
  EXPECT_TRUE(office_->series(one_, without("procedure"), kNow));
  auto data = office::read_office(std::string(kPeople) +
                                  "[[result_qr]]\nunit = \"H40.7\"\ncontent = \"tt_01_2023\"\n");
  ASSERT_TRUE(data);
  const auto set = office::Office::make(std::move(data).value(), office_->people().units());
  ASSERT_TRUE(set);
  EXPECT_EQ(four_part_qr(set.value(), one_, facts).value(),
            "H40.7-261123-0001|1.001234|040198000001|Quyết định hỗ trợ");
  for (const char* name : {"procedure", "requester_id", "paper"})
    EXPECT_EQ(code_of(four_part_qr(set.value(), one_, without(name))), Code::kCaseFacts) << name;
  auto two_ways = facts;
  two_ways["paper"] = "Quyết định | phụ lục";
  EXPECT_EQ(code_of(four_part_qr(set.value(), one_, two_ways)), Code::kCaseFacts);
  // A copy always has the address.
  one_.product = Product::kCertifiedCopy;
  EXPECT_EQ(four_part_qr(set.value(), one_, facts).value(), "");
}

TEST_F(OfficeRulesTest, C03_R11_WhoSignsHasTheCapacityOnThatDay) {
  EXPECT_EQ(office_->signer(one_, {{"signer", "anh"}}, kNow).value(),
            "KT. CHỦ TỊCH PHÓ CHỦ TỊCH Nguyễn Văn Ảnh");
  EXPECT_EQ(code_of(office_->signer(one_, {{"signer", "anh"}, {"capacity", "CHỦ TỊCH"}}, kNow)),
            Code::kCapacityNotHeld);
  EXPECT_EQ(code_of(office_->signer(one_, {{"signer", "ai"}}, kNow)), Code::kPersonUnknown);
  const auto after = *from_rfc3339("2026-11-24T02:00:00Z");
  EXPECT_EQ(code_of(office_->signer(one_, {{"signer", "anh"}}, after)), Code::kAuthorisationDates);
}

TEST_F(OfficeRulesTest, C02_C03_OnlyTheTableSaysWhoseASignatureIs) {
  const std::string person(64, 'a'), seal(64, 'b'), stranger(64, 'c');
  const auto ours = whose(person, SignatureFact::By::kPerson);
  EXPECT_EQ(ours.unit, SignatureFact::Unit::kSame);
  EXPECT_EQ(ours.authority, SignatureFact::Authority::kHeld);
  EXPECT_EQ(ours.name, "Nguyễn Văn Ảnh");
  const auto late =
      whose(person, SignatureFact::By::kPerson, *from_rfc3339("2026-11-24T02:00:00Z"));
  EXPECT_EQ(late.authority, SignatureFact::Authority::kNone);
  const auto other = whose(stranger, SignatureFact::By::kPerson);
  EXPECT_EQ(other.unit, SignatureFact::Unit::kOther);
  EXPECT_EQ(other.authority, SignatureFact::Authority::kNone);
  EXPECT_EQ(whose(seal, SignatureFact::By::kAgency).unit, SignatureFact::Unit::kSame);
  EXPECT_EQ(whose(stranger, SignatureFact::By::kAgency).unit, SignatureFact::Unit::kOther);
  one_.unit = "H40.8";
  EXPECT_EQ(whose(person, SignatureFact::By::kPerson).unit, SignatureFact::Unit::kOther);
  EXPECT_EQ(whose(seal, SignatureFact::By::kAgency).unit, SignatureFact::Unit::kOther);
}

TEST_F(OfficeRulesTest, R11_TheSignerIsTheOneWhomTheCaseNames) {
  const auto ours = whose(std::string(64, 'a'), SignatureFact::By::kPerson);
  EXPECT_TRUE(office_->is_named(ours, {{"signer", "anh"}}));
  EXPECT_EQ(code_of(office_->is_named(ours, {{"signer", "thu"}})), Code::kCasePersonOther);
}

TEST_F(OfficeRulesTest, A01_TheSealIsUsedByWhoKeepsIt) {
  EXPECT_TRUE(office_->may_seal(one_, {{"sealer", "thu"}}, kNow));
  EXPECT_FALSE(office_->may_seal(one_, {{"sealer", "anh"}}, kNow));
  EXPECT_FALSE(office_->may_seal(one_, {}, kNow));
  one_.unit = "H40.8";
  EXPECT_FALSE(office_->may_seal(one_, {{"sealer", "thu"}}, kNow));
}

TEST_F(OfficeRulesTest, C16_TheFeeIsThatOfTheTable) {
  EXPECT_EQ(office_->fee(one_, {{"pages", 3}}, kNow).value(), 5'000);
  EXPECT_EQ(office_->fee(one_, {{"pages", 3}, {"copies", 2}}, kNow).value(), 10'000);
  one_.product = Product::kOfficeCopy;
  EXPECT_EQ(office_->fee(one_, {}, kNow).value(), 0);
}

TEST_F(OfficeRulesTest, C10_ANumberIsLateAfterTheNextWorkingDay) {
  // On Monday those of Thursday: its next working day, Friday, is over. Friday's is not.
  EXPECT_EQ(office_->late_before(kNow), "2026-11-20");
  // On Saturday those of Thursday as well, Friday being over.
  EXPECT_EQ(office_->late_before(*from_rfc3339("2026-11-21T02:00:00Z")), "2026-11-20");
  EXPECT_EQ(office_->late_before(*from_rfc3339("2026-11-20T02:00:00Z")), "2026-11-19");
}

TEST_F(OfficeRulesTest, AUnitThatIsNotInTheTableHasNoCases) {
  EXPECT_EQ(office_->unit_name("H40.7", kNow).value(), "Ủy ban nhân dân xã Quỳnh Diễn");
  EXPECT_EQ(code_of(office_->unit_name("H40.9", kNow)), Code::kUnitUnknown);
}

TEST_F(OfficeRulesTest, ATableThatCannotBeReadStopsTheStart) {
  std::ofstream(config_.office.people) << "schema = \"antin-office/1\"\n[[person]]\n";
  EXPECT_FALSE(LegalOffice::open(config_, nullptr));
  config_.office.legal = folder_.path();
  EXPECT_FALSE(LegalOffice::open(config_, nullptr));
}

}  // namespace
}  // namespace antin::service
