// packaging/antin.toml explains every key of the reader, and no other.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include <gtest/gtest.h>

#include "service/antind/config.h"

namespace antin::service {
namespace {

std::string reference() {
  std::ifstream file(ANTIN_SOURCE_DIR "/packaging/antin.toml");
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Line {
  std::string section, key, text;
  bool commented = false;
};

// A key at its default stands as "#key = value"; prose has a space after its "#".
std::vector<Line> lines_of(const std::string& text) {
  static const std::regex kSection(R"(^\[\[?([a-z_.]+)\]\]?$)"), kKey(R"(^(#?)([a-z_0-9]+) = .*)");
  std::vector<Line> out;
  std::string section;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = end + 1;
    std::smatch match;
    if (std::regex_match(line, match, kSection)) {
      section = match[1];
    } else if (std::regex_match(line, match, kKey)) {
      const bool commented = match[1].length() > 0;
      out.push_back({section, match[2], line.substr(commented ? 1 : 0), commented});
    }
  }
  return out;
}

TEST(ReferenceFile, IsAcceptedAsItStands) {
  const auto config = read_config(reference());
  ASSERT_TRUE(config) << to_log_line(config.error());
  EXPECT_EQ(config.value().http.address, "127.0.0.1");
  EXPECT_EQ(config.value().process.user, "antind");
  EXPECT_TRUE(config.value().agency.key.empty());
}

TEST(ReferenceFile, NamesEveryKeyOfTheReaderAndNoOther) {
  std::vector<std::string> written;
  for (const auto& line : lines_of(reference()))
    if (line.key != "schema") written.push_back(line.section + "." + line.key);
  auto known = config_keys();
  std::sort(written.begin(), written.end());
  std::sort(known.begin(), known.end());
  EXPECT_GT(known.size(), 40U);
  EXPECT_EQ(written, known);
}

// `line` of `text` without its '#'.
void take_in(std::string& text, const Line& line) {
  const auto at = text.find("#" + line.text + "\n", text.find("[" + line.section + "]"));
  ASSERT_NE(at, std::string::npos) << line.text;
  text.erase(at, 1);
}

TEST(ReferenceFile, EveryCommentedLineCanBeTakenIn) {
  const auto lines = lines_of(reference());
  for (const auto& line : lines) {
    if (!line.commented) continue;
    auto text = reference();
    take_in(text, line);
    // A log has a name as soon as it has a key.
    if (line.key == "checkpoint_key")
      take_in(text, *std::find_if(lines.begin(), lines.end(),
                                  [](const auto& other) { return other.key == "origin"; }));
    const auto config = read_config(text);
    EXPECT_TRUE(config) << line.section << '.' << line.text << ": "
                        << (config ? "" : to_log_line(config.error()));
  }
}

}  // namespace
}  // namespace antin::service
