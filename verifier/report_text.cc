#include <string>
#include <string_view>

#include "certs/core/codes.h"
#include "verifier/report.h"
#include "verifier/words.h"

namespace antin::verifier {
namespace {

// Names come from certificates and documents: a terminal must not obey what they contain.
std::string printable(std::string_view text) {
  std::string clean;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const bool c1 = octet == 0xC2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) < 0xA0;  // U+0080 … U+009F
    if (octet < 0x20 || octet == 0x7F || c1) {
      clean += '?';
      if (c1) ++i;
    } else {
      clean += text[i];
    }
  }
  return clean;
}

class Writer {
 public:
  explicit Writer(Language language) : language_(language) {}

  std::string_view say(std::string_view vi, std::string_view en) const {
    return language_ == Language::kVietnamese ? vi : en;
  }
  std::string say(Code code, const Params& params = {}) const {
    return printable(sentence(code, language_, params));
  }
  std::string advice_for(Code code, const Params& params) const {
    return printable(advice(code, language_, params));
  }
  void line(const std::string& text) { text_ += text + "\n"; }
  /// Nothing is written for an empty value.
  void row(std::string_view vi, std::string_view en, std::string_view value) {
    if (!value.empty()) text_ += "  " + std::string{say(vi, en)} + ": " + printable(value) + "\n";
  }
  Language language() const noexcept { return language_; }
  std::string take() { return std::move(text_); }

 private:
  Language language_;
  std::string text_;
};

void write_findings(Writer& out, const Findings& findings, std::string_view indent) {
  for (const auto& finding : findings) {
    std::string text{indent};
    text += finding.severity == Severity::kError     ? "✗ "
            : finding.severity == Severity::kWarning ? "! "
                                                     : "· ";
    text += out.say(finding.code, finding.params);
    text += " [" + std::string{info(finding.code).name} + "]";
    if (!finding.detail.empty()) text += " (" + printable(finding.detail) + ")";
    out.line(text);
  }
}

void write_comparison(Writer& out, const Comparison& comparison) {
  out.line(std::string{out.say("So với ", "Against ")} + printable(comparison.original_file) +
           ": " + out.say(message_of(comparison.result)) + " [" +
           std::string{info(message_of(comparison.result)).name} + "]");
  const auto then = out.advice_for(message_of(comparison.result), {});
  if (!then.empty()) out.line("  " + std::string{out.say("Cần làm: ", "What to do: ")} + then);
  write_findings(out, comparison.findings, "  ");
}

void write_signer(Writer& out, const SignatureReport& signature) {
  if (!signature.signer) return;
  const auto& signer = *signature.signer;
  out.row("Người ký", "Signer", signer.name);
  out.row("Đơn vị quản lý", "Organization", signer.organization);
  out.row("Tổ chức cấp chứng thư số", "Certificate issued by", signer.issuer);
  out.row("Số sê-ri chứng thư", "Certificate serial", signer.serial);
  out.row("Dấu vân tay SHA-256", "SHA-256 fingerprint", signer.sha256);
  out.row("Thời hạn chứng thư", "Certificate period",
          to_vietnam_text(signer.not_before) + " – " + to_vietnam_text(signer.not_after));
  out.row("Hiệu lực tại thời điểm ký", "Validity at signing",
          validity_at_signing(signature).in(out.language()));
}

void write_changes(Writer& out, const ChangesAfter& changes) {
  if (changes.level == pdf::ChangeLevel::kNone && changes.permitted) return;
  out.row("Thay đổi sau khi ký", "Changes after signing",
          changes.permitted ? out.say("có, được phép", "yes, permitted")
                            : out.say("có, không được phép", "yes, not permitted"));
  constexpr std::size_t kMostLines = 20;
  std::size_t written = 0;
  for (const auto& item : changes.items) {
    if (changes.permitted != item.permitted) continue;  // the forbidden ones explain a refusal
    if (++written > kMostLines) {
      out.line("      …");
      break;
    }
    std::string text = item.permitted ? "    · " : "    ✗ ";
    if (item.change.page)
      text +=
          std::string{out.say("trang ", "page ")} + std::to_string(*item.change.page + 1) + ": ";
    text += out.say(item.change.what);
    if (!item.change.field.empty()) text += " (" + printable(item.change.field) + ")";
    text += " [" + item.rule + "]";
    out.line(text);
  }
}

void write_register(Writer& out, const RegisterEntry& entry) {
  out.row("Trong sổ", "Register", phrase(entry.state).in(out.language()));
  if (entry.state == RegisterEntry::State::kNotFound) return;
  out.row("Loại giấy tờ", "Kind of paper", phrase(entry.kind).in(out.language()));
  out.row("Số", "Number", entry.number);
  out.row("Quyển số", "Book", entry.book);
  out.row("Ngày", "Date", vietnam_day(entry.date));
  out.row("Cơ quan", "Agency", entry.unit_name);
  if (!entry.decision) return;
  out.row("Quyết định", "Decision", entry.decision->number);
  out.row("Ngày quyết định", "Date of the decision", vietnam_day(entry.decision->date));
}

void write_signature(Writer& out, const SignatureReport& signature, std::size_t number,
                     std::size_t count) {
  out.line("");
  out.line(std::string{signature.document_timestamp
                           ? out.say("Dấu thời gian tài liệu ", "Document timestamp ")
                           : out.say("Chữ ký số ", "Signature ")} +
           std::to_string(number) + "/" + std::to_string(count) + " (" +
           printable(signature.field) + ")");
  std::string conclusion{name(signature.indication)};
  if (signature.sub_indication) conclusion += " / " + std::string{name(*signature.sub_indication)};
  out.row("Kết luận", "Conclusion", conclusion);
  out.row("Tính toàn vẹn", "Integrity", phrase(signature.integrity).in(out.language()));
  out.row("Phạm vi được ký", "Covers", phrase(signature.coverage).in(out.language()));
  write_signer(out, signature);
  const auto& time = signature.signing_time;
  if (const auto at = time.proven ? time.proven : time.claimed)
    out.row("Thời điểm ký", "Signing time",
            to_vietnam_text(*at) + " (" + std::string{time_source(time).in(out.language())} + ")");
  out.row("Thuật toán", "Algorithm",
          signature.algorithm.signature + ", " + signature.algorithm.digest +
              (signature.algorithm.key_bits != 0
                   ? ", " + std::to_string(signature.algorithm.key_bits) + " bit"
                   : ""));
  if (signature.level) out.row("Mức", "Level", *signature.level);
  write_changes(out, signature.changes_after);
  write_findings(out, signature.findings, "  ");
}

}  // namespace

std::string to_text(const Report& report, Language language) {
  Writer out{language};
  out.line(printable(report.file) + ": " + std::string{title(report.verdict, language)});
  out.line(out.say(report.message, report.message_params) + " [" +
           std::string{info(report.message).name} + "]");
  const auto what_to_do = out.advice_for(report.message, report.message_params);
  if (!what_to_do.empty()) out.line(std::string{out.say("Cần làm: ", "What to do: ")} + what_to_do);
  if (report.comparison) {
    write_comparison(out, *report.comparison);
  }
  if (report.register_entry) write_register(out, *report.register_entry);
  out.row("SHA-256", "SHA-256", report.sha256);
  out.row("Số trang", "Pages", std::to_string(report.pages));
  out.row("Số phiên bản", "Revisions", std::to_string(report.revisions));
  write_findings(out, report.findings, "  ");
  for (std::size_t i = 0; i < report.signatures.size(); ++i)
    write_signature(out, report.signatures[i], i + 1, report.signatures.size());
  return out.take();
}

std::string to_text(const Comparison& comparison, Language language) {
  Writer out(language);
  write_comparison(out, comparison);
  return out.take();
}

}  // namespace antin::verifier
