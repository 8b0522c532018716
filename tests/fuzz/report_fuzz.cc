// What stands on a report is foreign text, and what antin-report and antin verify read back may
// come from anywhere.

#include <algorithm>

#include "tests/fuzz/require.h"
#include "verifier/container.h"
#include "verifier/evidence.h"
#include "verifier/markup.h"
#include "verifier/report_etsi.h"
#include "verifier/sheet.h"

using namespace antin;
using fuzz::require;

namespace {

std::size_t count(std::string_view text, char wanted) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), wanted));
}

verifier::Report report_with(const std::string& text) {
  verifier::Report report;
  report.file = text;
  report.policy = text;
  report.verdict = verifier::Verdict::kInvalid;
  report.message = Code::kFileUnreadable;
  report.message_params = {{"file", text}};
  verifier::SignatureReport signature;
  signature.field = text;
  signature.sub_filter = text;
  signature.signature_sha256 = text;
  verifier::CertificateSummary signer{.name = text,
                                      .organization = text,
                                      .issuer = text,
                                      .serial = text,
                                      .sha256 = text,
                                      .not_before = UtcTime{std::chrono::sys_seconds{}},
                                      .not_after = UtcTime{std::chrono::sys_seconds{}}};
  signature.signer = signer;
  signature.chain = {signer, signer};
  signature.findings.push_back({Code::kFileUnreadable, Severity::kError, {{"file", text}}, text});
  report.signatures.push_back(signature);
  return report;
}

// Text can add no markup: as many brackets as with harmless text of the same length or none.
void text_stays_text(const std::string& text) {
  const auto hostile = report_with(text);
  const auto harmless = report_with(std::string(std::min<std::size_t>(text.size(), 1), 'x'));
  const auto html =
      verifier::to_html(verifier::make_sheet(hostile, verifier::SheetLanguage::kBoth));
  const auto plain =
      verifier::to_html(verifier::make_sheet(harmless, verifier::SheetLanguage::kBoth));
  require(count(html, '<') == count(plain, '<') && count(html, '>') == count(plain, '>'));
  const auto etsi = verifier::to_etsi(hostile);
  require(count(etsi, '<') == count(etsi, '>'));
}

void sheets_survive_the_way(const std::string& text) {
  const auto sheet = verifier::make_sheet(report_with(text), verifier::SheetLanguage::kBoth);
  const auto json = verifier::to_json(sheet);
  const auto read = verifier::read_sheet(json);
  require(static_cast<bool>(read) && verifier::to_json(read.value()) == json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets{data, size};
  const std::string text{as_text(octets)};
  text_stays_text(text);
  sheets_survive_the_way(text);
  const auto sheet = verifier::read_sheet(text);
  if (sheet) {
    const auto html = verifier::to_html(sheet.value());
    require(count(html, '<') == count(html, '>'));
  }
  const SharedBytes container{to_bytes(octets)};
  if (const auto files = verifier::read_container(container)) {
    const auto again = verifier::write_container(files.value());
    require(static_cast<bool>(again) &&
            std::equal(again.value().begin(), again.value().end(), octets.begin(), octets.end()));
  }
  const auto evidence = verifier::read_evidence(container);
  require(!evidence || verifier::read_container(container));
  return 0;
}
