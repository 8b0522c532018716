#include "service/cache/disk_cache.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <vector>

#include "service/system/files.h"

namespace antin::service {
namespace {

namespace fs = std::filesystem;
using certs::CachedAnswer;

constexpr std::string_view kMagic = "antin-evidence/1\n";
constexpr std::size_t kMostFile = std::size_t{64} << 20U;
constexpr std::size_t kMostValidator = 256;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // year 9999
// A file that lost its writer; one that is being written is younger.
constexpr std::chrono::hours kAbandoned{1};

Error unusable(const std::string& file, const std::string& why) {
  return make_error(Code::kEvidenceCache, file + ": " + why, {{"file", file}});
}

bool good_key(const std::string& key) {
  return !key.empty() && key.size() <= 80 && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A validator that would not fit on its line is left out: the answer is only fetched whole then.
std::string one_line(const std::string& text) {
  const bool fits =
      text.size() <= kMostValidator &&
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  return fits ? text : std::string();
}

// "name value\n" at the front of `text`.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || !text.starts_with(name) || end < name.size() + 1 ||
      text[name.size()] != ' ')
    return std::nullopt;
  const auto value = text.substr(name.size() + 1, end - name.size() - 1);
  text.remove_prefix(end + 1);
  return value;
}

std::optional<std::int64_t> take_number(std::string_view& text, std::string_view name) {
  const auto value = take_line(text, name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const auto* end = value->data() + value->size();
  const auto [stopped, problem] = std::from_chars(value->data(), end, number);
  if (problem != std::errc{} || stopped != end || number < 0 || number > kLastSecond)
    return std::nullopt;
  return number;
}

UtcTime at_second(std::int64_t count) {
  return UtcTime{std::chrono::sys_seconds{std::chrono::seconds{count}}};
}

}  // namespace

std::string cache_header(const CachedAnswer& answer) {
  const auto second = [](UtcTime at) {
    return std::to_string(at.since_epoch().time_since_epoch().count());
  };
  return std::string(kMagic) + "fetched " + second(answer.fetched) + "\nnot_after " +
         second(answer.not_after) + "\netag " + one_line(answer.etag) + "\nlast_modified " +
         one_line(answer.last_modified) + "\nbody " + std::to_string(answer.body.size()) + "\n";
}

std::optional<CachedAnswer> read_cache_file(Bytes octets) {
  auto text = as_text(octets).substr(0, 4 * kMostValidator);
  const auto whole = text.size();
  if (!text.starts_with(kMagic)) return std::nullopt;
  text.remove_prefix(kMagic.size());
  const auto fetched = take_number(text, "fetched");
  const auto not_after = fetched ? take_number(text, "not_after") : std::nullopt;
  const auto etag = not_after ? take_line(text, "etag") : std::nullopt;
  const auto modified = etag ? take_line(text, "last_modified") : std::nullopt;
  const auto size = modified ? take_number(text, "body") : std::nullopt;
  if (!size) return std::nullopt;
  const auto head = whole - text.size();
  if (static_cast<std::uint64_t>(*size) != octets.size() - head) return std::nullopt;
  CachedAnswer answer{.body = {},
                      .fetched = at_second(*fetched),
                      .not_after = at_second(*not_after),
                      .etag = one_line(std::string(*etag)),
                      .last_modified = one_line(std::string(*modified))};
  octets.erase(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(head));
  answer.body = std::move(octets);
  return answer;
}

Result<std::unique_ptr<DiskCache>> DiskCache::open(const std::string& folder,
                                                   std::size_t max_octets) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) {
    fs::create_directories(folder, problem);
    if (problem) return unusable(folder, problem.message());
    fs::permissions(folder, fs::perms::owner_all, problem);
    if (problem) return unusable(folder, problem.message());
  }
  return std::unique_ptr<DiskCache>(new DiskCache(folder, max_octets));  // NOLINT: private
}

std::optional<CachedAnswer> DiskCache::find(const std::string& key) {
  if (!good_key(key)) return std::nullopt;
  auto octets = read_file(folder_ + "/" + key, kMostFile);
  if (!octets) return std::nullopt;
  return read_cache_file(std::move(octets).value());
}

Status DiskCache::keep(const std::string& key, const CachedAnswer& answer) {
  const auto path = folder_ + "/" + key;
  if (!good_key(key)) return unusable(path, "not a key");
  const auto header = cache_header(answer);
  const auto size = header.size() + answer.body.size();
  if (size > kMostFile || size > max_octets_) return unusable(path, "larger than the cache");
  // Not synced: a file that a power cut leaves short is seen to be short.
  if (const auto written =
          write_file(path, {as_bytes(header), answer.body}, IfExists::kReplace, Sync::kLater);
      !written)
    return while_doing(written.error(), Code::kEvidenceCache, path);
  const std::lock_guard lock(mutex_);
  written_ += size;
  if (!looked_ || written_ > max_octets_ / 8) make_room();
  return Done{};
}

// Under the mutex. Other programs may do the same at the same time: a file that is gone is fine.
void DiskCache::make_room() {
  struct File {
    fs::path path;
    fs::file_time_type at;
    std::uintmax_t size;
  };
  std::vector<File> files;
  std::uintmax_t total = 0;
  std::error_code problem;
  const auto now = fs::file_time_type::clock::now();
  for (auto it = fs::directory_iterator(folder_, problem); !problem && it != fs::end(it);
       it.increment(problem)) {
    std::error_code gone;
    File file{.path = it->path(),
              .at = fs::last_write_time(it->path(), gone),
              .size = gone ? 0 : fs::file_size(it->path(), gone)};
    if (gone) continue;
    const auto name = file.path.filename().string();
    if (name.starts_with(".") && now - file.at > kAbandoned) fs::remove(file.path, gone);
    if (!good_key(name)) continue;
    total += file.size;
    files.push_back(std::move(file));
  }
  looked_ = true;
  written_ = 0;
  if (total <= max_octets_) return;
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.at < b.at; });
  // A little more than needed, so that not every answer makes room anew.
  const auto wanted = max_octets_ - max_octets_ / 4;
  for (const auto& file : files) {
    if (total <= wanted) break;
    std::error_code gone;
    fs::remove(file.path, gone);
    total -= file.size;
  }
}

std::string users_cache_folder() {
  const auto set = [](const char* name) {
    const char* const value =
        std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
    // The specification: a path that is not absolute is ignored.
    return value != nullptr && *value == '/' ? std::string(value) : std::string();
  };
  if (const auto caches = set("XDG_CACHE_HOME"); !caches.empty()) return caches + "/antin/evidence";
  const auto home = set("HOME");
  return home.empty() ? home : home + "/.cache/antin/evidence";
}

}  // namespace antin::service
