#include "service/cli/trust_show.h"

#include <ostream>

#include "service/cli/fingerprint.h"
#include "service/cli/messages.h"

namespace antin::service {
namespace {

using certs::Certificate;
using certs::PublicKeyInfo;
using Json = nlohmann::ordered_json;

std::string key_text(const PublicKeyInfo& key) {
  switch (key.kind) {
    case PublicKeyInfo::Kind::kRsa:
      return "RSA " + std::to_string(key.bits);
    case PublicKeyInfo::Kind::kEc:
      return "EC " + key.curve;
    case PublicKeyInfo::Kind::kOther:
      break;
  }
  return std::to_string(key.bits);
}

std::string kind_text(const Certificate& certificate, const std::vector<Language>& spoken) {
  if (certificate.self_signed()) return speak("gốc, tự ký", "root, self-signed", spoken);
  if (certificate.is_ca()) return speak("trung gian", "intermediate", spoken);
  return speak("không phải của tổ chức chứng thực", "not an authority's", spoken);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

Json instant(const std::optional<UtcTime>& at) {
  return at ? Json(to_rfc3339(*at)) : Json();
}

}  // namespace

void print_certificate(std::ostream& out, const Certificate& certificate,
                       const std::vector<Language>& spoken) {
  const auto row = [&](std::string_view vi, std::string_view en, const std::string& value) {
    out << "  " << speak(vi, en, spoken) << ": " << value << '\n';
  };
  out << certificate.subject_common_name() << '\n';
  row("Chủ thể", "Subject", certificate.subject_line());
  row("Tổ chức cấp", "Issuer", certificate.issuer_line());
  row("Số sê-ri", "Serial number", certificate.serial_hex());
  row("Hiệu lực", "Valid",
      to_vietnam_day_text(certificate.not_before()) + " – " +
          to_vietnam_day_text(certificate.not_after()));
  row("Khóa", "Key", key_text(certificate.public_key()));
  row("Loại", "Kind", kind_text(certificate, spoken));
  row("Dấu vân tay SHA-256", "SHA-256 fingerprint", show_fingerprint(certificate.sha256()));
}

void print_role(std::ostream& out, const TrustEntry& entry, const std::vector<Language>& spoken) {
  out << "  ";
  if (!entry.anchor) {
    out << speak("Trung gian, không tự nó được tin cậy", "Intermediate, not trusted by itself",
                 spoken);
  } else {
    out << speak("Gốc tin cậy cho", "Trust anchor for", spoken) << ": "
        << joined(purpose_names(entry.anchor->purposes));
    if (entry.anchor->trusted_from)
      out << ", " << speak("từ", "from", spoken) << ' '
          << to_vietnam_text(*entry.anchor->trusted_from);
    if (entry.anchor->trusted_until)
      out << ", " << speak("đến", "until", spoken) << ' '
          << to_vietnam_text(*entry.anchor->trusted_until);
  }
  if (!entry.file.empty()) out << " (" << entry.file << ")";
  out << '\n';
}

Json certificate_json(const Certificate& certificate) {
  return {{"sha256", to_hex(certificate.sha256())},
          {"name", certificate.subject_common_name()},
          {"subject", certificate.subject_line()},
          {"issuer", certificate.issuer_line()},
          {"serial", certificate.serial_hex()},
          {"not_before", to_rfc3339(certificate.not_before())},
          {"not_after", to_rfc3339(certificate.not_after())},
          {"key", key_text(certificate.public_key())},
          {"self_signed", certificate.self_signed()},
          {"authority", certificate.is_ca()},
          {"test_pki", certs::is_test_pki(certificate)}};
}

Json entry_json(const TrustEntry& entry) {
  auto row = certificate_json(entry.certificate);
  row["file"] = entry.file;
  row["role"] = entry.anchor ? "anchor" : "intermediate";
  if (entry.anchor) {
    row["purposes"] = purpose_names(entry.anchor->purposes);
    row["from"] = instant(entry.anchor->trusted_from);
    row["until"] = instant(entry.anchor->trusted_until);
  }
  return row;
}

std::string dump_json(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace antin::service
