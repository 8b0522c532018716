#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "certs/core/bytes.h"
#include "service/office/legal_data.h"
#include "service/office/people.h"
#include "tests/fuzz/require.h"

namespace {

// Property: one file is read, refused with one of its own codes, or lacks the other topics; errors
// name the file and the key. The same octets as a table of people likewise.
void read_legal(const std::string& text) {
  const auto data = antin::office::LegalData::read({{"fuzz.toml", text}});
  antin::fuzz::require(!data);  // one file has one topic
  const std::array own = {antin::Code::kLegalFile, antin::Code::kLegalText,
                          antin::Code::kLegalDuplicate, antin::Code::kLegalDatesOverlap,
                          antin::Code::kLegalDatesGap};
  antin::fuzz::require(std::find(own.begin(), own.end(), data.error().code) != own.end());
  antin::fuzz::require(data.error().params.size() >= 2);
}

void read_people(const std::string& text) {
  const auto data = antin::office::read_office(text);
  antin::fuzz::require(data || data.error().code == antin::Code::kOfficeTable);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{antin::as_text({data, size})};
  read_legal(text);
  read_people(text);
  return 0;
}
