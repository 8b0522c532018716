#include <algorithm>
#include <map>

#include "certs/core/codes.h"
#include "certs/crl.h"
#include "verifier/sheet_words.h"
#include "verifier/verdict.h"
#include "verifier/words.h"

namespace antin::verifier {
namespace {

using Rank = SheetSection::Rank;

// The verdict that this signature by itself would give the document.
Verdict verdict_on(const SignatureReport& signature) {
  return verdict_of({{.document_timestamp = false,
                      .indication = signature.indication,
                      .sub_indication = signature.sub_indication,
                      .integrity = signature.integrity,
                      .coverage = signature.coverage,
                      .changes_permitted = signature.changes_after.permitted}},
                    FileState::kAccountedFor);
}

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::kValid     ? Tone::kGood
         : verdict == Verdict::kInvalid ? Tone::kBad
                                        : Tone::kWarning;
}

Tone tone_of(Integrity integrity) {
  return integrity == Integrity::kIntact   ? Tone::kGood
         : integrity == Integrity::kBroken ? Tone::kBad
                                           : Tone::kWarning;
}

SheetSection head(const Report& report, std::size_t index, const SheetWords& words) {
  const auto& signature = report.signatures[index];
  auto section =
      words.section(Rank::kMain, signature.document_timestamp
                                     ? Phrase{"Dấu thời gian tài liệu", "Document timestamp"}
                                     : Phrase{"Chữ ký số", "Signature"});
  auto tail = " " + std::to_string(index + 1) + "/" + std::to_string(report.signatures.size());
  if (!signature.field.empty()) tail += " – " + SheetWords::shown(signature.field);
  section.heading.first += tail;
  if (!section.heading.second.empty())
    section.heading.second +=
        " " + std::to_string(index + 1) + "/" + std::to_string(report.signatures.size());
  const auto verdict = verdict_on(signature);
  section.tone = tone_of(verdict);
  auto standard = " (" + std::string{name(signature.indication)};
  if (signature.sub_indication) standard += ", " + std::string{name(*signature.sub_indication)};
  standard += ")";
  words.row(section, {"Kết luận", "Conclusion"},
            Phrase{title(verdict, Language::kVietnamese), title(verdict, Language::kEnglish)}, "",
            standard);
  section.rows.back().tone = section.tone;
  return section;
}

// V-02: the fields that the law wants to see, in its order.
void add_signer(SheetSection& section, const SignatureReport& signature, const SheetWords& words) {
  const auto unknown = words.say({"không xác định", "unknown"});
  const auto shown = [&](Phrase label, const std::string& value) {
    if (value.empty())
      words.row(section, label, unknown, Tone::kWarning);
    else
      words.row(section, label, value);
  };
  const bool stamp = signature.document_timestamp;
  const CertificateSummary* signer = signature.signer ? &*signature.signer : nullptr;
  const std::string none;
  shown({"Tổ chức cấp chứng thư số", "Certificate issued by"}, signer ? signer->issuer : none);
  shown(stamp ? Phrase{"Máy chủ dấu thời gian", "Timestamp server"} : Phrase{"Người ký", "Signer"},
        signer ? signer->name : none);
  shown({"Đơn vị quản lý", "Organization"}, signer ? signer->organization : none);
  const auto& time = signature.signing_time;
  if (const auto at = time.proven ? time.proven : time.claimed) {
    const auto source = time_source(time);
    words.row(
        section,
        stamp ? Phrase{"Thời điểm đóng dấu", "Stamped at"} : Phrase{"Thời điểm ký", "Signing time"},
        source, SheetWords::instant(*at) + ", ");
    if (!time.proven) section.rows.back().tone = Tone::kWarning;
  } else {
    words.row(section, {"Thời điểm ký", "Signing time"}, words.say(time_source(time)),
              Tone::kWarning);
  }
  if (time.proven && time.claimed && !stamp)
    words.row(section, {"Thời điểm do máy ký khai", "Time claimed by the signing computer"},
              SheetWords::instant(*time.claimed));
  words.row(section, {"Tính toàn vẹn", "Integrity"}, words.say(phrase(signature.integrity)),
            tone_of(signature.integrity));
  words.row(section, {"Phạm vi được ký", "Covers"}, words.say(phrase(signature.coverage)),
            signature.coverage == Coverage::kPartial ? Tone::kBad : Tone::kNeutral);
  if (signer == nullptr) return;
  words.row(section, {"Hiệu lực chứng thư tại thời điểm ký", "Certificate at signing"},
            words.say(validity_at_signing(signature)));
  words.row(section, {"Thời hạn chứng thư", "Certificate period"},
            to_vietnam_text(signer->not_before) + " – " + to_vietnam_text(signer->not_after));
  words.row(section, {"Số sê-ri chứng thư", "Certificate serial"}, signer->serial);
  words.row(section, {"Dấu vân tay SHA-256", "SHA-256 fingerprint"}, signer->sha256);
}

void add_algorithm(SheetSection& section, const SignatureReport& signature,
                   const SheetWords& words) {
  const auto& algorithm = signature.algorithm;
  std::string text = algorithm.signature;
  if (!algorithm.digest.empty()) text += (text.empty() ? "" : ", ") + algorithm.digest;
  if (algorithm.key_bits != 0) text += ", " + std::to_string(algorithm.key_bits) + " bit";
  words.row(section, {"Thuật toán", "Algorithms"}, text);
  if (signature.level) words.row(section, {"Mức chữ ký", "Level"}, *signature.level);
}

std::string certificate_name(const SignatureReport& signature, const std::string& sha256) {
  for (const auto& one : signature.chain) {
    if (one.sha256 == sha256) return one.name.empty() ? one.organization : one.name;
  }
  if (signature.signer && signature.signer->sha256 == sha256) return signature.signer->name;
  return "SHA-256 " + sha256;
}

// V-07: "show CRL number/time".
std::string crl_number(const Report& report, const std::string& sha256) {
  for (const auto& object : report.validation_objects) {
    if (object.kind != ValidationObject::Kind::kCrl || object.sha256 != sha256) continue;
    const auto crl = certs::Crl::from_bytes(object.octets.view());
    return crl ? crl.value().number_hex() : std::string{};
  }
  return {};
}

Phrase state_phrase(const std::string& state) {
  if (state == "good") return {"chưa bị thu hồi", "not revoked"};
  if (state == "revoked") return {"đã bị thu hồi", "revoked"};
  if (state == "not_needed") return {"không phải kiểm tra thu hồi", "needs no revocation check"};
  return {"không kiểm tra được", "could not be checked"};
}

Tone state_tone(const std::string& state) {
  return state == "revoked"                         ? Tone::kBad
         : state == "good" || state == "not_needed" ? Tone::kNeutral
                                                    : Tone::kWarning;
}

std::string evidence_line(const Report& report, const RevocationEntry& entry) {
  std::string text = entry.source;
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (const auto number = crl_number(report, entry.evidence_sha256); !number.empty())
    text += " No. 0x" + number;
  if (entry.this_update) text += ", " + to_vietnam_text(*entry.this_update);
  if (entry.next_update) text += " – " + to_vietnam_text(*entry.next_update);
  if (!entry.evidence_sha256.empty()) text += ", SHA-256 " + entry.evidence_sha256;
  return text;
}

void append_revocation(std::vector<SheetSection>& sections, const Report& report,
                       const SignatureReport& signature, const SheetWords& words) {
  if (signature.revocation.empty()) return;
  auto section = words.section(Rank::kPart, {"Tình trạng thu hồi chứng thư số", "Revocation"});
  for (const auto& entry : signature.revocation) {
    words.row(section, {"Chứng thư số", "Certificate"},
              certificate_name(signature, entry.certificate_sha256));
    std::string after;
    if (entry.revoked_at) after += ", " + SheetWords::instant(*entry.revoked_at);
    if (!entry.reason.empty()) after += ", " + SheetWords::shown(entry.reason);
    words.row(section, {"Tình trạng", "State"}, state_phrase(entry.state), "", after);
    section.rows.back().tone = state_tone(entry.state);
    words.row(section, {"Căn cứ", "Evidence"}, evidence_line(report, entry));
  }
  sections.push_back(std::move(section));
}

void append_timestamps(std::vector<SheetSection>& sections, const SignatureReport& signature,
                       const SheetWords& words) {
  for (const auto& stamp : signature.timestamps) {
    auto section =
        words.section(Rank::kPart, stamp.kind == "document"
                                       ? Phrase{"Dấu thời gian tài liệu", "Document timestamp"}
                                       : Phrase{"Dấu thời gian của chữ ký", "Signature timestamp"});
    words.row(section, {"Thời điểm", "Time"}, SheetWords::instant(stamp.gen_time));
    words.row(section, {"Máy chủ dấu thời gian", "Timestamp server"}, stamp.tsa);
    words.row(section, {"Tin cậy", "Trusted"},
              words.say(stamp.trusted ? Phrase{"có", "yes"} : Phrase{"không", "no"}),
              stamp.trusted ? Tone::kGood : Tone::kWarning);
    words.notes(section, stamp.findings);
    sections.push_back(std::move(section));
  }
}

// By page, each sentence once with how often; those that are not permitted first.
void append_changes(std::vector<SheetSection>& sections, const SignatureReport& signature,
                    const SheetWords& words) {
  const auto& changes = signature.changes_after;
  if (changes.level == pdf::ChangeLevel::kNone && changes.permitted) return;
  auto section =
      words.section(Rank::kPart, {"Thay đổi sau chữ ký này", "Changes after this signature"});
  section.tone = changes.permitted ? Tone::kNeutral : Tone::kBad;
  words.row(section, {"Được phép", "Permitted"},
            words.say(changes.permitted ? Phrase{"có", "yes"} : Phrase{"không", "no"}),
            section.tone);
  struct Key {
    bool permitted;
    std::size_t page;  // 0: of the whole document
    Code what;
    std::string field, rule;
    // clang-tidy 14 takes the 0 of a defaulted comparison for a pointer.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const Key&) const = default;
  };
  std::map<Key, std::size_t> counted;
  constexpr std::size_t kMostLines = 200;
  std::size_t left_out = 0;
  for (const auto& item : changes.items) {
    const Key key{item.permitted, item.change.page ? *item.change.page + 1 : 0, item.change.what,
                  item.change.field, item.rule};
    if (counted.size() >= kMostLines && counted.count(key) == 0)
      ++left_out;
    else
      ++counted[key];
  }
  for (const auto& [key, count] : counted) {
    SheetNote note{.tone = key.permitted ? Tone::kNeutral : Tone::kBad,
                   .text = words.say(key.what, {}),
                   .advice = key.permitted ? Said{} : words.advice_for(key.what, {}),
                   .code = std::string{info(key.what).name} + " · " + key.rule};
    const auto place = [&words, number_of_page = key.page](Said& text, Phrase page, Phrase whole) {
      const auto prefix = words.say(number_of_page == 0 ? whole : page);
      const auto number =
          number_of_page == 0 ? std::string{": "} : " " + std::to_string(number_of_page) + ": ";
      text.first = prefix.first + number + text.first;
      if (!text.second.empty()) text.second = prefix.second + number + text.second;
    };
    place(note.text, {"Trang", "Page"}, {"Toàn văn bản", "Whole document"});
    if (!key.field.empty()) note.text.first += " (" + SheetWords::shown(key.field) + ")";
    if (count > 1) note.text.first += " ×" + std::to_string(count);
    section.notes.push_back(std::move(note));
  }
  if (left_out > 0) words.row(section, {"Không liệt kê", "Not listed"}, std::to_string(left_out));
  sections.push_back(std::move(section));
}

}  // namespace

void append_signature(std::vector<SheetSection>& sections, const Report& report, std::size_t index,
                      const SheetWords& words) {
  const auto& signature = report.signatures[index];
  auto section = head(report, index, words);
  add_signer(section, signature, words);
  add_algorithm(section, signature, words);
  words.notes(section, signature.findings);
  sections.push_back(std::move(section));
  if (!signature.document_timestamp) append_timestamps(sections, signature, words);
  append_revocation(sections, report, signature, words);
  append_changes(sections, signature, words);
}

}  // namespace antin::verifier
