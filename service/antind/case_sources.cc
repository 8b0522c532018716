// What copies are made of: entries of the original register (B), scans and kept originals (C).

#include <algorithm>
#include <array>

#include "service/antind/callers_origins.h"
#include "service/antind/callers_register.h"
#include "service/antind/case_facts.h"
#include "service/antind/casework_api.h"
#include "service/store/register_text.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using casework::Case;
using casework::OriginEntry;
using casework::Product;
using Json = nlohmann::json;

constexpr std::string_view kExtract = "TRÍCH SAO";

std::string words_of(const OriginEntry& entry) {
  return entry.book + ", số vào sổ " + entry.number + ", ngày vào sổ " + vietnam_day(entry.day);
}

}  // namespace

void CaseworkApi::give_code(Json& facts) {
  if (!facts.contains("code")) facts["code"] = new_register_code(*parts_.random);
}

Result<Material> CaseworkApi::material_of(const Case& one, const Json& facts) {
  Material material{.one = one, .facts = facts, .now = parts_.clock->utc_now()};
  if (!one.row.empty()) {
    ANTIN_TRY(material.row, casework::Cases(*parts_.store).row(one.row));
  }
  if (one.product == Product::kRegisterCopy) {
    ANTIN_TRY(material.entry, entry_of(one, facts));
    return material;
  }
  ANTIN_TRY(const auto basis,
            newest(one.id, one.product == Product::kResult ? "submitted" : "capture"));
  if (!basis) return material;
  ANTIN_TRY(material.basis, octets_of(*basis));
  return material;
}

// Of the same unit: an agency issues copies from the registers that it keeps (NĐ 23/2015 Đ4).
Result<OriginEntry> CaseworkApi::entry_of(const Case& one, const Json& facts) {
  const auto id = text_fact(facts, "entry");
  ANTIN_TRY(auto found, casework::Origins(*parts_.store).find(id));
  if (!found || found->unit != one.unit) return make_error(Code::kOriginUnknown, id);
  return std::move(*found);
}

// What is copied is what holds now; a later correction does not change a copy that is made.
Status CaseworkApi::take_entry(Step& step) {
  if (step.file) return wrong_fact("file", "?");
  ANTIN_TRY(const auto entry, entry_of(step.one, step.facts));
  if (!entry.corrected_by.empty()) {
    ANTIN_TRY(const auto newer, casework::Origins(*parts_.store).find(entry.corrected_by));
    return make_error(Code::kOriginCorrected, entry.id, {{"so", newer ? newer->basis : ""}});
  }
  step.facts["source"] = words_of(entry);
  step.facts["paper"] = entry.paper;
  step.facts["holder"] = entry.holder;
  return Done{};
}

// No number is given for a copy that cannot be made.
Status CaseworkApi::try_to_compose(const Step& step) {
  const auto now = parts_.clock->utc_now();
  ANTIN_TRY(const auto entry, entry_of(step.one, step.facts));
  casework::BookRow row;
  row.text = step.change.series ? step.change.series->text(1) : std::string();
  row.day = legal_day(now);
  ANTIN_TRY(const auto made,
            parts_.composer->document(
                {.one = step.one, .facts = step.facts, .row = row, .entry = entry, .now = now}));
  static_cast<void>(made);
  return Done{};
}

// said in writing, by somebody, and never while an entry of that name is there that nobody
// has looked at.
Status CaseworkApi::take_no_entry(Step& step) {
  const auto holder = text_fact(step.facts, "holder");
  if (holder.empty()) return wrong_fact("holder", "trống");
  if (text_fact(step.facts, "paper").empty()) return wrong_fact("paper", "trống");
  if (text_fact(step.facts, "signer").empty()) return wrong_fact("signer", "trống");
  constexpr std::size_t kMost = 100;
  ANTIN_TRY(auto found, casework::Origins(*parts_.store)
                            .search({.units = {step.one.unit},
                                     .kind = text_fact(step.facts, "register"),
                                     .holder = holder,
                                     .text = text_fact(step.facts, "looked_for"),
                                     .most = kMost}));
  std::erase_if(found, [key = search_key(holder)](const OriginEntry& entry) {
    return search_key(entry.holder) != key;
  });
  if (!found.empty())
    return make_error(Code::kOriginExists, found.front().id,
                      {{"so", std::to_string(found.size())}});
  auto named = step.one;
  named.requester = text_fact(step.facts, "requester");
  named.paper = text_fact(step.facts, "paper");
  ANTIN_TRY(
      const auto made,
      parts_.composer->letter(Letter::kNoEntry,
                              {.one = named, .facts = step.facts, .now = parts_.clock->utc_now()}));
  ANTIN_TRY(step.change.document, keep(name(Letter::kNoEntry).data(), made.octets, made.pages));
  return Done{};
}

// An original that is kept here, as it may be copied: what was cancelled or recalled may not.
Result<StoredOriginal> CaseworkApi::held_source(const Step& step) {
  const auto id = text_fact(step.facts, "original");
  ANTIN_TRY(auto found, CallersRegister(*parts_.store, *step.caller).original(id));
  if (!found) return make_error(Code::kOriginalUnknown, id);
  constexpr std::array<std::string_view, 2> kGone{"cancelled", "recalled"};
  if (found->entry && std::find(kGone.begin(), kGone.end(), found->entry->state) != kGone.end())
    return make_error(
        Code::kCaseSourceState, id,
        {{"so", found->entry->decision}, {"ngay", vietnam_day(found->entry->decision_day)}});
  return std::move(*found);
}

// SAO Y and SAO LỤC are made of scans. What is taken out of an electronic document, and an
// appendix that is a file of its own, is no scan; it must hold no signature.
Status CaseworkApi::take_copied(Step& step) {
  const auto form = text_fact(step.facts, "form");
  const bool named = step.facts.contains("original");
  std::optional<StoredOriginal> held;
  if (named) {
    ANTIN_TRY(held, held_source(step));
  }
  const bool appendix = form == kAppendixForm;
  if (appendix || (form == kExtract && held && step.file)) {
    if (!step.file) return make_error(Code::kHttpPartMissing, "file", {{"part", "file"}});
    ANTIN_TRY(const auto read, signatures_of(step.one, step.facts, *step.file));
    if (!read.document.signatures.empty())
      return make_error(Code::kSealSignatureUnwanted, step.one.id,
                        {{"ten", read.document.signatures.front().name}});
    ANTIN_TRY(step.change.document, keep("capture", *step.file, read.pages));
    return Done{};
  }
  if (step.file) return take_scan(step, *step.file);
  ANTIN_TRY(const auto octets, parts_.store->document(held->sha256, held->size));
  return take_scan(step, octets);
}

Status CaseworkApi::take_line(Step& step) {
  if (text_fact(step.facts, "form") == kAppendixForm && text_fact(step.facts, "symbol").empty())
    return wrong_fact("symbol", "trống");
  const auto time = text_fact(step.facts, "time_form");
  if (!time.empty() && time != "iso") return wrong_fact("time_form", "iso");
  give_code(step.facts);
  return Done{};
}

}  // namespace antin::service
