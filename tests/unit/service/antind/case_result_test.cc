#include "service/antind/case_result.h"

#include <gtest/gtest.h>

#include "tests/fakes/counting_random.h"

namespace antin::service {
namespace {

using casework::Case;
using casework::ResultRow;
using casework::SignatureFact;
using casework::SignedDocument;
using casework::State;
using nlohmann::json;

/// Accounts are the first letters of names; a certificate is its account's octets.
class People final : public OfficeRules {
 public:
  Status check(const Case&, const json&) const override { return Done{}; }
  Status check_scan(const Case&, const json&, const Scan&) const override { return Done{}; }
  Result<casework::Series> series(const Case&, const json&, UtcTime) const override {
    return casework::Series{};
  }
  Result<std::string> signer(const Case&, const json&, UtcTime) const override {
    return std::string();
  }
  Status may_seal(const Case&, const json&, UtcTime) const override { return Done{}; }
  void whose(SignatureFact&, const Case&, const json&, UtcTime) const override {}
  Status is_named(const SignatureFact& signature, const json& facts) const override {
    if (to_hex(signature.certificate_sha256) == to_hex(octets(facts.value("signer", ""))))
      return Done{};
    return make_error(Code::kCasePersonOther, "", {{"ten", signature.name}});
  }
  Result<std::string> person_name(const std::string& id) const override {
    if (id != "anh" && id != "binh" && id != "chi")
      return make_error(Code::kPersonUnknown, id, {{"nguoi", id}});
    return "Ông/Bà " + id;
  }
  Result<std::int64_t> fee(const Case&, const json&, UtcTime) const override {
    return std::int64_t{0};
  }
  Result<std::string> unit_name(const std::string& unit, UtcTime) const override { return unit; }
  Result<std::string> legal_version(UtcTime) const override { return std::string(); }
  Result<nlohmann::ordered_json> terms(const Case&, const json&) const override {
    return nlohmann::ordered_json::object();
  }
  Result<nlohmann::ordered_json> registers(UtcTime) const override {
    return nlohmann::ordered_json::array();
  }
  Status read_entry(casework::OriginEntry&, const std::map<std::string, std::string>&,
                    UtcTime) const override {
    return Done{};
  }
  Status may_act(const Acting&, casework::Roles, UtcTime) const override { return Done{}; }
  Result<BookWords> book_words(const casework::BookId&, UtcTime) const override {
    return BookWords{};
  }
  std::string late_before(UtcTime) const override { return {}; }
  Result<nlohmann::ordered_json> legal(UtcTime) const override {
    return nlohmann::ordered_json::object();
  }
  Result<nlohmann::ordered_json> signers(const std::string&, casework::Product,
                                         UtcTime) const override {
    return nlohmann::ordered_json::object();
  }

  static Bytes octets(const std::string& account) { return {account.begin(), account.end()}; }
  static SignatureFact by(const std::string& account,
                          SignatureFact::Authority authority = SignatureFact::Authority::kNone) {
    return {.verdict = SignatureFact::Verdict::kPassed,
            .after = SignatureFact::After::kNothing,
            .name = account,
            .certificate_sha256 = octets(account),
            .unit = SignatureFact::Unit::kSame,
            .authority = authority};
  }
};

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code::kInternal : result.error().code;
}

const json kThree{{"signer", "chi"}, {"signers", {"anh", "binh", "chi"}}};
constexpr auto kHeld = SignatureFact::Authority::kHeld;
const People office;

TEST(CaseResult, R11_WhoSignsIsTheListOrElseTheOneWithTheAuthority) {
  EXPECT_EQ(signers_of(kThree), (std::vector<std::string>{"anh", "binh", "chi"}));
  EXPECT_EQ(signers_of({{"signer", "chi"}}), std::vector<std::string>{"chi"});
  EXPECT_TRUE(signers_of(json::object()).empty());
  EXPECT_TRUE(check_signers(office, kThree));
  EXPECT_EQ(code_of(check_signers(office, {{"signer", "chi"}, {"signers", {"anh"}}})),
            Code::kCaseFacts);
  EXPECT_EQ(code_of(check_signers(office, {{"signer", "chi"}, {"signers", {"chi", "dung"}}})),
            Code::kPersonUnknown);
}

TEST(CaseResult, R10_R11_EachSignsAtHisPlace) {
  SignedDocument document;
  document.signatures = {People::by("anh"), People::by("binh")};
  EXPECT_TRUE(signed_in_order(office, kThree, document));
  EXPECT_TRUE(next_may_sign(office, kThree, document));
  EXPECT_EQ(code_of(signed_by_all(office, kThree, document)), Code::kResultSignerMissing);
  document.signatures = {People::by("binh"), People::by("anh")};
  EXPECT_EQ(code_of(signed_in_order(office, kThree, document)), Code::kResultSignerOrder);
  document.signatures = {People::by("anh"), People::by("binh"), People::by("chi", kHeld)};
  EXPECT_TRUE(signed_by_all(office, kThree, document));
  EXPECT_TRUE(next_may_sign(office, kThree, document));
  document.signatures.push_back(People::by("dung"));
  EXPECT_EQ(code_of(signed_in_order(office, kThree, document)), Code::kCasePersonOther);
}

TEST(CaseResult, R10_TheLastSignatureNeedsAuthorityAmongThem) {
  SignedDocument document;
  document.signatures = {People::by("anh"), People::by("binh"), People::by("chi")};
  EXPECT_EQ(code_of(next_may_sign(office, kThree, document)), Code::kSealNotAuthorised);
  // Before the last one nobody need have it, but every signature is good.
  document.signatures.pop_back();
  EXPECT_TRUE(next_may_sign(office, kThree, document));
  document.signatures[0].verdict = SignatureFact::Verdict::kFailed;
  EXPECT_EQ(code_of(next_may_sign(office, kThree, document)), Code::kSealSignatureBroken);
  document.signatures[0].verdict = SignatureFact::Verdict::kPassed;
  document.signatures[1].by = SignatureFact::By::kAgency;
  EXPECT_EQ(code_of(next_may_sign(office, kThree, document)), Code::kSealAlready);
}

TEST(CaseResult, ASubmissionReplacesOrStandsBeside) {
  EXPECT_EQ(result_origin({{"replaces", "a-KQ(1)"}}).value().replaces, "a-KQ(1)");
  EXPECT_EQ(result_origin({{"further", "thêm"}}).value().further, "thêm");
  EXPECT_TRUE(result_origin(json::object()));
  for (const auto& wrong :
       {json{{"replaces", "a"}, {"further", "b"}}, json{{"replaces", 1}}, json{{"further", " "}},
        json{{"further", "a\nb"}}, json{{"replaces", std::string(129, 'a')}}})
    EXPECT_EQ(code_of(result_origin(wrong)), Code::kCaseFacts) << wrong;
}

TEST(CaseResult, R15_ACodeOfTheHoldersStoreNeedsTheHolder) {
  fakes::CountingRandom random;
  const auto marks =
      result_marks({{"requester_id", "012345678901"}, {"paper_type", "GKS"}}, random);
  ASSERT_TRUE(marks.paper);
  EXPECT_EQ(marks.paper->holder, "012345678901");
  EXPECT_EQ(marks.public_code.size(), 16U);
  EXPECT_FALSE(result_marks({{"requester_id", "012345678901"}}, random).paper);
}

Case in_state(State state) {
  Case one;
  one.id = "case-1";
  one.unit = "H40.7";
  one.number = "05/QĐ-UBND";
  one.requester = "Nguyễn Thị Ánh";
  one.paper = "Quyết định";
  one.state = state;
  return one;
}

StoredEntry entry(const char* state) {
  StoredEntry made;
  made.state = state;
  made.decision = "9/QĐ-UBND";
  made.decision_day = "2026-11-24";
  return made;
}

const ResultRow kRow{.case_id = "case-1",
                     .dossier = "H40.7-0001",
                     .replaces = {},
                     .further = {},
                     .ordinal = 1,
                     .code = "H40.7-0001-KQ(1)",
                     .public_code = "ABCD",
                     .paper_code = {}};

TEST(CaseResult, R14_AnotherSystemGetsWhatIsReleasedAndNotRecalled) {
  const auto fetched = [](State state, const char* entered, const char* of) {
    return code_of(may_be_fetched(
        in_state(state), kRow,
        *entered == '\0' ? std::optional<StoredEntry>() : std::optional(entry(entered)), of));
  };
  EXPECT_EQ(fetched(State::kReleased, "released", "sealed"), Code::kInternal);
  EXPECT_EQ(fetched(State::kSealSigned, "", "sealed"), Code::kResultNotReleased);
  EXPECT_EQ(fetched(State::kOfficerSigned, "", "officer_signed"), Code::kResultNotReleased);
  EXPECT_EQ(fetched(State::kRegistered, "pending", "sealed"), Code::kResultNotReleased);
  EXPECT_EQ(fetched(State::kNumbered, "", "document"), Code::kInternal);
  // The register is the first to know.
  EXPECT_EQ(fetched(State::kReleased, "recalled", "sealed"), Code::kResultRecalled);
  EXPECT_EQ(fetched(State::kRecalled, "recalled", "document"), Code::kResultRecalled);
  EXPECT_EQ(fetched(State::kReleased, "cancelled", "sealed"), Code::kResultRecalled);
  EXPECT_EQ(fetched(State::kRecalled, "recalled", "submitted"), Code::kInternal);
}

TEST(CaseResult, A08_R15_MetadataHaveTheNamesThatSystemsExchange) {
  const auto one = in_state(State::kReleased);
  const json facts{{"requester_id", "012345678901"}, {"paper_type", "GKS"}, {"procedure", "1.0"}};
  const std::optional<ResultRow> none;
  ResultMetadata of{.one = one,
                    .facts = facts,
                    .result = kRow,
                    .replacement = none,
                    .unit_name = "UBND",
                    .signer = "CHỦ TỊCH Ảnh",
                    .day = "2026-11-23",
                    .confidence = "01",
                    .entry = entry("released"),
                    .document = {}};
  const auto told = result_metadata(of);
  EXPECT_EQ(told["MaKetQua"], "H40.7-0001-KQ(1)");
  EXPECT_EQ(told["SoKyHieu"], "05/QĐ-UBND");
  EXPECT_EQ(told["NgayBanHanh"], "2026-11-23");
  EXPECT_EQ(told["ThoiHanHieuLuc"], nullptr);
  EXPECT_EQ(told["ThoiHanVinhVien"], true);
  EXPECT_EQ(told["MucDoTinCay"], "01");
  EXPECT_EQ(told["TrangThai"], "con_hieu_luc");
  EXPECT_EQ(told["Ma"], nullptr);
  of.entry = entry("recalled");
  EXPECT_EQ(result_metadata(of)["TrangThai"], "thu_hoi");
  EXPECT_EQ(result_metadata(of)["QuyetDinhThuHoi"]["So"], "9/QĐ-UBND");
  const json limited{{"valid_until", "2027-11-23"}, {"confidence", "02"}};
  const ResultMetadata until{.one = one,
                             .facts = limited,
                             .result = kRow,
                             .replacement = none,
                             .unit_name = "UBND",
                             .signer = {},
                             .day = {},
                             .confidence = "01",
                             .entry = {},
                             .document = {}};
  EXPECT_EQ(result_metadata(until)["ThoiHanVinhVien"], false);
  EXPECT_EQ(result_metadata(until)["ThoiHanHieuLuc"], "2027-11-23");
  EXPECT_EQ(result_metadata(until)["MucDoTinCay"], "02");
  EXPECT_EQ(result_metadata(until)["TrangThai"], "chua_phat_hanh");
}

}  // namespace
}  // namespace antin::service
