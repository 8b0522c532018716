#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "certs/online/evidence_cache.h"

namespace antin::service {

/// Answers kept as files of one folder, shared by every program that opens it: a file gets its name
/// only when it is whole, and one that is not what was written is as good as absent. Beyond
/// `max_octets` the files that were written longest ago go. Nothing here is a secret or a
/// judgement; whoever reads an answer checks it again. Thread-safe.
class DiskCache final : public certs::EvidenceCache {
 public:
  /// Makes the folder, readable by its owner only. Fails with kEvidenceCache ({file}).
  static Result<std::unique_ptr<DiskCache>> open(const std::string& folder, std::size_t max_octets);

  std::optional<certs::CachedAnswer> find(const std::string& key) override;
  Status keep(const std::string& key, const certs::CachedAnswer& answer) override;

 private:
  DiskCache(std::string folder, std::size_t max_octets)
      : folder_(std::move(folder)), max_octets_(max_octets) {}
  void make_room();

  const std::string folder_;
  const std::size_t max_octets_;
  std::mutex mutex_;
  std::size_t written_ = 0;  ///< since room was last made
  bool looked_ = false;
};

/// Where the programs of one user share their answers (XDG Base Directory Specification); "" when
/// the user has no home. Reads the environment: before any thread.
std::string users_cache_folder();

/// The file's octets before the body and back. Exposed for tests.
std::string cache_header(const certs::CachedAnswer& answer);
/// Nothing for anything that cache_header() and a body of the size it names did not make.
std::optional<certs::CachedAnswer> read_cache_file(Bytes octets);

}  // namespace antin::service
