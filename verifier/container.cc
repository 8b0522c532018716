#include "verifier/container.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

namespace antin::verifier {
namespace {

constexpr std::uint32_t kLocal = 0x04034B50, kCentral = 0x02014B50, kEnd = 0x06054B50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22;
constexpr std::size_t kMostFiles = 10'000, kMostName = 255;
// 1 January 1980, 00:00: the format has no "unknown".
constexpr std::uint16_t kTime = 0, kDate = 0x21;
constexpr std::uint16_t kVersion = 10;

constexpr std::array<std::uint32_t, 256> crc_table() {
  constexpr std::uint32_t kPolynomial = 0xEDB88320;
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1U) != 0 ? (value >> 1U) ^ kPolynomial : value >> 1U;
    table.at(i) = value;
  }
  return table;
}

std::uint32_t crc32(ByteView octets) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = 0xFFFFFFFF;
  for (const auto octet : octets) crc = (crc >> 8U) ^ kTable.at((crc ^ octet) & 0xFFU);
  return ~crc;
}

bool good_name(std::string_view name) {
  if (name.empty() || name.size() > kMostName || name.front() == '/' || name.back() == '/')
    return false;
  const bool letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
  return letters && name.find("..") == std::string_view::npos &&
         name.find("//") == std::string_view::npos;
}

class Out {
 public:
  void u16(std::uint16_t value) {
    octets_.push_back(static_cast<std::uint8_t>(value & 0xFFU));
    octets_.push_back(static_cast<std::uint8_t>(value >> 8U));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value & 0xFFFFU));
    u16(static_cast<std::uint16_t>(value >> 16U));
  }
  void raw(ByteView more) { octets_.insert(octets_.end(), more.begin(), more.end()); }
  std::size_t size() const noexcept { return octets_.size(); }
  void reserve(std::size_t size) { octets_.reserve(size); }
  Bytes take() { return std::move(octets_); }

 private:
  Bytes octets_;
};

// What local head and directory say alike, from "version needed" to "extra field length".
void write_common(Out& out, const ContainerFile& file, std::uint32_t crc) {
  const auto size = static_cast<std::uint32_t>(file.content.size());
  out.u16(kVersion);
  out.u16(0);  // flags
  out.u16(0);  // stored
  out.u16(kTime);
  out.u16(kDate);
  out.u32(crc);
  out.u32(size);
  out.u32(size);
  out.u16(static_cast<std::uint16_t>(file.name.size()));
  out.u16(0);
}

void write_directory_entry(Out& out, const ContainerFile& file, std::uint32_t crc,
                           std::uint32_t offset) {
  out.u32(kCentral);
  out.u16(kVersion);
  write_common(out, file, crc);
  out.u16(0);  // comment
  out.u16(0);  // disk
  out.u16(0);  // internal attributes
  out.u32(0);  // external attributes
  out.u32(offset);
  out.raw(as_bytes(file.name));
}

void write_end(Out& out, std::size_t count, std::size_t begin) {
  const auto size = out.size() - begin;
  out.u32(kEnd);
  out.u16(0);
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(count));
  out.u16(static_cast<std::uint16_t>(count));
  out.u32(static_cast<std::uint32_t>(size));
  out.u32(static_cast<std::uint32_t>(begin));
  out.u16(0);
}

}  // namespace

Result<Bytes> write_container(const std::vector<ContainerFile>& files) {
  std::set<std::string> names;
  std::size_t total = kEndSize;
  for (const auto& file : files) {
    if (!good_name(file.name) || !names.insert(file.name).second)
      return make_error(Code::kInternal, "container: " + file.name);
    total += kLocalSize + kCentralSize + 2 * file.name.size() + file.content.size();
  }
  if (files.size() > kMostFiles || total >= std::numeric_limits<std::uint32_t>::max())
    return make_error(Code::kResourceLimit, "container");
  Out out;
  out.reserve(total);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;  // CRC, offset
  for (const auto& file : files) {
    places.emplace_back(crc32(file.content.view()), static_cast<std::uint32_t>(out.size()));
    out.u32(kLocal);
    write_common(out, file, places.back().first);
    out.raw(as_bytes(file.name));
    out.raw(file.content.view());
  }
  const auto directory = out.size();
  for (std::size_t i = 0; i < files.size(); ++i)
    write_directory_entry(out, files[i], places[i].first, places[i].second);
  write_end(out, files.size(), directory);
  return out.take();
}

Result<std::vector<ContainerFile>> read_container(const SharedBytes& octets) {
  const auto all = octets.view();
  const auto malformed = [](const char* what) {
    return make_error(Code::kEvidenceMalformed, what);
  };
  const auto u16 = [&](std::size_t at) {
    return static_cast<std::size_t>(all[at]) | static_cast<std::size_t>(all[at + 1]) << 8U;
  };
  const auto u32 = [&](std::size_t at) { return u16(at) | u16(at + 2) << 16U; };
  if (all.size() < kEndSize) return malformed("too short");
  const auto end = all.size() - kEndSize;
  if (u32(end) != kEnd) return malformed("end of directory");
  const auto count = u16(end + 10);
  if (count == 0 || count > kMostFiles) return malformed("number of files");
  std::vector<ContainerFile> files;
  std::size_t at = 0;
  while (files.size() < count) {
    if (end - at < kLocalSize || u32(at) != kLocal) return malformed("local head");
    const auto size = u32(at + 18);
    const auto name_size = u16(at + 26);
    const auto begin = at + kLocalSize + name_size;
    if (begin > end || end - begin < size) return malformed("beyond the end");
    const std::string name{as_text(all.subspan(at + kLocalSize, name_size))};
    files.push_back(
        {name, SharedBytes{std::make_shared<const SharedBytes>(octets), all.subspan(begin, size)}});
    at = begin + size;
  }
  // Whatever else the heads say: it must be what we would have written.
  const auto again = write_container(files);
  if (!again || again.value().size() != all.size() ||
      !std::equal(all.begin(), all.end(), again.value().begin()))
    return malformed("not as antin writes it");
  return files;
}

}  // namespace antin::verifier
