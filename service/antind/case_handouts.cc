#include "service/antind/case_handouts.h"

#include "service/antind/case_facts.h"
#include "service/antind/casework_json.h"
#include "service/antind/result_metadata.h"

namespace antin::service {
namespace {

// what the holder's store is told beside the file, field names as systems exchange them
// (vietnam.md section 3). What is not known is null.
OrderedJson metadata_of(const casework::Case& one, const StoredOriginal& original,
                        const outbox::Handout& handout, const outbox::Delivery& delivery,
                        const std::string& signer) {
  const auto facts = facts_of(one);
  return {{"schema", "antin-giay-to/1"},
          {"MaHoSo", or_null(one.dossier)},
          {"MaDinhDanh", or_null(text_fact(facts, "requester_id"))},
          {"TenChuSoHuu", or_null(one.requester)},
          {"Ten", or_null(one.paper)},
          {"MaGiayTo", or_null(text_fact(facts, "paper_type"))},
          {"SoKyHieu", or_null(one.number)},
          {"NgayBanHanh", or_null(original.entry ? original.entry->day : std::string())},
          {"ThoiHanHieuLuc", nullptr},
          {"ThoiHanVinhVien", true},
          {"CoQuanBanHanh", or_null(handout.unit)},
          {"MaCoQuanBanHanh", one.unit},
          {"NguoiKy", or_null(signer)},
          {"MaTraCuu", or_null(handout.code)},
          {"TepDinhKem",
           {{"LoaiTep", "application/pdf"},
            {"KichThuoc", delivery.event.document_octets},
            {"SHA256", to_hex(delivery.event.document_sha256)}}}};
}

}  // namespace

Result<outbox::Handout> CaseHandouts::of(const outbox::Delivery& delivery) {
  ANTIN_TRY(const auto found, casework::Cases(store_).find(delivery.event.stream));
  // R-14, C-18: what was recalled or cancelled meanwhile is handed to nobody any more.
  if (!found || found->state != casework::State::kReleased)
    return make_error(Code::kOutboxFrozen, delivery.id);
  ANTIN_TRY(const auto original, store_.original(found->original));
  if (!original || !original->entry || original->entry->state != "released")
    return make_error(Code::kOutboxFrozen, delivery.id);
  outbox::Handout handout;
  ANTIN_TRY(handout.document,
            store_.document(delivery.event.document_sha256, delivery.event.document_octets));
  handout.number = found->number;
  handout.title = found->paper;
  handout.unit = original->entry->unit_name;
  if (const auto tables = tables_.now(); tables->office != nullptr) {
    if (auto name = tables->office->unit_name(found->unit, clock_.utc_now()))
      handout.unit = name.value();
  }
  handout.code = original->entry->code;
  if (found->product == casework::Product::kResult) {
    ANTIN_TRY(const auto metadata, metadata_of_result(store_, {.one = *found,
                                                               .entry = original->entry,
                                                               .unit_name = handout.unit,
                                                               .confidence = confidence_}));
    handout.metadata = metadata.dump();
    return handout;
  }
  ANTIN_TRY(const auto row, casework::Cases(store_).row(found->row));
  handout.metadata =
      metadata_of(*found, *original, handout, delivery, row ? row->facts.signer : std::string())
          .dump();
  return handout;
}

}  // namespace antin::service
