#include "service/antind/office_rules.h"

#include <algorithm>

#include "service/antind/case_facts.h"
#include "service/antind/result_qr.h"
#include "service/antind/sha256.h"
#include "service/antind/unit_seals.h"
#include "service/office/checklist.h"
#include "service/office/deadline.h"
#include "service/office/numbering.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

using casework::Case;
using casework::Product;
using Json = nlohmann::json;
using office::Answer;
using office::LegalDay;

constexpr std::size_t kMostOctets = std::size_t{16} << 20U;

// How the legal data name the products.
std::string_view legal_product(Product product) {
  switch (product) {
    case Product::kRegisterCopy:
      return "register_copy";
    case Product::kOfficeCopy:
      return "office_copy";
    case Product::kResult:
      return "result";
    case Product::kCertifiedCopy:
      break;
  }
  return "certified_copy";
}

std::string answer_to(const Json& facts, const std::string& question) {
  const auto answers = facts.find("answers");
  return answers == facts.end() ? std::string() : text_fact(*answers, question.c_str());
}

// Anything but a clear yes or no leaves the question open.
Answer yes_or_no(const Json& facts, const std::string& question) {
  const auto said = answer_to(facts, question);
  return said == "yes" ? Answer::kYes : said == "no" ? Answer::kNo : Answer::kOpen;
}

office::Legalisation legalisation_in(const Json& facts) {
  using office::Legalisation;
  const auto said = answer_to(facts, "legalisation");
  if (said == "done") return Legalisation::kDone;
  if (said == "treaty") return Legalisation::kByTreaty;
  if (said == "circular") return Legalisation::kByCircular;
  return said == "none" ? Legalisation::kNone : Legalisation::kOpen;
}

office::Original original_in(const Json& facts, const office::LegalRules& rules) {
  office::Original original{.paper = text_fact(facts, "paper_type"),
                            .on_paper = yes_or_no(facts, "on_paper"),
                            .secret = yes_or_no(facts, "secret"),
                            .grounds = {},
                            .foreign = yes_or_no(facts, "foreign"),
                            .legalisation = legalisation_in(facts)};
  for (const auto& ground : rules.grounds)
    original.grounds.push_back(yes_or_no(facts, "ground_" + std::to_string(ground.number)));
  return original;
}

std::optional<office::CopyForm> form_in(const Json& facts) {
  for (const auto form :
       {office::CopyForm::kSaoY, office::CopyForm::kSaoLuc, office::CopyForm::kTrichSao}) {
    if (office::text(form) == text_fact(facts, "form")) return form;
  }
  return std::nullopt;
}

std::uint32_t small(std::int64_t number) {
  constexpr std::int64_t kMost = 1'000'000;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 0, kMost));
}

Result<std::string> file_text(const std::string& path) {
  if (path.empty()) return std::string();
  ANTIN_TRY(const auto octets, read_file(path, kMostOctets));
  return std::string(as_text(octets));
}

bool is_certificate_of(KeyClient& seal, const Bytes& certificate_sha256) {
  const auto key = seal.key();
  return key && sha256({key.value().certificate.value()}) == certificate_sha256;
}

bool is_units_seal(KeyClient& agency, const std::string& unit, const Bytes& certificate_sha256) {
  const auto seal = seal_of(agency, unit);
  return seal && is_certificate_of(*seal.value(), certificate_sha256);
}

}  // namespace

std::string legal_day(UtcTime at) {
  return LegalDay::of(at).iso();
}

Result<std::unique_ptr<LegalOffice>> LegalOffice::open(const Config& config, KeyClient* agency) {
  ANTIN_TRY(auto legal, office::LegalData::load(config.office.legal));
  ANTIN_TRY(const auto units_text, file_text(config.verify.units));
  office::UnitTable units;
  if (!units_text.empty()) {
    ANTIN_TRY(units, office::UnitTable::read(units_text));
  }
  ANTIN_TRY(const auto people_text, file_text(config.office.people));
  office::OfficeData data;
  if (!people_text.empty()) {
    ANTIN_TRY(data, office::read_office(people_text));
  }
  ANTIN_TRY(auto people, office::Office::make(std::move(data), std::move(units)));
  // The constructor is private, so std::make_unique cannot reach it.
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory)
  return std::unique_ptr<LegalOffice>(
      new LegalOffice(std::move(legal), std::move(people), {people_text, units_text}, agency));
}

// C-04, C-05, C-06, C-20, C-23 before anything is scanned; R-02 of who asks for a register's copy.
Status LegalOffice::check(const Case& one, const Json& facts) const {
  ANTIN_TRY(const auto rules, rules_of(one, facts));
  if (one.product == Product::kRegisterCopy)
    return office::check_requester({.requester_class = text_fact(facts, "requester_class"),
                                    .holder_is_dead = yes_or_no(facts, "holder_is_dead"),
                                    .evidence = text_fact(facts, "evidence")},
                                   *rules);
  if (one.product != Product::kCertifiedCopy) return Done{};
  ANTIN_TRY(const auto notices, office::check_original(original_in(facts, *rules), *rules));
  static_cast<void>(notices);
  return Done{};
}

Status LegalOffice::check_scan(const Case& one, const Json& facts, const Scan& scan) const {
  if (one.product == Product::kOfficeCopy) {
    const auto form = form_in(facts);
    if (!form) return wrong_fact("form", "?");
    return office::check_copy_source({.form = *form,
                                      .holds_signature = scan.holds_signature,
                                      .is_sao_y = yes_or_no(facts, "is_sao_y")});
  }
  return office::check_captured(
      {.holds_signature = scan.holds_signature,
       .confirmed_scan = facts.contains("scan_confirmed") ? Answer::kYes : Answer::kOpen,
       .pages_of_original = small(number_fact(facts, "pages")),
       .pages_scanned = small(scan.pages)});
}

// C-09: the electronic book of the product. A result's series is its symbol (NĐ 30/2020 Đ15).
Result<casework::Series> LegalOffice::series(const Case& one, const Json& facts,
                                             UtcTime now) const {
  const auto day = LegalDay::of(now);
  ANTIN_TRY(const auto rules, legal_.at(day));
  const auto kind =
      std::find_if(rules->books.begin(), rules->books.end(), [&](const office::BookKind& book) {
        return book.product == legal_product(one.product) &&
               book.form == office::BookForm::kElectronic;
      });
  if (kind == rules->books.end())
    return make_error(Code::kLegalEntryUnknown, "books",
                      {{"key", "books"}, {"value", std::string(legal_product(one.product))}});
  casework::Series series;
  series.id = {.unit = one.unit, .product = one.product, .series = kind->code, .year = day.year()};
  series.day = day.iso();
  if (one.product == Product::kResult) {
    const auto symbol = text_fact(facts, "symbol");
    if (symbol.empty()) return wrong_fact("symbol", "?");
    // Said while there is no number yet that would have to be voided.
    ANTIN_TRY(const auto qr, four_part_qr(people_, one, facts));
    static_cast<void>(qr);
    series.id.series = symbol;
    series.name = std::to_string(day.year());
    series.text = [symbol](std::int64_t number) {
      return office::document_number(small(number), symbol);
    };
    return series;
  }
  const auto chosen = people_.series(one.unit, *kind);
  ANTIN_TRY(const auto format, office::NumberFormat::parse(chosen.format));
  const office::BookName name{.volume = 1, .year = day.year(), .symbol = chosen.symbol};
  series.name = name.full();
  series.text = [format](std::int64_t number) { return format.text(small(number)); };
  return series;
}

Result<office::Permission> LegalOffice::may_sign(const Case& one,
                                                 const office::SignQuestion& question) const {
  return one.product == Product::kCertifiedCopy ? people_.may_certify(question)
                                                : people_.may_sign(question);
}

Result<std::string> LegalOffice::signer(const Case& one, const Json& facts, UtcTime now) const {
  const auto person = text_fact(facts, "signer");
  // A copy from the register may go without a person.
  if (person.empty()) return std::string();
  ANTIN_TRY(const auto found, permission(one, facts, legal_day(now)));
  return found.capacity + " " + found.name;
}

Result<office::Permission> LegalOffice::permission(const Case& one, const Json& facts,
                                                   const std::string& day) const {
  const auto on = LegalDay::parse(day);
  if (!on) return make_error(Code::kInternal, "day " + day);
  return may_sign(one, {.person = text_fact(facts, "signer"),
                        .unit = one.unit,
                        .certificate = {},
                        .capacity = text_fact(facts, "capacity"),
                        .day = *on});
}

Status LegalOffice::may_seal(const Case& one, const Json& facts, UtcTime now) const {
  ANTIN_TRY(const auto permission, people_.may_seal(text_fact(facts, "sealer"), one.unit, now));
  if (agency_ == nullptr) return Done{};
  auto seal = seal_of(*agency_, one.unit);
  if (!seal && seal.error().code == Code::kSealUnitWithoutKey)
    return make_error(Code::kSealUnitWithoutKey, one.unit, {{"don_vi", permission.unit_name}});
  if (!seal) return std::move(seal).error();
  // The seal of one unit on a document of another would be found out only after it was made.
  ANTIN_TRY(const auto key, seal.value()->key());
  const auto* unit = people_.units().with_certificate(to_hex(sha256({key.certificate.value()})));
  if (unit == nullptr || unit->code == one.unit) return Done{};
  return make_error(Code::kSealUnitWithoutKey, one.unit, {{"don_vi", permission.unit_name}});
}

// That of [agency] itself, which is everybody's where units have none of their own.
bool LegalOffice::is_our_seal(const Bytes& certificate_sha256) const {
  return agency_ != nullptr && is_certificate_of(*agency_, certificate_sha256);
}

// The seal is the one that this service holds, and of a person the table says what he may.
void LegalOffice::whose(casework::SignatureFact& signature, const Case& one, const Json& facts,
                        UtcTime now) const {
  using Fact = casework::SignatureFact;
  signature.unit = Fact::Unit::kOther;
  signature.authority = Fact::Authority::kNone;
  const auto certificate = to_hex(signature.certificate_sha256);
  if (signature.by == Fact::By::kAgency) {
    const auto* unit = people_.units().with_certificate(certificate);
    const auto& seal = signature.certificate_sha256;
    const bool apart = agency_ != nullptr && has_unit_seals(*agency_);
    const bool ours = unit != nullptr ? unit->code == one.unit
                      : apart         ? is_units_seal(*agency_, one.unit, seal)
                                      : is_our_seal(seal);
    if (ours) signature.unit = Fact::Unit::kSame;
    return;
  }
  const auto* person = people_.person_with_certificate(certificate);
  if (person == nullptr) return;
  signature.name = person->name;
  const auto& all = people_.data().authorisations;
  if (std::any_of(all.begin(), all.end(), [&](const office::Authorisation& held) {
        return held.person == person->id && held.unit == one.unit;
      }))
    signature.unit = Fact::Unit::kSame;
  const bool named = text_fact(facts, "signer") == person->id;
  const auto permission =
      may_sign(one, {.person = person->id,
                     .unit = one.unit,
                     .certificate = certificate,
                     .capacity = named ? text_fact(facts, "capacity") : std::string(),
                     .day = LegalDay::of(now)});
  if (permission) signature.authority = Fact::Authority::kHeld;
}

Status LegalOffice::is_named(const casework::SignatureFact& signature, const Json& facts) const {
  const auto* person = people_.person_with_certificate(to_hex(signature.certificate_sha256));
  if (person != nullptr && person->id == text_fact(facts, "signer")) return Done{};
  return make_error(Code::kCasePersonOther, "signer", {{"ten", signature.name}});
}

Result<std::string> LegalOffice::person_name(const std::string& id) const {
  const auto* person = people_.person(id);
  if (person == nullptr) return make_error(Code::kPersonUnknown, id, {{"nguoi", id}});
  return person->name;
}

// Reception and other systems have no duty of their own in the table.
Status LegalOffice::may_act(const Acting& who, casework::Roles roles, UtcTime now) const {
  using casework::Role;
  ANTIN_TRY(const auto name, person_name(who.person));
  const auto day = LegalDay::of(now);
  const auto acts_as = [&](Role role) { return roles.test(static_cast<std::size_t>(role)); };
  const auto holds = [&](office::Duty duty) {
    return !people_.authorisations(who.person, who.unit, duty, day).empty();
  };
  if (acts_as(Role::kReception) || acts_as(Role::kSystem)) return Done{};
  if (acts_as(Role::kOfficer) && (holds(office::Duty::kCertify) || holds(office::Duty::kSign)))
    return Done{};
  if (acts_as(Role::kClerk) && holds(office::Duty::kKeepSeal)) return Done{};
  return make_error(Code::kNotAuthorised, who.person,
                    {{"nguoi", name}, {"vai_tro", casework::words(roles, Language::kVietnamese)}});
}

Result<std::string> LegalOffice::unit_name(const std::string& unit, UtcTime now) const {
  const auto* found = people_.units().with_code(unit);
  if (found == nullptr) return make_error(Code::kUnitUnknown, unit, {{"don_vi", unit}});
  return office::unit_name(*found, LegalDay::of(now));
}

Result<BookWords> LegalOffice::book_words(const casework::BookId& book, UtcTime at) const {
  ANTIN_TRY(const auto rules, legal_.at(LegalDay::of(at)));
  const auto kind =
      std::find_if(rules->books.begin(), rules->books.end(), [&](const office::BookKind& one) {
        // A result's series is its symbol.
        return one.product == legal_product(book.product) &&
               (one.code == book.series || book.product == Product::kResult);
      });
  if (kind == rules->books.end())
    return make_error(Code::kLegalEntryUnknown, "books",
                      {{"key", "books"}, {"value", book.series}});
  const bool copies = book.product == Product::kCertifiedCopy;
  const bool paper = kind->form == office::BookForm::kPaper;
  return BookWords{kind->title, copies ? paper ? "Bản sao giấy" : "Bản sao điện tử" : ""};
}

std::string LegalOffice::late_before(UtcTime now) const {
  return office::late_before(LegalDay::of(now), legal_.calendar()).iso();
}

}  // namespace antin::service
