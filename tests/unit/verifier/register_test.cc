#include "verifier/register.h"

#include <algorithm>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "certs/certificate.h"
#include "certs/ossl/digest.h"
#include "pdf/read/revision.h"
#include "tests/unit/verifier/sample.h"
#include "tests/unit/verifier/schema.h"
#include "verifier/attestation.h"
#include "verifier/sheet.h"
#include "verifier/words.h"

namespace antin::verifier {

static void PrintTo(Verdict verdict, std::ostream* out) {
  *out << name(verdict);
}

namespace {

std::string schema_offences(const std::string& report) {
  using Json = nlohmann::ordered_json;
  std::ifstream in(ANTIN_SOURCE_DIR "/docs/report.schema.json");
  return schema::violation(Json::parse(in), Json::parse(report));
}

using sample::Document;
using sample::Signing;
using State = RegisterEntry::State;

constexpr const char* kWords =
    "Chứng thực bản sao đúng với bản chính\n"
    "Số chứng thực 125/ĐT quyển số 01/2026 - SCT/BS\n"
    "Ngày 01 tháng 06 năm 2026";
constexpr const char* kCommune = "Ủy ban nhân dân xã Quỳnh Diễn";

bool has(const Report& report, Code code) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.code == code; });
}

Signing seal(const std::string& field = "Seal") {
  Signing signing;
  signing.signer = "agency";
  signing.field = field;
  return signing;
}

Input input_of(const Document& document, Profile profile) {
  static const auto kTrust = sample::trust();
  auto input = sample::input(document, kTrust);
  input.policy.profile = profile;
  return input;
}

Report certified(const Document& document, const std::function<void(Input&)>& change = {}) {
  auto input = input_of(document, Profile::kCertifiedCopy);
  if (change) change(input);
  auto report = verify(input);
  EXPECT_TRUE(report);
  return report ? std::move(report).value() : Report{};
}

// ---- what a certified copy must have ----

TEST(CertifiedCopy, HasTheOfficersSignatureAndThenTheSealOfTheSameUnit) {
  const auto report = certified(sample::certified_copy(kWords));
  EXPECT_EQ(report.verdict, Verdict::kValid) << to_text(report, Language::kEnglish);
  ASSERT_TRUE(report.attestation);
  EXPECT_EQ(report.attestation->number, "125/ĐT");
  EXPECT_EQ(report.attestation->book, "01/2026-SCT/BS");
}

TEST(CertifiedCopy, WithoutTheOfficerIsInvalid) {
  const auto report = certified(Document::saying(kWords).sign(seal()));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kCopyOfficerMissing);
}

TEST(CertifiedCopy, WithoutTheOfficerButWithTheLineOfAnOfficeCopyIsToldAsOne) {
  auto signing = seal();
  signing.rect = "[300 780 590 830]";
  signing.appearance = sample::shown("SAO Y; ỦY BAN NHÂN DÂN XÃ QUỲNH DIỄN; 01/06/2026", 0, 5);
  const auto document = Document::saying("Giấy khai sinh").sign(signing);
  const auto report = certified(document);
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kCopySaoY);
  EXPECT_EQ(verify(input_of(document, Profile::kDocument)).value().verdict, Verdict::kValid);
}

TEST(CertifiedCopy, WithoutTheSealIsNotYetOne) {
  const auto document = Document::saying(kWords).sign({});
  const auto report = certified(document);
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(report.message, Code::kCopySealMissing);
  const auto any = certified(document, [](Input& input) {
    input.policy =
        read_policy("schema = \"antin-policy/1\"\n[signers]\ncertified_copy = \"any\"").value();
    input.policy.profile = Profile::kCertifiedCopy;
  });
  EXPECT_EQ(any.verdict, Verdict::kValid);
}

TEST(CertifiedCopy, SealedBeforeTheOfficerSignedIsInvalid) {
  const auto report = certified(Document::saying(kWords).sign(seal()).sign({}));
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kCopySignatureOrder);
}

TEST(CertifiedCopy, OfTwoUnitsIsInvalidByTheTableAndUndecidedByNamesAlone) {
  const auto document = sample::certified_copy(kWords);
  const auto agency = sample::file("certs/agency.crt");
  const auto pin = to_hex(certs::Certificate::from_file_bytes(agency).value().at(0).sha256());
  const auto other = certified(document, [&](Input& input) {
    input.policy.signers.units =
        UnitTable::read("schema = \"antin-units/1\"\n[[unit]]\ncode = \"1\"\nname = \"" +
                        std::string(kCommune) +
                        "\"\n[[unit]]\ncode = \"2\"\nname = \"UBND xã Khác\"\ncertificates = [\"" +
                        pin + "\"]\n")
            .value();
  });
  EXPECT_EQ(other.verdict, Verdict::kInvalid);
  EXPECT_EQ(other.message, Code::kCopyUnitsDiffer);
  const auto half_known = certified(document, [&](Input& input) {
    input.policy.signers.units =
        UnitTable::read(
            "schema = \"antin-units/1\"\n[[unit]]\ncode = \"2\"\nname = \"UBND xã "
            "Khác\"\ncertificates = [\"" +
            pin + "\"]\n")
            .value();
  });
  EXPECT_EQ(half_known.verdict, Verdict::kInsufficient);
  EXPECT_EQ(half_known.message, Code::kCopyUnitsUnknown);
  const auto unnamed = certified(document, [](Input& input) {
    // An officer of whom no agency is known: the list of agencies' names does not have it.
    input.policy.signers.agency_names = {"Sở"};
  });
  EXPECT_EQ(unnamed.verdict, Verdict::kInsufficient);  // nobody is an agency then
  EXPECT_EQ(unnamed.message, Code::kCopySealMissing);
}

TEST(CertifiedCopy, OfARenamedCommuneIsValidAndSaysSo) {
  const auto report = certified(sample::certified_copy(kWords), [](Input& input) {
    input.policy.signers.units =
        UnitTable::read(
            "schema = \"antin-units/1\"\n[[unit]]\ncode = \"1\"\nname = \"UBND phường Mới\"\n"
            "[[unit.former]]\nname = \"Ủy ban nhân dân xã Quỳnh Diễn\"\n")
            .value();
  });
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_TRUE(has(report, Code::kUnitRenamed));
}

TEST(Attestation, IsReadHoweverItIsSetAndNotWhereItIsNot) {
  const auto found = attestation_in("SỐ CHỨNG THỰC: 07 , Quyển số: 02/2026-SCTĐT/BS Ngày 3");
  EXPECT_EQ(found.number, "07");
  EXPECT_EQ(found.book, "02/2026-SCTĐT/BS");
  EXPECT_EQ(attestation_in("S ố ch ứng thực 9 quyển số 1 Ngày 2").number, "9");
  for (const char* none :
       {"", "Số chứng thực quyển số", "Số chứng thực … quyển số … - SCT/BS",
        "Số chứng thực là số thứ tự ghi trong sổ chứng thực, kèm theo quyển số 1", "quyển số 5"})
    EXPECT_EQ(attestation_in(none).number, "") << none;
  EXPECT_EQ(attestation_in("TRÍCH SAO; UBND").office_form, "TRÍCH SAO");
  EXPECT_EQ(attestation_in("sao y bản chính").office_form, "");
}

TEST(RegisterNumbers, AreTheSameHoweverTheyAreWritten) {
  EXPECT_EQ(number_key("0125 / đt"), number_key("125/ĐT"));
  EXPECT_NE(number_key("12/5"), number_key("1/25"));
  EXPECT_NE(number_key("125"), number_key("1250"));
  EXPECT_TRUE(same_book("01/2026 - SCT/BS", "1/2026-sct/bs"));
  EXPECT_TRUE(same_book("01/2026", "01/2026-SCT/BS"));
  EXPECT_FALSE(same_book("01/2026-SCT/CK", "01/2026-SCT/BS"));
  EXPECT_FALSE(same_book("02/2026-SCT/BS", "01/2026-SCT/BS"));
}

// ---- against the register ----

RegisterEntry entry() {
  RegisterEntry kept;
  kept.state = State::kReleased;
  kept.number = "125/ĐT";
  kept.book = "01/2026-SCT/BS";
  kept.date = "2026-06-01";
  kept.unit_code = "H40.7";
  kept.unit_name = kCommune;
  kept.pages = 1;
  return kept;
}

struct Held {
  Document document = sample::certified_copy(kWords);
  Document original = document;
  RegisterAnswer answer{.found = true, .several = false, .same_octets = false, .entry = entry()};
  RegisterQuestion question{};
  Profile profile = Profile::kCertifiedCopy;

  Report judge() const {
    const auto input = input_of(document, profile);
    auto report = verify(input).value();
    auto given = answer;
    if (given.found) given.original = original.octets();
    hold_against_register(report, input, question, given);
    return report;
  }
};

TEST(Register, V10_AgreesWithTheCopyItReleased) {
  const auto report = Held{}.judge();
  EXPECT_EQ(report.verdict, Verdict::kValid) << to_text(report, Language::kEnglish);
  EXPECT_TRUE(has(report, Code::kRegisterMatches));
  EXPECT_EQ(report.comparison->result, Comparison::Result::kIdentical);
  EXPECT_NE(to_text(report, Language::kVietnamese)
                .find("Bản sao điện tử khớp với bản lưu trong sổ chứng thực: số 125/ĐT, quyển số "
                      "01/2026-SCT/BS, ngày 01/06/2026."),
            std::string::npos);
}

TEST(Register, V10_AgreesWithACopyThatALaterTimestampFollows) {
  Held held;
  held.document.timestamp("Ts", sample::time("2026-05-01T00:00:00Z"));
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kValid) << to_text(report, Language::kEnglish);
  EXPECT_EQ(report.comparison->result, Comparison::Result::kSameSignedRevision);
  EXPECT_TRUE(has(report, Code::kRegisterMatches));
}

TEST(Register, V12_OverridesEveryVerdictWithACancellation) {
  Held held;
  held.answer.entry->state = State::kCancelled;
  held.answer.entry->decision = {"12/QĐ-UBND", "2026-07-03"};
  for (const bool broken : {false, true}) {
    if (broken) held.document.damage("Tj ET");
    const auto report = held.judge();
    EXPECT_EQ(report.verdict, Verdict::kInvalid);
    EXPECT_EQ(report.message, Code::kRegisterCancelled);
    EXPECT_EQ(sentence(report.message, Language::kVietnamese, report.message_params),
              "Bản sao điện tử đã bị hủy bỏ giá trị pháp lý theo Quyết định số 12/QĐ-UBND ngày "
              "03/07/2026.");
    EXPECT_EQ(decision_of(report).code, Code::kReportRefuse);
    EXPECT_EQ(decision_of(report).reason, Code::kRegisterCancelled);
  }
}

TEST(Register, RefusesWhatWasRecalledAndWaitsForWhatIsNotReleased) {
  Held held;
  held.answer.entry->state = State::kRecalled;
  held.answer.entry->decision = {"5/CV", "2026-07-03"};
  EXPECT_EQ(held.judge().message, Code::kRegisterRecalled);
  held.answer.entry->state = State::kPending;
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(report.message, Code::kRegisterPending);
}

TEST(Register, V11_WithoutAnEntryLeavesGoodSignaturesUndecided) {
  Held held;
  held.answer = {};
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(report.message, Code::kRegisterNoEntry);
  EXPECT_EQ(sentence(report.message, Language::kVietnamese),
            "Chữ ký số hợp lệ nhưng không có trong sổ chứng thực.");
  EXPECT_EQ(report.comparison->result, Comparison::Result::kNotFound);
  ASSERT_TRUE(report.register_entry);
  EXPECT_EQ(report.register_entry->state, State::kNotFound);
  EXPECT_EQ(decision_of(report).code, Code::kReportNotYet);
  EXPECT_EQ(decision_of(report).reason, Code::kRegisterNoEntry);
}

TEST(Register, SaysNothingAboutADocumentThatNeedNotHaveAnEntry) {
  Held held;
  held.answer = {};
  held.profile = Profile::kDocument;
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_FALSE(report.register_entry);
  EXPECT_FALSE(report.comparison);
}

TEST(Register, NamesTheUnitWhoseBookDoesNotHaveTheNumber) {
  Held held;
  held.answer = {};
  held.question = {.named = true, .unit = kCommune};
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_TRUE(has(report, Code::kRegisterNumberUnknown));
}

TEST(Register, V11_RefusesAnotherNumberInTheText) {
  Held held;
  held.answer.entry->number = "126/ĐT";
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kRegisterNumberDiffers);
  held.answer.entry->number = "125/ĐT";
  held.answer.entry->book = "02/2026-SCT/BS";
  EXPECT_EQ(held.judge().message, Code::kRegisterNumberDiffers);
}

TEST(Register, OnlyMentionsANumberThatCannotBeRead) {
  Held held;
  held.document = held.original = sample::certified_copy("một ảnh quét");
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kValid);
  EXPECT_TRUE(has(report, Code::kRegisterAttestationUnread));
}

TEST(Register, V11_RefusesASealOfAnotherUnitThanTheBooks) {
  Held held;
  held.answer.entry->unit_name = "Ủy ban nhân dân xã Khác";
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kRegisterUnitDiffers);
}

TEST(Register, RefusesSignersThatItDidNotRecord) {
  Held held;
  const auto original = held.judge();
  held.answer.entry->officers = {original.signatures[0].signer->sha256};
  held.answer.entry->agencies = {original.signatures[1].signer->sha256};
  EXPECT_EQ(held.judge().verdict, Verdict::kValid);
  held.answer.entry->officers = {std::string(64, '0')};
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kRegisterSignerDiffers);
}

TEST(Register, V10_RefusesOtherContentUnderANumberItHas) {
  Held held;
  held.document = sample::certified_copy(std::string(kWords) + "\nThêm một dòng");
  held.question.named = true;
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInvalid);
  EXPECT_EQ(report.message, Code::kRegisterContentDiffers);
}

TEST(Register, DoesNotApproveAFurtherSignatureNorCallItAForgery) {
  Held held;
  Signing third;
  third.signer = "officer-p256";
  third.field = "Third";
  held.document.sign(third);
  const auto report = held.judge();
  EXPECT_EQ(report.verdict, Verdict::kInsufficient);
  EXPECT_EQ(report.message, Code::kRegisterNotCompared);
}

TEST(Register, V11_TellsAnOfficeCopyThatIsPresentedAsACertifiedOne) {
  Held held;
  held.answer.entry->kind = PaperKind::kSaoY;
  EXPECT_TRUE(has(held.judge(), Code::kCopySaoY));
  held.profile = Profile::kDocument;
  EXPECT_EQ(held.judge().verdict, Verdict::kValid);
}

TEST(Register, AsksForACodeWhereTwoEntriesBeginAlike) {
  Held held;
  held.answer = {.found = false, .several = true, .same_octets = false};
  EXPECT_EQ(held.judge().message, Code::kRegisterAmbiguous);
  held.profile = Profile::kDocument;
  EXPECT_EQ(held.judge().verdict, Verdict::kValid);
}

TEST(Register, IsInEveryFormOfTheReport) {
  Held held;
  held.answer.entry->state = State::kCancelled;
  held.answer.entry->decision = {"12/QĐ-UBND", "2026-07-03"};
  auto report = held.judge();
  EXPECT_EQ(schema_offences(to_json(report)), "");
  for (const char* word :
       {"cancelled", "\"number\":\"125/ĐT\"", "\"decision_date\":\"2026-07-03\""})
    EXPECT_NE(to_json(report).find(word), std::string::npos) << word;
  const auto html = to_html(make_sheet(report, SheetLanguage::kBoth));
  for (const char* word :
       {"Tra cứu sổ của cơ quan", "đã bị hủy bỏ giá trị pháp lý", "125/ĐT", "03/07/2026"})
    EXPECT_NE(html.find(word), std::string::npos) << word;
  held.answer = {};
  EXPECT_EQ(schema_offences(to_json(held.judge())), "");
}

TEST(RegisterEntryJson, IsReadStrictly) {
  const auto read = read_register_entry(
      R"({"state":"cancelled","kind":"certified_copy","number":"1","book":"2","date":"2026-06-01",
          "unit":"A","decision":"3","decision_date":"2026-07-01","pages":2})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().state, State::kCancelled);
  EXPECT_EQ(read.value().decision->date, "2026-07-01");
  EXPECT_EQ(read_register_entry(R"({"state":"not_found"})").value().state, State::kNotFound);
  for (const char* wrong :
       {"", "[]", "{}", R"({"state":"valid"})", R"({"state":"released"})",
        R"({"state":"released","kind":"copy"})",
        R"({"state":"released","kind":"sao_y","number":1})",
        R"({"state":"released","kind":"sao_y","officers":["00"]})",
        R"({"state":"released","kind":"sao_y","pages":-1})", R"([[[[[[[[[[]]]]]]]]]])"})
    EXPECT_EQ(read_register_entry(wrong).error().code, Code::kRegisterAnswerMalformed) << wrong;
}

// One pass over the document gives what a pass for each revision would.
TEST(RegisterDigests, AreThoseOfTheDocumentAndOfItsRevisionsTheNewestFirst) {
  Document document;
  document.sign({});
  for (int i = 0; i < 40; ++i) document.change_catalogue("/Private " + std::to_string(i));
  const auto input = input_of(document, Profile::kDocument);
  const auto octets = input.document.view();
  const auto revisions = pdf::read_revisions(octets, input.policy.limits).value().revisions;
  std::vector<Bytes> wanted{ossl::sha256(octets)};
  for (auto at = revisions.rbegin(); at != revisions.rend() && wanted.size() < 32; ++at) {
    if (at->end < octets.size()) wanted.push_back(ossl::sha256(octets.first(at->end)));
  }
  ASSERT_EQ(wanted.size(), 32U);
  EXPECT_EQ(register_digests(input).value(), wanted);
  EXPECT_EQ(register_digests(input, to_hex(wanted[0])).value(), wanted);
}

TEST(RegisterDigests, OfADocumentWithoutAnEarlierRevisionAreItsOwn) {
  const Document document;
  const auto input = input_of(document, Profile::kDocument);
  const std::vector<Bytes> wanted{ossl::sha256(input.document.view())};
  EXPECT_EQ(register_digests(input).value(), wanted);
  EXPECT_EQ(register_digests(input, to_hex(wanted[0])).value(), wanted);
}

}  // namespace
}  // namespace antin::verifier
