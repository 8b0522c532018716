#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "certs/core/error.h"
#include "certs/core/secret.h"

namespace antin::service::agent {

/// Set from another thread: whoever waits gives up soon.
using Stop = std::atomic<bool>;

/// Whoever sits at this computer. One question at a time.
class Person {
 public:
  struct Question {
    std::string title;
    std::string text;      ///< what is asked, for people; at most some 900 octets
    std::string error;     ///< what went wrong last time; "" for nothing
    std::string yes, no;   ///< names of the buttons
    std::string prompt{};  ///< beside the field, for a PIN
  };
  virtual ~Person() = default;
  /// Fails with kCancelled (also when `stop` is set), kAgentDialogLate ({seconds}),
  /// kAgentDialogFailed, kAgentNoDialog.
  virtual Status confirm(const Question& question, const Stop& stop) = 0;
  /// Fails as confirm().
  virtual Result<Secret> pin(const Question& question, const Stop& stop) = 0;
};

struct DialogSettings {
  std::string program = "pinentry";  ///< a path, or a name looked for in PATH; "" for none
  bool grab = true;                  ///< the keyboard belongs to the window while it is open
  std::chrono::seconds within{120};
};

/// pinentry in a window; the terminal when there is none.
std::unique_ptr<Person> make_person(DialogSettings settings);

}  // namespace antin::service::agent
