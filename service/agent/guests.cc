#include "service/agent/guests.h"

#include <algorithm>

#include "certs/ossl/digest.h"
#include "service/system/files.h"

namespace antin::service::agent {
namespace {

constexpr std::size_t kMostFile = 65'536;
constexpr std::size_t kTokenOctets = 32;

}  // namespace

Pairings::Pairings(std::string file, const std::vector<Origin>& given) : file_(std::move(file)) {
  for (const auto& one : given) given_.insert(one.text());
}

// Read every time: `antin-agent forget` changes it while another process serves.
std::deque<std::string> Pairings::paired() const {
  std::deque<std::string> all;
  const auto octets = read_file(file_, kMostFile);
  if (!octets) return all;
  auto rest = as_text(octets.value());
  while (!rest.empty() && all.size() < kMost) {
    const auto end = std::min(rest.find('\n'), rest.size());
    // Whether "http" may be one at all is asked of every request; here it is only remembered.
    if (auto origin = Origin::read(rest.substr(0, end), Origin::Loopback::kAllowed))
      all.push_back(origin->text());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

bool Pairings::holds(const Origin& origin) const {
  if (given_.count(origin.text()) > 0) return true;
  const std::lock_guard lock(mutex_);
  const auto all = paired();
  return std::find(all.begin(), all.end(), origin.text()) != all.end();
}

Status Pairings::keep(const std::deque<std::string>& all) const {
  std::string text;
  for (const auto& one : all) text += one + "\n";
  ANTIN_CHECK(make_folder(file_.substr(0, file_.rfind('/'))));
  return write_file(file_, {as_bytes(text)}, IfExists::kReplace, Sync::kNow, Readers::kNobody);
}

Status Pairings::add(const Origin& origin) {
  const std::lock_guard lock(mutex_);
  auto all = paired();
  if (std::find(all.begin(), all.end(), origin.text()) != all.end()) return Done{};
  if (all.size() == kMost) all.pop_front();
  all.push_back(origin.text());
  return keep(all);
}

Result<bool> Pairings::forget(const Origin& origin) {
  const std::lock_guard lock(mutex_);
  auto all = paired();
  if (std::erase(all, origin.text()) == 0) return false;
  ANTIN_CHECK(keep(all));
  return true;
}

std::vector<std::string> Pairings::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> list(given_.begin(), given_.end());
  const auto more = paired();
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

std::optional<std::chrono::seconds> Rate::take(Ticks now) {
  const std::lock_guard lock(mutex_);
  while (!taken_.empty() && now - taken_.front() >= span_) taken_.pop_front();
  if (taken_.size() >= most_)
    return std::chrono::ceil<std::chrono::seconds>(span_ - (now - taken_.front()));
  taken_.push_back(now);
  return std::nullopt;
}

void Sessions::drop_idle() {
  const auto now = clock_.ticks();
  std::erase_if(open_, [&](const auto& one) { return now - one.second.last >= kIdle; });
}

std::string Sessions::open(const Origin& origin) {
  const auto token = to_hex(random_.bytes(kTokenOctets));
  const std::lock_guard lock(mutex_);
  drop_idle();
  if (open_.size() >= kMost) {
    const auto oldest = std::min_element(
        open_.begin(), open_.end(),
        [](const auto& one, const auto& other) { return one.second.last < other.second.last; });
    open_.erase(oldest);
  }
  open_.emplace(ossl::sha256(as_bytes(token)), Open{origin, clock_.ticks()});
  return token;
}

// Looked up by a digest, so that how long it takes says nothing about the token.
bool Sessions::holds(const std::string& token, const Origin& origin) {
  const auto digest = ossl::sha256(as_bytes(token));
  const std::lock_guard lock(mutex_);
  drop_idle();
  const auto found = open_.find(digest);
  if (found == open_.end() || found->second.origin != origin) return false;
  found->second.last = clock_.ticks();
  return true;
}

void Sessions::end_all(const Origin& origin) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](const auto& one) { return one.second.origin == origin; });
}

}  // namespace antin::service::agent
