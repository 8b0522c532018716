#include "service/antind/book_desk.h"

#include "service/antind/api.h"
#include "service/antind/book_export.h"
#include "service/antind/book_print.h"
#include "service/antind/casework_json.h"
#include "service/antind/query.h"
#include "service/antind/sha256.h"
#include "service/casework/handled.h"
#include "service/office/index_report.h"
#include "service/office/legal_day.h"
#include "service/office/numbering.h"

namespace antin::service {
namespace {

using office::LegalDay;

Response attachment(const char* type, const std::string& name, std::string_view text) {
  auto response = Response::text(200, type, text);
  response.fields = {{"Content-Disposition", "attachment; filename=\"" + name + "\""},
                     {"Cache-Control", "private, no-store"},
                     {"X-Content-Type-Options", "nosniff"}};
  return response;
}

}  // namespace

Result<std::string> next_volume_name(const std::string& name) {
  ANTIN_TRY(auto book, office::BookName::parse(name));
  ++book.volume;
  return book.full();
}

Result<std::string> index_report_of(Store& store, const OfficeRules& office,
                                    const std::vector<std::string>& units,
                                    const std::string& month) {
  if (!is_month(month)) return wrong_parameter("month");
  const auto year = std::stoi(month.substr(0, 4));
  const auto number = static_cast<unsigned>(std::stoul(month.substr(5)));
  const auto first = LegalDay::from(year, number, 1);
  if (!first) return wrong_parameter("month");
  const auto next = month_after(*first);
  std::vector<casework::Handled> all;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(all, casework::handled(database, units, first->begins(), next.begins()));
    return Done{};
  }));
  std::map<std::string, std::string> names;
  std::vector<office::IndexRow> rows;
  rows.reserve(all.size());
  for (const auto& one : all) {
    if (names.count(one.unit) == 0) {
      // A unit that is no longer in the table is still counted, by its code.
      const auto called = office.unit_name(one.unit, next.plus_days(-1).begins());
      names.emplace(one.unit, called ? called.value() : std::string());
    }
    rows.push_back({.unit = one.unit,
                    .unit_name = names.at(one.unit),
                    .received = one.received,
                    .released = one.released,
                    .refused = one.refused,
                    .cancelled = one.cancelled,
                    .copies = static_cast<std::uint32_t>(one.copies)});
  }
  return office::index_report({year, number}, rows);
}

Result<Response> BookDesk::print(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"book", "month"}));
  const auto month = option(options, "month");
  if (options.count("month") != 0 && !is_month(month)) return wrong_parameter("month");
  ANTIN_TRY(auto book, CallersCases(*parts_.store, caller).book(option(options, "book")));
  ANTIN_TRY(auto order,
            book_print(*parts_.store, *parts_.office, parts_.config->office.layouts,
                       {.book = std::move(book), .month = month}, parts_.clock->utc_now()));
  ANTIN_TRY(auto made,
            make_letter(*parts_.workers, std::move(order), parts_.config->verify.within));
  const auto digest = sha256({made.view()});
  return pdf_response(std::move(made), digest);
}

Result<Response> BookDesk::next_volume(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto read, read_case_request(request));
  ANTIN_CHECK(only_members(read.members, {"book", "after"}));
  ANTIN_TRY(const auto id, text_member(read.members, "book"));
  CallersCases cases(*parts_.store, caller);
  ANTIN_TRY(const auto book, cases.book(id));
  // Sent again because its answer was lost, or by two who saw the same volume: one is opened.
  if (read.members.contains("after")) {
    ANTIN_TRY(const auto seen, text_member(read.members, "after"));
    if (seen != book.name) {
      const auto wanted = next_volume_name(seen);
      // Neither the volume in use nor the one before it: whoever asks has seen another book, or an
      // old one.
      if (!wanted || wanted.value() != book.name) return wrong_parameter("after");
      return json_response(200, book_of(book).dump());
    }
  }
  ANTIN_TRY(const auto next, next_volume_name(book.name));
  ANTIN_TRY(const auto after, cases.next_volume(id, next, parts_.clock->utc_now()));
  parts_.log->write(
      Log::Level::kInfo, "book_volume",
      {{"request_id", request.id}, {"book", id}, {"volume", after.name}, {"key", caller.key_id}});
  return json_response(200, book_of(after).dump());
}

Result<Response> BookDesk::export_lines(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"book"}));
  ANTIN_TRY(const auto book, CallersCases(*parts_.store, caller).book(option(options, "book")));
  const auto now = parts_.clock->utc_now();
  const auto unit = parts_.office->unit_name(book.id.unit, now);
  ANTIN_TRY(const auto made,
            export_book(*parts_.store, book, unit ? unit.value() : std::string(), now));
  parts_.log->write(Log::Level::kInfo, "book_exported",
                    {{"request_id", request.id}, {"book", book.id.text()}, {"key", caller.key_id}});
  return attachment("application/jsonl", kExportLines, made.lines);
}

Result<Response> BookDesk::index_report(const Request& request, const Caller& caller) const {
  ANTIN_TRY(const auto options, parse_query(request.head.query, {"month", "unit"}));
  CallersCases cases(*parts_.store, caller);
  auto units = std::vector<std::string>(caller.units.begin(), caller.units.end());
  if (const auto unit = options.find("unit"); unit != options.end()) {
    ANTIN_CHECK(cases.may_work_for(unit->second));
    ANTIN_TRY(const auto known, parts_.office->unit_name(unit->second, parts_.clock->utc_now()));
    static_cast<void>(known);
    units = {unit->second};
  }
  const auto month = option(options, "month");
  ANTIN_TRY(const auto csv, index_report_of(*parts_.store, *parts_.office, units, month));
  return attachment("text/csv; charset=utf-8", "antin-" + month + ".csv", csv);
}

}  // namespace antin::service
