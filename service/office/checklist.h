#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/finding.h"
#include "service/office/legal_rules.h"

namespace antin::office {

/// What an officer answered; nothing is taken for granted that was not.
enum class Answer : std::uint8_t { kOpen, kNo, kYes };

/// A foreign paper and consular legalisation (C-06; NĐ 23/2015 Đ20 k1, TT 01/2020 Đ6).
enum class Legalisation : std::uint8_t {
  kOpen,
  kDone,        ///< legalised
  kByTreaty,    ///< exempt by treaty
  kByCircular,  ///< one of the papers of TT 01/2020 Đ6
  kNone,
};

/// The paper original on the counter, before it is captured.
struct Original {
  std::string paper;                ///< PaperType::code
  Answer on_paper = Answer::kOpen;  ///< C-04: "loại bản chính: giấy"
  Answer secret = Answer::kOpen;    ///< C-23: MẬT/TỐI MẬT/TUYỆT MẬT, or not to be copied
  /// By number: the first is ground 1. "Không thuộc" is kNo (C-05).
  std::vector<Answer> grounds;
  Answer foreign = Answer::kOpen;  ///< issued by a foreign agency
  Legalisation legalisation = Legalisation::kOpen;
};

/// C-04, C-05, C-06, C-20, C-23: may the original be captured? The notices say what the officer
/// should know all the same (kShownInVneid).
///
/// Refused with, in this order: kSecretPaper (what was scanned is to be erased; ground 3),
/// kOriginalNotPaper, kRefusalGround ({so}, {can_cu}: the ground verbatim), kForeignNotExempt,
/// kCheckUnanswered ({cau_hoi}), kLegalEntryUnknown for a paper that the catalogue does not have. A
/// ground that applies refuses although other questions are open.
Result<Findings> check_original(const Original& original, const LegalRules& rules);

/// What was scanned or uploaded.
struct Captured {
  bool holds_signature = false;
  /// C-04: the officer says that it is a scan of the paper although it holds a signature.
  Answer confirmed_scan = Answer::kOpen;
  std::uint32_t pages_of_original = 0, pages_scanned = 0;
};
/// C-04, C-07. Fails with kOriginalSigned; kCheckUnanswered while the number of pages was not
/// given; kPageCountDiffers ({quet}, {ban_chinh}).
Status check_captured(const Captured& captured);

/// Who asks for a copy from the original register.
struct Requester {
  std::string requester_class;  ///< RequesterClass::code
  Answer holder_is_dead = Answer::kOpen;
  std::string evidence;  ///< EvidenceSource::code; may be "" where none is needed
};
/// Fails with kLegalEntryUnknown, kRequesterOfDead or kRequesterEvidence ({nguoi_yeu_cau}).
Status check_requester(const Requester& requester, const LegalRules& rules);

/// The agency's own copies (R-05; NĐ 30/2020 Đ25), made as electronic ones.
enum class CopyForm : std::uint8_t { kSaoY, kSaoLuc, kTrichSao };
struct CopySource {
  CopyForm form = CopyForm::kSaoY;
  bool holds_signature = false;     ///< an electronic original or copy, not a scan
  Answer is_sao_y = Answer::kOpen;  ///< itself a SAO Y: asked for SAO LỤC
};
/// A SAO Y and a SAO LỤC are made of paper, a SAO LỤC of a SAO Y only; a TRÍCH SAO of either. Fails
/// with kCopyNotOfSaoY, kCopyOfElectronic (forward the original itself) or kCheckUnanswered.
Status check_copy_source(const CopySource& source);
/// "SAO Y", "SAO LỤC", "TRÍCH SAO"
std::string_view text(CopyForm form) noexcept;

}  // namespace antin::office
