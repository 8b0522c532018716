#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace antin::accounts {

/// Wrong passwords, remembered by this process. After five for one name from one network each
/// further try must wait: 1 s, then twice as long up to a minute. After fifty for one name from
/// anywhere likewise, but not for networks from which the account signed in before: else whoever
/// knows a name could keep its owner out. Nothing is ever locked. An hour without a try forgets.
/// Names that do not exist count like those that do. Thread-safe, bounded.
class Tries {
 public:
  using Ticks = std::chrono::steady_clock::time_point;
  /// Before the password is looked at; counts as wrong until was_right(), so that tries beside one
  /// another are counted. The seconds to wait when it is too early: then nothing was counted.
  enum class Network : std::uint8_t { kUnknown, kSignedInBefore };
  std::optional<std::chrono::seconds> begin(const std::string& name, const std::string& network,
                                            Network known, Ticks now);
  void was_right(const std::string& name, const std::string& network);

 private:
  struct Count {
    std::uint32_t wrong = 0;
    Ticks last{};
  };
  using Key = std::pair<std::string, std::string>;  ///< name and "@network"; "": anywhere
  std::chrono::seconds wait(const Key& key, std::uint32_t free, Ticks now) const;
  void add(const Key& key, Ticks now);
  void make_room(Ticks now);

  std::mutex mutex_;
  std::map<Key, Count> counts_;
};

}  // namespace antin::accounts
