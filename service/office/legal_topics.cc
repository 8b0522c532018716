#include <map>

#include "service/office/legal_reader.h"
#include "service/office/numbering.h"

namespace antin::office {
namespace {

using Section = LegalReader::Section;

// [[key]] of entries that are a code and one text, and nothing else.
template <class Entry>
Status read_coded(const LegalReader& reader, Section& section, const char* key, const char* named,
                  std::string Entry::*text, std::vector<Entry>& out) {
  std::set<std::string> seen;
  ANTIN_TRY(auto list, reader.list(section, key));
  out.reserve(list.size());
  for (auto& one : list) {
    Entry entry;
    ANTIN_CHECK(reader.code(one, "code", entry.code, seen));
    ANTIN_CHECK(reader.text(one, named, entry.*text));
    ANTIN_CHECK(reader.done(one));
    out.push_back(std::move(entry));
  }
  return Done{};
}

template <class Entry>
Status read_named(const LegalReader& reader, Section& section, const char* key,
                  std::vector<Entry>& out) {
  return read_coded(reader, section, key, "name", &Entry::name, out);
}

Status read_page_rule(const LegalReader& reader, Section& section, PageRule& out) {
  std::string rule = "all";
  ANTIN_CHECK(reader.optional_text(section, "pages", rule));
  if (rule != "all" && rule != "cover_and_used")
    return reader.wrong(section.name_of("pages"), "neither \"all\" nor \"cover_and_used\"");
  out = rule == "all" ? PageRule::kAllWithInformation : PageRule::kCoverAndUsedPages;
  return Done{};
}

Status read_form(const LegalReader& reader, Section& section, BookForm& out) {
  std::string form;
  ANTIN_CHECK(reader.text(section, "form", form));
  if (form != "paper" && form != "electronic")
    return reader.wrong(section.name_of("form"), "neither \"paper\" nor \"electronic\"");
  out = form == "paper" ? BookForm::kPaper : BookForm::kElectronic;
  return Done{};
}

Status read_field(const LegalReader& reader, Section& section, std::set<std::string>& codes,
                  RegisterField& out) {
  using Type = RegisterField::Type;
  constexpr std::int64_t kLongest = 2'000;
  std::string type = "text";
  ANTIN_CHECK(reader.code(section, "code", out.code, codes));
  ANTIN_CHECK(reader.text(section, "label", out.label));
  ANTIN_CHECK(reader.optional_text(section, "type", type));
  if (section.has("most")) ANTIN_CHECK(reader.number(section, "most", out.most, 1, kLongest));
  ANTIN_CHECK(reader.flag(section, "required", out.required));
  ANTIN_CHECK(reader.done(section));
  if (type != "text" && type != "day" && type != "number")
    return reader.wrong(section.name_of("type"), R"(neither "text" nor "day" nor "number")");
  out.type = type == "day" ? Type::kDay : type == "number" ? Type::kNumber : Type::kText;
  return Done{};
}

using Days = std::map<LegalDay, std::string>;

// [[year.off]], [[year.worked]], [[year.uncertain]]: a day of the year and a name each.
Status read_days(const LegalReader& reader, Section& section, const char* key, int year,
                 Days& out) {
  ANTIN_TRY(auto list, reader.optional_list(section, key));
  for (auto& one : list) {
    std::optional<LegalDay> day;
    std::string name;
    ANTIN_CHECK(reader.day(one, "day", day));
    ANTIN_CHECK(reader.text(one, "name", name));
    ANTIN_CHECK(reader.done(one));
    if (!day || day->year() != year)
      return reader.wrong(one.name_of("day"), "not a day of the year");
    if (!out.emplace(*day, name).second) return reader.duplicate(one.name_of("day"), day->iso());
  }
  return Done{};
}

Status read_year(const LegalReader& reader, Section& section, int number, Calendar::Year& year) {
  ANTIN_CHECK(reader.flag(section, "confirmed", year.confirmed));
  ANTIN_CHECK(read_days(reader, section, "off", number, year.off));
  ANTIN_CHECK(read_days(reader, section, "worked", number, year.worked));
  ANTIN_CHECK(read_days(reader, section, "uncertain", number, year.uncertain));
  ANTIN_CHECK(reader.done(section));
  for (const auto* days : {&year.worked, &year.uncertain}) {
    for (const auto& [day, name] : *days) {
      if (year.off.count(day) != 0) return reader.duplicate(section.name_of("off"), day.iso());
    }
  }
  return Done{};
}

}  // namespace

Status read_content(const LegalReader& reader, Section& section, std::vector<RefusalGround>& out) {
  ANTIN_TRY(auto list, reader.list(section, "ground"));
  out.reserve(list.size());
  for (auto& one : list) {
    RefusalGround ground;
    ANTIN_CHECK(reader.number(one, "number", ground.number, 1, 99));
    ANTIN_CHECK(reader.text(one, "text", ground.text));
    ANTIN_CHECK(reader.done(one));
    // Letters and forms name a ground by its number.
    if (ground.number != out.size() + 1)
      return reader.wrong(one.name_of("number"), "not in the order 1, 2, 3");
    out.push_back(std::move(ground));
  }
  return Done{};
}

Status read_content(const LegalReader& reader, Section& section, std::vector<PaperType>& out) {
  std::set<std::string> codes, names;
  ANTIN_TRY(auto list, reader.list(section, "paper"));
  out.reserve(list.size());
  for (auto& one : list) {
    PaperType paper;
    ANTIN_CHECK(reader.code(one, "code", paper.code, codes));
    ANTIN_CHECK(reader.text(one, "name", paper.name));
    if (!names.insert(paper.name).second) return reader.duplicate(one.name_of("name"), paper.name);
    ANTIN_CHECK(reader.flag(one, "vneid", paper.in_vneid));
    ANTIN_CHECK(read_page_rule(reader, one, paper.pages));
    ANTIN_CHECK(reader.optional_text(one, "foreign", paper.foreign));
    ANTIN_CHECK(reader.done(one));
    out.push_back(std::move(paper));
  }
  return Done{};
}

Status read_content(const LegalReader& reader, Section& section, std::vector<ForeignPaper>& out) {
  return read_named(reader, section, "paper", out);
}

Status read_content(const LegalReader& reader, Section& section, std::vector<Procedure>& out) {
  std::set<std::string> codes;
  ANTIN_TRY(auto list, reader.list(section, "procedure"));
  out.reserve(list.size());
  for (auto& one : list) {
    Procedure procedure;
    ANTIN_CHECK(reader.code(one, "code", procedure.code, codes));
    ANTIN_CHECK(reader.text(one, "name", procedure.name));
    ANTIN_CHECK(reader.text(one, "product", procedure.product));
    ANTIN_CHECK(reader.done(one));
    out.push_back(std::move(procedure));
  }
  return Done{};
}

Status read_content(const LegalReader& reader, Section& section, std::vector<BookKind>& out) {
  std::set<std::string> codes;
  ANTIN_TRY(auto list, reader.list(section, "book"));
  out.reserve(list.size());
  for (auto& one : list) {
    BookKind book;
    ANTIN_CHECK(reader.code(one, "code", book.code, codes));
    ANTIN_CHECK(reader.text(one, "title", book.title));
    ANTIN_CHECK(reader.optional_text(one, "product", book.product));
    ANTIN_CHECK(read_form(reader, one, book.form));
    ANTIN_CHECK(reader.optional_texts(one, "symbols", book.symbols));
    ANTIN_CHECK(reader.texts(one, "formats", book.formats));
    ANTIN_CHECK(reader.done(one));
    for (const auto& format : book.formats) {
      if (!NumberFormat::parse(format)) return reader.wrong(one.name_of("formats"), format);
    }
    out.push_back(std::move(book));
  }
  return Done{};
}

Status read_content(const LegalReader& reader, Section& section, std::vector<OriginRegister>& out) {
  std::set<std::string> codes;
  ANTIN_TRY(auto list, reader.list(section, "register"));
  out.reserve(list.size());
  for (auto& one : list) {
    OriginRegister kept;
    ANTIN_CHECK(reader.code(one, "code", kept.code, codes));
    ANTIN_CHECK(reader.text(one, "title", kept.title));
    ANTIN_CHECK(reader.text(one, "paper", kept.paper));
    ANTIN_CHECK(reader.text(one, "holder", kept.holder));
    std::set<std::string> field_codes;
    ANTIN_TRY(auto fields, reader.list(one, "field"));
    kept.fields.resize(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
      ANTIN_CHECK(read_field(reader, fields[i], field_codes, kept.fields[i]));
    ANTIN_CHECK(reader.done(one));
    const auto* holder = find(kept.fields, kept.holder);
    // Nobody finds an entry of nobody.
    if (holder == nullptr || !holder->required)
      return reader.wrong(one.name_of("holder"), "not a required field: " + kept.holder);
    out.push_back(std::move(kept));
  }
  return Done{};
}

Status read_content(const LegalReader& reader, Section& section, Requesters& out) {
  std::set<std::string> codes;
  ANTIN_TRY(auto list, reader.list(section, "requester"));
  out.classes.reserve(list.size());
  for (auto& one : list) {
    RequesterClass requester;
    ANTIN_CHECK(reader.code(one, "code", requester.code, codes));
    ANTIN_CHECK(reader.text(one, "name", requester.name));
    ANTIN_CHECK(reader.flag(one, "only_when_holder_is_dead", requester.only_when_holder_is_dead));
    ANTIN_CHECK(reader.flag(one, "needs_evidence", requester.needs_evidence));
    ANTIN_CHECK(reader.done(one));
    out.classes.push_back(std::move(requester));
  }
  return read_named(reader, section, "evidence", out.evidence);
}

Status read_content(const LegalReader& reader, Section& section, std::vector<Citation>& out) {
  return read_coded(reader, section, "citation", "text", &Citation::text, out);
}

Status read_content(const LegalReader& reader, Section& section,
                    std::vector<ConfidenceLevel>& out) {
  return read_named(reader, section, "level", out);
}

Status read_content(const LegalReader& reader, Section& section, FeeTable& out) {
  constexpr std::int64_t kMostDong = 1'000'000'000;
  ANTIN_CHECK(reader.number(section, "first_pages", out.first_pages, 0, 10'000));
  ANTIN_CHECK(reader.number(section, "first_price", out.first_price, 0, kMostDong));
  ANTIN_CHECK(reader.number(section, "further_price", out.further_price, 0, kMostDong));
  return reader.number(section, "most", out.most, 0, kMostDong);
}

Status read_content(const LegalReader& reader, Section& section, WorkingHours& out) {
  ANTIN_CHECK(reader.time(section, "cut_off", out.cut_off));
  ANTIN_CHECK(reader.time(section, "opens", out.opens));
  ANTIN_CHECK(reader.time(section, "closes", out.closes));
  ANTIN_CHECK(reader.number(section, "extension_days", out.extension_days, 0, 60));
  if (out.opens >= out.closes || out.cut_off > out.closes)
    return reader.wrong(section.name_of("closes"), "not after opens and cut_off");
  return Done{};
}

Status read_calendar(const LegalReader& reader, Section& root, Calendar& out) {
  std::map<std::pair<unsigned, unsigned>, std::string> fixed;
  ANTIN_TRY(auto fixed_days, reader.list(root, "fixed"));
  for (auto& one : fixed_days) {
    std::string name;
    unsigned month = 0, day = 0;
    ANTIN_CHECK(reader.number(one, "month", month, 1, 12));
    ANTIN_CHECK(reader.number(one, "day", day, 1, 31));
    ANTIN_CHECK(reader.text(one, "name", name));
    ANTIN_CHECK(reader.done(one));
    if (!LegalDay::from(2024, month, day)) return reader.wrong(one.name_of("day"), "no such day");
    if (!fixed.emplace(std::pair{month, day}, name).second)
      return reader.duplicate(one.name_of("day"), std::to_string(day));
  }
  std::map<int, Calendar::Year> years;
  ANTIN_TRY(auto list, reader.list(root, "year"));
  for (auto& one : list) {
    int number = 0;
    Calendar::Year year;
    ANTIN_CHECK(reader.number(one, "year", number, 1900, 2999));
    ANTIN_CHECK(read_year(reader, one, number, year));
    if (!years.emplace(number, std::move(year)).second)
      return reader.duplicate(one.name_of("year"), std::to_string(number));
  }
  out = Calendar{std::move(years), std::move(fixed)};
  return Done{};
}

}  // namespace antin::office
