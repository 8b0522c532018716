#include "service/cli_audit/audit_inputs.h"

#include <filesystem>
#include <unistd.h>

#include "hsm/tokend/file_journal.h"
#include "service/audit/tokend_journal.h"
#include "service/settings/section.h"
#include "service/system/files.h"
#include "service/system/privileges.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxKeyFile = 4'096;
constexpr std::size_t kMaxConfigFile = 1U << 20U;

// A file is checked as a whole, then read page by page: its writer may be at work meanwhile.
Result<audit::Journal> journal_of_file(const std::string& path) {
  auto records = std::make_shared<std::vector<audit::Journaled>>();
  ANTIN_TRY(const auto summary, hsm::verify_journal(path, [&](const hsm::JournalRecord& record) {
              records->push_back(audit::to_journaled(record));
            }));
  return audit::Journal([records, last = summary.last](
                            std::uint64_t after, std::size_t most) -> Result<audit::JournalPage> {
    audit::JournalPage page{.entries = {}, .last = last};
    // Numbered from 1 without gaps: verify_journal() has seen to it.
    for (auto i = static_cast<std::size_t>(after); i < records->size(); ++i) {
      if (page.entries.size() == most) break;
      page.entries.push_back((*records)[i]);
    }
    return page;
  });
}

// Of antin.toml only what says where the logs are and whose; the rest of it is antind's to judge.
Status read_place(const std::string& path, LogPlace& place) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxConfigFile));
  ANTIN_TRY(const auto file, settings::File::parse(as_text(octets), "antin-config/1"));
  auto root = file.root();
  ANTIN_TRY(auto store, root.section("store"));
  ANTIN_CHECK(store.text("folder", place.folder));
  ANTIN_CHECK(store.text("database", place.address));
  ANTIN_TRY(auto agency, root.section("agency"));
  ANTIN_CHECK(agency.text("tokend", place.tokend));
  ANTIN_TRY(auto process, root.section("process"));
  ANTIN_CHECK(process.text("user", place.user));
  std::error_code ignored;
  const auto beside = std::filesystem::absolute(path, ignored).parent_path();
  for (auto* one : {&place.folder, &place.tokend}) {
    if (!one->empty() && one->front() != '/') *one = (beside / *one).lexically_normal().string();
  }
  return Done{};
}

}  // namespace

std::vector<OptionSpec> log_database_options() {
  using Kind = OptionSpec::Kind;
  return {{"store", Kind::kValue, "FOLDER", "thư mục [store] của dịch vụ",
           "the service's [store] folder"},
          {"config", Kind::kValue, "FILE", "antin.toml của dịch vụ", "the service's antin.toml"},
          {"database", Kind::kValue, "ADDRESS", "địa chỉ PostgreSQL, khi không dùng SQLite",
           "PostgreSQL's address where it is not SQLite"}};
}

Result<LogPlace> log_place(const Arguments& arguments) {
  LogPlace place;
  place.folder = arguments.value_or("store", "");
  place.address = arguments.value_or("database", "sqlite");
  if (const auto config = arguments.value("config")) ANTIN_CHECK(read_place(*config, place));
  return place;
}

Status become_service(const LogPlace& place) {
  if (place.user.empty() || ::geteuid() != 0) return Done{};
  return give_up_privileges(place.user, AsRoot::kStay);
}

Result<std::unique_ptr<Database>> open_log_database(const LogPlace& place) {
  const auto file = place.folder + "/antin.sqlite";
  std::error_code ignored;
  if (place.address == "sqlite" &&
      (place.folder.empty() || !std::filesystem::is_regular_file(file, ignored)))
    return make_error(Code::kAuditNoLog, file);
  ANTIN_TRY(auto database, open_database(place.address, file));
  if (const auto there = database->query("SELECT log, size FROM log_size"); !there)
    return while_doing(Error(there.error()), Code::kAuditNoLog, "look for the logs");
  return database;
}

Result<std::vector<audit::VerifierKey>> read_keys(const Arguments& arguments) {
  std::vector<audit::VerifierKey> keys;
  for (const auto& given : arguments.values("key")) {
    auto text = given;
    // A path has no such form; a key always has.
    if (given.find('+') == std::string::npos) {
      ANTIN_TRY(const auto octets, read_file(given, kMaxKeyFile));
      text = as_text(octets);
    }
    ANTIN_TRY(auto key, audit::VerifierKey::parse(text));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<std::optional<audit::Journal>> open_journal(const Arguments& arguments,
                                                   const LogPlace& place) {
  if (const auto file = arguments.value("journal")) {
    ANTIN_TRY(auto journal, journal_of_file(*file));
    return std::optional(std::move(journal));
  }
  const auto socket = arguments.value_or("tokend", place.tokend);
  if (!socket.empty()) return std::optional(audit::journal_of(audit::tokend_at(socket)));
  return std::optional<audit::Journal>();
}

}  // namespace antin::service
