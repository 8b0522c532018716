#include "hsm/tokend/file_journal.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "certs/ossl/digest.h"
#include "hsm/tokend/journal_line.h"

namespace antin::hsm {
namespace {

constexpr std::uint64_t kStep = 256;
constexpr std::size_t kChunk = std::size_t{1} << 20U;
constexpr std::size_t kHashOctets = 32;
constexpr std::size_t kMostInPage = 1000;

// The lines of a file from an offset on, each with the offset it begins at.
class Lines {
 public:
  Lines(int file, std::uint64_t from) : file_(file), next_(from), at_(from) {}

  /// Empty at the end of the file, or before a last line without a newline, which rest() then is.
  /// Fails when a read fails.
  enum class Got : std::uint8_t { kLine, kEnd, kFailed };
  Got next(std::string_view& line) {
    at_ += used_;
    held_.erase(0, used_);
    used_ = 0;
    for (std::size_t from = 0;;) {
      const auto end = held_.find('\n', from);
      if (end != std::string::npos) {
        line = std::string_view{held_}.substr(0, end);
        used_ = end + 1;
        return Got::kLine;
      }
      from = held_.size();
      // Longer than any entry: whatever it is, it is no line of ours.
      if (from > kMaxJournalLine + kChunk) return Got::kEnd;
      held_.resize(from + kChunk);
      const auto got = ::pread(file_, held_.data() + from, kChunk, static_cast<off_t>(next_));
      held_.resize(from + (got > 0 ? static_cast<std::size_t>(got) : 0));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Got::kFailed;
      if (got == 0) return Got::kEnd;
      next_ += static_cast<std::uint64_t>(got);
    }
  }
  std::uint64_t at() const noexcept { return at_; }
  std::string_view rest() const noexcept { return held_; }

 private:
  int file_;
  std::uint64_t next_;  // where to read on
  std::uint64_t at_;    // where held_ begins
  std::size_t used_ = 0;
  std::string held_;
};

Error unreadable(const std::string& path) {
  return make_error(Code::kFileUnreadable, "read the journal", {{"file", path}});
}

Error altered(const std::string& path, std::uint64_t number) {
  return make_error(Code::kTokendJournalBroken, path,
                    {{"file", path}, {"seq", std::to_string(number)}});
}

std::uint64_t size_of(int file) {
  struct stat facts {};
  return ::fstat(file, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

// A block that was allocated and never written reads as zeros.
bool torn(std::string_view line) {
  return line.find('\0') != std::string_view::npos;
}

Result<JournalSummary> scan(int file, const std::string& path, const JournalVisitor& visit,
                            std::vector<std::uint64_t>& index) {
  JournalSummary found;
  found.hash.assign(kHashOctets, 0);
  Lines lines{file, 0};
  std::string_view line;
  for (;;) {
    const auto got = lines.next(line);
    if (got == Lines::Got::kFailed) return unreadable(path);
    if (got == Lines::Got::kEnd) {
      if (lines.rest().size() > kMaxJournalLine && !torn(lines.rest()))
        return altered(path, found.last + 1);
      break;
    }
    auto record = from_journal_line(line);
    const bool fits = record && record->number == found.last + 1 && record->previous == found.hash;
    if (!fits && torn(line)) break;
    if (!fits) return altered(path, found.last + 1);
    if (found.last % kStep == 0) index.push_back(lines.at());
    if (visit) visit(*record);
    found.last = record->number;
    found.hash = std::move(record->hash);
    found.octets = lines.at() + line.size() + 1;
  }
  found.torn_octets = size_of(file) - found.octets;
  return found;
}

}  // namespace

Result<JournalSummary> verify_journal(const std::string& path, const JournalVisitor& visit) {
  const service::Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (!file) return unreadable(path);
  std::vector<std::uint64_t> index;
  return scan(file.get(), path, visit, index);
}

Error FileJournal::broken(const char* doing) const {
  return make_error(Code::kFileUnwritable, doing, {{"file", path_}});
}

Result<std::unique_ptr<FileJournal>> FileJournal::open(const std::string& path, const Clock& clock,
                                                       const JournalVisitor& visit) {
  service::Descriptor file{
      ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600)};
  auto journal = std::make_unique<FileJournal>(Passkey{}, std::move(file), path, clock);
  const int fd = journal->file_.get();
  if (fd < 0) return journal->broken("open the journal");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return make_error(Code::kTokendJournalBusy, path, {{"file", path}});
  ANTIN_TRY(journal->found_, scan(fd, path, visit, journal->index_));
  const auto& found = journal->found_;
  if (found.torn_octets > 0 &&
      (::ftruncate(fd, static_cast<off_t>(found.octets)) != 0 || ::fsync(fd) != 0))
    return journal->broken("cut a torn entry off");
  // A new file is not there until its folder says so.
  const auto slash = path.rfind('/');
  const auto folder_name = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const service::Descriptor folder{::open(folder_name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || ::fsync(folder.get()) != 0) return journal->broken("sync the journal's folder");
  journal->last_ = journal->safe_ = found.last;
  journal->hash_ = journal->safe_hash_ = found.hash;
  journal->end_ = found.octets;
  return journal;
}

Status FileJournal::append(const JournalEntry& entry, std::uint64_t& number) {
  JournalRecord record{
      .number = last_ + 1, .at = clock_.utc_now(), .entry = entry, .previous = hash_, .hash = {}};
  auto line = to_journal_line(record);
  auto hash = ossl::sha256(as_bytes(line));
  if (line.size() > kMaxJournalLine) return broken("an entry longer than a line may be");
  line += '\n';
  // O_APPEND and one write: whole lines, in the order of the lock.
  const auto wrote = ::write(file_.get(), line.data(), line.size());
  if (wrote != static_cast<ssize_t>(line.size())) {
    // Less than asked for: there was no room for more.
    const int why = wrote < 0 ? errno : ENOSPC;
    // What was written of the line goes again, so that the next one fits.
    failed_ = wrote > 0 && ::ftruncate(file_.get(), static_cast<off_t>(end_)) != 0;
    synced_.notify_all();
    if (!failed_ && (why == ENOSPC || why == EDQUOT || why == EFBIG))
      return make_error(Code::kTokendJournalFull, path_, {{"file", path_}});
    return broken("write the journal");
  }
  if (last_ % kStep == 0) index_.push_back(end_);
  number = ++last_;
  hash_ = std::move(hash);
  end_ += line.size();
  return Done{};
}

Status FileJournal::wait_until_safe(std::uint64_t number, std::unique_lock<std::mutex>& lock) {
  while (safe_ < number && !failed_) {
    if (syncing_) {
      synced_.wait(lock);
      continue;
    }
    syncing_ = true;
    const auto covers = last_;
    auto hash = hash_;
    lock.unlock();
    const bool safe = ::fdatasync(file_.get()) == 0;
    lock.lock();
    syncing_ = false;
    if (safe) {
      safe_ = covers;
      safe_hash_ = std::move(hash);
    }
    failed_ = failed_ || !safe;
    synced_.notify_all();
  }
  if (safe_ < number) return broken("sync the journal");
  return Done{};
}

Status FileJournal::record(const JournalEntry& entry) {
  std::unique_lock lock{mutex_};
  if (failed_) return broken("an earlier write of the journal failed");
  std::uint64_t number = 0;
  ANTIN_CHECK(append(entry, number));
  return wait_until_safe(number, lock);
}

Result<JournalPage> FileJournal::page(std::uint64_t after, std::size_t most) {
  JournalPage page;
  std::uint64_t from = 0;
  {
    const std::lock_guard lock{mutex_};
    page.last = safe_;
    if (after >= safe_) return page;
    from = index_[after / kStep];
  }
  Lines lines{file_.get(), from};
  std::string_view line;
  while (page.records.size() < std::min(most, kMostInPage) &&
         lines.next(line) == Lines::Got::kLine) {
    auto record = from_journal_line(line);
    if (!record) return altered(path_, after + page.records.size() + 1);
    if (record->number > page.last) break;
    if (record->number > after) page.records.push_back(*std::move(record));
  }
  const auto expected = std::min<std::uint64_t>(page.last - after, std::min(most, kMostInPage));
  if (page.records.size() != expected) return unreadable(path_);
  return page;
}

JournalSummary FileJournal::newest() {
  const std::lock_guard lock{mutex_};
  return {.last = safe_, .hash = safe_hash_, .octets = end_, .torn_octets = 0};
}

}  // namespace antin::hsm
