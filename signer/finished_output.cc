#include <algorithm>

#include "certs/core/der.h"
#include "pdf/read/changes.h"
#include "pdf/read/document.h"
#include "signer/cms.h"
#include "signer/pades.h"

namespace antin::signer {
namespace {

// The field whose signature covers `file` up to `end`, nullptr when there is none.
const pdf::SignatureField* covering_field(const std::vector<pdf::SignatureField>& fields,
                                          std::size_t end) {
  for (const auto& field : fields) {
    const auto& range = field.byte_range;
    if (!field.is_signed || range.size() != 4 || !field.contents_located) continue;
    if (range[0] == 0 && static_cast<std::uint64_t>(range[1]) == field.contents_begin &&
        static_cast<std::uint64_t>(range[2]) == field.contents_end && range[3] >= 0 &&
        static_cast<std::uint64_t>(range[2] + range[3]) == end)
      return &field;
  }
  return nullptr;
}

// Behind the signature comes what its level needs, and nothing else.
Result<bool> is_raised(const pdf::Document& document, const SharedBytes& output,
                       const std::string& password, std::size_t signed_revision, Level level) {
  const auto& map = document.revisions();
  ANTIN_TRY(const auto changes,
            pdf::changes_between(output, map, signed_revision, map.revisions.size() - 1,
                                 {.password = password, .limits = {}}));
  const bool only_evidence = std::all_of(changes.begin(), changes.end(), [](const auto& change) {
    return change.level <= pdf::ChangeLevel::kSignature && !change.never_permitted;
  });
  ANTIN_TRY(const auto fields, document.signature_fields());
  const bool archived = std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
    return field.is_signed && field.type == "DocTimeStamp" &&
           field.contents_begin >= map.revisions[signed_revision].end;
  });
  ANTIN_TRY(const auto store, document.security_store());
  const bool evidence = !store.crls.empty() || !store.ocsp_responses.empty();
  return only_evidence && evidence && (level < Level::kLTA || archived);
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
  // The first update behind the original is the signature's; others only raise its level.
  const auto& revisions = document.revisions().revisions;
  const auto own = std::find_if(revisions.begin(), revisions.end(),
                                [&](const auto& one) { return one.startxref_at >= before.size(); });
  if (own == revisions.end() || (level <= Level::kT && own + 1 != revisions.end())) return false;
  const auto end = own + 1 == revisions.end() ? after.size() : own->end;
  const auto* field = covering_field(fields, end);
  if (field == nullptr || field->contents_begin < before.size() ||
      field->sub_filter != "ETSI.CAdES.detached")
    return false;
  // The placeholder's padding follows the CMS; the element's own header tells where it ends.
  der::Element cms{};
  if (!der::Reader(field->contents).next(der::kSequence, cms)) return false;
  if (!check_outside_cms(
          cms.whole, certificate,
          {after.first(field->contents_begin),
           after.subspan(field->contents_end, end - field->contents_end), ByteView{}}))
    return false;
  if (level == Level::kB) return true;
  if (!has_signature_timestamp(cms.whole)) return false;
  if (level == Level::kT) return true;
  return is_raised(document, output, password, static_cast<std::size_t>(own - revisions.begin()),
                   level);
}

}  // namespace antin::signer
