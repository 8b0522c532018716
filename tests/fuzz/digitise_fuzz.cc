#include <cstdint>
#include <string>

#include "certs/core/bytes.h"
#include "service/digitise/sharing.h"
#include "service/digitise/table.h"
#include "tests/fuzz/require.h"

namespace {

using antin::Code;
using namespace antin::digitise;

constexpr const char* kToday = "2026-11-21";

// Property: a table is read whole or refused with a code of its own; every row that is not good
// says why; what is written to be mended is read again, with the same cells.
void read_and_mend(const std::string& text) {
  const auto table = read_table(text, "t", kToday);
  if (!table) {
    const auto code = table.error().code;
    antin::fuzz::require(code == Code::kDigitiseEncoding || code == Code::kDigitiseTable ||
                         code == Code::kDigitiseTableLimit || code == Code::kDigitiseColumn);
    return;
  }
  const auto language = antin::Language::kVietnamese;
  auto again = csv_line(heading(language), table.value().separator);
  for (const auto& row : table.value().rows) {
    antin::fuzz::require(row.good() == row.faults.empty());
    antin::fuzz::require(!row.good() || (!row.facts.holder_id.empty() && !row.files.empty()));
    again += csv_line(to_mend(row, language), table.value().separator);
  }
  const auto mended = read_table(again, "other", kToday);
  // Faults in words may be longer than a cell may be.
  if (!mended) {
    antin::fuzz::require(mended.error().code == Code::kDigitiseTableLimit);
    return;
  }
  antin::fuzz::require(mended.value().rows.size() == table.value().rows.size());
  for (std::size_t i = 0; i < mended.value().rows.size(); ++i)
    antin::fuzz::require(mended.value().rows[i].cells == table.value().rows[i].cells);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{antin::as_text({data, size})};
  read_and_mend(text);
  const auto sharing = Sharing::read(text);
  antin::fuzz::require(sharing || sharing.error().code == Code::kDigitiseConfig);
  return 0;
}
