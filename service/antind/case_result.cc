#include "service/antind/case_result.h"

#include <algorithm>

#include "service/antind/case_facts.h"
#include "service/antind/case_request.h"
#include "service/antind/casework_json.h"
#include "service/antind/line.h"
#include "service/store/register_text.h"
#include "service/text/unicode.h"

namespace antin::service {
namespace {

using casework::Case;
using casework::SignatureFact;
using casework::SignedDocument;
using casework::State;
using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

Result<std::string> line_member(const Json& members, const char* name, std::size_t most) {
  ANTIN_TRY(auto text, text_member(members, name));
  if (!members.contains(name)) return text;
  if (!is_line(text, most)) return wrong_fact(name, "text");
  return to_nfc(text);
}

std::vector<const SignatureFact*> persons_in(const SignedDocument& document) {
  std::vector<const SignatureFact*> persons;
  for (const auto& one : document.signatures) {
    if (one.by == SignatureFact::By::kPerson) persons.push_back(&one);
  }
  return persons;
}

// People read names; whoever is not known any more is told by his account.
std::string called(const OfficeRules& office, const std::string& account) {
  auto name = office.person_name(account);
  return name ? std::move(name).value() : account;
}

bool is_withdrawn(const std::optional<StoredEntry>& entry) {
  return entry && (entry->state == "recalled" || entry->state == "cancelled");
}

// What other systems call the state of a paper.
const char* paper_state(const std::optional<StoredEntry>& entry) {
  if (is_withdrawn(entry)) return "thu_hoi";
  return entry && entry->state == "released" ? "con_hieu_luc" : "chua_phat_hanh";
}

}  // namespace

Result<casework::ResultOrigin> result_origin(const Json& members) {
  constexpr std::size_t kLongestCode = 128, kLongestReason = 500;
  casework::ResultOrigin origin;
  ANTIN_TRY(origin.replaces, line_member(members, "replaces", kLongestCode));
  ANTIN_TRY(origin.further, line_member(members, "further", kLongestReason));
  // Either it takes another's place, or it stands beside it.
  if (!origin.replaces.empty() && !origin.further.empty()) return wrong_fact("further", "replaces");
  return origin;
}

std::vector<std::string> signers_of(const Json& facts) {
  std::vector<std::string> all;
  const auto list = facts.find("signers");
  if (list != facts.end() && list->is_array()) {
    all.reserve(list->size());
    for (const auto& one : *list) all.push_back(one.is_string() ? one.get<std::string>() : "");
    return all;
  }
  if (auto alone = text_fact(facts, "signer"); !alone.empty()) all.push_back(std::move(alone));
  return all;
}

Status check_signers(const OfficeRules& office, const Json& facts) {
  const auto all = signers_of(facts);
  for (const auto& one : all) {
    ANTIN_TRY(const auto name, office.person_name(one));
    static_cast<void>(name);
  }
  const bool there = std::find(all.begin(), all.end(), text_fact(facts, "signer")) != all.end();
  return there ? Status{Done{}} : Status{wrong_fact("signers", "signer")};
}

Status signed_in_order(const OfficeRules& office, const Json& facts,
                       const SignedDocument& document) {
  const auto wanted = signers_of(facts);
  const auto persons = persons_in(document);
  for (std::size_t i = 0; i < persons.size(); ++i) {
    const auto& name = persons[i]->name;
    if (i >= wanted.size()) return make_error(Code::kCasePersonOther, "one more", {{"ten", name}});
    if (!office.is_named(*persons[i], Json{{"signer", wanted[i]}}))
      return make_error(Code::kResultSignerOrder, wanted[i],
                        {{"ten", name}, {"tiep", called(office, wanted[i])}});
  }
  return Done{};
}

Status signed_by_all(const OfficeRules& office, const Json& facts, const SignedDocument& document) {
  ANTIN_CHECK(signed_in_order(office, facts, document));
  const auto wanted = signers_of(facts);
  const auto done = persons_in(document).size();
  if (done >= wanted.size()) return Done{};
  return make_error(Code::kResultSignerMissing, wanted[done],
                    {{"ten", called(office, wanted[done])}});
}

Status next_may_sign(const OfficeRules& office, const Json& facts, const SignedDocument& document) {
  ANTIN_CHECK(casework::more_may_sign(document));
  ANTIN_CHECK(signed_in_order(office, facts, document));
  // With the last of them the document must be what the seal may be put on.
  if (persons_in(document).size() < signers_of(facts).size()) return Done{};
  return casework::seal_allowed(casework::Product::kResult, document);
}

// Each of them made one version.
std::size_t signatures_done(const std::vector<casework::CaseDocument>& documents) {
  for (const auto& document : documents) {
    if (document.role == "officer_signed") return static_cast<std::size_t>(document.version);
  }
  return 0;
}

casework::ResultMarks result_marks(const Json& facts, RandomSource& random) {
  casework::ResultMarks marks{.public_code = new_register_code(random)};
  const auto holder = text_fact(facts, "requester_id");
  const auto paper = text_fact(facts, "paper_type");
  if (!holder.empty() && !paper.empty())
    marks.paper = office::PaperCode{.holder = holder, .paper = paper, .symbol = {}};
  return marks;
}

Status may_be_fetched(const Case& one, const std::optional<casework::ResultRow>& result,
                      const std::optional<StoredEntry>& entry, const std::string& of) {
  if (of == "submitted") return Done{};
  if (is_withdrawn(entry))
    return make_error(Code::kResultRecalled, one.id,
                      {{"ma", result ? result->code : one.number},
                       {"so", entry->decision},
                       {"ngay", vietnam_day(entry->decision_day)}});
  if (of == "document" || (one.state == State::kReleased && entry && entry->state == "released"))
    return Done{};
  return make_error(Code::kResultNotReleased, one.id,
                    {{"buoc", std::string(casework::words(one.state, Language::kVietnamese))}});
}

OrderedJson result_facts(const casework::ResultRow& result,
                         const std::optional<casework::ResultRow>& replacement) {
  OrderedJson all = {{"code", or_null(result.code)},
                     {"paper_code", or_null(result.paper_code)},
                     {"public_code", or_null(result.public_code)}};
  if (!result.replaces.empty()) all["replaces"] = result.replaces;
  if (!result.further.empty()) all["further"] = result.further;
  if (replacement) all["replaced_by"] = or_null(replacement->code);
  return all;
}

OrderedJson result_metadata(const ResultMetadata& of) {
  const auto text = [&](const char* name) { return or_null(text_fact(of.facts, name)); };
  const auto until = text_fact(of.facts, "valid_until");
  const auto confidence = text_fact(of.facts, "confidence");
  OrderedJson all = {{"schema", "antin-giay-to/1"},
                     {"Ma", or_null(of.result.paper_code)},
                     {"MaKetQua", or_null(of.result.code)},
                     {"MaHoSo", of.result.dossier},
                     {"MaThuTuc", text("procedure")},
                     {"MaDinhDanh", text("requester_id")},
                     {"TenChuSoHuu", or_null(of.one.requester)},
                     {"Ten", or_null(of.one.paper)},
                     {"MaGiayTo", text("paper_type")},
                     {"SoKyHieu", or_null(of.one.number)},
                     {"NgayBanHanh", or_null(of.day)},
                     {"ThoiHanHieuLuc", or_null(until)},
                     {"ThoiHanVinhVien", until.empty()},
                     {"PhamViHieuLuc", text("valid_in")},
                     {"TrichYeuNoiDung", text("summary")},
                     {"CoQuanBanHanh", of.unit_name},
                     {"MaCoQuanBanHanh", of.one.unit},
                     {"NguoiKy", or_null(of.signer)},
                     {"MucDoTinCay", or_null(confidence.empty() ? of.confidence : confidence)},
                     {"MaTraCuu", or_null(of.result.public_code)},
                     {"TrangThai", paper_state(of.entry)},
                     {"QuyetDinhThuHoi", nullptr},
                     {"ThayTheCho", or_null(of.result.replaces)},
                     {"ThayTheBoi", or_null(of.replacement ? of.replacement->code : std::string())},
                     {"TepDinhKem", nullptr}};
  if (is_withdrawn(of.entry))
    all["QuyetDinhThuHoi"] = {{"So", of.entry->decision}, {"Ngay", of.entry->decision_day}};
  if (of.document)
    all["TepDinhKem"] = {{"TenTep", of.result.code + ".pdf"},
                         {"LoaiTep", "application/pdf"},
                         {"KichThuoc", of.document->size},
                         {"SoTrang", of.document->pages},
                         {"SHA256", to_hex(of.document->sha256)},
                         {"DuongDan", "/api/v1/cases/" + of.one.id + "/document?of=sealed"}};
  return all;
}

}  // namespace antin::service
