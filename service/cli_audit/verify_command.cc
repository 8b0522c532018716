#include <iostream>

#include "service/audit/store_events.h"
#include "service/audit/verify.h"
#include "service/cli/messages.h"
#include "service/cli_audit/audit_commands.h"
#include "service/cli_audit/audit_inputs.h"
#include "service/cli_audit/audit_output.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using Json = nlohmann::ordered_json;

/// All that a run found.
struct Outcome {
  std::vector<std::pair<audit::Log, audit::VerifyReport>> logs;
  bool journal_read = false;
  Findings journal;
  std::uint64_t not_listed() const {
    std::uint64_t all = 0;
    for (const auto& [log, report] : logs) all += report.not_listed;
    return all;
  }
  Findings findings() const {
    Findings all;
    for (const auto& [log, report] : logs)
      all.insert(all.end(), report.findings.begin(), report.findings.end());
    all.insert(all.end(), journal.begin(), journal.end());
    return all;
  }
};

const audit::VerifierKey* key_named(const std::vector<audit::VerifierKey>& keys,
                                    std::string_view log) {
  for (const auto& key : keys) {
    if (key.name().ends_with("/" + std::string(log))) return &key;
  }
  return nullptr;
}

// --since: only what is signed can show that something is missing.
Result<std::vector<audit::Checkpoint>> kept_elsewhere(const Arguments& arguments,
                                                      const std::vector<audit::VerifierKey>& keys) {
  std::vector<audit::Checkpoint> kept;
  for (const auto& path : arguments.values("since")) {
    ANTIN_TRY(const auto octets, read_file(path, audit::kMaxNote));
    ANTIN_TRY(const auto read, audit::parse_checkpoint(as_text(octets)));
    const auto& origin = read.checkpoint.origin;
    const audit::VerifierKey* key = nullptr;
    for (const auto& one : keys) {
      if (one.name() == origin) key = &one;
    }
    if (key == nullptr) return make_error(Code::kAuditOtherOrigin, path, {{"origin", origin}});
    ANTIN_CHECK(key->check(read.note));
    kept.push_back(read.checkpoint);
  }
  return kept;
}

Result<audit::VerifyReport> verify_one(Database& database, audit::Log log,
                                       const audit::VerifierKey* key,
                                       const std::vector<audit::Checkpoint>& kept) {
  audit::VerifyReport rows;
  audit::RegisterCheck check(database, rows);
  audit::VerifyOptions options{.key = key, .kept = {}, .on_record = {}};
  for (const auto& checkpoint : kept) {
    if (key != nullptr && checkpoint.origin == key->name()) options.kept.push_back(checkpoint);
  }
  if (log == audit::Log::kAudit)
    options.on_record = [&](const audit::AuditRecord& record) { return check.on_record(record); };
  ANTIN_TRY(auto report, audit::verify_log(database, log, options));
  if (log == audit::Log::kAudit) ANTIN_CHECK(check.finish());
  report.findings.insert(report.findings.end(), rows.findings.begin(), rows.findings.end());
  report.not_listed += rows.not_listed;
  return report;
}

// Without --key the keys that the database itself names: good against accidents, not against
// whoever may write there.
Status keys_of_database(Database& database, std::vector<audit::VerifierKey>& keys) {
  for (const auto log : {audit::Log::kAudit, audit::Log::kIssued}) {
    if (key_named(keys, audit::name(log)) != nullptr) continue;
    audit::LogReader reader(database, log);
    ANTIN_TRY(const auto text, reader.fact("vkey." + std::string(audit::name(log))));
    if (!text) continue;
    ANTIN_TRY(auto key, audit::VerifierKey::parse(*text));
    keys.push_back(std::move(key));
  }
  return Done{};
}

Result<Outcome> look(Database& database, const Arguments& arguments) {
  ANTIN_TRY(auto keys, read_keys(arguments));
  ANTIN_TRY(const auto journal, open_journal(arguments));
  Outcome outcome;
  const auto work = [&]() -> Status {
    ANTIN_CHECK(keys_of_database(database, keys));
    ANTIN_TRY(const auto kept, kept_elsewhere(arguments, keys));
    for (const auto log : {audit::Log::kAudit, audit::Log::kIssued}) {
      ANTIN_TRY(auto report, verify_one(database, log, key_named(keys, audit::name(log)), kept));
      outcome.logs.emplace_back(log, std::move(report));
    }
    if (!journal) return Done{};
    audit::LogReader reader(database, audit::Log::kAudit);
    ANTIN_TRY(const auto origin, reader.fact("origin"));
    ANTIN_TRY(outcome.journal,
              audit::compare_with_journal(database, *journal, origin.value_or("")));
    outcome.journal_read = true;
    return Done{};
  };
  ANTIN_CHECK(database.snapshot(work));
  return outcome;
}

Json to_json(const Outcome& outcome) {
  auto logs = Json::array();
  for (const auto& [log, report] : outcome.logs)
    logs.push_back({{"log", audit::name(log)},
                    {"entries", report.head.size.value},
                    {"root", to_hex(audit::view(report.head.root))},
                    {"proven", report.proven.value},
                    {"checkpoints", report.checkpoints},
                    {"forgotten", report.forgotten},
                    {"findings", findings_json(report.findings)},
                    {"not_listed", report.not_listed}});
  Json all{{"schema", "antin-audit/1"},
           {"clean", exit_code_of(outcome.findings()) == kExitOk},
           {"logs", std::move(logs)}};
  if (outcome.journal_read) all["journal"] = {{"findings", findings_json(outcome.journal)}};
  return all;
}

void print(const Outcome& outcome, const std::vector<Language>& spoken) {
  for (const auto& [log, report] : outcome.logs) {
    const auto size = std::to_string(report.head.size.value);
    const auto proven = std::to_string(report.proven.value);
    const auto name = std::string(audit::name(log));
    std::cout << speak("Nhật ký " + name + ": " + size + " mục, điểm chốt chứng minh " + proven +
                           " mục đầu.",
                       "Log " + name + ": " + size + " entries, checkpoints prove the first " +
                           proven + ".",
                       spoken)
              << '\n';
  }
  for (const auto& finding : outcome.findings()) print_finding(std::cout, finding, spoken);
  if (const auto more = outcome.not_listed(); more > 0)
    std::cout << speak("… và " + std::to_string(more) + " điều khác.",
                       "… and " + std::to_string(more) + " more.", spoken)
              << '\n';
  if (outcome.findings().empty())
    std::cout << speak("Không có gì bị xóa, sửa, đổi thứ tự hay đưa về trạng thái cũ.",
                       "Nothing was removed, altered, reordered or rolled back.", spoken)
              << '\n';
}

}  // namespace

CommandSpec verify_logs_spec() {
  return {
      .name = "antin audit verify",
      .usage = "--store FOLDER [--key VKEY] [--since CHECKPOINT] [--journal FILE] [--json]",
      .vi =
          "Kiểm tra hai nhật ký của dịch vụ: có mục nào bị xóa, sửa, đổi thứ tự, hay cả nhật ký bị "
          "đưa về trạng thái cũ.",
      .en =
          "Checks both logs of the service: entries removed, altered, reordered, or all of it "
          "rolled back.",
      .options = {{"store", OptionSpec::Kind::kValue, "FOLDER", "thư mục [store] của dịch vụ",
                   "the service's [store] folder"},
                  {"config", OptionSpec::Kind::kValue, "FILE", "antin.toml của dịch vụ",
                   "the service's antin.toml"},
                  {"database", OptionSpec::Kind::kValue, "ADDRESS",
                   "địa chỉ PostgreSQL, khi không dùng SQLite",
                   "PostgreSQL's address where it is not SQLite"},
                  {"key", OptionSpec::Kind::kRepeatable, "VKEY",
                   "khóa kiểm tra đã giữ riêng, hoặc tệp chứa khóa",
                   "verifier key that was kept apart, or a file that holds it"},
                  {"since", OptionSpec::Kind::kRepeatable, "CHECKPOINT",
                   "điểm chốt cũ đã giữ riêng: phát hiện dữ liệu bị đưa về trạng thái cũ",
                   "an earlier checkpoint that was kept apart: shows a rollback"},
                  {"journal", OptionSpec::Kind::kValue, "FILE", "tệp sổ của antin-tokend",
                   "antin-tokend's journal file"},
                  {"tokend", OptionSpec::Kind::kValue, "SOCKET", "hỏi antin-tokend đang chạy",
                   "ask the antin-tokend that runs"},
                  {"json", OptionSpec::Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"}}};
}

Result<int> verify_logs(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto database, open_log_database(arguments));
  ANTIN_TRY(const auto outcome, look(*database, arguments));
  if (arguments.has("json"))
    print_json(to_json(outcome));
  else
    print(outcome, spoken);
  return exit_code_of(outcome.findings());
}

}  // namespace antin::service
