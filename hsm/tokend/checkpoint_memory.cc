#include "hsm/tokend/checkpoint_memory.h"

#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <sys/stat.h>

#include "certs/ossl/digest.h"
#include "service/system/files.h"

namespace antin::hsm {
namespace {

constexpr std::string_view kHead = "antin-checkpoints/1\n";
constexpr std::string_view kFoot = "sha256 ";
constexpr std::size_t kMaxFile = std::size_t{4} << 20U;

// The text in front of `stop`, taken off `rest` together with it.
std::optional<std::string_view> up_to(std::string_view& rest, char stop) {
  const auto end = rest.find(stop);
  if (end == std::string_view::npos) return std::nullopt;
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return part;
}

}  // namespace

std::string CheckpointMemory::to_text(const All& all) {
  std::string text{kHead};
  for (const auto& [whose, seen] : all)
    text += to_hex(whose.first) + " " + std::to_string(seen.size) + " " + to_hex(seen.root) + " " +
            whose.second + "\n";
  return text + std::string{kFoot} + to_hex(ossl::sha256(as_bytes(text))) + "\n";
}

Result<std::unique_ptr<CheckpointMemory>> CheckpointMemory::open(const std::string& path) {
  auto memory = std::make_unique<CheckpointMemory>(Passkey{}, path);
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 && errno == ENOENT) return memory;
  ANTIN_TRY(const auto octets, service::read_file(path, kMaxFile));
  const auto text = as_text(octets);
  const auto damaged = [&path] {
    return make_error(Code::kTokendStateUnreadable, path, {{"file", path}});
  };
  if (!text.starts_with(kHead)) return damaged();
  auto rest = text.substr(kHead.size());
  while (!rest.empty() && !rest.starts_with(kFoot)) {
    const auto key = up_to(rest, ' ');
    const auto size = key ? up_to(rest, ' ') : std::nullopt;
    const auto root = size ? up_to(rest, ' ') : std::nullopt;
    const auto origin = root ? up_to(rest, '\n') : std::nullopt;
    if (!origin) return damaged();
    Seen seen;
    Bytes public_key;
    const auto* const end = size->data() + size->size();
    if (std::from_chars(size->data(), end, seen.size).ptr != end || !from_hex(*key, public_key) ||
        !from_hex(*root, seen.root))
      return damaged();
    memory->all_[{std::move(public_key), std::string{*origin}}] = std::move(seen);
  }
  // The one way of writing it, its own hash included, or somebody else wrote it.
  if (to_text(memory->all_) != text) return damaged();
  return memory;
}

Status CheckpointMemory::check_locked(const Bytes& public_key, const Checkpoint& checkpoint) const {
  const auto known = all_.find({public_key, checkpoint.origin});
  if (known == all_.end()) return Done{};
  const auto& seen = known->second;
  if (checkpoint.size > seen.size || (checkpoint.size == seen.size && checkpoint.root == seen.root))
    return Done{};
  return make_error(Code::kTokendCheckpointRollback, checkpoint.origin,
                    {{"origin", checkpoint.origin},
                     {"size", std::to_string(checkpoint.size)},
                     {"known", std::to_string(seen.size)}});
}

Status CheckpointMemory::check(const Bytes& public_key, const Checkpoint& checkpoint) {
  const std::lock_guard lock{mutex_};
  return check_locked(public_key, checkpoint);
}

Status CheckpointMemory::keep(const Bytes& public_key, const Checkpoint& checkpoint) {
  const std::lock_guard lock{mutex_};
  ANTIN_CHECK(check_locked(public_key, checkpoint));
  auto next = all_;
  next[{public_key, checkpoint.origin}] = {checkpoint.size, checkpoint.root};
  ANTIN_CHECK(service::write_file(path_, {as_bytes(to_text(next))}, service::IfExists::kReplace));
  all_ = std::move(next);
  return Done{};
}

void CheckpointMemory::bring_forward(const Bytes& public_key, const std::string& origin,
                                     std::uint64_t size, const Bytes& root) {
  const std::lock_guard lock{mutex_};
  auto& seen = all_[{public_key, origin}];
  if (seen.root.empty() || size > seen.size) seen = {size, root};
}

}  // namespace antin::hsm
