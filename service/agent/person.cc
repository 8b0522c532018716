#include "service/agent/person.h"

#include "service/agent/pinentry.h"
#include "service/system/terminal.h"

namespace antin::service::agent {
namespace {

// On the terminal the program was started on. Whoever stops cannot take the question back there:
// it stands until it is answered.
class Terminal {
 public:
  static Status confirm(const Person::Question& question) {
    ANTIN_TRY(const auto typed, ask_secret(shown(question) + "c, Enter = " + question.yes +
                                           "; Ctrl-C = " + question.no + ": "));
    const auto word = as_text(typed.reveal());
    if (word != "c" && word != "y") return make_error(Code::kCancelled, "terminal");
    return Done{};
  }
  static Result<Secret> pin(const Person::Question& question) {
    return ask_secret(shown(question) + question.prompt + " ");
  }

 private:
  static std::string shown(const Person::Question& question) {
    return "\n== " + question.title + " ==\n" + question.text + "\n" +
           (question.error.empty() ? "" : question.error + "\n");
  }
};

class AtThisComputer final : public Person {
 public:
  explicit AtThisComputer(DialogSettings settings) : settings_(std::move(settings)) {}

  Status confirm(const Question& question, const Stop& stop) override {
    auto window = open(question, stop);
    if (window) return window.value().confirm();
    if (window.error().code != Code::kAgentNoDialog) return window.error();
    return told(Terminal::confirm(question));
  }
  Result<Secret> pin(const Question& question, const Stop& stop) override {
    auto window = open(question, stop);
    if (window) return window.value().pin();
    if (window.error().code != Code::kAgentNoDialog) return window.error();
    return told(Terminal::pin(question));
  }

 private:
  Result<Pinentry> open(const Question& question, const Stop& stop) const {
    ANTIN_TRY(auto window, Pinentry::start(settings_, stop));
    // A program that does not even greet is no window: some cannot without a display.
    if (const auto greeted = window.greet(); !greeted) {
      if (greeted.error().code != Code::kAgentDialogFailed) return greeted.error();
      return make_error(Code::kAgentNoDialog, greeted.error().detail);
    }
    ANTIN_CHECK(window.put(question));
    return window;
  }
  // What the terminal says in words of its own.
  template <class T>
  static Result<T> told(Result<T> outcome) {
    if (!outcome && outcome.error().code == Code::kNoTerminal)
      return make_error(Code::kAgentNoDialog, "neither pinentry nor terminal");
    return outcome;
  }

  const DialogSettings settings_;
};

}  // namespace

std::unique_ptr<Person> make_person(DialogSettings settings) {
  return std::make_unique<AtThisComputer>(std::move(settings));
}

}  // namespace antin::service::agent
