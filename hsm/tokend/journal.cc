#include "hsm/tokend/journal.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace antin::hsm {
namespace {

// URIs hold no character that JSON would have to escape but what an unencoded label may bring.
std::string json_text(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted{'"'};
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (octet < 0x20) {
      quoted += "\\u00";
      quoted += kDigits[octet >> 4U];
      quoted += kDigits[octet & 0xFU];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace

Result<std::unique_ptr<FileJournal>> FileJournal::open(const std::string& path,
                                                       const Clock& clock) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return make_error(Code::kFileUnwritable, "open the journal", {{"file", path}});
  return std::make_unique<FileJournal>(Passkey{}, file, path, clock);
}

FileJournal::~FileJournal() {
  ::close(file_);
}

Status FileJournal::record(const JournalEntry& entry) {
  const auto line =
      "{\"at\":" + json_text(to_rfc3339(clock_.utc_now())) +
      ",\"key\":" + json_text(entry.key_uri) + ",\"scheme\":" + json_text(entry.scheme) +
      ",\"attributes_sha256\":" + json_text(to_hex(entry.attributes_sha256)) +
      ",\"message_digest\":" + json_text(to_hex(entry.message_digest)) +
      ",\"certificate_sha256\":" + json_text(to_hex(entry.certificate_sha256)) + "}\n";
  const auto broken = [this] {
    return make_error(Code::kFileUnwritable, "write the journal", {{"file", path_}});
  };
  std::unique_lock lock{mutex_};
  if (failed_) return broken();
  // O_APPEND and one write: whole lines, in the order of the lock.
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    failed_ = true;
    synced_.notify_all();
    return broken();
  }
  const auto mine = ++written_up_to_;
  while (safe_up_to_ < mine && !failed_) {
    if (syncing_) {
      synced_.wait(lock);
      continue;
    }
    syncing_ = true;
    const auto covers = written_up_to_;
    lock.unlock();
    const bool safe = ::fdatasync(file_) == 0;
    lock.lock();
    syncing_ = false;
    if (safe) safe_up_to_ = covers;
    failed_ = failed_ || !safe;
    synced_.notify_all();
  }
  if (failed_) return broken();
  return Done{};
}

}  // namespace antin::hsm
