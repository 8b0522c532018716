#include "service/agent/assuan.h"

#include <charconv>

namespace antin::service::agent::assuan {
namespace {

Error broken(const char* what) {
  return make_error(Code::kAgentDialogFailed, std::string("assuan: ") + what);
}

std::optional<unsigned> digit(std::uint8_t octet) {
  if (octet >= '0' && octet <= '9') return octet - unsigned{'0'};
  if (octet >= 'A' && octet <= 'F') return octet - unsigned{'A'} + 10U;
  if (octet >= 'a' && octet <= 'f') return octet - unsigned{'a'} + 10U;
  return std::nullopt;
}

// Never longer than what it was.
Result<std::span<std::uint8_t>> decode(std::span<std::uint8_t> data) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < data.size(); ++from, ++to) {
    if (data[from] != '%') {
      data[to] = data[from];
      continue;
    }
    if (data.size() - from < 3) return broken("escape cut off");
    const auto high = digit(data[from + 1]);
    const auto low = digit(data[from + 2]);
    if (!high || !low) return broken("bad escape");
    data[to] = static_cast<std::uint8_t>(*high * 16U + *low);
    from += 2;
  }
  return data.first(to);
}

bool is_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || text[word.size()] == ' ');
}

Result<std::uint32_t> error_number(std::string_view rest) {
  std::uint32_t number = 0;
  const auto* const end = rest.data() + rest.size();
  const auto [stopped, problem] = std::from_chars(rest.data(), end, number);
  if (problem != std::errc{} || (stopped != end && *stopped != ' ')) return broken("error number");
  constexpr std::uint32_t kCodeOnly = 0xFFFF;  // the source of the error stands above
  return number & kCodeOnly;
}

}  // namespace

std::string escape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  std::size_t whole = 0;  // of `out`, up to the end of a character
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet & 0xC0U) != 0x80U) whole = out.size();
    if (octet == '%' || octet < 0x20 || octet == 0x7F) {
      out += '%';
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 0x0FU];
    } else {
      out += c;
    }
    if (out.size() > kMostText) {
      out.resize(whole);
      return out;
    }
  }
  return out;
}

Result<Line> read_line(std::span<std::uint8_t> line) {
  if (line.size() > kMostLine) return broken("line too long");
  const std::string_view text(reinterpret_cast<const char*>(line.data()), line.size());
  if (is_word(text, "OK")) return Line{.kind = Line::Kind::kOk, .data = {}};
  if (text.starts_with("ERR ")) {
    ANTIN_TRY(const auto number, error_number(text.substr(4)));
    return Line{.kind = Line::Kind::kError, .data = {}, .error = number};
  }
  if (text.starts_with("D ")) {
    ANTIN_TRY(const auto data, decode(line.subspan(2)));
    return Line{.kind = Line::Kind::kData, .data = data};
  }
  if (text.empty() || text.front() == '#' || is_word(text, "S"))
    return Line{.kind = Line::Kind::kOther, .data = {}};
  return broken("unknown word");
}

bool means_cancelled(std::uint32_t error) noexcept {
  constexpr std::uint32_t kCancelledError = 99;
  constexpr std::uint32_t kFullyCancelled = 198;
  constexpr std::uint32_t kNotConfirmed = 114;
  return error == kCancelledError || error == kFullyCancelled || error == kNotConfirmed;
}

bool means_late(std::uint32_t error) noexcept {
  constexpr std::uint32_t kTimeout = 62;
  return error == kTimeout;
}

}  // namespace antin::service::agent::assuan
