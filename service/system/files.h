#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"

namespace antin::service {

/// Reads a whole regular file. Fails with kFileUnreadable ({file}), or kResourceLimit beyond
/// `max_octets`. The result can grow by `spare` octets without being copied.
Result<Bytes> read_file(const std::string& path, std::size_t max_octets, std::size_t spare = 0);

enum class IfExists { kRefuse, kReplace };
enum class Sync { kNow, kLater };
/// Mode 0644, or 0400 from the first moment on.
enum class Readers { kAll, kNobody };

/// Writes `parts` one after the other to a new file beside `path`, syncs it, gives it its name, and
/// syncs the folder: at any moment `path` is absent, the old file, or the whole new one.
/// Sync::kLater leaves the two syncs to sync_written(): for a batch, before any result is reported.
/// Fails with kFileExists (decided when the name is given, not before) and kFileUnwritable; then
/// nothing is left behind.
Status write_file(const std::string& path, const std::vector<ByteView>& parts, IfExists if_exists,
                  Sync sync = Sync::kNow, Readers readers = Readers::kAll);
/// Makes files written with Sync::kLater durable, and their folders.
Status sync_written(const std::vector<std::string>& paths);

/// Makes a folder, mode 0700, and those above it that are missing; what it made is durable.
/// Fails with kFileUnwritable.
Status make_folder(const std::string& path);
/// Removes what write_file() left in `folder` when its process was killed, if it is older than an
/// hour: nobody writes that long. Returns how many.
std::size_t remove_leftovers(const std::string& folder);
/// Whether a kFileUnwritable is about space (or a quota, or a limit on sizes) and passes.
bool is_disk_full(const Error& error);

/// Names (not paths) of regular files directly in `folder`, sorted. Fails with kFileUnreadable.
Result<std::vector<std::string>> list_files(const std::string& folder);
/// `paths` with every folder among them replaced by its files whose names end in `suffix`.
Result<std::vector<std::string>> expand_folders(const std::vector<std::string>& paths,
                                                std::string_view suffix);

}  // namespace antin::service
