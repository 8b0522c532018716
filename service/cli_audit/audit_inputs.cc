#include "service/cli_audit/audit_inputs.h"

#include <filesystem>

#include "hsm/tokend/client.h"
#include "hsm/tokend/file_journal.h"
#include "service/settings/section.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

constexpr std::size_t kMaxKeyFile = 4'096;
constexpr std::size_t kMaxConfigFile = 1U << 20U;
constexpr std::chrono::milliseconds kTokendWithin{30'000};

audit::Journaled to_journaled(const hsm::JournalRecord& record) {
  const auto& entry = record.entry;
  return {.number = record.number,
          .kind = entry.kind == hsm::JournalEntry::Kind::kCheckpoint
                      ? audit::Journaled::Kind::kCheckpoint
                      : audit::Journaled::Kind::kDocument,
          .signed_sha256 = entry.signed_sha256,
          .key_uri = entry.key_uri,
          .origin = entry.origin,
          .size = entry.size,
          .root = entry.root};
}

audit::JournalPage to_page(const hsm::JournalPage& page) {
  audit::JournalPage out{.entries = {}, .last = page.last};
  out.entries.reserve(page.records.size());
  for (const auto& record : page.records) out.entries.push_back(to_journaled(record));
  return out;
}

// A file is checked as a whole, then read page by page: its writer may be at work meanwhile.
Result<audit::Journal> journal_of_file(const std::string& path) {
  auto records = std::make_shared<std::vector<audit::Journaled>>();
  ANTIN_TRY(const auto summary, hsm::verify_journal(path, [&](const hsm::JournalRecord& record) {
              records->push_back(to_journaled(record));
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

audit::Journal journal_of_tokend(const std::string& socket) {
  auto tokend = std::make_shared<hsm::TokendKeyHolder>(
      [socket] { return hsm::connect_to_tokend(socket); },
      hsm::TokendKeyHolder::Timeouts{.call = kTokendWithin, .login = kTokendWithin});
  return [tokend](std::uint64_t after, std::size_t most) -> Result<audit::JournalPage> {
    ANTIN_TRY(const auto page, tokend->journal(after, most));
    return to_page(page);
  };
}

// Of antin.toml only what says where the logs are; the rest of it is antind's to judge.
Status read_store_section(const std::string& path, std::string& folder, std::string& address) {
  ANTIN_TRY(const auto octets, read_file(path, kMaxConfigFile));
  ANTIN_TRY(const auto file, settings::File::parse(as_text(octets), "antin-config/1"));
  auto root = file.root();
  ANTIN_TRY(auto store, root.section("store"));
  ANTIN_CHECK(store.text("folder", folder));
  ANTIN_CHECK(store.text("database", address));
  if (!folder.empty() && folder.front() != '/')
    folder = (std::filesystem::absolute(path).parent_path() / folder).string();
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Database>> open_log_database(const Arguments& arguments) {
  auto address = arguments.value_or("database", "sqlite");
  auto folder = arguments.value_or("store", "");
  if (const auto config = arguments.value("config"))
    ANTIN_CHECK(read_store_section(*config, folder, address));
  const auto file = folder + "/antin.sqlite";
  std::error_code ignored;
  if (address == "sqlite" && (folder.empty() || !std::filesystem::is_regular_file(file, ignored)))
    return make_error(Code::kAuditNoLog, file);
  ANTIN_TRY(auto database, open_database(address, file));
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

Result<std::optional<audit::Journal>> open_journal(const Arguments& arguments) {
  if (const auto file = arguments.value("journal")) {
    ANTIN_TRY(auto journal, journal_of_file(*file));
    return std::optional(std::move(journal));
  }
  if (const auto socket = arguments.value("tokend"))
    return std::optional(journal_of_tokend(*socket));
  return std::optional<audit::Journal>();
}

}  // namespace antin::service
