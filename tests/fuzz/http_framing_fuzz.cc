#include <cstdlib>
#include <string>

#include "service/antind/multipart.h"
#include "service/http/http_parser.h"

namespace {

using namespace antin::service;

struct Result {
  HttpParser::State state;
  std::size_t used;
  std::string head, body;
  bool operator==(const Result&) const = default;
};

Result run(antin::ByteView octets, std::size_t piece) {
  HttpLimits limits;
  limits.body_octets = 65'536;
  HttpParser parser(limits);
  std::size_t used = 0;
  while (used < octets.size()) {
    const auto rest = octets.subspan(used);
    const auto took = parser.feed(rest.first(std::min(piece, rest.size())));
    used += took;
    if (parser.state() == HttpParser::State::kAdmit)
      parser.admit(limits.body_octets);
    else if (took == 0)
      std::abort();  // waits for nothing while there is something to read
    if (parser.state() == HttpParser::State::kComplete ||
        parser.state() == HttpParser::State::kRefused)
      break;
  }
  Result result{parser.state(), used, {}, {}};
  if (parser.state() != HttpParser::State::kComplete) return result;
  const auto request = parser.take();
  result.head = request.head.path + "?" + request.head.query;
  for (const auto& field : request.head.fields) result.head += field.name + ":" + field.value;
  result.body = antin::as_text(request.body.octets().view());
  // What smuggling is made of must never come out.
  if (request.head.count("content-length") + request.head.count("transfer-encoding") > 1 ||
      (request.head.http11 && request.head.count("host") != 1))
    std::abort();
  const auto boundary = multipart_boundary(request.head.value("content-type"));
  if (!boundary) return result;
  const auto parts = read_multipart(request.body.octets().view(), boundary.value());
  if (!parts) return result;
  for (const auto& part : parts.value()) {
    if (part.begin > result.body.size() || part.size > result.body.size() - part.begin)
      std::abort();
  }
  return result;
}

}  // namespace

// Property: how the octets are cut into reads never changes what is read.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const antin::ByteView octets(data, size);
  const auto whole = run(octets, size + 1);
  if (run(octets, 1) != whole || run(octets, 7) != whole) std::abort();
  return 0;
}
