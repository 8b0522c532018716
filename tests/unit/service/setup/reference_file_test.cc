// packaging/antin.toml and tokend.toml explain every key of their readers, and no other.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>

#include <gtest/gtest.h>

#include "service/antind/config.h"
#include "service/tokend/config.h"

namespace antin::service {
namespace {

std::string reference(const std::string& name = "antin.toml") {
  std::ifstream file(ANTIN_SOURCE_DIR "/packaging/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Line {
  std::string section, key, text;
  bool commented = false;
};

// A key at its default stands as "#key = value"; prose has a space after its "#".
std::vector<Line> lines_of(const std::string& text) {
  static const std::regex kSection(R"(^#?\[\[?([a-z_.]+)\]\]?$)"),
      kKey(R"(^(#?)([a-z_0-9]+) = .*)");
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

std::vector<std::string> keys_in(const std::string& text) {
  std::vector<std::string> written;
  for (const auto& line : lines_of(text)) {
    if (line.key != "schema")
      written.push_back(line.section.empty() ? line.key : line.section + "." + line.key);
  }
  std::sort(written.begin(), written.end());
  return written;
}

std::vector<std::string> sorted(std::vector<std::string> keys) {
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST(ReferenceFile, NamesEveryKeyOfTheReaderAndNoOther) {
  EXPECT_GT(config_keys().size(), 40U);
  EXPECT_EQ(keys_in(reference()), sorted(config_keys()));
}

TEST(ReferenceFileOfTokend, NamesEveryKeyOfTheReaderAndNoOther) {
  EXPECT_GT(tokend_config_keys().size(), 20U);
  EXPECT_EQ(keys_in(reference("tokend.toml")), sorted(tokend_config_keys()));
}

TEST(ReferenceFileOfTokend, IsAcceptedAsItStandsAndWithEveryLineTakenIn) {
  const auto text = reference("tokend.toml");
  const auto bare = read_tokend_config(text);
  ASSERT_TRUE(bare) << to_log_line(bare.error());
  EXPECT_EQ(bare.value().service.clients, std::vector<std::string>{"antind"});
  EXPECT_TRUE(bare.value().keys.empty());
  // Prose has a space behind its "#", what can be taken in has none.
  const auto all = std::regex_replace(text, std::regex(R"((^|\n)#(?=[a-z\[]))"), "$1");
  const auto whole = read_tokend_config(all);
  ASSERT_TRUE(whole) << to_log_line(whole.error());
  ASSERT_EQ(whole.value().keys.size(), 1U);
  ASSERT_EQ(whole.value().tokens.size(), 1U);
  EXPECT_EQ(whole.value().tokens[0].pin.kind, PinOrigin::Kind::kUnlock);
}

TEST(TokendConfigTest, OneAccountInBothListsStopsIt) {
  const auto code = [](const std::string& operators) {
    const auto config = read_tokend_config(
        "schema = \"antin-tokend/1\"\n[service]\nfolder = \"/x\"\nclients = [\"antind\"]\n"
        "operators = [" +
        operators + "]\n");
    return config ? std::nullopt : std::optional(config.error().code);
  };
  EXPECT_EQ(code("\"root\""), std::nullopt);
  EXPECT_EQ(code("\"root\", \"antind\""), Code::kConfigUnsafe);
}

// `line` of `text` without its '#'.
void take_in(std::string& text, const Line& line) {
  const auto at = text.find("#" + line.text + "\n", text.find("[" + line.section + "]"));
  ASSERT_NE(at, std::string::npos) << line.text;
  text.erase(at, 1);
}

TEST(ReferenceFile, AReceiverCanBeTakenIn) {
  auto text = reference();
  const auto begin = text.find("#[[outbox.target]]"), end = text.find("[store]");
  ASSERT_LT(begin, end);
  const auto block = std::regex_replace(text.substr(begin, end - begin),
                                        std::regex(R"((^|\n)#(?=[a-z\[]))"), "$1");
  text.replace(begin, end - begin, block);
  const auto config = read_config(text);
  ASSERT_TRUE(config) << to_log_line(config.error());
  ASSERT_EQ(config.value().targets.size(), 1U);
  // As they stand they are the defaults.
  const auto& target = config.value().targets.front();
  EXPECT_EQ(target.within, outbox::Target{}.within);
  EXPECT_EQ(target.max_document_octets, outbox::Target{}.max_document_octets);
  EXPECT_EQ(target.port, outbox::Target{}.port);
}

TEST(ReferenceFile, EveryCommentedLineCanBeTakenIn) {
  const auto lines = lines_of(reference());
  for (const auto& line : lines) {
    // Receivers and seals are taken in as a whole.
    if (!line.commented || line.section == "outbox.target" || line.section == "agency.unit")
      continue;
    auto text = reference();
    take_in(text, line);
    // A log has a name and a key holder as soon as it has a key.
    for (const std::string needed : {"origin", "tokend"}) {
      if (line.key == "checkpoint_key")
        take_in(text, *std::find_if(lines.begin(), lines.end(),
                                    [&](const auto& other) { return other.key == needed; }));
    }
    const auto config = read_config(text);
    EXPECT_TRUE(config) << line.section << '.' << line.text << ": "
                        << (config ? "" : to_log_line(config.error()));
  }
}

}  // namespace
}  // namespace antin::service
