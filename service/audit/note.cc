#include "service/audit/note.h"

#include <algorithm>
#include <array>

#include "certs/core/base64.h"
#include "service/ipc/utf8.h"

namespace antin::audit {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";
constexpr std::size_t kMaxSignature = 16'384;

Error malformed(const std::string& reason, Where where = Where::here()) {
  return make_error(Code::kAuditCheckpointMalformed, reason, {{"reason", reason}}, where);
}

// Unicode's White_Space property beyond ASCII, in UTF-8.
bool has_unicode_space(std::string_view text) {
  constexpr std::array<std::string_view, 8> kSpaces{"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                                    "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF",
                                                    "\xE2\x81\x9F", "\xE3\x80\x80"};
  for (const auto space : kSpaces) {
    if (text.find(space) != std::string_view::npos) return true;
  }
  // U+2000 to U+200A.
  for (auto at = text.find("\xE2\x80"); at != std::string_view::npos;
       at = text.find("\xE2\x80", at + 2)) {
    if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 2]) >= 0x80 &&
        static_cast<unsigned char>(text[at + 2]) <= 0x8A)
      return true;
  }
  return false;
}

std::uint32_t big_endian(ByteView octets) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8U | octets[i];
  return value;
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kDash)) return malformed("a signature line without its dash");
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line without a signature");
  const auto name = line.substr(0, space);
  if (!is_key_name(name)) return malformed("a key's name");
  Bytes octets;
  const auto encoded = line.substr(space + 1);
  if (encoded.size() > kMaxSignature || !from_base64(encoded, octets) || octets.size() < 5)
    return malformed("a signature");
  return NoteSignature{std::string(name), big_endian(octets), {octets.begin() + 4, octets.end()}};
}

}  // namespace

bool is_plain_line(std::string_view line) noexcept {
  return std::none_of(line.begin(), line.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }) &&
         service::is_utf8(line);
}

bool is_key_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxKeyName && is_plain_line(name) &&
         name.find_first_of(" +") == std::string_view::npos && !has_unicode_space(name);
}

bool read_decimal(std::string_view text, std::uint64_t& out) noexcept {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text.front() == '0')) return false;
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

Result<SignedNote> parse_note(std::string_view octets) {
  if (octets.size() > kMaxNote) return malformed("too large");
  if (!octets.ends_with('\n')) return malformed("no line feed at the end");
  const auto gap = octets.rfind("\n\n");
  if (gap == std::string_view::npos) return malformed("no empty line");
  SignedNote note{.text = std::string(octets.substr(0, gap + 1)), .signatures = {}};
  auto rest = std::string_view(note.text);
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (!is_plain_line(rest.substr(0, end))) return malformed("control characters or not UTF-8");
    rest.remove_prefix(end + 1);
  }
  if (note.text == "\n") return malformed("no text");
  for (rest = octets.substr(gap + 2); !rest.empty();) {
    const auto end = rest.find('\n');
    if (note.signatures.size() == kMaxNoteSignatures) return malformed("too many signatures");
    ANTIN_TRY(auto signature, parse_signature(rest.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  if (note.signatures.empty()) return malformed("no signature");
  return note;
}

std::string to_text(const SignedNote& note) {
  auto text = note.text + "\n";
  for (const auto& signature : note.signatures) {
    Bytes octets;
    octets.reserve(4 + signature.signature.size());
    for (const unsigned shift : {24U, 16U, 8U, 0U})
      octets.push_back(static_cast<std::uint8_t>(signature.id >> shift & 0xffU));
    octets.insert(octets.end(), signature.signature.begin(), signature.signature.end());
    text += std::string(kDash) + signature.name + " " + to_base64(octets) + "\n";
  }
  return text;
}

}  // namespace antin::audit
