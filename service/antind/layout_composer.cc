#include "service/antind/layout_composer.h"

#include <algorithm>
#include <array>

#include "service/antind/case_facts.h"
#include "service/antind/result_qr.h"
#include "service/office/clock_text.h"
#include "service/office/numbering.h"
#include "service/settings/section.h"
#include "service/system/files.h"
#include "service/text/numbers.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using casework::Product;
using office::LegalDay;
using office::TimeOfDay;

constexpr std::size_t kMostOctets = std::size_t{1} << 20U;
constexpr std::size_t kMostTemplates = 200;
constexpr const char* kSystemName = "Hệ thống chứng thực điện tử antin";

// "2026-11-21T09:05", as a template wants an instant.
std::string instant(UtcTime at) {
  return LegalDay::of(at).iso() + "T" + to_the_minute(TimeOfDay::of(at));
}

// Where an agency is: the name without what kind of agency it is ("Ủy ban nhân dân xã Quỳnh Diễn").
std::string place_of(const std::string& unit_name) {
  constexpr std::array<std::string_view, 6> kLevels = {"xã ",   "phường ",    "đặc khu ",
                                                       "tỉnh ", "thành phố ", "thị trấn "};
  for (const auto level : kLevels) {
    const auto at = unit_name.find(level);
    if (at == std::string::npos || (at > 0 && unit_name[at - 1] != ' ')) continue;
    return unit_name.substr(at + level.size());
  }
  return {};
}

// Which one it is, and when; a worker reads the rest.
Result<TemplateFacts> facts_of(const std::string& file, std::string_view toml) {
  ANTIN_TRY(const auto parsed, settings::File::parse(toml, "antin-layout/1"));
  auto root = parsed.root();
  TemplateFacts facts;
  facts.file = file;
  ANTIN_CHECK(root.text("id", facts.id));
  ANTIN_CHECK(root.text("from", facts.from));
  ANTIN_CHECK(root.text("to", facts.to));
  ANTIN_CHECK(root.text("title", facts.title));
  ANTIN_CHECK(root.text("legal", facts.legal));
  ANTIN_CHECK(root.text("kind", facts.kind));
  ANTIN_CHECK(root.number("version", facts.version, 1, 1'000'000));
  return facts;
}

}  // namespace

Result<std::unique_ptr<LayoutComposer>> LayoutComposer::open(const std::string& folder,
                                                             const std::string& lookup,
                                                             const LegalOffice& office,
                                                             WorkerPool& workers,
                                                             std::chrono::milliseconds within) {
  ANTIN_TRY(const auto names, list_files(folder));
  Templates templates;
  std::size_t count = 0;
  for (const auto& name : names) {
    if (!name.ends_with(".toml") || ++count > kMostTemplates) continue;
    ANTIN_TRY(const auto octets, read_file(folder + "/" + name, kMostOctets));
    Template read;
    read.toml = as_text(octets);
    ANTIN_TRY(read.facts, facts_of(name, read.toml));
    templates[read.facts.id].push_back(std::move(read));
  }
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  return std::unique_ptr<LayoutComposer>(
      new LayoutComposer(std::move(templates), lookup, office, workers, within));
}

// The youngest version of those whose days include this one.
Result<std::string> LayoutComposer::in_force(const std::string& id, const std::string& day) const {
  const Template* best = nullptr;
  if (const auto found = templates_.find(id); found != templates_.end()) {
    for (const auto& one : found->second) {
      const auto& facts = one.facts;
      if (facts.from > day || (!facts.to.empty() && facts.to < day)) continue;
      if (best == nullptr || best->facts.from < facts.from) best = &one;
    }
  }
  if (best != nullptr) return best->toml;
  return make_error(Code::kLayoutNotInForce, id, {{"mau", id}, {"ngay", vietnam_day(day)}});
}

Result<Made> LayoutComposer::ask(const Ask& asked, std::string_view wanted) const {
  std::string toml;
  if (!asked.layout.empty()) {
    ANTIN_TRY(toml, in_force(asked.layout, asked.day));
  }
  return compose(toml, asked, wanted);
}

Result<Made> LayoutComposer::compose(const std::string& toml, const Ask& asked,
                                     std::string_view wanted) const {
  return composed(workers_, toml, asked, wanted, within_);
}

// an address with a random code, and nothing about anybody.
std::string LayoutComposer::qr_of(const Material& material) const {
  const auto code = text_fact(material.facts, "code");
  return look_up_.empty() || code.empty() ? std::string() : look_up_ + code;
}

// C-11, C-12
Result<Made> LayoutComposer::certified(const Material& material) const {
  if (!material.row) return make_error(Code::kInternal, "an attestation without its number");
  const auto& row = *material.row;
  ANTIN_TRY(const auto book, office::BookName::parse(row.book_name));
  ANTIN_TRY(const auto signer, office_.permission(material.one, material.facts, row.day));
  return ask({.layout = "loi-chung-ban-sao",
              .day = row.day,
              .values = {{"so", row.text},
                         {"quyen", book.text()},
                         {"ky_hieu", book.symbol},
                         {"ngay", row.day},
                         {"chuc_vu", signer.capacity},
                         {"ho_ten", signer.name}},
              .qr = qr_of(material),
              .basis = material.basis},
             "tail");
}

Result<LayoutComposer::Ask> LayoutComposer::letterhead(const Material& material,
                                                       const std::string& day) const {
  ANTIN_TRY(const auto unit, office_.unit_name(material.one.unit, material.now));
  auto place = text_fact(material.facts, "place");
  if (place.empty()) place = place_of(unit);
  return Ask{
      .layout = {},
      .day = day,
      .values = {{"co_quan", upper_case(unit)}, {"so", ""}, {"dia_danh", place}, {"ngay", day}}};
}

// Somebody signs as a person, who may on that day; a copy from the register may go without.
Status LayoutComposer::sign_below(Ask& asked, const Material& material) const {
  asked.values["chuc_vu"] = "";
  asked.values["ho_ten"] = "";
  if (text_fact(material.facts, "signer").empty()) return Done{};
  ANTIN_TRY(const auto signer, office_.permission(material.one, material.facts, asked.day));
  asked.values["chuc_vu"] = signer.capacity;
  asked.values["ho_ten"] = signer.name;
  return Done{};
}

// what the register says, under its own headings, and nothing else.
Result<Made> LayoutComposer::from_register(const Material& material) const {
  if (!material.row || !material.entry)
    return make_error(Code::kInternal, "a copy without its entry or its number");
  const auto& entry = *material.entry;
  ANTIN_TRY(auto asked, letterhead(material, material.row->day));
  asked.layout = "ban-sao-tu-so-goc";
  asked.values["so"] = material.row->text;
  asked.values["ten_giay_to"] = upper_case(entry.paper);
  asked.values["so_goc"] = entry.book;
  asked.values["so_vao_so"] = entry.number;
  asked.values["ngay_vao_so"] = entry.day;
  ANTIN_CHECK(sign_below(asked, material));
  const auto fields = nlohmann::json::parse(entry.fields, nullptr, false);
  if (!fields.is_array() || fields.empty()) return make_error(Code::kStoreFailed, entry.id);
  for (const auto& field : fields)
    asked.rows.push_back({text_fact(field, "label"), text_fact(field, "shown")});
  asked.qr = qr_of(material);
  return ask(asked, "document");
}

// The line comes with the signature; what stands on the page before is the code alone, where the
// first page has room for it: nothing of the scan is covered.
Result<Made> LayoutComposer::office_copy(const Material& material) const {
  auto qr = qr_of(material);
  if (qr.empty()) return Made{.octets = material.basis};
  auto made = ask({.layout = {},
                   .day = legal_day(material.now),
                   .qr = std::move(qr),
                   .keep_top_mm = kCopyLineBandMm,
                   .basis = material.basis},
                  "tail");
  if (!made && made.error().code == Code::kLayoutNoRoom) return Made{.octets = material.basis};
  return made;
}

// number and code before the first signature, to be seen on the page and to be read by
// programs, by the names that R-15 has for them.
Result<Made> LayoutComposer::result(const Material& material) const {
  if (!material.row) return make_error(Code::kInternal, "a result without its number");
  const auto code = text_fact(material.facts, "result");
  const auto paper = text_fact(material.facts, "paper_code");
  ANTIN_TRY(auto qr, four_part_qr(office_.people(), material.one, material.facts));
  Ask asked{.layout = "so-ket-qua",
            .day = material.row->day,
            .values = {{"so_ky_hieu", material.row->text}, {"ma_ket_qua", code}},
            .qr = qr.empty() ? qr_of(material) : std::move(qr),
            .properties = {{"MaKetQua", code}},
            .basis = material.basis};
  if (!paper.empty()) asked.properties.emplace_back("Ma", paper);
  return ask(asked, "tail");
}

// of what was released, for whoever needs it on paper. It goes its own way: nothing of the
// electronic document changes.
Result<Made> LayoutComposer::printout(const Material& material) {
  const auto& one = material.one;
  ANTIN_TRY(const auto unit, office_.unit_name(one.unit, material.now));
  const auto result = text_fact(material.facts, "result");
  const auto named = one.dossier.empty() ? one.number : one.dossier;
  return ask({.layout = "ban-in-chuyen-doi",
              .day = legal_day(material.now),
              .values = {{"co_quan", unit},
                         {"he_thong", kSystemName},
                         {"ma", result.empty() ? named : result},
                         {"ngay", legal_day(material.now)},
                         {"ho_ten", text_fact(material.facts, "printed_by")}},
              .qr = qr_of(material),
              .basis = material.basis},
             "document");
}

Result<Made> LayoutComposer::document(const Material& material) {
  switch (material.one.product) {
    case Product::kCertifiedCopy:
      return certified(material);
    case Product::kRegisterCopy:
      return from_register(material);
    case Product::kOfficeCopy:
      return office_copy(material);
    case Product::kResult:
      break;
  }
  return result(material);
}

Result<Made> LayoutComposer::letter(Letter letter, const Material& material) {
  const auto& facts = material.facts;
  ANTIN_TRY(auto asked, letterhead(material, legal_day(material.now)));
  asked.values["nguoi_yeu_cau"] = material.one.requester;
  asked.values["ten_giay_to"] = material.one.paper;
  if (letter == Letter::kAppointment) {
    ANTIN_TRY(const auto due, office_.due(material.one, facts));
    ANTIN_TRY(const auto unit, office_.unit_name(material.one.unit, material.now));
    const auto& one = material.one;
    asked.layout = "phieu-hen";
    asked.values["viec"] = one.product == Product::kRegisterCopy
                               ? "Trả kết quả cấp bản sao từ sổ gốc"
                               : "Trả kết quả chứng thực bản sao từ bản chính";
    asked.values["ma_ho_so"] = one.dossier.empty() ? one.id : one.dossier;
    asked.values["tiep_nhan"] = instant(one.created);
    asked.values["hen_tra"] = instant(due.at);
    asked.values["ly_do"] = text_fact(facts, "extension_reason");
    asked.values["noi_tra"] = unit;
    asked.values["chuc_vu"] = "NGƯỜI TIẾP NHẬN HỒ SƠ";
    asked.values["ho_ten"] = text_fact(facts, "receiver");
    return ask(asked, "document");
  }
  ANTIN_CHECK(sign_below(asked, material));
  if (letter == Letter::kRefusal) {
    ANTIN_TRY(const auto ground, office_.ground(material.one, facts));
    asked.layout = "tu-choi-chung-thuc";
    asked.values["can_cu"] = ground;
    asked.values["giai_thich"] = text_fact(facts, "explanation");
  } else {
    asked.layout = "khong-co-so-goc";
    asked.values["nguoi_duoc_cap"] = text_fact(facts, "holder");
    asked.values["ly_do"] = text_fact(facts, "reason");
  }
  return ask(asked, "document");
}

Result<std::string> LayoutComposer::seal_line(const Material& material) {
  if (material.one.product != Product::kOfficeCopy) return std::string();
  const auto& facts = material.facts;
  const auto form = text_fact(facts, "form");
  Ask asked{.layout = "dong-phu-luc", .day = legal_day(material.now)};
  if (form == kAppendixForm) {
    asked.values["so_ky_hieu"] = text_fact(facts, "symbol");
  } else {
    ANTIN_TRY(const auto unit, office_.unit_name(material.one.unit, material.now));
    asked.layout = text_fact(facts, "time_form") == "iso" ? "dong-sao-iso" : "dong-sao";
    asked.values["hinh_thuc"] = form;
    asked.values["co_quan"] = upper_case(unit);
  }
  ANTIN_TRY(const auto made, ask(asked, "appearance"));
  return std::string(as_text(made.octets.view()));
}

}  // namespace antin::service
