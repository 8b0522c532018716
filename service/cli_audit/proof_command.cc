#include <iostream>

#include "certs/ossl/digest.h"
#include "service/audit/checkpoint.h"
#include "service/audit/log_reader.h"
#include "service/audit/record.h"
#include "service/cli/messages.h"
#include "service/cli_audit/audit_commands.h"
#include "service/cli_audit/audit_inputs.h"
#include "service/cli_audit/audit_output.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxDocument = std::size_t{4} << 30U;

// What the proof says of the document, once everything about it holds.
Finding verdict(const audit::IssuedRecord& record, std::uint64_t index) {
  const Params params{{"so", std::to_string(index)}};
  switch (record.state) {
    case audit::IssuedState::kReleased:
      return {Code::kAuditDocumentProven, Severity::kInfo, params, {}};
    case audit::IssuedState::kPending:
      return {Code::kAuditDocumentPending, Severity::kWarning, params, {}};
    case audit::IssuedState::kCancelled:
    case audit::IssuedState::kRecalled:
      break;
  }
  return {Code::kAuditDocumentWithdrawn, Severity::kError, params, {}};
}

Finding refuse(Code code) {
  return {code, Severity::kError, {}, {}};
}

// Pure: the document's hash, the proof's text, the log's key.
Result<Finding> judge(const Bytes& sha256, std::string_view text, const audit::VerifierKey& key) {
  ANTIN_TRY(const auto proof, audit::parse_proof(text));
  ANTIN_TRY(const auto opened, audit::open_checkpoint(proof.checkpoint, key));
  const auto& head = opened.checkpoint.head;
  const auto record = audit::decode_issued(proof.extra);
  if (!record) return make_error(Code::kAuditProofMalformed, "record", {{"reason", "record"}});
  if (audit::to_bytes(record->document) != sha256) return refuse(Code::kAuditProofOtherDocument);
  const auto leaf = audit::leaf_hash(audit::view(audit::entry_of(proof.extra)));
  if (!audit::verify_inclusion(leaf, proof.index, head.size, head.root, proof.path))
    return refuse(Code::kAuditProofWrong);
  return verdict(*record, proof.index);
}

// What is wrong with a checkpoint or its key is an answer here, not a failure.
bool is_answer(Code code) {
  return code == Code::kAuditCheckpointForged || code == Code::kAuditCheckpointOtherKey ||
         code == Code::kAuditOtherOrigin;
}

}  // namespace

CommandSpec check_proof_spec() {
  return {.name = "antin audit check-proof",
          .usage = "FILE PROOF --key VKEY [--json]",
          .vi = "Kiểm tra bằng chứng tài liệu có trong nhật ký phát hành, không cần mạng.",
          .en = "Checks offline that a document is in the log of issued documents.",
          .options = {{"key", OptionSpec::Kind::kRepeatable, "VKEY",
                       "khóa kiểm tra của nhật ký phát hành, hoặc tệp chứa khóa",
                       "verifier key of the log, or a file that holds it"},
                      {"json", OptionSpec::Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"}},
          .min_positional = 2,
          .max_positional = 2};
}

Result<int> check_proof(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto keys, read_keys(arguments));
  if (keys.size() != 1) return make_error(Code::kAuditKeyMalformed, "--key", {{"reason", "--key"}});
  ANTIN_TRY(const auto document, read_file(arguments.positional()[0], kMaxDocument));
  ANTIN_TRY(const auto text, read_file(arguments.positional()[1], audit::kMaxNote * 2));
  const auto sha256 = ossl::sha256(document);
  auto judged = judge(sha256, as_text(text), keys[0]);
  if (!judged && !is_answer(judged.error().code)) return std::move(judged).error();
  const auto finding =
      judged ? judged.value()
             : Finding{judged.error().code, Severity::kError, judged.error().params, {}};
  if (arguments.has("json"))
    print_json({{"schema", "antin-log-proof/1"},
                {"sha256", to_hex(sha256)},
                {"origin", keys[0].name()},
                {"proven", finding.severity == Severity::kInfo},
                {"findings", findings_json({finding})}});
  else
    print_finding(std::cout, finding, spoken);
  return exit_code_of({finding});
}

CommandSpec show_keys_spec() {
  return {.name = "antin audit key",
          .usage = "--store FOLDER",
          .vi = "In khóa kiểm tra của hai nhật ký; giữ bản in ở nơi khác với máy chủ.",
          .en = "Prints the verifier keys of both logs; keep them away from the server.",
          .options = log_database_options()};
}

Result<int> show_keys(const Arguments& arguments, const std::vector<Language>& spoken) {
  static_cast<void>(spoken);
  ANTIN_TRY(const auto place, log_place(arguments));
  ANTIN_CHECK(become_service(place));
  ANTIN_TRY(const auto database, open_log_database(place));
  bool all = true;
  for (const auto log : {audit::Log::kAudit, audit::Log::kIssued}) {
    audit::LogReader reader(*database, log);
    ANTIN_TRY(const auto key, reader.fact("vkey." + std::string(audit::name(log))));
    if (key) std::cout << *key << '\n';
    all = all && key.has_value();
  }
  return all ? kExitOk : kExitUndecided;
}

}  // namespace antin::service
