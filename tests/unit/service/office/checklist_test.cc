#include "service/office/checklist.h"

#include <gtest/gtest.h>

#include "tests/unit/service/office/shipped.h"

namespace antin::office {
namespace {

const LegalRules& rules() {
  static const auto rules = shipped().at(day("2026-06-01")).value();
  return *rules;
}

Original good() {
  return {"giay_khai_sinh", Answer::kYes,       Answer::kNo, std::vector<Answer>(6, Answer::kNo),
          Answer::kNo,      Legalisation::kOpen};
}

Code refused(const Original& original) {
  const auto checked = check_original(original, rules());
  return checked ? Code::kInternal : checked.error().code;
}

// "1" to "6": by which ground it was refused.
std::string ground_in(const Error& error) {
  for (const auto& [name, value] : error.params) {
    if (name == "so") return value;
  }
  return {};
}

TEST(Checklist, C05_SixTimesNotSoMayGoOn) {
  const auto checked = check_original(good(), rules());
  ASSERT_TRUE(checked);
  EXPECT_TRUE(checked.value().empty());
}

TEST(Checklist, C05_EachGroundRefusesVerbatim) {
  for (unsigned number = 1; number <= 6; ++number) {
    auto original = good();
    original.grounds[number - 1] = Answer::kYes;
    const auto checked = check_original(original, rules());
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code,
              number == kGroundSecret ? Code::kSecretPaper : Code::kRefusalGround);
    const Params refusal{{"so", std::to_string(number)}, {"can_cu", rules().ground(number)->text}};
    EXPECT_EQ(checked.error().params, refusal);
  }
}

TEST(Checklist, C05_EachGroundIsAnswered) {
  for (std::size_t i = 0; i < 6; ++i) {
    auto original = good();
    original.grounds[i] = Answer::kOpen;
    EXPECT_EQ(refused(original), Code::kCheckUnanswered);
  }
  auto none = good();
  none.grounds.clear();
  EXPECT_EQ(refused(none), Code::kCheckUnanswered);
  auto five = good();
  five.grounds.pop_back();
  EXPECT_EQ(refused(five), Code::kCheckUnanswered);
}

TEST(Checklist, C05_AGroundThatAppliesRefusesWhateverElseIsOpen) {
  Original original{
      "", Answer::kOpen, Answer::kOpen, {Answer::kYes}, Answer::kOpen, Legalisation::kOpen};
  const auto checked = check_original(original, rules());
  ASSERT_FALSE(checked);
  EXPECT_EQ(ground_in(checked.error()), "1");
}

TEST(Checklist, C04_TheOriginalIsPaper) {
  auto original = good();
  original.on_paper = Answer::kNo;
  EXPECT_EQ(refused(original), Code::kOriginalNotPaper);
  original.on_paper = Answer::kOpen;
  EXPECT_EQ(refused(original), Code::kCheckUnanswered);
}

TEST(Checklist, C04_AFileWithASignatureIsNoScanUnlessTheOfficerSaysSo) {
  EXPECT_EQ(check_captured({true, Answer::kOpen, 2, 2}).error().code, Code::kOriginalSigned);
  EXPECT_EQ(check_captured({true, Answer::kNo, 2, 2}).error().code, Code::kOriginalSigned);
  EXPECT_TRUE(check_captured({true, Answer::kYes, 2, 2}));
  EXPECT_EQ(info(Code::kOriginalSigned).vi,
            "Tệp đã có chữ ký số: đây là bản điện tử gốc, không chứng thực từ bản chính giấy.");
}

TEST(Checklist, C07_EveryPageIsScanned) {
  EXPECT_TRUE(check_captured({false, Answer::kOpen, 5, 5}));
  const auto fewer = check_captured({false, Answer::kOpen, 5, 4});
  ASSERT_FALSE(fewer);
  EXPECT_EQ(sentence(fewer.error().code, Language::kVietnamese, fewer.error().params),
            "Số trang quét (4) khác số trang bản chính (5).");
  EXPECT_EQ(check_captured({false, Answer::kOpen, 4, 5}).error().code, Code::kPageCountDiffers);
  EXPECT_EQ(check_captured({false, Answer::kOpen, 0, 0}).error().code, Code::kCheckUnanswered);
}

TEST(Checklist, C06_AForeignPaperIsLegalisedOrExempt) {
  auto original = good();
  original.paper = "bang_tot_nghiep";
  original.foreign = Answer::kYes;
  EXPECT_EQ(refused(original), Code::kCheckUnanswered);
  for (const auto answer :
       {Legalisation::kDone, Legalisation::kByTreaty, Legalisation::kByCircular}) {
    original.legalisation = answer;
    EXPECT_TRUE(check_original(original, rules()));
  }
  original.legalisation = Legalisation::kNone;
  const auto checked = check_original(original, rules());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::kRefusalGround);
  EXPECT_EQ(ground_in(checked.error()), "5");
  original.foreign = Answer::kOpen;
  EXPECT_EQ(refused(original), Code::kCheckUnanswered);
}

TEST(Checklist, C06_OnlyThePapersOfTheCircularAreExempt) {
  EXPECT_EQ(rules().foreign.size(), 8U);
  for (const char* exempt : {"ho_chieu", "can_cuoc", "the_thuong_tru", "the_cu_tru",
                             "giay_phep_lai_xe", "bang_tot_nghiep", "chung_chi", "bang_diem"}) {
    auto original = good();
    original.paper = exempt;
    original.foreign = Answer::kYes;
    original.legalisation = Legalisation::kByCircular;
    EXPECT_TRUE(check_original(original, rules())) << exempt;
  }
  auto birth = good();
  birth.foreign = Answer::kYes;
  birth.legalisation = Legalisation::kByCircular;
  EXPECT_EQ(refused(birth), Code::kForeignNotExempt);
}

TEST(Checklist, C20_VneidIsANoticeNotABlock) {
  auto original = good();
  original.paper = "giay_phep_lai_xe";
  const auto checked = check_original(original, rules());
  ASSERT_TRUE(checked);
  ASSERT_EQ(checked.value().size(), 1U);
  EXPECT_EQ(checked.value().front().code, Code::kShownInVneid);
  EXPECT_EQ(info(Code::kShownInVneid).vi,
            "Giấy tờ đã tích hợp trên VNeID: không yêu cầu xuất trình bản chính nếu đã xuất trình "
            "trên VNeID.");
  // A foreign licence is not in VNeID.
  original.foreign = Answer::kYes;
  original.legalisation = Legalisation::kByCircular;
  EXPECT_TRUE(check_original(original, rules()).value().empty());
}

TEST(Checklist, C23_ASecretPaperStopsEverything) {
  auto original = good();
  original.secret = Answer::kYes;
  original.on_paper = Answer::kNo;
  original.grounds[0] = Answer::kYes;
  const auto checked = check_original(original, rules());
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Code::kSecretPaper);
  EXPECT_EQ(ground_in(checked.error()), std::to_string(kGroundSecret));
  auto open = good();
  open.secret = Answer::kOpen;
  EXPECT_EQ(refused(open), Code::kCheckUnanswered);
}

TEST(Checklist, UnknownPapersAreNotGuessed) {
  auto original = good();
  original.paper = "giay_khai_sin";
  EXPECT_EQ(refused(original), Code::kLegalEntryUnknown);
}

TEST(Checklist, R02_RelativesAskOnlyForTheDead) {
  EXPECT_EQ(rules().requesters.size(), 8U);
  for (const char* relative : {"cha_me", "con", "vo_chong", "anh_chi_em_ruot", "thua_ke_khac"}) {
    EXPECT_TRUE(check_requester({relative, Answer::kYes, "csdl_ho_tich"}, rules())) << relative;
    for (const auto alive : {Answer::kNo, Answer::kOpen})
      EXPECT_EQ(check_requester({relative, alive, "csdl_ho_tich"}, rules()).error().code,
                Code::kRequesterOfDead);
    EXPECT_EQ(check_requester({relative, Answer::kYes, ""}, rules()).error().code,
              Code::kRequesterEvidence);
  }
  EXPECT_EQ(find(rules().evidence, "csdl_ho_tich")->name, "Cơ sở dữ liệu hộ tịch điện tử");
}

TEST(Checklist, R02_HolderAndRepresentatives) {
  EXPECT_TRUE(check_requester({"nguoi_duoc_cap", Answer::kOpen, ""}, rules()));
  EXPECT_TRUE(check_requester({"dai_dien_uy_quyen", Answer::kNo, "van_ban_uy_quyen"}, rules()));
  EXPECT_EQ(check_requester({"dai_dien_phap_luat", Answer::kNo, ""}, rules()).error().code,
            Code::kRequesterEvidence);
  EXPECT_EQ(check_requester({"ban_be", Answer::kNo, ""}, rules()).error().code,
            Code::kLegalEntryUnknown);
  EXPECT_EQ(check_requester({"nguoi_duoc_cap", Answer::kNo, "loi_khai"}, rules()).error().code,
            Code::kLegalEntryUnknown);
}

TEST(Checklist, R05_OfficeCopiesAreMadeOfWhatTheyMayBeMadeOf) {
  EXPECT_TRUE(check_copy_source({CopyForm::kSaoY, false, Answer::kOpen}));
  EXPECT_EQ(check_copy_source({CopyForm::kSaoY, true, Answer::kOpen}).error().code,
            Code::kCopyOfElectronic);
  EXPECT_TRUE(check_copy_source({CopyForm::kTrichSao, false, Answer::kOpen}));
  EXPECT_TRUE(check_copy_source({CopyForm::kTrichSao, true, Answer::kOpen}));
  EXPECT_TRUE(check_copy_source({CopyForm::kSaoLuc, false, Answer::kYes}));
  EXPECT_EQ(check_copy_source({CopyForm::kSaoLuc, false, Answer::kNo}).error().code,
            Code::kCopyNotOfSaoY);
  EXPECT_EQ(check_copy_source({CopyForm::kSaoLuc, false, Answer::kOpen}).error().code,
            Code::kCheckUnanswered);
  EXPECT_EQ(check_copy_source({CopyForm::kSaoLuc, true, Answer::kYes}).error().code,
            Code::kCopyOfElectronic);
  EXPECT_EQ(text(CopyForm::kSaoY), "SAO Y");
  EXPECT_EQ(text(CopyForm::kSaoLuc), "SAO LỤC");
  EXPECT_EQ(text(CopyForm::kTrichSao), "TRÍCH SAO");
}

}  // namespace
}  // namespace antin::office
