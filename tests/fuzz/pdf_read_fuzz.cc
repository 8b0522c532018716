// Reads whatever comes as a PDF, as far as the verifier does: skeleton, strict open, pages, fields,
// security store, changes between every signed revision and the last.

#include "pdf/read/changes.h"
#include "tests/fuzz/require.h"

namespace {

using namespace antin;
using namespace antin::pdf;
using fuzz::require;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  OpenOptions options;
  options.limits.max_objects = 20'000;
  options.limits.max_revisions = 50;
  options.limits.max_pages = 1'000;
  options.limits.max_stream_octets = std::size_t{4} << 20U;
  const SharedBytes file{Bytes(data, data + size)};

  const auto map = read_revisions(file.view(), options.limits);
  const auto document = Document::open(file, options);
  if (!map) {
    require(!document);  // the library must never see what our own reader refused
    return 0;
  }
  require(!map.value().revisions.empty());
  std::size_t end = 0;
  for (const auto& revision : map.value().revisions) {
    require(revision.end <= size && revision.eof_end <= revision.end);
    require(revision.xref_offset < size && revision.startxref_at < size);
    end = revision.end;
  }
  require(end <= size);
  if (!document) return 0;

  if (const auto pages = document.value().page_count()) {
    for (std::size_t i = 0; i < pages.value() && i < 5; ++i) {
      if (const auto geometry = document.value().page_geometry(i)) {
        require(geometry.value().rotate % 90 == 0);
      }
    }
  }
  const auto fields = document.value().signature_fields();
  static_cast<void>(document.value().security_store());
  static_cast<void>(document.value().findings());
  if (!fields) return 0;
  const auto last = map.value().revisions.size() - 1;
  for (const auto& field : fields.value()) {
    if (!field.is_signed) continue;
    require(field.revision <= last);
    require(!field.contents_located || field.contents_end <= size);
    static_cast<void>(changes_between(file, map.value(), field.revision, last, options));
  }
  if (last > 0) static_cast<void>(changes_between(file, map.value(), 0, last, options));
  return 0;
}
