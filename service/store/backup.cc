#include "service/store/backup.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>

#include "certs/ossl/digest.h"
#include "service/store/backup_lines.h"
#include "service/store/hashed_file.h"
#include "service/store/schema.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "antin-backup/1";
constexpr const char* kManifest = "manifest.jsonl";
// Of a line of JSON: a document's facts are some thousand octets, a pending signature some ten
// thousand.
constexpr std::size_t kMaxLine = std::size_t{64} << 20U;

Error unreadable(const std::string& file, const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kBackupManifest, file + ": " + reason,
                    {{"file", file}, {"reason", reason}}, where);
}

Error damaged(const std::string& file, Where where = Where::here()) {
  return make_error(Code::kBackupDamaged, file, {{"file", file}}, where);
}

Status new_or_empty(const std::string& folder) {
  std::error_code problem;
  if (!fs::exists(folder, problem) && !problem) return Done{};
  if (!problem && fs::is_directory(folder, problem) && fs::is_empty(folder, problem) && !problem)
    return Done{};
  return make_error(Code::kBackupTarget, folder, {{"file", folder}});
}

// Beside the place where it will stand, so that it appears whole or not at all.
class Draft {
 public:
  explicit Draft(std::string target)
      : target_(without_slash(std::move(target))), path_(target_ + ".part") {}
  const std::string& path() const { return path_; }
  Status begin() const {
    ANTIN_CHECK(new_or_empty(target_));
    if (auto fresh = new_or_empty(path_); !fresh) return fresh;
    return make_folder(path_);
  }
  // Every folder is synced before the name that makes them count.
  Status finish() const {
    std::vector<std::string> folders{path_};
    std::error_code problem;
    for (const auto& entry : fs::recursive_directory_iterator(path_, problem))
      if (entry.is_directory(problem)) folders.push_back(entry.path().string());
    if (problem) return make_error(Code::kStoreFailed, path_ + ": " + problem.message());
    ANTIN_CHECK(sync_written(folders));
    fs::rename(path_, target_, problem);
    if (problem) return make_error(Code::kStoreFailed, target_ + ": " + problem.message());
    return sync_written({target_});
  }

 private:
  static std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
  }
  std::string target_, path_;
};

// What is inside a backup has a name that stays inside it.
bool is_inside(const std::string& name) {
  const fs::path path(name);
  if (name.empty() || path.is_absolute()) return false;
  return std::none_of(path.begin(), path.end(),
                      [](const fs::path& part) { return part == ".." || part == "."; });
}

Status each_line(const std::string& file, const std::function<Status(std::string_view)>& line) {
  std::string rest;
  const auto piece = [&](ByteView octets) -> Status {
    rest += as_text(octets);
    std::size_t begin = 0;
    for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
      ANTIN_CHECK(line(std::string_view(rest).substr(begin, end + 1 - begin)));
      begin = end + 1;
    }
    rest.erase(0, begin);
    return rest.size() <= kMaxLine ? Status{Done{}} : Status{unreadable(file, "a line too long")};
  };
  ANTIN_CHECK(read_pieces(file, piece));
  return rest.empty() ? Status{Done{}} : Status{unreadable(file, "it ends within a line")};
}

class Writer {
 public:
  Writer(Store& store, std::string folder) : store_(store), folder_(std::move(folder)) {}

  Status rows(const std::string& at) {
    ANTIN_CHECK(make_folder(folder_ + "/rows"));
    Json head{
        {"schema", kSchema}, {"at", at}, {"version", newest_schema()}, {"tables", Json::array()}};
    std::vector<std::pair<std::string, FileDigest>> written;
    const auto work = [&](Database& database) -> Status {
      for (const auto& table : tables()) {
        ANTIN_TRY(auto entry, one_table(database, table, written));
        head["tables"].push_back(std::move(entry));
      }
      // On the same state as the rows: later documents belong to the next backup.
      return each_document(database, [&](const KeptDocument& document) -> Status {
        documents_.push_back(document);
        return Done{};
      });
    };
    ANTIN_CHECK(store_.in_snapshot(work));
    ANTIN_TRY(auto manifest, HashedFile::create(folder_ + "/" + kManifest));
    manifest_.emplace(std::move(manifest));
    ANTIN_CHECK(manifest_->write(as_bytes(head.dump() + "\n")));
    for (const auto& [name, digest] : written) ANTIN_CHECK(list(name, digest));
    report_.at = at;
    return Done{};
  }

  Status documents(const std::string& store_folder) {
    for (const auto& document : documents_) {
      const auto readable = store_.document(document.sha256, kAnySize);
      // Away means that its key was destroyed meanwhile, which is not a loss.
      if (!readable && readable.error().code == Code::kStoredDocumentDestroyed) continue;
      // Without the key nobody can look inside: that its file is there is all that can be said.
      const bool unseen = !readable && readable.error().code == Code::kStoreKeyFile;
      if (!readable && !unseen) {
        report_.lost.push_back(to_hex(document.sha256) + " " +
                               std::string(info(readable.error().code).name));
        continue;
      }
      auto copied = copy(store_folder + "/" + document.file, document.file);
      if (!copied && copied.error().code == Code::kFileUnreadable) {
        report_.lost.push_back(to_hex(document.sha256) + " store.document_missing");
        continue;
      }
      ANTIN_CHECK(copied);
      ++report_.documents;
    }
    return Done{};
  }

  Status other(const BackupFolder& other) {
    std::error_code problem;
    if (fs::is_regular_file(other.path, problem)) return copy(other.path, other.name);
    if (!fs::is_directory(other.path, problem)) return Done{};
    for (const auto& entry : fs::recursive_directory_iterator(other.path, problem)) {
      const auto name = entry.path().filename().string();
      if (!entry.is_regular_file(problem) || name.ends_with(".part")) continue;
      const auto inside = fs::relative(entry.path(), other.path, problem).string();
      auto copied = copy(entry.path().string(), other.name + "/" + inside);
      // What is fetched anew may vanish while we look.
      if (!copied && copied.error().code != Code::kFileUnreadable) return copied;
    }
    return Done{};
  }

  Result<BackupReport> finish() {
    Json end{{"end", report_.files}, {"lost", report_.lost}};
    report_.manifest_sha256 = manifest_->so_far().sha256;
    end["sha256"] = to_hex(report_.manifest_sha256);
    ANTIN_CHECK(manifest_->write(as_bytes(end.dump() + "\n")));
    ANTIN_TRY(const auto digest, manifest_->finish());
    static_cast<void>(digest);
    return std::move(report_);
  }

 private:
  static constexpr std::size_t kAnySize = std::size_t{1} << 40U;

  Result<Json> one_table(Database& database, const std::string& table,
                         std::vector<std::pair<std::string, FileDigest>>& written) {
    ANTIN_TRY(const auto names, columns(database, table));
    const auto name = "rows/" + table + ".jsonl";
    ANTIN_TRY(auto file, HashedFile::create(folder_ + "/" + name));
    std::size_t count = 0;
    ANTIN_CHECK(database.each("SELECT " + joined(names) + " FROM " + table,
                              [&](const Database::Row& row) -> Status {
                                ++count;
                                return file.write(as_bytes(line_of(row)));
                              }));
    ANTIN_TRY(auto digest, file.finish());
    written.emplace_back(name, std::move(digest));
    report_.rows += count;
    return Json{{"name", table}, {"columns", names}, {"rows", count}};
  }
  Status copy(const std::string& from, const std::string& name) {
    const auto to = folder_ + "/" + name;
    ANTIN_CHECK(make_folder(fs::path(to).parent_path().string()));
    ANTIN_TRY(const auto digest, copy_hashed(from, to));
    return list(name, digest);
  }
  Status list(const std::string& name, const FileDigest& digest) {
    const Json line{{"file", name}, {"size", digest.size}, {"sha256", to_hex(digest.sha256)}};
    ++report_.files;
    report_.octets += digest.size;
    return manifest_->write(
        as_bytes(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"));
  }

  Store& store_;
  std::string folder_;
  std::optional<HashedFile> manifest_;
  std::vector<KeptDocument> documents_;
  BackupReport report_;
};

struct Manifest {
  Json head;
  std::vector<std::string> files;  ///< sorted
  BackupReport report;
};

// One line after the head: a file, which is read and compared.
Status check_file(const std::string& folder, const Json& line, Manifest& manifest) {
  const auto name = line.value("file", std::string());
  if (!is_inside(name)) return unreadable(folder, "a file's name");
  const auto found = hash_file(folder + "/" + name);
  if (!found || found.value().size != line.value("size", std::uint64_t{0}) ||
      to_hex(found.value().sha256) != line.value("sha256", std::string()))
    return damaged(name);
  manifest.files.push_back(name);
  ++manifest.report.files;
  manifest.report.octets += found.value().size;
  return Done{};
}

Status check_end(const std::string& folder, const Json& line, const Bytes& before,
                 Manifest& manifest) {
  if (line.value("end", std::size_t{0}) != manifest.report.files ||
      line.value("sha256", std::string()) != to_hex(before))
    return damaged(kManifest);
  manifest.report.manifest_sha256 = before;
  if (!line.contains("lost") || !line["lost"].is_array()) return unreadable(folder, "its end");
  for (const auto& lost : line["lost"])
    if (lost.is_string()) manifest.report.lost.push_back(lost.get<std::string>());
  return Done{};
}

Result<Manifest> read_manifest(const std::string& folder) {
  Manifest manifest;
  bool over = false;
  Bytes text;  // of all lines until now, for the last one
  const auto line_read = [&](std::string_view text_line) -> Status {
    const auto line = Json::parse(text_line, nullptr, false);
    if (!line.is_object() || over) return unreadable(folder, "a line of its manifest");
    if (manifest.head.is_null()) {
      if (line.value("schema", std::string()) != kSchema)
        return unreadable(folder, "not " + std::string(kSchema));
      manifest.head = line;
      manifest.report.at = line.value("at", std::string());
    } else if (line.contains("end")) {
      over = true;
      ANTIN_CHECK(check_end(folder, line, ossl::sha256(text), manifest));
    } else {
      ANTIN_CHECK(check_file(folder, line, manifest));
    }
    const auto octets = as_bytes(text_line);
    text.insert(text.end(), octets.begin(), octets.end());
    return Done{};
  };
  try {
    if (auto read = each_line(folder + "/" + kManifest, line_read); !read) {
      if (read.error().code == Code::kFileUnreadable) return unreadable(folder, "no manifest");
      return std::move(read).error();
    }
  } catch (const Json::exception& wrong) {
    return unreadable(folder, wrong.what());
  }
  if (!over) return unreadable(folder, "its manifest ends too early");
  std::sort(manifest.files.begin(), manifest.files.end());
  return manifest;
}

Status load_table(Database& database, const std::string& folder, const Json& table,
                  std::size_t& rows) {
  const auto name = table.at("name").get<std::string>();
  const auto names = table.at("columns").get<std::vector<std::string>>();
  // Nothing of a foreign file becomes part of a statement that is not a name of ours.
  ANTIN_TRY(const auto known, columns(database, name));
  for (const auto& column : names) {
    if (std::find(known.begin(), known.end(), column) == known.end())
      return unreadable(folder, "a column of " + name);
  }
  std::string places;
  for (std::size_t i = 1; i <= names.size(); ++i)
    places += (i == 1 ? "?" : ", ?") + std::to_string(i);
  const auto insert = "INSERT INTO " + name + "(" + joined(names) + ") VALUES(" + places + ")";
  std::size_t count = 0;
  ANTIN_CHECK(each_line(folder + "/rows/" + name + ".jsonl", [&](std::string_view text) -> Status {
    const auto row = row_of(nlohmann::json::parse(text, nullptr, false));
    if (!row || row->size() != names.size()) return damaged("rows/" + name + ".jsonl");
    ++count;
    return database.execute(insert, *row);
  }));
  if (count != table.at("rows").get<std::size_t>()) return damaged("rows/" + name + ".jsonl");
  rows += count;
  return Done{};
}

// Into a database that has no table yet.
Status load_rows(Database& database, const std::string& folder, Manifest& manifest) {
  const auto version = manifest.head.value("version", std::size_t{0});
  const auto known = tables();
  ANTIN_CHECK(migrate(database, version));
  const auto work = [&]() -> Status {
    manifest.report.rows = 0;
    // Rows that a migration makes are in the backup too.
    for (auto table = known.rbegin(); table != known.rend(); ++table) {
      ANTIN_TRY(const auto there, columns(database, *table));
      if (!there.empty()) ANTIN_CHECK(database.execute("DELETE FROM " + *table));
    }
    try {
      for (const auto& table : manifest.head.at("tables")) {
        const auto name = table.at("name").get<std::string>();
        const bool listed = std::binary_search(manifest.files.begin(), manifest.files.end(),
                                               "rows/" + name + ".jsonl");
        if (std::find(known.begin(), known.end(), name) == known.end() || !listed)
          return unreadable(folder, "a table that is not ours");
        ANTIN_CHECK(load_table(database, folder, table, manifest.report.rows));
      }
    } catch (const nlohmann::json::exception& wrong) {
      return unreadable(folder, wrong.what());
    }
    return Done{};
  };
  ANTIN_CHECK(database.transaction(work));
  return migrate(database);
}

// Every document that the rows know is in the backup, or was lost before it was made.
Status check_documents(Database& database, Manifest& manifest) {
  std::set<std::string, std::less<>> lost;
  for (const auto& line : manifest.report.lost) lost.insert(line.substr(0, 64));
  const auto work = [&]() -> Status {
    manifest.report.documents = 0;
    return each_document(database, [&](const KeptDocument& document) -> Status {
      if (std::binary_search(manifest.files.begin(), manifest.files.end(), document.file)) {
        ++manifest.report.documents;
        return Done{};
      }
      return lost.count(to_hex(document.sha256)) != 0 ? Status{Done{}}
                                                      : Status{damaged(document.file)};
    });
  };
  return database.snapshot(work);
}

Result<Manifest> verified(const std::string& folder) {
  ANTIN_TRY(auto manifest, read_manifest(folder));
  // SQLite's name for a database in a temporary file that nobody else sees.
  ANTIN_TRY(const auto database, open_database("sqlite", ""));
  ANTIN_CHECK(load_rows(*database, folder, manifest));
  ANTIN_CHECK(check_documents(*database, manifest));
  return manifest;
}

// From here on the store is another one: what the old one did after the backup is not in it.
Status begin_generation(Database& database, const std::string& at) {
  return database.transaction([&]() -> Status {
    ANTIN_TRY(const auto rows,
              database.query("SELECT value FROM store_state WHERE name='generation'"));
    const auto before = rows.empty() ? 0 : std::atoll(as_string(rows[0][0]).c_str());
    constexpr const char* kSet =
        "INSERT INTO store_state VALUES(?1, ?2)"
        " ON CONFLICT(name) DO UPDATE SET value=excluded.value";
    // Whoever was signed in then may have been locked since, and sign-ins that were begun are over.
    ANTIN_CHECK(database.execute("DELETE FROM page_session"));
    ANTIN_CHECK(database.execute("DELETE FROM login_nonce"));
    ANTIN_CHECK(database.execute("DELETE FROM store_state WHERE name='login_nonce_key'"));
    ANTIN_CHECK(database.execute(kSet, {std::string("generation"), std::to_string(before + 1)}));
    // Its folder is another one (store_start.cc).
    ANTIN_CHECK(database.execute("DELETE FROM store_state WHERE name='folder'"));
    return database.execute(kSet, {std::string("held"), at});
  });
}

}  // namespace

Result<BackupReport> make_backup(const Store::Settings& settings,
                                 const std::vector<BackupFolder>& others, const std::string& to,
                                 const Clock& clock) {
  ANTIN_TRY(const auto store, Store::open(settings));
  const Draft draft(to);
  ANTIN_CHECK(draft.begin());
  Writer writer(*store, draft.path());
  ANTIN_CHECK(writer.rows(to_rfc3339(clock.utc_now())));
  ANTIN_CHECK(writer.documents(settings.folder));
  for (const auto& other : others) ANTIN_CHECK(writer.other(other));
  ANTIN_TRY(auto report, writer.finish());
  ANTIN_TRY(const auto again, verified(draft.path()));
  if (again.report.documents != report.documents || again.report.rows != report.rows)
    return damaged(kManifest);
  ANTIN_CHECK(draft.finish());
  return report;
}

Result<BackupReport> verify_backup(const std::string& folder) {
  ANTIN_TRY(auto manifest, verified(folder));
  return std::move(manifest.report);
}

Result<BackupReport> restore_backup(const std::string& folder, const Store::Settings& settings) {
  ANTIN_TRY(auto manifest, verified(folder));
  const Draft draft(settings.folder);
  ANTIN_CHECK(draft.begin());
  const auto inside = folder + "/";
  for (const auto& name : manifest.files) {
    if (name.starts_with("rows/")) continue;
    const auto to = draft.path() + "/" + name;
    ANTIN_CHECK(make_folder(fs::path(to).parent_path().string()));
    ANTIN_TRY(const auto copied, copy_hashed(inside + name, to));
    static_cast<void>(copied);
  }
  {
    ANTIN_TRY(const auto database,
              open_database(settings.database, draft.path() + "/antin.sqlite"));
    std::size_t version = 0;
    ANTIN_CHECK(database->transaction([&]() -> Status {
      ANTIN_TRY(version, database->schema_version());
      return Done{};
    }));
    if (version != 0)
      return make_error(Code::kBackupTarget, "a database with tables",
                        {{"file", "store.database"}});
    ANTIN_CHECK(load_rows(*database, folder, manifest));
    ANTIN_CHECK(begin_generation(*database, manifest.report.at));
  }
  ANTIN_CHECK(draft.finish());
  return std::move(manifest.report);
}

}  // namespace antin::service
