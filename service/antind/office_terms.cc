// What a case is due, what it costs, and what the original registers hold, by the legal data.

#include <algorithm>

#include "service/antind/case_facts.h"
#include "service/antind/office_rules.h"
#include "service/antind/problem.h"
#include "service/office/fee.h"
#include "service/office/register_fields.h"

namespace antin::service {
namespace {

using casework::Case;
using casework::Product;
using office::LegalDay;
using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

OrderedJson notice(const Finding& finding) {
  const auto& row = info(finding.code);
  OrderedJson told = {{"code", row.name}, {"severity", name(finding.severity)}};
  told["message"] = {{"vi", sentence(finding.code, Language::kVietnamese, finding.params)},
                     {"en", sentence(finding.code, Language::kEnglish, finding.params)}};
  return told;
}

// C-20: said as soon as the paper is chosen, and never a reason to stop.
Findings notices_about(const Json& facts, const office::LegalRules& rules) {
  const auto* paper = office::find(rules.papers, text_fact(facts, "paper_type"));
  if (paper == nullptr || !paper->in_vneid) return {};
  const auto answers = facts.find("answers");
  if (answers != facts.end() && text_fact(*answers, "foreign") == "yes") return {};
  return {{Code::kShownInVneid, Severity::kInfo, {{"giay_to", paper->name}}, ""}};
}

OrderedJson described(const office::Deadline& due) {
  return {{"counted_from", due.counted_from.iso()},
          {"day", due.day.iso()},
          {"at", to_rfc3339(due.at)},
          {"text", due.appointment_text()},
          {"appointment", due.appointment}};
}

OrderedJson described(const office::Fee& fee) {
  return {{"per_copy", fee.per_copy},
          {"total", fee.total},
          {"copies", fee.copies},
          {"pages", fee.pages},
          {"text", office::dong_text(fee.total)}};
}

OrderedJson described(const office::LegalRules& rules) {
  OrderedJson all = {{"version", rules.version}, {"lists", OrderedJson::array()}};
  for (const auto& version : rules.versions)
    all["lists"].push_back(
        {{"topic", version.topic}, {"id", version.id}, {"basis", version.basis}});
  return all;
}

std::string_view type_name(office::RegisterField::Type type) {
  using Type = office::RegisterField::Type;
  return type == Type::kDay ? "day" : type == Type::kNumber ? "number" : "text";
}

// Of what is answered at a counter; a result has its procedure's own time limit and no such fee.
bool is_of_the_counter(Product product) {
  return product == Product::kCertifiedCopy || product == Product::kRegisterCopy;
}

// Of electronic copies of an original; a fact is bounded where it comes in.
Result<office::Fee> fee_of_copies(const Json& facts, const office::LegalRules& rules) {
  const auto copies = std::max<std::int64_t>(1, number_fact(facts, "copies"));
  return office::fee(rules.fees, {.form = office::BookForm::kElectronic,
                                  .pages = static_cast<std::uint32_t>(number_fact(facts, "pages")),
                                  .copies = static_cast<std::uint32_t>(copies)});
}

}  // namespace

Result<std::shared_ptr<const office::LegalRules>> LegalOffice::rules_of(const Case& one,
                                                                        const Json& facts) const {
  const auto version = text_fact(facts, "legal");
  return version.empty() ? legal_.at(LegalDay::of(one.created)) : legal_.with_version(version);
}

Result<std::string> LegalOffice::legal_version(UtcTime now) const {
  ANTIN_TRY(const auto rules, legal_.at(LegalDay::of(now)));
  return rules->version;
}

Result<office::Deadline> LegalOffice::due(const Case& one, const Json& facts) const {
  ANTIN_TRY(const auto rules, rules_of(one, facts));
  return office::deadline(
      one.created, rules->hours, legal_.calendar(),
      {.working_days = static_cast<unsigned>(number_fact(facts, "extension_days")),
       .reason = text_fact(facts, "extension_reason"),
       .agreement = text_fact(facts, "agreement")});
}

Result<std::string> LegalOffice::ground(const Case& one, const Json& facts) const {
  ANTIN_TRY(const auto rules, rules_of(one, facts));
  const auto number = number_fact(facts, "ground");
  const auto* found = rules->ground(static_cast<unsigned>(number));
  if (found == nullptr)
    return make_error(Code::kLegalEntryUnknown, "grounds",
                      {{"key", "grounds"}, {"value", std::to_string(number)}});
  return found->text;
}

Result<std::int64_t> LegalOffice::fee(const Case& one, const Json& facts, UtcTime) const {
  if (one.product != Product::kCertifiedCopy) return std::int64_t{0};
  ANTIN_TRY(const auto rules, rules_of(one, facts));
  ANTIN_TRY(const auto cost, fee_of_copies(facts, *rules));
  return cost.total;
}

Result<OrderedJson> LegalOffice::terms(const Case& one, const Json& facts) const {
  ANTIN_TRY(const auto rules, rules_of(one, facts));
  OrderedJson all = {{"legal", described(*rules)}};
  auto notices = notices_about(facts, *rules);
  if (is_of_the_counter(one.product)) {
    ANTIN_TRY(const auto due_at, due(one, facts));
    all["deadline"] = described(due_at);
    notices.insert(notices.end(), due_at.notices.begin(), due_at.notices.end());
  }
  if (one.product == Product::kCertifiedCopy && number_fact(facts, "pages") > 0) {
    ANTIN_TRY(const auto cost, fee_of_copies(facts, *rules));
    all["fee"] = described(cost);
  }
  all["notices"] = OrderedJson::array();
  for (const auto& one_notice : notices) all["notices"].push_back(notice(one_notice));
  return all;
}

Result<OrderedJson> LegalOffice::registers(UtcTime now) const {
  ANTIN_TRY(const auto rules, legal_.at(LegalDay::of(now)));
  auto list = OrderedJson::array();
  for (const auto& kept : rules->registers) {
    OrderedJson told = {{"code", kept.code},
                        {"title", kept.title},
                        {"paper", kept.paper},
                        {"holder", kept.holder},
                        {"fields", OrderedJson::array()}};
    for (const auto& field : kept.fields)
      told["fields"].push_back({{"code", field.code},
                                {"label", field.label},
                                {"type", type_name(field.type)},
                                {"most", field.most},
                                {"required", field.required}});
    list.push_back(std::move(told));
  }
  return list;
}

Status LegalOffice::read_entry(casework::OriginEntry& entry,
                               const std::map<std::string, std::string>& given, UtcTime now) const {
  ANTIN_TRY(const auto rules, legal_.at(LegalDay::of(now)));
  const auto* kind = office::find(rules->registers, entry.kind);
  if (kind == nullptr)
    return make_error(Code::kLegalEntryUnknown, entry.kind,
                      {{"key", "registers"}, {"value", entry.kind}});
  ANTIN_TRY(const auto fields, office::read_fields(*kind, given));
  entry.paper = kind->paper;
  entry.holder = office::holder_of(*kind, fields);
  auto list = OrderedJson::array();
  entry.text.clear();
  for (const auto& field : fields) {
    list.push_back({{"code", field.code},
                    {"label", field.label},
                    {"value", field.value},
                    {"shown", field.shown()}});
    entry.text += field.shown() + " ";
  }
  entry.fields = list.dump();
  const auto version =
      std::find_if(rules->versions.begin(), rules->versions.end(),
                   [](const office::Version& one) { return one.topic == "registers"; });
  if (version != rules->versions.end()) entry.legal = version->id;
  return Done{};
}

}  // namespace antin::service
