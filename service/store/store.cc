#include "service/store/store.h"

#include <filesystem>
#include <system_error>

#include "certs/ossl/digest.h"
#include "service/store/schema.h"
#include "service/system/files.h"

namespace antin::service {

Store::Store(std::string folder, std::unique_ptr<Database> db, std::unique_ptr<Database> keys)
    : folder_(std::move(folder)), db_(std::move(db)), keys_db_(std::move(keys)) {}

Result<std::unique_ptr<Store>> Store::open(const Settings& settings) {
  const auto& folder = settings.folder;
  std::error_code problem;
  std::filesystem::create_directories(folder + "/documents", problem);
  if (problem)
    return make_error(Code::kStoreFailed, folder + ": " + problem.message(), {{"file", folder}});
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, problem);
  const auto file = folder + "/antin.sqlite";
  ANTIN_TRY(auto db, open_database(settings.database, file));
  ANTIN_CHECK(migrate(*db));
  ANTIN_TRY(auto keys, open_database(settings.database, file));
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  return std::unique_ptr<Store>(new Store(folder, std::move(db), std::move(keys)));
}

Status Store::tell(Database& database, const StoreEvent& event) {
  return sink_ ? sink_(database, event) : Status{Done{}};
}

Status Store::in_transaction(const std::function<Status(Database&)>& work) {
  const std::lock_guard lock(mutex_);
  return db_->transaction([&] { return work(*db_); });
}

Status Store::in_snapshot(const std::function<Status(Database&)>& work) {
  const std::lock_guard lock(mutex_);
  return db_->snapshot([&] { return work(*db_); });
}

std::string Store::path_of(const Bytes& sha256) const {
  const auto hex = to_hex(sha256);
  return folder_ + "/documents/" + hex.substr(0, 2) + "/" + hex;
}

Result<Bytes> Store::put_document(const std::vector<ByteView>& parts) {
  Bytes digest;
  if (parts.size() == 1)
    digest = ossl::sha256(parts[0]);
  else if (parts.size() == 2)
    digest = ossl::digest(DigestAlgorithm::kSha256, {parts[0], parts[1]});
  else
    return make_error(Code::kInternal, "a document of more than two parts");
  const auto path = path_of(digest);
  std::error_code problem;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
  if (problem) return make_error(Code::kStoreFailed, path + ": " + problem.message());
  auto written = write_file(path, parts, IfExists::kRefuse);
  if (!written && written.error().code != Code::kFileExists)
    return while_doing(std::move(written).error(), Code::kStoreFailed, "store a document");
  // A damaged file under this name would otherwise be taken for the new octets.
  if (!written) {
    std::size_t size = 0;
    for (const auto& part : parts) size += part.size();
    ANTIN_TRY(const auto there, document(digest, size));
    static_cast<void>(there);
  }
  return digest;
}

Result<SharedBytes> Store::document(const Bytes& digest, std::size_t max_octets) const {
  auto octets = read_file(path_of(digest), max_octets);
  if (!octets)
    return while_doing(std::move(octets).error(), Code::kStoreFailed, "read a stored document");
  if (ossl::sha256(octets.value()) != digest)
    return make_error(Code::kStoredDocumentDamaged, to_hex(digest));
  return SharedBytes(std::move(octets).value());
}

}  // namespace antin::service
