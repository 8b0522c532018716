// A hostile document is prepared for signing. Property: it is refused, or the result keeps it as
// exact prefix, opens strictly, and has exactly one signed field more.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "pdf/write/signature_update.h"
#include "tests/fuzz/require.h"

namespace {

using namespace antin;
using fuzz::require;

class FixedRandom final : public RandomSource {
 public:
  Bytes bytes(std::size_t count) override { return Bytes(count, 0x5A); }
};

class Copy final : public pdf::DocumentCipher {
 public:
  Result<Bytes> encrypt(Kind, ByteView, ByteView plain) override { return to_bytes(plain); }
};

std::size_t signed_fields(const pdf::Document& document) {
  const auto fields = document.signature_fields();
  if (!fields) std::abort();
  return static_cast<std::size_t>(
      std::count_if(fields.value().begin(), fields.value().end(),
                    [](const pdf::SignatureField& field) { return field.is_signed; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  pdf::OpenOptions options;
  options.limits.max_objects = 10'000;
  options.limits.max_pages = 1'000;
  options.limits.max_stream_octets = std::size_t{1} << 20U;
  const SharedBytes file{Bytes(data + 1, data + size)};
  const auto document = pdf::Document::open(file, options);
  if (!document) return 0;

  pdf::SignatureUpdate update;
  update.contents_octets = 64;
  update.reason = "fuzz";
  const unsigned mode = data[0] % 4;
  if (mode == 1) update.certify = pdf::DocMdp::kFormFilling;
  if (mode == 2) update.type = pdf::SignatureUpdate::Type::kDocumentTimestamp;
  if (mode == 3) {
    // The text locator reads page content, fonts and CMaps.
    update.appearance.emplace();
    update.appearance->anchor.kind = pdf::Anchor::Kind::kText;
    update.appearance->anchor.text = "A";
    update.appearance->width_mm = update.appearance->height_mm = 5;
    update.appearance->lines = {{.text = "x", .size_pt = 5}};
    update.facts = pdf::StampFacts{.signer = "A",
                                   .organization = "",
                                   .title = "",
                                   .reason = "",
                                   .location = "",
                                   .signing_time = UtcTime{std::chrono::sys_seconds{}}};
  }
  FixedRandom random;
  Copy cipher;
  const auto prepared = pdf::prepare_signature(document.value(), update, cipher, random);
  if (!prepared) return 0;
  if (document.value().encrypted()) return 0;  // Copy does not encrypt: reading back would fail

  Bytes whole = to_bytes(file.view());
  whole.insert(whole.end(), prepared.value().tail().begin(), prepared.value().tail().end());
  const auto& range = prepared.value().byte_range();
  require(range[0] == 0 && range[1] >= file.size() && range[2] + range[3] == whole.size());
  require(whole[range[1]] == '<' && whole[range[2] - 1] == '>');
  const auto again = pdf::Document::open(SharedBytes{std::move(whole)}, options);
  require(static_cast<bool>(again));
  require(signed_fields(again.value()) == signed_fields(document.value()) + 1);
  return 0;
}
