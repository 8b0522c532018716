#include "hsm/tokend/journal_line.h"

#include <charconv>

#include "certs/ossl/digest.h"

namespace antin::hsm {
namespace {

using Kind = JournalEntry::Kind;

constexpr std::size_t kHashOctets = 32;

std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out{'"'};
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (octet < 0x20) {
      out += "\\u00";
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 0xFU];
    } else {
      out += c;
    }
  }
  return out + '"';
}

// Takes a line apart from its front. After the first thing that does not fit nothing fits.
class Reader {
 public:
  explicit Reader(std::string_view line) : rest_(line) {}

  void literal(std::string_view text) {
    good_ = good_ && rest_.starts_with(text);
    if (good_) rest_.remove_prefix(text.size());
  }
  std::uint64_t number(std::string_view name) {
    literal(name);
    std::uint64_t value = 0;
    if (!good_) return 0;
    const auto [stopped, problem] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    good_ = problem == std::errc{};
    if (good_) rest_.remove_prefix(static_cast<std::size_t>(stopped - rest_.data()));
    return value;
  }
  std::string text(std::string_view name) {
    literal(name);
    literal("\"");
    std::string value;
    while (good_ && !rest_.empty() && rest_.front() != '"') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      value += c == '\\' ? escaped() : c;
    }
    literal("\"");
    return value;
  }
  Bytes octets(std::string_view name) {
    Bytes value;
    good_ = from_hex(text(name), value) && good_;
    return value;
  }
  bool good() const noexcept { return good_; }
  bool at_end() const noexcept { return rest_.empty(); }

 private:
  char escaped() {
    if (rest_.empty() || rest_.front() != 'u') {
      const char c = rest_.empty() ? '\0' : rest_.front();
      good_ = good_ && !rest_.empty();
      if (good_) rest_.remove_prefix(1);
      return c;
    }
    unsigned value = 0;
    const auto digits = rest_.substr(1, 4);
    const auto [stopped, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    good_ = good_ && digits.size() == 4 && problem == std::errc{} &&
            stopped == digits.data() + digits.size() && value < 0x20;
    if (good_) rest_.remove_prefix(5);
    return static_cast<char>(value);
  }

  std::string_view rest_;
  bool good_ = true;
};

void read_kind(Reader& line, JournalEntry& entry) {
  if (entry.kind == Kind::kDocument) {
    entry.role = line.text(",\"role\":");
    entry.message_digest = line.octets(",\"document\":");
    entry.certificate_sha256 = line.octets(",\"certificate\":");
  } else {
    entry.origin = line.text(",\"origin\":");
    entry.size = line.number(",\"size\":");
    entry.root = line.octets(",\"root\":");
    entry.public_key = line.octets(",\"public_key\":");
  }
}

}  // namespace

std::string to_journal_line(const JournalRecord& record) {
  const auto& entry = record.entry;
  const bool document = entry.kind == Kind::kDocument;
  std::string line = "{\"number\":" + std::to_string(record.number) +
                     ",\"at\":" + quoted(to_rfc3339(record.at)) +
                     ",\"kind\":" + (document ? "\"document\"" : "\"checkpoint\"") +
                     ",\"key\":" + quoted(entry.key_uri) + ",\"scheme\":" + quoted(entry.scheme) +
                     ",\"signed\":" + quoted(to_hex(entry.signed_sha256));
  if (document) {
    line += ",\"role\":" + quoted(entry.role) +
            ",\"document\":" + quoted(to_hex(entry.message_digest)) +
            ",\"certificate\":" + quoted(to_hex(entry.certificate_sha256));
  } else {
    line += ",\"origin\":" + quoted(entry.origin) + ",\"size\":" + std::to_string(entry.size) +
            ",\"root\":" + quoted(to_hex(entry.root)) +
            ",\"public_key\":" + quoted(to_hex(entry.public_key));
  }
  return line + ",\"previous\":" + quoted(to_hex(record.previous)) + "}";
}

std::optional<JournalRecord> from_journal_line(std::string_view line) {
  if (line.size() > kMaxJournalLine) return std::nullopt;
  JournalRecord record;
  auto& entry = record.entry;
  Reader reader{line};
  record.number = reader.number("{\"number\":");
  const auto at = from_rfc3339(reader.text(",\"at\":"));
  const auto kind = reader.text(",\"kind\":");
  entry.kind = kind == "document" ? Kind::kDocument : Kind::kCheckpoint;
  entry.key_uri = reader.text(",\"key\":");
  entry.scheme = reader.text(",\"scheme\":");
  entry.signed_sha256 = reader.octets(",\"signed\":");
  read_kind(reader, entry);
  record.previous = reader.octets(",\"previous\":");
  reader.literal("}");
  if (!reader.good() || !reader.at_end() || !at || record.previous.size() != kHashOctets)
    return std::nullopt;
  record.at = *at;
  // The one way of writing it, or it was not written here.
  if (to_journal_line(record) != line) return std::nullopt;
  record.hash = ossl::sha256(as_bytes(line));
  return record;
}

}  // namespace antin::hsm
