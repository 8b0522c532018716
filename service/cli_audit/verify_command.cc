#include <algorithm>
#include <iostream>

#include "service/audit/origin.h"
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
  Findings keys;  ///< where they came from
  bool journal_read = false;
  Findings journal;
  std::uint64_t not_listed() const {
    std::uint64_t all = 0;
    for (const auto& [log, report] : logs) all += report.not_listed;
    return all;
  }
  Findings findings() const {
    Findings all = keys;
    for (const auto& [log, report] : logs)
      all.insert(all.end(), report.findings.begin(), report.findings.end());
    all.insert(all.end(), journal.begin(), journal.end());
    return all;
  }
};

using Keys = std::vector<audit::VerifierKey>;

/// What the command line names, read before root is given up.
struct Given {
  Keys keys;
  std::vector<std::pair<std::string, Bytes>> since;  ///< path and contents
  std::optional<audit::Journal> journal;
};
Result<Given> read_given(const Arguments& arguments, const LogPlace& place) {
  Given given;
  ANTIN_TRY(given.keys, read_keys(arguments));
  for (const auto& path : arguments.values("since")) {
    ANTIN_TRY(auto octets, read_file(path, audit::kMaxNote));
    given.since.emplace_back(path, std::move(octets));
  }
  ANTIN_TRY(given.journal, open_journal(arguments, place));
  return given;
}

using KeyList = std::vector<const audit::VerifierKey*>;

// The log's keys, those of the newest name first.
KeyList keys_of(const KeyList& keys, audit::Log log) {
  KeyList own;
  for (const auto* key : keys) {
    if (key->name().ends_with("/" + std::string(audit::name(log)))) own.push_back(key);
  }
  return own;
}

// --since: only what is signed can show that something is missing.
Result<std::vector<audit::Checkpoint>> kept_elsewhere(const Given& given, const KeyList& keys) {
  std::vector<audit::Checkpoint> kept;
  for (const auto& [path, octets] : given.since) {
    ANTIN_TRY(const auto read, audit::parse_checkpoint(as_text(octets)));
    const auto& origin = read.checkpoint.origin;
    const audit::VerifierKey* key = nullptr;
    for (const auto* one : keys) {
      if (one->name() == origin) key = one;
    }
    if (key == nullptr) return make_error(Code::kAuditOtherOrigin, path, {{"origin", origin}});
    ANTIN_CHECK(key->check(read.note));
    kept.push_back(read.checkpoint);
  }
  return kept;
}

/// Where the comparison with tokend's journal began, as the log itself tells it: the first word of
/// it that is still there.
class JournalBegan {
 public:
  void on_record(const audit::AuditRecord& record) {
    const auto& event = record.event;
    const auto* const fact = event.kind == "journal_began"       ? "after"
                             : event.kind == "records_forgotten" ? "journal_after"
                                                                 : nullptr;
    if (fact == nullptr || after_ || event.facts.count(fact) == 0) return;
    std::uint64_t number = 0;
    if (audit::read_decimal(event.facts.at(fact), number)) after_ = number;
  }
  std::optional<std::uint64_t> after() const noexcept { return after_; }

 private:
  std::optional<std::uint64_t> after_;
};

Result<audit::VerifyReport> verify_one(Database& database, audit::Log log, const KeyList& keys,
                                       const std::vector<audit::Checkpoint>& kept,
                                       JournalBegan& began) {
  audit::VerifyReport rows;
  audit::RegisterCheck check(database, rows);
  audit::VerifyOptions options;
  auto own = keys_of(keys, log);
  for (const auto& checkpoint : kept) {
    const auto is_its = [&](const auto* key) { return checkpoint.origin == key->name(); };
    if (std::any_of(own.begin(), own.end(), is_its)) options.kept.push_back(checkpoint);
  }
  if (!own.empty()) {
    options.key = own.front();
    options.earlier.assign(own.begin() + 1, own.end());
  }
  if (log == audit::Log::kAudit)
    options.on_record = [&](const audit::AuditRecord& record) {
      began.on_record(record);
      return check.on_record(record);
    };
  ANTIN_TRY(auto report, audit::verify_log(database, log, options));
  if (log == audit::Log::kAudit) ANTIN_CHECK(check.finish());
  report.findings.insert(report.findings.end(), rows.findings.begin(), rows.findings.end());
  report.not_listed += rows.not_listed;
  return report;
}

// For names that --key says nothing of, the keys that the database itself has: good against
// accidents, not against whoever may write there, and the answer says so.
Result<Keys> keys_of_database(Database& database, const Keys& given, Findings& said) {
  Keys missing;
  for (const auto log : {audit::Log::kAudit, audit::Log::kIssued}) {
    ANTIN_TRY(auto known, audit::verifiers_of(database, log));
    for (auto& key : known) {
      const auto same = [&](const auto& one) { return one.name() == key.name(); };
      if (std::any_of(given.begin(), given.end(), same)) continue;
      said.push_back({Code::kAuditKeyFromDatabase, Severity::kInfo, {{"origin", key.name()}}, {}});
      missing.push_back(std::move(key));
    }
  }
  return missing;
}

// A key holder that does not answer is a finding: the rest of the answer is worth having.
Result<Findings> told_when_away(Result<Findings> found) {
  if (found || found.error().code != Code::kTokendUnreachable) return found;
  return Findings{{Code::kAuditJournalUnreadable, Severity::kError, {{"so", "1"}}, {}}};
}

Result<Findings> compare_journal(Database& database, const audit::Journal& journal,
                                 const audit::JournalSpan& span) {
  audit::LogReader reader(database, audit::Log::kAudit);
  ANTIN_TRY(const auto origin, reader.fact("origin"));
  return told_when_away(audit::compare_with_journal(database, journal, origin.value_or(""), span));
}

// In one moment of the database.
Status look_at(Database& database, const Given& given, audit::JournalSpan span, Outcome& outcome) {
  ANTIN_TRY(const auto missing, keys_of_database(database, given.keys, outcome.keys));
  KeyList keys;
  for (const auto* some : {&given.keys, &missing}) {
    for (const auto& key : *some) keys.push_back(&key);
  }
  ANTIN_TRY(const auto kept, kept_elsewhere(given, keys));
  JournalBegan began;
  for (const auto log : {audit::Log::kAudit, audit::Log::kIssued}) {
    ANTIN_TRY(auto report, verify_one(database, log, keys, kept, began));
    outcome.logs.emplace_back(log, std::move(report));
  }
  if (!given.journal || !span.up_to) return Done{};
  span.after = began.after();
  ANTIN_TRY(outcome.journal, compare_journal(database, *given.journal, span));
  return Done{};
}

Result<Outcome> look(Database& database, const Given& given) {
  audit::JournalSpan span;
  Findings away;
  if (given.journal) {
    // Before the database is read, which the service goes on writing.
    const auto newest = (*given.journal)(0, 1);
    if (newest) {
      span.up_to = newest.value().last;
    } else {
      ANTIN_TRY(away, told_when_away(Error(newest.error())));
    }
  }
  Outcome outcome;
  ANTIN_CHECK(database.snapshot([&]() -> Status {
    outcome = {};
    outcome.journal = away;
    outcome.journal_read = given.journal.has_value();
    return look_at(database, given, span, outcome);
  }));
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
           {"keys", {{"findings", findings_json(outcome.keys)}}},
           {"logs", std::move(logs)}};
  if (outcome.journal_read) all["journal"] = {{"findings", findings_json(outcome.journal)}};
  return all;
}

void print_log(audit::Log log, const audit::VerifyReport& report,
               const std::vector<Language>& spoken) {
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

void print(const Outcome& outcome, const std::vector<Language>& spoken) {
  for (const auto& [log, report] : outcome.logs) print_log(log, report, spoken);
  for (const auto& finding : outcome.findings()) print_finding(std::cout, finding, spoken);
  if (const auto more = outcome.not_listed(); more > 0)
    std::cout << speak("… và " + std::to_string(more) + " điều khác.",
                       "… and " + std::to_string(more) + " more.", spoken)
              << '\n';
  if (exit_code_of(outcome.findings()) == kExitOk)
    std::cout << speak("Không có gì bị xóa, sửa, đổi thứ tự hay đưa về trạng thái cũ.",
                       "Nothing was removed, altered, reordered or rolled back.", spoken)
              << '\n';
}

}  // namespace

CommandSpec verify_logs_spec() {
  CommandSpec spec{
      .name = "antin audit verify",
      .usage = "--store FOLDER [--key VKEY] [--since CHECKPOINT] [--journal FILE] [--json]",
      .vi =
          "Kiểm tra hai nhật ký của dịch vụ: có mục nào bị xóa, sửa, đổi thứ tự, hay cả nhật ký bị "
          "đưa về trạng thái cũ.",
      .en =
          "Checks both logs of the service: entries removed, altered, reordered, or all of it "
          "rolled back.",
      .options = log_database_options()};
  const std::vector<OptionSpec> more{
      {"key", OptionSpec::Kind::kRepeatable, "VKEY",
       "khóa kiểm tra đã giữ riêng, hoặc tệp chứa khóa",
       "verifier key that was kept apart, or a file that holds it"},
      {"since", OptionSpec::Kind::kRepeatable, "CHECKPOINT",
       "điểm chốt cũ đã giữ riêng: phát hiện dữ liệu bị đưa về trạng thái cũ",
       "an earlier checkpoint that was kept apart: shows a rollback"},
      {"journal", OptionSpec::Kind::kValue, "FILE", "tệp sổ của antin-tokend",
       "antin-tokend's journal file"},
      {"tokend", OptionSpec::Kind::kValue, "SOCKET",
       "hỏi antin-tokend đang chạy (với --config: socket ghi trong đó)",
       "ask the antin-tokend that runs (with --config: the one that it names)"},
      {"json", OptionSpec::Kind::kFlag, "", "in kết quả dạng JSON", "print JSON"}};
  spec.options.insert(spec.options.end(), more.begin(), more.end());
  return spec;
}

Result<int> verify_logs(const Arguments& arguments, const std::vector<Language>& spoken) {
  ANTIN_TRY(const auto place, log_place(arguments));
  ANTIN_TRY(const auto given, read_given(arguments, place));
  ANTIN_CHECK(become_service(place));
  ANTIN_TRY(const auto database, open_log_database(place));
  ANTIN_TRY(const auto outcome, look(*database, given));
  if (arguments.has("json"))
    print_json(to_json(outcome));
  else
    print(outcome, spoken);
  return exit_code_of(outcome.findings());
}

}  // namespace antin::service
