#include <algorithm>

#include "pdf/read/document.h"
#include "signer/cms.h"
#include "signer/der.h"
#include "signer/pades.h"

namespace antin::signer {
namespace {

// The field whose signature covers `file` to its last octet, nullptr when there is none.
const pdf::SignatureField* covering_field(const std::vector<pdf::SignatureField>& fields,
                                          std::size_t file_size) {
  for (const auto& field : fields) {
    const auto& range = field.byte_range;
    if (!field.is_signed || range.size() != 4 || !field.contents_located) continue;
    if (range[0] == 0 && static_cast<std::uint64_t>(range[1]) == field.contents_begin &&
        static_cast<std::uint64_t>(range[2]) == field.contents_end && range[3] >= 0 &&
        static_cast<std::uint64_t>(range[2] + range[3]) == file_size)
      return &field;
  }
  return nullptr;
}

}  // namespace

Result<bool> is_finished_output(const SharedBytes& original, const SharedBytes& output,
                                const std::string& password, const certs::Certificate& certificate,
                                Level level) {
  const auto before = original.view();
  const auto after = output.view();
  if (after.size() <= before.size() || !std::equal(before.begin(), before.end(), after.begin()))
    return false;
  ANTIN_TRY(const auto document, pdf::Document::open(output, {.password = password, .limits = {}}));
  ANTIN_TRY(const auto fields, document.signature_fields());
  const auto* field = covering_field(fields, after.size());
  if (field == nullptr || field->contents_begin < before.size() ||
      field->sub_filter != "ETSI.CAdES.detached")
    return false;
  // Exactly one update was added: the octets before it are a whole file of their own.
  const auto& revisions = document.revisions().revisions;
  if (std::count_if(revisions.begin(), revisions.end(),
                    [&](const auto& one) { return one.startxref_at >= before.size(); }) != 1)
    return false;
  // The placeholder's padding follows the CMS; the element's own header tells where it ends.
  der::Element cms{};
  if (!der::Reader(field->contents).next(der::kSequence, cms)) return false;
  if (!check_outside_cms(
          cms.whole, certificate,
          {after.first(field->contents_begin), after.subspan(field->contents_end), ByteView{}}))
    return false;
  return level == Level::kB || has_signature_timestamp(cms.whole);
}

}  // namespace antin::signer
