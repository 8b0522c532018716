// A file of the cache of fetched evidence: anybody who can write to the disk may have made it, and
// a power cut may have left it short.
//
// Holds: what is read writes itself again and is read as the same; a file that lost or gained an
// octet is no answer; a validator that is sent in a request is one printable line.

#include <algorithm>
#include <cstdint>

#include "service/cache/disk_cache.h"
#include "tests/fuzz/require.h"

namespace {

using antin::fuzz::require;

using namespace antin;  // NOLINT(google-build-using-namespace)

bool one_line(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, data + size);
  const auto answer = service::read_cache_file(octets);
  if (!answer) return 0;
  require(answer->body.size() < size);
  require(one_line(answer->etag) && one_line(answer->last_modified));
  auto written = to_bytes(service::cache_header(*answer));
  written.insert(written.end(), answer->body.begin(), answer->body.end());
  const auto again = service::read_cache_file(written);
  require(again && again->body == answer->body && again->fetched == answer->fetched &&
          again->not_after == answer->not_after && again->etag == answer->etag &&
          again->last_modified == answer->last_modified);
  auto shorter = octets;
  shorter.pop_back();
  require(!service::read_cache_file(std::move(shorter)));
  auto longer = octets;
  longer.push_back(0);
  require(!service::read_cache_file(std::move(longer)));
  return 0;
}
