#include "service/cli/sign_results.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "certs/ossl/digest.h"
#include "service/cli/messages.h"
#include "signer/extend.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;
using State = signer::BatchOutcome::State;

const char* name(State state) {
  switch (state) {
    case State::kSigned:
      return "signed";
    case State::kAlreadyDone:
      return "already_done";
    case State::kFailed:
      return "failed";
    case State::kNotAttempted:
      break;
  }
  return "not_attempted";
}

Json both(std::string (*text)(Code, Language, const Params&), Code code, const Params& params) {
  return {{"vi", text(code, Language::kVietnamese, params)},
          {"en", text(code, Language::kEnglish, params)}};
}

Json to_json(const Error& error) {
  Json out{{"code", info(error.code).name},
           {"message", both(sentence, error.code, error.params)},
           {"advice", both(advice, error.code, error.params)}};
  if (!info(error.code).m_number.empty()) out["m_number"] = info(error.code).m_number;
  Json reasons = Json::array();
  for (const auto* cause = error.cause.get(); cause != nullptr; cause = cause->cause.get())
    reasons.push_back({{"code", info(cause->code).name},
                       {"message", both(sentence, cause->code, cause->params)}});
  if (!reasons.empty()) out["reasons"] = std::move(reasons);
  return out;
}

Json to_json(const certs::Certificate& certificate) {
  return {{"name", certificate.subject_common_name()},
          {"organization", certificate.subject_organization()},
          {"issuer", certificate.issuer_common_name()},
          {"serial", certificate.serial_hex()},
          {"sha256", to_hex(certificate.sha256())},
          {"not_before", to_rfc3339(certificate.not_before())},
          {"not_after", to_rfc3339(certificate.not_after())}};
}

Json to_json(const Findings& findings) {
  Json out = Json::array();
  for (const auto& finding : findings)
    out.push_back({{"code", info(finding.code).name},
                   {"message", both(sentence, finding.code, finding.params)}});
  return out;
}

bool falls_short(const ExtendedFile& file) {
  return std::any_of(file.warnings.begin(), file.warnings.end(),
                     [](const auto& one) { return one.code == Code::kLevelNotReached; });
}

// File names are octets; JSON is UTF-8.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void print_outcome(std::ostream& out, const signer::BatchItem& item,
                   const signer::BatchOutcome& outcome, const certs::Certificate& certificate,
                   const std::vector<Language>& spoken) {
  const auto line = [&](std::string_view vi, std::string_view en, const std::string& value) {
    if (!value.empty()) out << "  " << speak(vi, en, spoken) << ": " << value << '\n';
  };
  switch (outcome.state) {
    case State::kSigned:
      out << item.output << ": " << speak(Code::kSigned, {}, spoken) << '\n';
      line("Người ký", "Signer", certificate.subject_common_name());
      line("Cơ quan", "Organization", certificate.subject_organization());
      line("Chứng thư số", "Certificate",
           certificate.serial_hex() + ", " + certificate.issuer_common_name() + ", " +
               to_vietnam_day_text(certificate.not_before()) + " – " +
               to_vietnam_day_text(certificate.not_after()));
      line("Thời gian ký", "Signing time",
           outcome.signing_time ? to_vietnam_text(*outcome.signing_time) : "");
      line("Trường chữ ký", "Field",
           (outcome.field.empty() ? "" : outcome.field + ", ") +
               std::string(signer::name(outcome.level)));
      line("SHA-256", "SHA-256", to_hex(outcome.output_sha256));
      break;
    case State::kAlreadyDone:
      out << item.output << ": " << speak(Code::kAlreadySigned, {}, spoken) << '\n';
      break;
    case State::kFailed:
    case State::kNotAttempted: {
      out << item.input << ": ";
      std::string vi = "?";
      std::string en = "?";
      if (outcome.error) {
        vi = sentence(outcome.error->code, Language::kVietnamese, outcome.error->params);
        en = sentence(outcome.error->code, Language::kEnglish, outcome.error->params);
      }
      out << speak(sentence(Code::kSigningFailed, Language::kVietnamese, {{"ly_do", vi}}),
                   sentence(Code::kSigningFailed, Language::kEnglish, {{"ly_do", en}}), spoken)
          << '\n';
      if (outcome.error) print_error(out, *outcome.error, spoken);
      break;
    }
  }
  for (const auto& warning : outcome.warnings) print_finding(out, warning, spoken);
}

std::string outcome_json(const signer::BatchItem& item, const signer::BatchOutcome& outcome,
                         const certs::Certificate& certificate) {
  Json out{{"schema", "antin-sign/1"},
           {"file", item.input},
           {"output", item.output},
           {"state", name(outcome.state)},
           {"input_sha256", to_hex(outcome.input_sha256)}};
  if (outcome.state == State::kSigned || outcome.state == State::kAlreadyDone) {
    out["sha256"] = to_hex(outcome.output_sha256);
    out["size"] = outcome.output_octets;
    out["signer"] = to_json(certificate);
  }
  if (outcome.state == State::kSigned) {
    if (!outcome.field.empty()) out["field"] = outcome.field;
    out["level"] = signer::name(outcome.level);
    if (outcome.signing_time) out["signing_time"] = to_rfc3339(*outcome.signing_time);
    out["message"] = both(sentence, Code::kSigned, {});
  }
  if (outcome.error) out["error"] = to_json(*outcome.error);
  out["warnings"] = to_json(outcome.warnings);
  return dump(out);
}

std::string prepared_json(const std::string& input, const std::string& output,
                          const std::string& state, const std::string& field,
                          SignatureScheme scheme, const Findings& warnings) {
  return dump(
      {{"schema", "antin-sign/1"},
       {"file", input},
       {"output", output},
       {"state_file", state},
       {"state", "prepared"},
       {"field", field},
       {"algorithm",
        {{"digest", antin::name(scheme.digest)}, {"signature", antin::name(scheme.algorithm)}}},
       {"warnings", to_json(warnings)}});
}

std::string completed_json(const std::string& input, const std::string& output,
                           const signer::SignedDocument& document, const SharedBytes& whole) {
  return dump({{"schema", "antin-sign/1"},
               {"file", input},
               {"output", output},
               {"state", "signed"},
               {"sha256", to_hex(ossl::sha256(whole.view()))},
               {"size", whole.size()},
               {"field", document.field},
               {"level", signer::name(document.level_reached)},
               {"signing_time", to_rfc3339(document.signing_time)},
               {"message", both(sentence, Code::kSigned, {})},
               {"warnings", to_json(document.warnings)}});
}

void print_extended(std::ostream& out, const std::string& input, const std::string& output,
                    const Result<ExtendedFile>& made, const std::vector<Language>& spoken) {
  if (!made) {
    out << input << ":\n";
    print_error(out, made.error(), spoken);
    return;
  }
  const auto& file = made.value();
  if (file.changed && !falls_short(file))
    out << output << ": "
        << speak(Code::kLevelRaised, {{"muc", std::string(signer::name(file.level))}}, spoken)
        << '\n';
  else
    out << output << ": " << signer::name(file.level) << '\n';
  for (const auto& field : file.fields) {
    if (!field.document_timestamp)
      out << "  " << field.field << ": " << signer::name(field.level) << '\n';
  }
  if (file.renew_before)
    out << "  "
        << speak(Code::kRenewalDue, {{"ngay", to_vietnam_day_text(*file.renew_before)}}, spoken)
        << '\n';
  for (const auto& warning : file.warnings) {
    if (warning.code != Code::kRenewalDue) print_finding(out, warning, spoken);
  }
}

std::string extended_json(const std::string& input, const std::string& output,
                          const Result<ExtendedFile>& made) {
  Json out{{"schema", "antin-extend/1"}, {"file", input}, {"output", output}};
  if (!made) {
    out["state"] = "failed";
    out["error"] = to_json(made.error());
    return dump(out);
  }
  const auto& file = made.value();
  out["state"] = file.changed ? "extended" : "unchanged";
  out["level"] = signer::name(file.level);
  out["sha256"] =
      to_hex(ossl::digest(DigestAlgorithm::kSha256, {file.original.view(), ByteView(file.tail)}));
  out["size"] = file.original.size() + file.tail.size();
  Json fields = Json::array();
  for (const auto& field : file.fields) {
    if (!field.document_timestamp)
      fields.push_back({{"field", field.field}, {"level", signer::name(field.level)}});
  }
  if (!fields.empty()) out["signatures"] = std::move(fields);
  if (file.renew_before) out["renew_before"] = to_rfc3339(*file.renew_before);
  out["warnings"] = to_json(file.warnings);
  return dump(out);
}

std::string failure_json(const Error& error) {
  return dump({{"schema", "antin-sign/1"}, {"state", "failed"}, {"error", to_json(error)}});
}

Result<int> or_failure_json(const Arguments& arguments, Result<int> code) {
  if (!code && arguments.has("json")) std::cout << failure_json(code.error()) << std::endl;
  return code;
}

}  // namespace antin::service
