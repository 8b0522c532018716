#include <cstdint>
#include <string>
#include <vector>

#include "service/net/smtp_reply.h"
#include "tests/fuzz/require.h"

namespace {

using antin::fuzz::require;
using antin::service::SmtpReader;

// Everything that was understood, one reply after the other; "!" where that ends.
std::vector<std::string> read(antin::ByteView octets, std::size_t step) {
  constexpr std::size_t kMostLines = 64, kLongestLine = 2'048, kCode = 3;
  SmtpReader reader;
  std::vector<std::string> all;
  while (!octets.empty()) {
    const auto count = std::min(step, octets.size());
    reader.feed(octets.first(count));
    octets = octets.subspan(count);
    while (const auto reply = reader.next()) {
      require(reply->code.size() == kCode &&
              reply->code.find_first_not_of("0123456789") == std::string::npos);
      require(!reply->lines.empty() && reply->lines.size() <= kMostLines);
      all.push_back(reply->code);
      for (const auto& line : reply->lines) {
        require(line.size() <= kLongestLine && line.find('\n') == std::string::npos);
        all.back() += "\n" + line;
      }
    }
    if (!reader.broken()) continue;
    // Once it is not understood, nothing that follows is.
    reader.feed(antin::as_bytes("250 OK\r\n"));
    require(!reader.next() && reader.broken());
    all.emplace_back("!");
    return all;
  }
  return all;
}

}  // namespace

// What a mail server says. Property: replies have their form and their bounds, what is read does
// not depend on how the octets arrive, and nothing is understood after something that was not.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView octets(data, size);
  const auto whole = read(octets, size == 0 ? 1 : size);
  require(whole == read(octets, 1));
  require(whole == read(octets, 7));
  return 0;
}
