#include <filesystem>
#include <unistd.h>

#include "certs/ossl/digest.h"
#include "service/store/store.h"
#include "service/system/files.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

// A wrapped key opens only for the document that it was made for.
Bytes context_of(const Bytes& sha256) {
  return to_bytes("antin-file-key/1 " + to_hex(sha256));
}

Status failed(Error cause, const char* doing, Where where = Where::here()) {
  const auto code = is_disk_full(cause) ? Code::kStoreFull : Code::kStoreFailed;
  return while_doing(std::move(cause), code, doing, where);
}

std::size_t size_of(const std::vector<ByteView>& parts) {
  std::size_t size = 0;
  for (const auto& part : parts) size += part.size();
  return size;
}

constexpr const char* kMasterKey = "SELECT value FROM store_state WHERE name='master_key'";
constexpr const char* kSetMasterKey =
    "INSERT INTO store_state VALUES('master_key', ?1)"
    " ON CONFLICT(name) DO UPDATE SET value=excluded.value";

}  // namespace

std::string Store::plain_path(const Bytes& sha256) const {
  const auto hex = to_hex(sha256);
  return folder_ + "/documents/" + hex.substr(0, 2) + "/" + hex;
}

// The name is random: whoever sees the folder learns neither what is in it nor whether a document
// that he guesses is.
std::string Store::sealed_path(const std::string& name) const {
  return folder_ + "/documents/" + name.substr(0, 2) + "/" + name;
}

// The database says which master key is in use, so that a process that still holds the one before
// notices. A store that has one is not opened with another.
Status Store::check_master_key() {
  if (key_file_.empty()) return Done{};
  ANTIN_TRY(master_, MasterKeys::read(key_file_));
  return db_->transaction([&]() -> Status {
    ANTIN_TRY(const auto rows, db_->query(kMasterKey));
    if (rows.empty()) return db_->execute(kSetMasterKey, {master_->current()});
    if (!master_->has(as_string(rows[0][0])))
      return make_error(Code::kStoreKeyWrong, "the store's master key is not in " + key_file_);
    return Done{};
  });
}

Result<Store::File> Store::find_file(const Bytes& sha256) {
  ANTIN_TRY(const auto rows,
            db_->query("SELECT name, size, wrapped_key, key_id FROM stored_file WHERE sha256=?1",
                       {sha256}));
  if (rows.empty()) return File{.path = plain_path(sha256), .key = std::nullopt};
  const auto& row = rows[0];
  MasterKeys::Wrapped key{as_blob(row[2]), as_string(row[3])};
  if (key.octets.empty()) return make_error(Code::kStoredDocumentDestroyed, to_hex(sha256));
  return File{.path = sealed_path(as_string(row[0])),
              .key = std::move(key),
              .size = static_cast<std::size_t>(as_integer(row[1]))};
}

Result<SecretBytes> Store::unwrap(const MasterKeys::Wrapped& key, const Bytes& sha256) {
  if (!master_)
    return make_error(Code::kStoreKeyFile, "the store is encrypted and no key_file is given",
                      {{"file", "store.key_file"}, {"reason", "not given"}});
  // Another process has changed the master key since we read it.
  if (!master_->has(key.key_id)) {
    ANTIN_TRY(master_, MasterKeys::read(key_file_));
  }
  return master_->unwrap(key, context_of(sha256));
}

Result<Bytes> Store::read_document(const File& file, const Bytes& sha256, std::size_t max_octets) {
  auto octets = read_file(file.path, file.key ? sealed_size(max_octets) : max_octets);
  if (!octets) {
    std::error_code problem;
    if (!std::filesystem::exists(file.path, problem) && !problem)
      return while_doing(std::move(octets).error(), Code::kStoredDocumentMissing, to_hex(sha256));
    return while_doing(std::move(octets).error(), Code::kStoreFailed, "read a stored document");
  }
  if (file.key) {
    const auto key = [&] {
      const std::lock_guard lock(mutex_);
      return unwrap(*file.key, sha256);
    }();
    if (!key) return key.error();
    ANTIN_TRY(octets, open_file(key.value().view(), octets.value()));
  }
  if (octets.value().size() > max_octets)
    return make_error(Code::kResourceLimit, "a stored document");
  if (ossl::sha256(octets.value()) != sha256)
    return make_error(Code::kStoredDocumentDamaged, to_hex(sha256));
  return std::move(octets).value();
}

Result<SharedBytes> Store::document(const Bytes& sha256, std::size_t max_octets) {
  const auto file = [&] {
    const std::lock_guard lock(mutex_);
    return find_file(sha256);
  }();
  if (!file) return file.error();
  auto octets = read_document(file.value(), sha256, max_octets);
  if (!octets && octets.error().code == Code::kStoredDocumentMissing) {
    // Another process may have encrypted it or brought it back meanwhile, under another name.
    const auto again = [&] {
      const std::lock_guard lock(mutex_);
      return find_file(sha256);
    }();
    if (again && again.value().path != file.value().path)
      octets = read_document(again.value(), sha256, max_octets);
  }
  if (!octets) return std::move(octets).error();
  return SharedBytes(std::move(octets).value());
}

Result<Bytes> Store::put_document(const std::vector<ByteView>& parts) {
  Bytes digest;
  if (parts.size() == 1)
    digest = ossl::sha256(parts[0]);
  else if (parts.size() == 2)
    digest = ossl::digest(DigestAlgorithm::kSha256, {parts[0], parts[1]});
  else
    return make_error(Code::kInternal, "a document of more than two parts");
  const auto size = size_of(parts);
  const auto file = [&] {
    const std::lock_guard lock(mutex_);
    return find_file(digest);
  }();
  // What was destroyed and is brought again is a new document.
  const bool destroyed = !file && file.error().code == Code::kStoredDocumentDestroyed;
  if (!file && !destroyed) return file.error();
  if (file && file.value().key) {
    auto there = read_document(file.value(), digest, size);
    // A damaged file is left for whoever finds out why; a lost one is brought back.
    if (there) return digest;
    if (there.error().code != Code::kStoredDocumentMissing) return std::move(there).error();
  }
  ANTIN_CHECK(master_ ? put_sealed(digest, parts, size) : put_plain(digest, parts, size));
  return digest;
}

Status Store::put_plain(const Bytes& sha256, const std::vector<ByteView>& parts, std::size_t size) {
  const auto path = plain_path(sha256);
  if (auto made = make_folder(std::filesystem::path(path).parent_path().string()); !made)
    return failed(std::move(made).error(), "store a document");
  auto written = write_file(path, parts, IfExists::kRefuse);
  if (!written && written.error().code != Code::kFileExists)
    return failed(std::move(written).error(), "store a document");
  if (written) return Done{};
  // Whoever gave it its name may not have come to syncing that yet.
  if (auto synced = sync_written({path}); !synced)
    return failed(std::move(synced).error(), "store a document");
  // A damaged file under this name would otherwise be taken for the new octets.
  ANTIN_TRY(const auto there, read_document({.path = path, .key = std::nullopt}, sha256, size));
  static_cast<void>(there);
  return Done{};
}

Status Store::put_sealed(const Bytes& sha256, const std::vector<ByteView>& parts,
                         std::size_t size) {
  SystemRandom random;
  const SecretBytes key(random.bytes(kKeyOctets));
  const auto name = to_hex(random.bytes(16));
  const auto path = sealed_path(name);
  ANTIN_TRY(const auto sealed, seal_file(key.view(), parts));
  if (auto made = make_folder(std::filesystem::path(path).parent_path().string()); !made)
    return failed(std::move(made).error(), "store a document");
  if (auto written = write_file(path, {sealed}, IfExists::kRefuse); !written)
    return failed(std::move(written).error(), "store a document");
  auto ours = refer_to(name, sha256, size, key.view());
  // Not referred to: another one stored the same document first, or nobody will ever read it.
  if (!ours || !ours.value()) ::unlink(path.c_str());
  if (!ours) return std::move(ours).error();
  // From here on the encrypted one is the document.
  ::unlink(plain_path(sha256).c_str());
  return Done{};
}

// False when another file of the same document is referred to already.
Result<bool> Store::refer_to(const std::string& name, const Bytes& sha256, std::size_t size,
                             ByteView file_key) {
  const std::lock_guard lock(mutex_);
  bool ours = false;
  ANTIN_CHECK(db_->transaction([&]() -> Status {
    ours = false;
    ANTIN_TRY(const auto in_use, db_->query(kMasterKey));
    if (in_use.empty() || as_string(in_use[0][0]) != master_->current()) {
      ANTIN_TRY(master_, MasterKeys::read(key_file_));
    }
    ANTIN_TRY(const auto there,
              db_->query("SELECT name, wrapped_key FROM stored_file WHERE sha256=?1", {sha256}));
    if (!there.empty() && !as_blob(there[0][1]).empty() &&
        ::access(sealed_path(as_string(there[0][0])).c_str(), F_OK) == 0)
      return Done{};
    ANTIN_TRY(const auto wrapped, master_->wrap(file_key, context_of(sha256)));
    ours = true;
    return db_->execute(
        "INSERT INTO stored_file(sha256, name, size, wrapped_key, key_id)"
        " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(sha256) DO UPDATE SET name=excluded.name,"
        " size=excluded.size, wrapped_key=excluded.wrapped_key, key_id=excluded.key_id",
        {sha256, name, static_cast<std::int64_t>(size), wrapped.octets, wrapped.key_id});
  }));
  return ours;
}

Status Store::destroy_document(const Bytes& sha256) {
  std::string path;
  {
    const std::lock_guard lock(mutex_);
    ANTIN_CHECK(db_->transaction([&]() -> Status {
      ANTIN_TRY(const auto file, find_file(sha256));
      path = file.path;
      return db_->execute(
          "INSERT INTO stored_file(sha256, name, size, wrapped_key, key_id)"
          " VALUES(?1, ?2, 0, ?3, '') ON CONFLICT(sha256) DO UPDATE SET"
          " wrapped_key=excluded.wrapped_key, key_id=''",
          {sha256, "destroyed " + to_hex(SystemRandom().bytes(16)), Bytes()});
    }));
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return make_error(Code::kStoreFailed, "remove " + path);
  return Done{};
}

Result<std::size_t> Store::encrypt_plain_documents() {
  if (!master_)
    return make_error(Code::kStoreKeyFile, "no key_file",
                      {{"file", "store.key_file"}, {"reason", "not given"}});
  std::size_t done = 0;
  std::error_code problem;
  for (const auto& folder : std::filesystem::directory_iterator(folder_ + "/documents", problem)) {
    ANTIN_TRY(const auto names, list_files(folder.path().string()));
    for (const auto& name : names) {
      Bytes sha256;
      if (name.size() != 64 || !from_hex(name, sha256)) continue;
      const File plain{.path = plain_path(sha256), .key = std::nullopt};
      std::error_code ignored;
      const auto size = std::filesystem::file_size(plain.path, ignored);
      ANTIN_TRY(const auto octets, read_document(plain, sha256, size));
      ANTIN_CHECK(put_sealed(sha256, {octets}, octets.size()));
      ++done;
    }
  }
  return done;
}

// True while there may be more. Few at once: others wait for this change to end.
Result<bool> Store::rewrap_some() {
  const std::lock_guard lock(mutex_);
  bool more = false;
  const auto work = [&]() -> Status {
    ANTIN_TRY(const auto rows, db_->query("SELECT sha256, wrapped_key, key_id FROM stored_file"
                                          " WHERE key_id<>?1 AND key_id<>'' LIMIT 200",
                                          {master_->current()}));
    more = !rows.empty();
    for (const auto& row : rows) {
      const auto sha256 = as_blob(row[0]);
      ANTIN_TRY(const auto key, unwrap({as_blob(row[1]), as_string(row[2])}, sha256));
      ANTIN_TRY(const auto wrapped, master_->wrap(key.view(), context_of(sha256)));
      ANTIN_CHECK(db_->execute("UPDATE stored_file SET wrapped_key=?2, key_id=?3 WHERE sha256=?1",
                               {sha256, wrapped.octets, wrapped.key_id}));
    }
    return Done{};
  };
  ANTIN_CHECK(db_->transaction(work));
  return more;
}

// First both keys are in the file, then the database names the new one (from then on nobody wraps
// with the old one), then what the old one had wrapped is wrapped anew, then the old one goes. Cut
// anywhere, it is finished by running it again.
Status Store::rotate_master_key() {
  if (!master_)
    return make_error(Code::kStoreKeyFile, "no key_file",
                      {{"file", "store.key_file"}, {"reason", "not given"}});
  ANTIN_CHECK(MasterKeys::prepend(key_file_));
  {
    const std::lock_guard lock(mutex_);
    ANTIN_TRY(master_, MasterKeys::read(key_file_));
    ANTIN_CHECK(
        db_->transaction([&] { return db_->execute(kSetMasterKey, {master_->current()}); }));
  }
  for (bool more = true; more;) {
    ANTIN_TRY(more, rewrap_some());
  }
  return MasterKeys::drop_others(key_file_);
}

std::size_t Store::remove_leftovers() const {
  std::size_t removed = service::remove_leftovers(folder_);
  std::error_code problem;
  for (const auto& folder : std::filesystem::directory_iterator(folder_ + "/documents", problem))
    removed += service::remove_leftovers(folder.path().string());
  return removed;
}

}  // namespace antin::service
