#include "service/office/checklist.h"

#include <algorithm>

namespace antin::office {
namespace {

Error unanswered(const std::string& question) {
  return make_error(Code::kCheckUnanswered, question, {{"cau_hoi", question}});
}

Error unknown_entry(const char* list, const std::string& code) {
  return make_error(Code::kLegalEntryUnknown, code, {{"key", list}, {"value", code}});
}

Error refused(Code code, unsigned number, const LegalRules& rules) {
  const auto* ground = rules.ground(number);
  return make_error(
      code, "ground " + std::to_string(number),
      {{"so", std::to_string(number)}, {"can_cu", ground == nullptr ? "" : ground->text}});
}

Answer answer(const Original& original, unsigned ground) {
  return ground <= original.grounds.size() ? original.grounds[ground - 1] : Answer::kOpen;
}

// A no to one of the two questions does not outweigh a yes to the other.
bool is_secret(const Original& original) {
  return original.secret == Answer::kYes || answer(original, kGroundSecret) == Answer::kYes;
}

Status check_grounds(const Original& original, const LegalRules& rules) {
  for (const auto& ground : rules.grounds) {
    if (answer(original, ground.number) == Answer::kYes)
      return refused(Code::kRefusalGround, ground.number, rules);
  }
  return Done{};
}

Status check_foreign(const Original& original, const PaperType& paper, const LegalRules& rules) {
  if (original.foreign != Answer::kYes) return Done{};
  switch (original.legalisation) {
    case Legalisation::kDone:
    case Legalisation::kByTreaty:
      return Done{};
    case Legalisation::kByCircular:
      if (find(rules.foreign, paper.foreign) != nullptr) return Done{};
      return make_error(Code::kForeignNotExempt, paper.code, {{"giay_to", paper.name}});
    case Legalisation::kNone:
      return refused(Code::kRefusalGround, kGroundNotLegalised, rules);
    case Legalisation::kOpen:
      break;
  }
  return unanswered("hợp pháp hóa lãnh sự");
}

Status check_answered(const Original& original, const LegalRules& rules) {
  if (original.on_paper == Answer::kOpen) return unanswered("loại bản chính");
  if (original.secret == Answer::kOpen)
    return unanswered("dấu MẬT/TỐI MẬT/TUYỆT MẬT hoặc ghi không được sao chụp");
  for (const auto& ground : rules.grounds) {
    if (answer(original, ground.number) == Answer::kOpen)
      return unanswered("căn cứ từ chối số " + std::to_string(ground.number));
  }
  if (original.foreign == Answer::kOpen) return unanswered("cơ quan nước ngoài cấp");
  return Done{};
}

}  // namespace

Result<Findings> check_original(const Original& original, const LegalRules& rules) {
  if (is_secret(original)) return refused(Code::kSecretPaper, kGroundSecret, rules);
  if (original.on_paper == Answer::kNo) return make_error(Code::kOriginalNotPaper, "");
  ANTIN_CHECK(check_grounds(original, rules));
  const auto* paper = find(rules.papers, original.paper);
  if (paper == nullptr) return unknown_entry("papers", original.paper);
  ANTIN_CHECK(check_foreign(original, *paper, rules));
  ANTIN_CHECK(check_answered(original, rules));
  Findings notices;
  if (paper->in_vneid && original.foreign == Answer::kNo)
    notices.push_back({Code::kShownInVneid, Severity::kInfo, {{"giay_to", paper->name}}, ""});
  return notices;
}

Status check_captured(const Captured& captured) {
  if (captured.holds_signature && captured.confirmed_scan != Answer::kYes)
    return make_error(Code::kOriginalSigned, "");
  if (captured.pages_of_original == 0) return unanswered("số trang bản chính");
  if (captured.pages_scanned != captured.pages_of_original)
    return make_error(Code::kPageCountDiffers, "",
                      {{"quet", std::to_string(captured.pages_scanned)},
                       {"ban_chinh", std::to_string(captured.pages_of_original)}});
  return Done{};
}

Status check_requester(const Requester& requester, const LegalRules& rules) {
  const auto* found = find(rules.requesters, requester.requester_class);
  if (found == nullptr) return unknown_entry("requesters", requester.requester_class);
  if (found->only_when_holder_is_dead && requester.holder_is_dead != Answer::kYes)
    return make_error(Code::kRequesterOfDead, found->code, {{"nguoi_yeu_cau", found->name}});
  if (requester.evidence.empty()) {
    if (!found->needs_evidence) return Done{};
    return make_error(Code::kRequesterEvidence, found->code, {{"nguoi_yeu_cau", found->name}});
  }
  if (find(rules.evidence, requester.evidence) == nullptr)
    return unknown_entry("evidence", requester.evidence);
  return Done{};
}

Status check_copy_source(const CopySource& source) {
  if (source.form == CopyForm::kTrichSao) return Done{};
  if (source.form == CopyForm::kSaoLuc) {
    if (source.is_sao_y == Answer::kOpen) return unanswered("văn bản nguồn là bản SAO Y");
    if (source.is_sao_y == Answer::kNo) return make_error(Code::kCopyNotOfSaoY, "");
  }
  if (source.holds_signature) return make_error(Code::kCopyOfElectronic, "");
  return Done{};
}

std::string_view text(CopyForm form) noexcept {
  switch (form) {
    case CopyForm::kSaoLuc:
      return "SAO LỤC";
    case CopyForm::kTrichSao:
      return "TRÍCH SAO";
    case CopyForm::kSaoY:
      break;
  }
  return "SAO Y";
}

}  // namespace antin::office
