#include "service/main/store_command.h"

#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "service/antind/problem.h"
#include "service/audit/log_writer.h"
#include "service/audit/origin.h"
#include "service/main/daemon.h"
#include "service/main/store_settings.h"
#include "service/store/backup.h"
#include "service/store/schema.h"
#include "service/system/complain.h"
#include "service/system/privileges.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

constexpr int kLost = 1;

int usage() {
  std::cerr << "antin backup FOLDER [--config FILE]\n"
               "antin backup create --to FOLDER [--config FILE]\n"
               "antin backup verify FOLDER\n"
               "antin restore FOLDER --to FOLDER [--database postgresql://…]\n"
               "antin store init-key FILE\n"
               "antin store check|encrypt|rotate-key|release [--config FILE]\n";
  return kFailed;
}

struct Arguments {
  std::vector<std::string> words;
  std::string config = "/etc/antin/antin.toml", to, database = "sqlite";
};

bool read_arguments(std::span<char*> given, Arguments& out) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string word = given[i];
    std::string* value = word == "--config"     ? &out.config
                         : word == "--to"       ? &out.to
                         : word == "--database" ? &out.database
                                                : nullptr;
    if (value == nullptr) {
      if (word.starts_with("-")) return false;
      out.words.push_back(word);
    } else if (++i == given.size()) {
      return false;
    } else {
      *value = given[i];
    }
  }
  return true;
}

// The service's configuration; from here on this is the service's user, whose files these are.
Result<Config> service_config(const Arguments& arguments) {
  ANTIN_TRY(auto config, load_config(arguments.config));
  ANTIN_CHECK(give_up_privileges(config.process.user, AsRoot::kStay));
  return config;
}

// What was done to the store itself is an entry of its audit log.
Status log_event(Store& store, std::string kind, std::map<std::string, std::string> facts) {
  SystemRandom random;
  const auto now = SystemClock().utc_now();
  return store.in_transaction([&](Database& database) -> Status {
    audit::LogWriter logs(database, random);
    ANTIN_TRY(const auto number,
              logs.audit({.kind = kind, .actor = {}, .subject = {}, .facts = facts}, now));
    static_cast<void>(number);
    return Done{};
  });
}

Status log_backup(const Config& config, const BackupReport& report) {
  ANTIN_TRY(const auto store, Store::open(store_settings(config)));
  return log_event(*store, "backup_made",
                   {{"rows_at", report.at},
                    {"rows", std::to_string(report.rows)},
                    {"documents", std::to_string(report.documents)},
                    {"lost", std::to_string(report.lost.size())},
                    {"manifest_sha256", to_hex(report.manifest_sha256)}});
}

// What an operator sees of a backup; the lost ones by their SHA-256 and code.
int told(const char* vietnamese, const char* english, const BackupReport& report) {
  std::cout << vietnamese << " / " << english << ": " << report.at << ", " << report.rows
            << " dòng / rows, " << report.documents << " văn bản / documents, " << report.files
            << " tệp / files, " << report.octets << " byte\n";
  if (report.lost.empty()) return 0;
  for (const auto& lost : report.lost) std::cout << lost << '\n';
  const auto count = std::to_string(report.lost.size());
  complain(make_error(Code::kBackupDocumentsLost, count, {{"so", count}}));
  return kLost;
}

int backup(const Arguments& arguments) {
  const auto& words = arguments.words;
  if (words.size() == 3 && words[1] == "verify") {
    const auto report = verify_backup(words[2]);
    return report ? told("Bản sao lưu đọc được", "The backup is good", report.value())
                  : complain(report.error());
  }
  const bool dated = words.size() == 2 && words[1] == "create" && !arguments.to.empty();
  if (words.size() != 2 || (words[1] == "create") != dated) return usage();
  const auto config = service_config(arguments);
  if (!config) return complain(config.error());
  const SystemClock clock;
  const auto to = dated ? arguments.to + "/antin-" + to_rfc3339(clock.utc_now()) : words[1];
  const auto& folder = config.value().store.folder;
  const std::vector<BackupFolder> others{{"evidence", config.value().revocation.cache},
                                         {"audit", folder + "/audit"},
                                         {"signatures.log", folder + "/signatures.log"}};
  const auto report = make_backup(store_settings(config.value()), others, to, clock);
  if (!report) return complain(report.error());
  const int code = told("Đã sao lưu", "Backed up", report.value());
  const auto logged = log_backup(config.value(), report.value());
  return logged ? code : complain(logged.error());
}

int restore(const Arguments& arguments) {
  if (arguments.words.size() != 2 || arguments.to.empty()) return usage();
  const Store::Settings settings{.folder = arguments.to, .database = arguments.database};
  const auto report = restore_backup(arguments.words[1], settings);
  if (!report) return complain(report.error());
  const int code = told("Đã khôi phục", "Restored", report.value());
  const Params params{{"at", report.value().at}};
  for (const auto language : {Language::kVietnamese, Language::kEnglish})
    std::cout << sentence(Code::kAuditStoreRestored, language, params) << '\n'
              << advice(Code::kAuditStoreRestored, language, params) << '\n';
  const auto store = Store::open(settings);
  if (!store) return complain(store.error());
  const auto logged = log_event(*store.value(), "restored",
                                {{"rows_at", report.value().at},
                                 {"manifest_sha256", to_hex(report.value().manifest_sha256)}});
  return logged ? code : complain(logged.error());
}

int check(Store& store) {
  std::vector<KeptDocument> documents;
  const auto listed = store.in_snapshot([&](Database& database) {
    return each_document(database, [&](const KeptDocument& document) -> Status {
      documents.push_back(document);
      return Done{};
    });
  });
  if (!listed) return complain(listed.error());
  BackupReport report;
  report.at = to_rfc3339(SystemClock().utc_now());
  for (const auto& document : documents) {
    const auto readable = store.document(document.sha256, std::size_t{1} << 40U);
    if (readable) {
      ++report.documents;
      report.octets += readable.value().size();
    } else if (readable.error().code != Code::kStoredDocumentDestroyed) {
      report.lost.push_back(to_hex(document.sha256) + " " +
                            std::string(info(readable.error().code).name));
    }
  }
  return told("Kho dữ liệu", "The store", report);
}

// The logs of a restored store need a name of their own before anything is signed into them.
Status check_origin(Store& store, const Config& config) {
  if (config.audit.checkpoint_key.empty()) return Done{};
  const auto& origin = config.audit.origin;
  return store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(const bool used_up, audit::is_used_up(database, origin));
    if (used_up) return make_error(Code::kAuditOriginUsed, origin, {{"origin", origin}});
    return Done{};
  });
}

int release(Store& store, const Config& config) {
  const auto held = store.held();
  if (!held) return complain(held.error());
  if (!held.value()) return 0;
  if (const auto named = check_origin(store, config); !named) return complain(named.error());
  SystemRandom random;
  const auto error = make_error(Code::kStoreHeld, "release", {{"at", *held.value()}});
  const auto ended =
      store.release(problem_json(error, to_hex(random.bytes(16))), SystemClock().utc_now());
  if (!ended) return complain(ended.error());
  if (const auto logged = log_event(store, "released", {{"rows_at", *held.value()}}); !logged)
    return complain(logged.error());
  std::cout << ended.value()
            << " công việc ký dở dang đã kết thúc / unfinished signing jobs ended. "
               "Khởi động lại antind / Start antind again.\n";
  return 0;
}

int store_itself(const Arguments& arguments) {
  const auto& words = arguments.words;
  if (words.size() == 3 && words[1] == "init-key") {
    const auto made = MasterKeys::create(words[2]);
    return made ? 0 : complain(made.error());
  }
  if (words.size() != 2) return usage();
  const auto config = service_config(arguments);
  if (!config) return complain(config.error());
  const auto store = Store::open(store_settings(config.value()));
  if (!store) return complain(store.error());
  if (words[1] == "check") return check(*store.value());
  if (words[1] == "release") return release(*store.value(), config.value());
  if (words[1] == "rotate-key") {
    const auto done = store.value()->rotate_master_key();
    return done ? 0 : complain(done.error());
  }
  if (words[1] != "encrypt") return usage();
  const auto done = store.value()->encrypt_plain_documents();
  if (!done) return complain(done.error());
  std::cout << done.value() << '\n';
  return 0;
}

}  // namespace

bool is_store_command(std::string_view word) {
  return word == "backup" || word == "restore" || word == "store";
}

int store_command(std::span<char*> given) {
  Arguments arguments;
  if (!read_arguments(given, arguments) || arguments.words.empty()) return usage();
  if (arguments.words[0] == "backup") return backup(arguments);
  if (arguments.words[0] == "restore") return restore(arguments);
  return store_itself(arguments);
}

}  // namespace antin::service
