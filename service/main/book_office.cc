#include "service/main/book_office.h"

#include <fcntl.h>
#include <filesystem>
#include <iostream>

#include "service/antind/book_desk.h"
#include "service/antind/book_export.h"
#include "service/antind/book_print.h"
#include "service/antind/office_rules.h"
#include "service/main/daemon.h"
#include "service/system/files.h"
#include "service/system/filter.h"
#include "service/system/real.h"
#include "service/system/self.h"

namespace antin::service {
namespace {

Result<casework::Book> find_book(Store& store, const std::string& id) {
  std::optional<casework::Book> found;
  ANTIN_CHECK(store.in_snapshot([&](Database& database) -> Status {
    ANTIN_TRY(found, casework::Books(database, {}, UtcTime{{}}, {}).book(id));
    return Done{};
  }));
  if (!found) return make_error(Code::kBookUnknown, id);
  return std::move(*found);
}

Result<std::unique_ptr<LegalOffice>> open_office(const Config& config) {
  if (config.office.legal.empty())
    return make_error(Code::kConfigValue, "office.legal",
                      {{"key", "office.legal"}, {"reason", "must be given"}});
  return LegalOffice::open(config, nullptr);
}

Status keep(const std::string& output, std::string_view text) {
  if (!output.empty()) return write_file(output, {as_bytes(text)}, IfExists::kRefuse);
  std::cout << text;
  return Done{};
}

}  // namespace

Status print_book(Store& store, const Config& config, const std::string& book,
                  const std::string& month, const std::string& output) {
  ANTIN_TRY(const auto office, open_office(config));
  ANTIN_TRY(auto found, find_book(store, book));
  const SystemClock clock;
  ANTIN_TRY(auto order, book_print(store, *office, config.office.layouts,
                                   {.book = std::move(found), .month = month}, clock.utc_now()));
  ANTIN_TRY(const auto configuration, checking_configuration(config));
  // What a worker has to say is said by the error that comes back.
  const Descriptor nowhere{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Log log(nowhere.get(), clock);
  Metrics metrics;
  WorkerPool workers({.name = "print",
                      .program = own_program("antin-worker"),
                      .configuration = configuration,
                      .callbacks = {},
                      .spares = 0},
                     log, metrics);
  ANTIN_CHECK(workers.start());
  ANTIN_TRY(const auto made, make_letter(workers, std::move(order), config.verify.within));
  return write_file(output, {made.view()}, IfExists::kRefuse);
}

Status report_index(Store& store, const Config& config, const ReportOrder& order) {
  ANTIN_TRY(const auto office, open_office(config));
  std::vector<std::string> units;
  if (!order.unit.empty()) {
    const SystemClock clock;
    ANTIN_TRY(const auto known, office->unit_name(order.unit, clock.utc_now()));
    static_cast<void>(known);
    units.push_back(order.unit);
  }
  ANTIN_TRY(const auto csv, index_report_of(store, *office, units, order.month));
  return keep(order.output, csv);
}

Status export_book_to(Store& store, const Config& config, const std::string& book,
                      const std::string& folder, Contents contents) {
  ANTIN_TRY(const auto found, find_book(store, book));
  const SystemClock clock;
  const auto now = clock.utc_now();
  std::string unit;
  if (!config.office.legal.empty()) {
    ANTIN_TRY(const auto office, open_office(config));
    if (const auto called = office->unit_name(found.id.unit, now)) unit = called.value();
  }
  ANTIN_TRY(const auto made, export_book(store, found, unit, now));
  ANTIN_CHECK(make_folder(folder));
  const auto documents = folder + "/" + kExportDocuments;
  if (contents == Contents::kDocuments) {
    ANTIN_CHECK(make_folder(documents));
    for (const auto& one : made.documents) {
      ANTIN_TRY(const auto octets, store.document(one.sha256, one.size));
      ANTIN_CHECK(write_file(documents + "/" + to_hex(one.sha256) + ".pdf", {octets.view()},
                             IfExists::kReplace));
    }
  }
  // Last: a folder with its lines is whole.
  return write_file(folder + "/" + kExportLines, {as_bytes(made.lines)}, IfExists::kRefuse);
}

}  // namespace antin::service
