#include "service/cli/args.h"

#include <sstream>

#include <gtest/gtest.h>

#include "service/cli/messages.h"

namespace antin::service {
namespace {

const CommandSpec& spec() {
  static const CommandSpec kSpec{
      .name = "antin sign",
      .usage = "IN -o OUT",
      .vi = "ký",
      .en = "sign",
      .options = {{"output", OptionSpec::Kind::kValue, "OUT", "kết quả", "result", 'o'},
                  {"force", OptionSpec::Kind::kFlag, "", "ghi đè", "overwrite"},
                  {"crl", OptionSpec::Kind::kRepeatable, "FILE", "CRL", "CRL"}},
      .min_positional = 1,
      .max_positional = 2};
  return kSpec;
}

Result<Arguments> parse(const std::vector<std::string>& words) {
  return parse_arguments(spec(), words);
}

Code code(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  return parsed ? Code::kSigned : parsed.error().code;
}

TEST(Arguments, TakesEveryFormOfAnOption) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"a.pdf", "-o", "b.pdf"},
                                             {"-o", "b.pdf", "a.pdf"},
                                             {"a.pdf", "--output=b.pdf"},
                                             {"--output", "b.pdf", "--", "a.pdf"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed.value().value("output"), "b.pdf");
    EXPECT_EQ(parsed.value().positional(), std::vector<std::string>{"a.pdf"});
    EXPECT_FALSE(parsed.value().has("force"));
  }
}

TEST(Arguments, KeepsOrderAndOddValues) {
  const auto parsed = parse({"--crl", "x", "--crl=y=z", "--crl", "--force", "-"}).value();
  EXPECT_EQ(parsed.values("crl"), (std::vector<std::string>{"x", "y=z", "--force"}));
  EXPECT_FALSE(parsed.has("force"));
  EXPECT_EQ(parsed.positional(), std::vector<std::string>{"-"});
  EXPECT_EQ(parse({"--", "--force"}).value().positional(), std::vector<std::string>{"--force"});
}

TEST(Arguments, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(code({"a", "--outptu", "b"}), Code::kCliUnknownOption);
  EXPECT_EQ(code({"a", "--outptu=b"}), Code::kCliUnknownOption);
  EXPECT_EQ(code({"a", "-x"}), Code::kCliUnknownOption);
  EXPECT_EQ(code({"a", "-ob"}), Code::kCliUnknownOption);
  EXPECT_EQ(code({"a", "--output"}), Code::kCliMissingValue);
  EXPECT_EQ(code({"a", "--force=yes"}), Code::kCliUnexpectedValue);
  EXPECT_EQ(code({"a", "-o", "b", "--output", "c"}), Code::kCliRepeated);
  EXPECT_EQ(code({}), Code::kCliMissingFile);
  EXPECT_EQ(code({"a", "b", "c"}), Code::kCliTooManyFiles);
  EXPECT_EQ(code({"a", "--lang", "fr"}), Code::kCliBadValue);
}

TEST(Arguments, SuggestsWhatWasMeant) {
  const auto parsed = parse({"a", "--ouptut", "b"});
  ASSERT_FALSE(parsed);
  const auto& params = parsed.error().params;
  EXPECT_NE(std::find(params.begin(), params.end(),
                      std::pair<std::string, std::string>{"goi_y", "--output"}),
            params.end());
  const std::vector<std::string_view> commands{"sign", "verify", "token"};
  EXPECT_EQ(nearest("sgin", commands), "sign");
  EXPECT_EQ(nearest("verfy", commands), "verify");
  EXPECT_EQ(nearest("launch", commands), "");
}

TEST(Arguments, NeedNoFilesForHelp) {
  const auto parsed = parse({"--help"});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed.value().help());
  EXPECT_EQ(parse({"-h", "--lang", "en"}).value().language(), Language::kEnglish);
  EXPECT_NE(help_text(spec(), Language::kVietnamese).find("ghi đè"), std::string::npos);
  EXPECT_NE(help_text(spec(), Language::kEnglish).find("  -o, --output OUT"), std::string::npos);
}

TEST(Arguments, CheckChoicesAndNumbers) {
  const auto parsed = parse({"a", "-o", "7"}).value();
  EXPECT_EQ(parsed.number("output", 1, 9, 0).value(), 7U);
  EXPECT_FALSE(parsed.number("output", 8, 9, 0));
  EXPECT_FALSE(parse({"a", "-o", "7x"}).value().number("output", 1, 9, 0));
  EXPECT_FALSE(parse({"a", "-o", "-7"}).value().number("output", 1, 9, 0));
  EXPECT_EQ(parsed.choice("output", {"6", "7"}, "6").value(), "7");
  EXPECT_EQ(parsed.choice("crl", {"6", "7"}, "6").value(), "6");
  EXPECT_EQ(parsed.choice("output", {"6"}, "6").error().code, Code::kCliBadValue);
}

TEST(Messages, KeepControlCharactersFromTheTerminal) {
  std::ostringstream out;
  print_error(out, make_error(Code::kFileUnreadable, "d\x1B[2J", {{"file", "x\x1B[31m\ny"}}),
              {Language::kEnglish});
  EXPECT_EQ(out.str().find('\x1B'), std::string::npos);
  EXPECT_NE(out.str().find("x?[31m?y"), std::string::npos);
}

}  // namespace
}  // namespace antin::service
