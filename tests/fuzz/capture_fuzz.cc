#include <cstdlib>

#include "service/capture/capture.h"

namespace {

using namespace antin;
using namespace antin::service;

constexpr unsigned kPaper = 1, kConfirmed = 2, kTwice = 4, kTurned = 8;

}  // namespace

// One octet of wishes, then a file. Properties: what comes out is a PDF of as many pages as were
// wanted, the same each time; or a typed error.
// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 1'000'000) return 0;
  const unsigned wishes = data[0];
  capture::CaptureRequest request;
  const SharedBytes file(to_bytes(ByteView(data, size).subspan(1)));
  request.files.push_back({"a", file});
  if ((wishes & kTwice) != 0) request.files.push_back({"b", file});
  if ((wishes & kPaper) != 0) request.declared.paper = capture::paper_named("A4");
  if ((wishes & kConfirmed) != 0)
    request.declared.signed_input = capture::Declared::SignedInput::kConfirmedScan;
  if ((wishes & kTurned) != 0) request.pages = {{0, 0, 90}};
  request.limits.max_pages = 8;
  request.limits.picture = {.max_side = 4'096, .max_pixels = 1'000'000};
  request.limits.pdf.max_stream_octets = std::size_t{16} << 20U;
  const auto first = capture::capture(request);
  const auto second = capture::capture(request);
  if (static_cast<bool>(first) != static_cast<bool>(second)) std::abort();
  if (!first) {
    if (first.error().code != second.error().code) std::abort();
    return 0;
  }
  const auto& document = first.value().document;
  if (as_text(document.view()) != as_text(second.value().document.view())) std::abort();
  if (document.empty()) {
    if (capture::fits(first.value())) std::abort();
    return 0;
  }
  const auto opened = pdf::Document::open(document, {.password = {}, .limits = request.limits.pdf});
  if (!opened) std::abort();
  const auto pages = opened.value().page_count();
  if (!pages || pages.value() != first.value().pages.size()) std::abort();
  return 0;
}
