#include "verifier/words.h"

namespace antin::verifier {

std::string_view name(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kValid:
      return "VALID";
    case Verdict::kInvalid:
      return "INVALID";
    case Verdict::kInsufficient:
      return "INSUFFICIENT";
    case Verdict::kNoSignature:
      break;
  }
  return "NO_SIGNATURE";
}

std::string_view name(Integrity integrity) noexcept {
  switch (integrity) {
    case Integrity::kIntact:
      return "intact";
    case Integrity::kBroken:
      return "broken";
    case Integrity::kNotCheckable:
      break;
  }
  return "not_checkable";
}

std::string_view name(Coverage coverage) noexcept {
  switch (coverage) {
    case Coverage::kWholeFile:
      return "whole_file";
    case Coverage::kWholeRevision:
      return "whole_revision";
    case Coverage::kPartial:
      break;
  }
  return "partial";
}

std::string_view name(pdf::ChangeLevel level) noexcept {
  switch (level) {
    case pdf::ChangeLevel::kNone:
      return "none";
    case pdf::ChangeLevel::kLongTermData:
      return "long_term_data";
    case pdf::ChangeLevel::kSignature:
      return "signature";
    case pdf::ChangeLevel::kMetadata:
      return "metadata";
    case pdf::ChangeLevel::kFormFilling:
      return "form_filling";
    case pdf::ChangeLevel::kAnnotation:
      return "annotation";
    case pdf::ChangeLevel::kContent:
      return "content";
    case pdf::ChangeLevel::kUnclassified:
      break;
  }
  return "unclassified";
}

std::string_view name(Comparison::Result result) noexcept {
  switch (result) {
    case Comparison::Result::kIdentical:
      return "identical";
    case Comparison::Result::kSameSignedRevision:
      return "same_signed_revision";
    case Comparison::Result::kSameContent:
      return "same_content";
    case Comparison::Result::kDifferent:
      return "different";
    case Comparison::Result::kUnrelated:
      return "unrelated";
    case Comparison::Result::kNotFound:
      return "not_found";
    case Comparison::Result::kNotComparable:
      break;
  }
  return "not_comparable";
}

Code message_of(Comparison::Result result) noexcept {
  switch (result) {
    case Comparison::Result::kIdentical:
      return Code::kCompareIdentical;
    case Comparison::Result::kSameSignedRevision:
      return Code::kCompareSameSignedRevision;
    case Comparison::Result::kSameContent:
      return Code::kCompareSameContent;
    case Comparison::Result::kDifferent:
      return Code::kCompareDifferent;
    case Comparison::Result::kUnrelated:
      return Code::kCompareUnrelated;
    case Comparison::Result::kNotFound:
      return Code::kRegisterNotHeld;
    case Comparison::Result::kNotComparable:
      break;
  }
  return Code::kCompareNotComparable;
}

std::string_view title(Verdict verdict, Language language) noexcept {
  const bool vietnamese = language == Language::kVietnamese;
  switch (verdict) {
    case Verdict::kValid:
      return vietnamese ? "HỢP LỆ" : "VALID";
    case Verdict::kInvalid:
      return vietnamese ? "KHÔNG HỢP LỆ" : "NOT VALID";
    case Verdict::kInsufficient:
      return vietnamese ? "CHƯA ĐỦ CĂN CỨ" : "NOT ENOUGH EVIDENCE";
    case Verdict::kNoSignature:
      break;
  }
  return vietnamese ? "KHÔNG CÓ CHỮ KÝ SỐ" : "NO DIGITAL SIGNATURE";
}

Phrase phrase(Integrity integrity) noexcept {
  switch (integrity) {
    case Integrity::kIntact:
      return {"nguyên vẹn", "intact"};
    case Integrity::kBroken:
      return {"đã bị thay đổi", "broken"};
    case Integrity::kNotCheckable:
      break;
  }
  return {"không kiểm tra được", "could not be checked"};
}

Phrase phrase(PaperKind kind) noexcept {
  switch (kind) {
    case PaperKind::kCertifiedCopy:
      return {"bản sao chứng thực từ bản chính", "copy certified from the original"};
    case PaperKind::kFromRegisterCopy:
      return {"bản sao cấp từ sổ gốc", "copy issued from the register"};
    case PaperKind::kSaoY:
      return {"bản sao y, sao lục, trích sao của cơ quan", "office copy"};
    case PaperKind::kResult:
      break;
  }
  return {"kết quả giải quyết thủ tục hành chính", "result of an administrative procedure"};
}

Phrase phrase(RegisterEntry::State state) noexcept {
  switch (state) {
    case RegisterEntry::State::kReleased:
      return {"đã phát hành", "released"};
    case RegisterEntry::State::kCancelled:
      return {"đã bị hủy bỏ giá trị pháp lý", "cancelled"};
    case RegisterEntry::State::kRecalled:
      return {"đã bị thu hồi", "recalled"};
    case RegisterEntry::State::kPending:
      return {"chưa phát hành", "not released yet"};
    case RegisterEntry::State::kNotFound:
      break;
  }
  return {"không có trong sổ", "not in the register"};
}

std::string vietnam_day(const std::string& day) {
  if (day.size() != 10 || day[4] != '-' || day[7] != '-') return day;
  return day.substr(8, 2) + "/" + day.substr(5, 2) + "/" + day.substr(0, 4);
}

Phrase phrase(Coverage coverage) noexcept {
  switch (coverage) {
    case Coverage::kWholeFile:
      return {"toàn bộ tệp", "the whole file"};
    case Coverage::kWholeRevision:
      return {"toàn bộ phiên bản được ký", "the whole revision that was signed"};
    case Coverage::kPartial:
      break;
  }
  return {"chỉ một phần tệp", "only a part of the file"};
}

Phrase time_source(const SignatureReport::SigningTime& time) noexcept {
  if (time.proven) return {"dấu thời gian", "timestamp"};
  if (time.claimed)
    return {"đồng hồ máy ký, chưa được dấu thời gian xác nhận",
            "clock of the signing computer, not confirmed by a timestamp"};
  return {"không ghi", "not stated"};
}

Phrase validity_at_signing(const SignatureReport& signature) noexcept {
  const auto& time = signature.signing_time;
  const auto at = time.proven ? time.proven : time.claimed;
  if (!at) return {"không xác định", "unknown"};
  const bool within = signature.signer->not_before <= *at && *at <= signature.signer->not_after;
  if (time.proven)
    return within ? Phrase{"còn hiệu lực", "valid"} : Phrase{"không còn hiệu lực", "not valid"};
  return within ? Phrase{"còn hiệu lực (theo thời điểm được khai)", "valid (by the claimed time)"}
                : Phrase{"không còn hiệu lực (theo thời điểm được khai)",
                         "not valid (by the claimed time)"};
}

int exit_code(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kValid:
      return 0;
    case Verdict::kInvalid:
      return 1;
    case Verdict::kInsufficient:
    case Verdict::kNoSignature:
      break;
  }
  return 2;
}

int exit_code(Comparison::Result result) noexcept {
  switch (result) {
    case Comparison::Result::kIdentical:
    case Comparison::Result::kSameSignedRevision:
      return 0;
    case Comparison::Result::kDifferent:
    case Comparison::Result::kUnrelated:
      return 1;
    case Comparison::Result::kSameContent:
    case Comparison::Result::kNotFound:
    case Comparison::Result::kNotComparable:
      break;
  }
  return 2;
}

}  // namespace antin::verifier
