#include "hsm/checkpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace antin::hsm {
namespace {

constexpr std::size_t kRootOctets = 32;
constexpr std::size_t kMaxExtensions = 16;
constexpr std::size_t kMaxOriginOctets = 255;
// SHA-256 of the empty string.
constexpr std::array<std::uint8_t, kRootOctets> kEmptyRoot = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

Error malformed(std::string why) {
  return make_error(Code::kTokendCheckpointMalformed, std::move(why));
}

// Octets of the UTF-8 sequence that starts `text`; 0 when there is none (Unicode table 3-7).
std::size_t sequence_octets(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i, unsigned least, unsigned most) {
    return i < text.size() && at(i) >= least && at(i) <= most;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1, 0x80, 0xBF) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool good =
        tail(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && tail(2, 0x80, 0xBF);
    return good ? 3 : 0;
  }
  if (first < 0xF0 || first > 0xF4) return 0;
  const bool good = tail(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) &&
                    tail(2, 0x80, 0xBF) && tail(3, 0x80, 0xBF);
  return good ? 4 : 0;
}

// One line as it may stand in a note: something to read, and no control character.
bool is_plain(std::string_view line) {
  if (line.empty() || line.front() == ' ' || line.back() == ' ') return false;
  while (!line.empty()) {
    const auto octets = sequence_octets(line);
    const auto first = static_cast<unsigned char>(line.front());
    const bool control =
        first < 0x20 || first == 0x7F ||
        (octets == 2 && first == 0xC2 && static_cast<unsigned char>(line[1]) < 0xA0);
    if (octets == 0 || control) return false;
    line.remove_prefix(octets);
  }
  return true;
}

std::optional<std::uint64_t> number(std::string_view line) {
  if (line.empty() || (line.size() > 1 && line.front() == '0')) return std::nullopt;
  std::int64_t value = 0;
  const auto* const end = line.data() + line.size();
  const auto [stopped, problem] = std::from_chars(line.data(), end, value);
  if (problem != std::errc{} || stopped != end || value < 0 || line.front() == '-')
    return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

int sextet(char c) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto found = kAlphabet.find(c);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

// RFC 4648 §4 of 32 octets: 43 characters and one '='; §3.5: the bits that are left over are zero.
std::optional<Bytes> root(std::string_view line) {
  if (line.size() != 44 || line.back() != '=') return std::nullopt;
  Bytes out;
  out.reserve(kRootOctets);
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : line.substr(0, 43)) {
    const auto value = sextet(c);
    if (value < 0) return std::nullopt;
    held = held << 6U | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::uint8_t>(held >> bits));
    held &= (1U << bits) - 1;
  }
  if (held != 0) return std::nullopt;
  return out;
}

}  // namespace

Result<Checkpoint> parse_checkpoint(std::string_view note) {
  if (note.size() > kMaxCheckpointOctets) return malformed("more than 8 KiB");
  if (note.empty() || note.back() != '\n') return malformed("does not end in a newline");
  std::vector<std::string_view> lines;
  for (auto rest = note; !rest.empty();) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    if (!is_plain(line)) return malformed("a line that may not stand in a note");
    if (lines.size() == 3 + kMaxExtensions) return malformed("too many lines");
    lines.push_back(line);
    rest.remove_prefix(end + 1);
  }
  if (lines.size() < 3) return malformed("fewer than three lines");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  if (checkpoint.origin.size() > kMaxOriginOctets) return malformed("origin too long");
  const auto size = number(lines[1]);
  if (!size) return malformed("the second line is no number of entries");
  checkpoint.size = *size;
  auto hash = root(lines[2]);
  if (!hash) return malformed("the third line is no root hash");
  checkpoint.root = *std::move(hash);
  if (checkpoint.size == 0 && !std::equal(checkpoint.root.begin(), checkpoint.root.end(),
                                          kEmptyRoot.begin(), kEmptyRoot.end()))
    return malformed("an empty log with entries in its root");
  checkpoint.extensions.assign(lines.begin() + 3, lines.end());
  return checkpoint;
}

}  // namespace antin::hsm
