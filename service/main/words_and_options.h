#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace antin::service {

/// What stands behind the name of an operator's command: words, and options in any order.
struct WordsAndOptions {
  std::vector<std::string> words = {};
  std::map<std::string, std::string> options;  ///< those that there are; each takes a value
  std::set<std::string> flags = {};            ///< those that there are and take none
  std::set<std::string> raised = {};           ///< the flags that were there

  const std::string& operator[](const char* name) const { return options.at(name); }

  /// false: an option that there is not, or one without its value.
  bool read(std::span<char*> arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string word = arguments[i];
      const auto option = options.find(word);
      if (flags.count(word) != 0) {
        raised.insert(word);
      } else if (option == options.end()) {
        if (word.starts_with("-")) return false;
        words.push_back(word);
      } else if (++i == arguments.size()) {
        return false;
      } else {
        option->second = arguments[i];
      }
    }
    return true;
  }
};

}  // namespace antin::service
