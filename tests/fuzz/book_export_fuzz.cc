#include <cstdint>

#include "service/antind/book_export.h"
#include "tests/fuzz/require.h"

// The export of a book as an inspector receives it, from whoever made or changed it. Property: it
// is judged or unreadable, what it lists are digests, and the same octets are judged alike.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace service = antin::service;
  constexpr std::size_t kMostFindings = 100, kDigest = 64;
  const auto lines = antin::as_text({data, size});
  std::vector<std::string> documents, again;
  const auto found = service::check_export_lines(lines, documents);
  if (!found) {
    antin::fuzz::require(found.error().code == antin::Code::kInspectionUnreadable);
    return 0;
  }
  antin::fuzz::require(found.value().size() <= kMostFindings);
  for (const auto& digest : documents) antin::fuzz::require(digest.size() == kDigest);
  const auto second = service::check_export_lines(lines, again);
  antin::fuzz::require(second && second.value().size() == found.value().size() &&
                       documents == again);
  return 0;
}
