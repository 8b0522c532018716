// antin-draw: becomes one of poppler's tools after giving up everything that drawing does not need.
//
//   antin-draw screen|print|words FIRST LAST DPI CPU_SECONDS
//   antin-draw picture FIRST LAST WIDTH CPU_SECONDS
//   antin-draw --self-test      tries what the profile must stop; for antind, by message
//
// The document comes on standard input, what is drawn leaves on standard output. The first line on
// standard error says what is in force; after it come the tool's own complaints. Nothing else can
// be asked for: the tool's arguments are made here.

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "service/ipc/self_test.h"
#include "service/ipc/worker_protocol.h"
#include "service/render/draw_exit.h"
#include "service/render/profile.h"

namespace antin::service::render {
namespace {

struct Asked {
  std::string_view what;
  unsigned first = 0, last = 0, cpu_seconds = 0;
  unsigned dpi = 0;  ///< of a picture: its width in pixels
};

bool read_number(std::string_view text, unsigned least, unsigned most, unsigned& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out >= least && out <= most;
}

bool read_asked(int argc, char** argv, Asked& asked) {
  if (argc != 6) return false;
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  asked.what = words[0];
  return read_number(words[1], 1, 1'000'000, asked.first) &&
         read_number(words[2], asked.first, 1'000'000, asked.last) &&
         read_number(words[3], 10, asked.what == "picture" ? 2'400 : 1'200, asked.dpi) &&
         read_number(words[4], 1, 3'600, asked.cpu_seconds);
}

// Where Debian puts them; a search path would be somebody else's choice.
std::vector<std::string> command_for(const Asked& asked) {
  const auto first = std::to_string(asked.first);
  const auto last = std::to_string(asked.last);
  if (asked.what == "screen")
    return {"/usr/bin/pdftoppm",       "-f",       first, "-l", last, "-r",
            std::to_string(asked.dpi), "-cropbox", "-"};
  if (asked.what == "picture")
    return {"/usr/bin/pdftoppm",
            "-f",
            first,
            "-l",
            last,
            "-scale-to-x",
            std::to_string(asked.dpi),
            "-scale-to-y",
            "-1",
            "-cropbox",
            "-jpeg",
            "-jpegopt",
            "quality=85",
            "-"};
  // As a printer gets it: annotations by their Print flag, not by NoView (ISO 32000-2 12.5.3).
  if (asked.what == "print")
    return {"/usr/bin/pdftocairo", "-pdf", "-f", first, "-l", last, "-", "-"};
  if (asked.what == "words")
    return {"/usr/bin/pdftotext", "-tsv", "-f", first, "-l", last, "-enc", "UTF-8", "-", "-"};
  return {};
}

int run(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == worker::kSelfTestOption)
    return serve_self_test(test_profile) ? 0 : kExitRefused;
  Asked asked;
  if (!read_asked(argc, argv, asked)) return kExitUsage;
  auto words = command_for(asked);
  if (words.empty()) return kExitUsage;
  const auto program = words.front();
  if (::access(program.c_str(), X_OK) != 0) return kExitNoTool;
  InForce in_force;
  if (!confine(program, {.cpu_seconds = asked.cpu_seconds}, in_force)) return kExitRefused;
  const auto said = "antin-draw landlock=" + std::to_string(in_force.landlock) +
                    " network=" + (in_force.own_network ? "own" : "shared") + "\n";
  if (::write(STDERR_FILENO, said.data(), said.size()) != static_cast<ssize_t>(said.size()))
    return kExitRefused;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<char*, 1> environment{nullptr};
  ::execve(program.c_str(), arguments.data(), environment.data());
  return kExitRefused;
}

}  // namespace
}  // namespace antin::service::render

int main(int argc, char** argv) {
  try {
    return antin::service::render::run(argc, argv);
  } catch (const std::exception&) {
    return antin::service::render::kExitRefused;
  }
}
