// antin-report: reads "antin-sheet/1" on stdin and writes the sheet as PDF on stdout. Asks nobody
// and opens no file but its fonts. Called by antin-verify.

#include <iostream>
#include <iterator>
#include <string>

#include "service/report/sheet_pdf.h"

namespace {

// As the catalogue names it: the caller speaks to people.
int fail(const antin::Error& error) {
  std::cerr << antin::to_log_line(error) << '\n';
  return 3;
}

int run() {
  using namespace antin;
  constexpr std::size_t kMost = (std::size_t{64} << 20U) + 1;
  std::string json;
  for (std::istreambuf_iterator<char> at{std::cin}, end; at != end && json.size() < kMost; ++at)
    json += *at;
  const auto sheet = verifier::read_sheet(json);
  if (!sheet) return fail(sheet.error());
  const auto pdf = service::sheet_pdf(sheet.value());
  if (!pdf) return fail(pdf.error());
  std::cout << as_text(pdf.value());
  return std::cout.flush() ? 0 : 3;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& problem) {
    std::cerr << "antin-report: " << problem.what() << '\n';
    return 3;
  }
}
