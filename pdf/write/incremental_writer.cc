#include "pdf/write/incremental_writer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "pdf/write/serializer.h"

namespace antin::pdf {
namespace {

// Largest offset that the ten digits of a cross-reference table hold (7.5.4).
constexpr std::uint64_t kTableLimit = 9'999'999'999;

// Never copied from the old trailer: they describe the old section, or are written anew.
constexpr std::array<std::string_view, 15> kOwnTrailerKeys = {
    "/DL",     "/DecodeParms", "/F",     "/FDecodeParms", "/FFilter",
    "/Filter", "/ID",          "/Index", "/Length",       "/Prev",
    "/Size",   "/Type",        "/W",     "/XRefStm",      "/DecodeParams"};

// An entry whose target is missing would make other readers stumble over a new revision that
// repeats it (LibreOffice's /AdditionalStreams).
bool dangles(QPDFObjectHandle value, int depth) {
  if (value.isIndirect()) return value.isNull();
  if (depth == 0) return true;
  if (value.isArray()) {
    const auto items = value.getArrayAsVector();
    return std::any_of(items.begin(), items.end(),
                       [&](const QPDFObjectHandle& item) { return dangles(item, depth - 1); });
  }
  if (value.isDictionary()) {
    const auto map = value.getDictAsMap();
    return std::any_of(map.begin(), map.end(),
                       [&](const auto& entry) { return dangles(entry.second, depth - 1); });
  }
  return false;
}

}  // namespace

std::string reference(ObjectId id) {
  return std::to_string(id.number) + " " + std::to_string(id.generation) + " R";
}

IncrementalWriter::IncrementalWriter(Document::Inside& inside, const ObjectCipher& cipher,
                                     std::size_t reserve)
    : inside_(inside), cipher_(cipher), next_(inside.next_object_number()) {
  tail_.reserve(reserve);
  const auto original = inside_.file.view();
  // 7.5.3: an indirect object starts on a line of its own.
  if (original.empty() || (original.back() != '\n' && original.back() != '\r')) append("\n");
}

void IncrementalWriter::append(std::string_view text) {
  const ByteView octets = as_bytes(text);
  tail_.insert(tail_.end(), octets.begin(), octets.end());
}

std::uint64_t IncrementalWriter::here() const noexcept {
  return std::uint64_t{inside_.file.size()} - inside_.map.header_offset + tail_.size();
}

ObjectId IncrementalWriter::allocate() {
  return {next_++, 0};
}

Result<std::string> IncrementalWriter::text_of(ObjectId owner,
                                               const QPDFObjectHandle& value) const {
  std::string out;
  ANTIN_CHECK(serialize(value, owner, cipher_, out));
  return out;
}

Result<std::string> IncrementalWriter::edited(ObjectId owner, const QPDFObjectHandle& dictionary,
                                              const Overrides& overrides) const {
  QPDFObjectHandle source = dictionary;
  std::string out = "<<";
  for (auto& [key, value] : source.getDictAsMap()) {
    if (overrides.find(key) != overrides.end()) continue;
    out += name_text(key) + " ";
    ANTIN_CHECK(serialize(value, owner, cipher_, out));
    out += "\n";
  }
  for (const auto& [key, text] : overrides) {
    if (!text.empty()) out += name_text(key) + " " + text + "\n";
  }
  out += ">>";
  return out;
}

Result<std::string> IncrementalWriter::appended(ObjectId owner, const QPDFObjectHandle& array,
                                                std::string_view item) const {
  QPDFObjectHandle source = array;
  std::string out = "[";
  if (source.isArray()) {
    for (const auto& old : source.getArrayAsVector()) {
      ANTIN_CHECK(serialize(old, owner, cipher_, out));
      out += " ";
    }
  }
  out += item;
  out += "]";
  return out;
}

Result<std::string> IncrementalWriter::text_string(ObjectId owner, std::string_view utf8) const {
  std::string out;
  ANTIN_CHECK(
      serialize(QPDFObjectHandle::newUnicodeString(std::string{utf8}), owner, cipher_, out));
  return out;
}

Result<std::size_t> IncrementalWriter::begin(ObjectId id) {
  if (!places_.emplace(id.number, Place{here(), id.generation}).second) {
    return make_error(Code::kPdfMalformed, "one object serves two purposes that both change");
  }
  append(std::to_string(id.number) + " " + std::to_string(id.generation) + " obj\n");
  return tail_.size();
}

Result<std::size_t> IncrementalWriter::put(ObjectId id, std::string_view body) {
  return put_with_room(id, body, 0, {});
}

Result<std::size_t> IncrementalWriter::put_with_room(ObjectId id, std::string_view before,
                                                     std::size_t zeros, std::string_view after) {
  ANTIN_TRY(const std::size_t at, begin(id));
  append(before);
  tail_.resize(tail_.size() + zeros, std::uint8_t{'0'});
  append(after);
  append("\nendobj\n");
  return at;
}

Status IncrementalWriter::put_stream(ObjectId id, std::string_view entries, ByteView data) {
  ANTIN_TRY(const Bytes octets, cipher_.stream(id, data));
  ANTIN_CHECK(begin(id));
  append("<<");
  append(entries);
  append("/Length " + std::to_string(octets.size()) + ">>\nstream\n");
  append(as_text(octets));
  append("\nendstream\nendobj\n");
  return Done{};
}

Result<std::string> IncrementalWriter::trailer_entries(RandomSource& random) const {
  // The trailer is not encrypted, /Encrypt itself included (7.6.2).
  const std::optional<Encryption> none;
  struct NoCipher final : DocumentCipher {
    Result<Bytes> encrypt(Kind, ByteView, ByteView plain) override { return to_bytes(plain); }
  } no_cipher;
  const ObjectCipher plain{none, no_cipher};
  auto trailer = inside_.trailer();
  std::string out;
  for (auto& [key, value] : trailer.getDictAsMap()) {
    if (std::find(kOwnTrailerKeys.begin(), kOwnTrailerKeys.end(), key) != kOwnTrailerKeys.end()) {
      continue;
    }
    if (key == "/Info" && info_) continue;
    constexpr int kDepth = 20;
    if (key != "/Root" && key != "/Encrypt" && dangles(value, kDepth)) continue;
    out += name_text(key) + " ";
    ANTIN_CHECK(serialize(value, {}, plain, out));
    out += "\n";
  }
  if (info_) out += "/Info " + reference(*info_) + "\n";
  constexpr std::size_t kIdOctets = 16;
  auto id = trailer.getKey("/ID");
  const bool has_first = id.isArray() && id.getArrayNItems() == 2 && id.getArrayItem(0).isString();
  if (has_first) {
    out += "/ID [" + hex_string(as_bytes(id.getArrayItem(0).getStringValue())) +
           hex_string(random.bytes(kIdOctets)) + "]\n";
  } else if (!inside_.encryption) {
    // With /Encrypt a first part that was never there would change the file key (7.6.4.3.2).
    const std::string fresh = hex_string(random.bytes(kIdOctets));
    out += "/ID [" + fresh + fresh + "]\n";
  } else if (trailer.hasKey("/ID")) {
    out += "/ID ";
    ANTIN_CHECK(serialize(id, {}, plain, out));
    out += "\n";
  }
  out += "/Size " + std::to_string(next_) + "\n/Prev " + std::to_string(inside_.previous_xref()) +
         "\n";
  return out;
}

namespace {

// Decimal with leading zeros (7.5.4: entries of exactly twenty octets).
std::string padded(std::uint64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

// Runs of consecutive object numbers: first, count.
template <class Places>
std::vector<std::pair<int, int>> subsections(const Places& places) {
  std::vector<std::pair<int, int>> runs;
  for (const auto& [number, place] : places) {
    if (!runs.empty() && runs.back().first + runs.back().second == number) {
      ++runs.back().second;
    } else {
      runs.emplace_back(number, 1);
    }
  }
  return runs;
}

}  // namespace

void IncrementalWriter::write_table(std::string_view entries) {
  append("xref\n");
  auto place = places_.begin();
  for (const auto& [first, count] : subsections(places_)) {
    append(std::to_string(first) + " " + std::to_string(count) + "\n");
    for (int i = 0; i < count; ++i, ++place) {
      append(padded(place->second.offset, 10) + " " +
             padded(static_cast<std::uint64_t>(place->second.generation), 5) + " n\r\n");
    }
  }
  append("trailer\n<<");
  append(entries);
  append(">>\n");
}

void IncrementalWriter::write_stream(std::string_view entries) {
  // The stream lists itself, last: it has the highest number.
  const int number = places_.rbegin()->first;
  const bool wide = places_.rbegin()->second.offset > std::numeric_limits<std::uint32_t>::max();
  std::string index;
  for (const auto& [first, count] : subsections(places_)) {
    index += std::to_string(first) + " " + std::to_string(count) + " ";
  }
  std::string data;
  for (const auto& [object, place] : places_) {
    data += '\1';  // type 1: in use, not compressed
    for (unsigned shift = wide ? 64 : 32; shift > 0;) {
      shift -= 8;
      data += static_cast<char>((place.offset >> shift) & 0xFFU);
    }
    data += static_cast<char>((place.generation >> 8) & 0xFF);
    data += static_cast<char>(place.generation & 0xFF);
  }
  // Four octets as long as they do: several readers cannot read eight.
  append(std::to_string(number) + " 0 obj\n<</Type /XRef /W [1 " + (wide ? "8" : "4") +
         " 2] /Index [" + index + "]\n");
  append(entries);
  append("/Length " + std::to_string(data.size()) + ">>\nstream\n");
  append(data);
  append("\nendstream\nendobj\n");
}

Result<Bytes> IncrementalWriter::finish(RandomSource& random) {
  // A hybrid file gets a table: nothing of this update is in an object stream, so there is nothing
  // that a reader without cross-reference streams should not see (7.5.8.4), and its own /XRefStm
  // stays in force through /Prev.
  const bool stream = inside_.xref_kind() == XrefKind::kStream;
  const std::uint64_t start = here();
  if (stream) {
    const ObjectId own = allocate();
    places_.emplace(own.number, Place{start, 0});
  } else if (start > kTableLimit) {
    return make_error(Code::kResourceLimit, "cross-reference table beyond ten digits");
  }
  ANTIN_TRY(const std::string entries, trailer_entries(random));
  if (stream) {
    write_stream(entries);
  } else {
    write_table(entries);
  }
  append("startxref\n" + std::to_string(start) + "\n%%EOF\n");
  return std::move(tail_);
}

}  // namespace antin::pdf
