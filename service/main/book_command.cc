#include "service/main/book_command.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "service/antind/book_desk.h"
#include "service/antind/book_export.h"
#include "service/audit/store_events.h"
#include "service/casework/book.h"
#include "service/casework/skipped_codes.h"
#include "service/main/book_office.h"
#include "service/main/daemon.h"
#include "service/main/store_settings.h"
#include "service/main/words_and_options.h"
#include "service/office/legal_day.h"
#include "service/store/register_text.h"
#include "service/system/complain.h"
#include "service/system/privileges.h"
#include "service/system/real.h"

namespace antin::service {
namespace {

using casework::Book;
using casework::BookRow;
using casework::Books;

constexpr int kFound = 1;
constexpr std::size_t kPortion = 1'000;

int usage() {
  std::cerr << "antin book list [--year YYYY] [--config FILE]\n"
               "antin book show BOOK [--from N] [--config FILE]\n"
               "antin book close BOOK [--config FILE]\n"
               "antin book skip BOOK --to N --reason TEXT [--config FILE]\n"
               "antin book skip-codes DOSSIER --unit CODE --to N --reason TEXT [--config FILE]\n"
               "antin book volume BOOK [--config FILE]\n"
               "antin book print BOOK [--month YYYY-MM] --output FILE [--config FILE]\n"
               "antin book report --month YYYY-MM [--unit CODE] [--output FILE] [--config FILE]\n"
               "antin book export BOOK --output FOLDER [--with documents] [--config FILE]\n"
               "antin book verify [--config FILE]\n"
               "antin book verify FOLDER\n";
  return kFailed;
}

WordsAndOptions known() {
  return {.options = {{"--config", "/etc/antin/antin.toml"},
                      {"--year", "0"},
                      {"--from", "1"},
                      {"--to", ""},
                      {"--reason", ""},
                      {"--month", ""},
                      {"--unit", ""},
                      {"--output", ""},
                      {"--with", ""}}};
}

// -1 for what is no number.
std::int64_t number(const std::string& text) {
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != text.npos)
    return -1;
  return std::stoll(text);
}

void print(const Book& book) {
  std::cout << book.id.text() << "  " << book.name << "  " << book.last << "  "
            << (book.closed ? "đã khóa / closed " + vietnam_day(book.closed_day)
                            : std::string("đang mở / open"))
            << '\n';
}

void print(const BookRow& row) {
  std::cout << row.text << "  " << vietnam_day(row.day) << "  " << casework::name(row.state) << "  "
            << row.facts.requester << "  " << row.facts.paper << "  " << row.facts.signer << "  "
            << row.facts.copies << "  " << row.note << '\n';
}

// Everything a command does to the books, each told to the audit log as the service tells it.
class Desk {
 public:
  explicit Desk(Store& store) : store_(store) {
    store_.set_event_sink(audit::store_events(clock_, random_));
  }

  Status list(int year) {
    std::vector<Book> all;
    ANTIN_CHECK(work([&](Books& books) -> Status {
      ANTIN_TRY(all, books.books({}, year));
      return Done{};
    }));
    for (const auto& book : all) print(book);
    return Done{};
  }
  Status show(const std::string& id, std::int64_t from) {
    std::optional<Book> book;
    for (std::vector<BookRow> rows;; from = rows.back().number + 1) {
      ANTIN_CHECK(work([&](Books& books) -> Status {
        ANTIN_TRY(book, books.book(id));
        ANTIN_TRY(rows, books.rows(id, from, kPortion));
        return Done{};
      }));
      if (!book) return make_error(Code::kBookUnknown, id);
      for (const auto& row : rows) print(row);
      if (rows.size() < kPortion) return Done{};
    }
  }
  Status close(const std::string& id) {
    Book book;
    ANTIN_CHECK(work([&](Books& books) -> Status {
      ANTIN_TRY(book, books.close(id, today()));
      return Done{};
    }));
    print(book);
    std::cout << book.totals << '\n';
    return Done{};
  }
  Status next_volume(const std::string& id) {
    Book book;
    ANTIN_CHECK(work([&](Books& books) -> Status {
      ANTIN_TRY(const auto found, books.book(id));
      if (!found) return make_error(Code::kBookUnknown, id);
      ANTIN_TRY(const auto name, next_volume_name(found->name));
      ANTIN_TRY(book, books.next_volume(id, name));
      return Done{};
    }));
    print(book);
    return Done{};
  }
  Status skip(const std::string& id, std::int64_t to, const std::string& reason) {
    Book book;
    ANTIN_CHECK(work([&](Books& books) -> Status {
      ANTIN_TRY(book, books.skip(id, to, reason, today()));
      return Done{};
    }));
    print(book);
    return Done{};
  }
  Status skip_codes(const std::string& dossier, const WordsAndOptions& arguments) {
    const auto& options = arguments.options;
    return casework::skip_codes(
        store_,
        {.unit = options.at("--unit"),
         .dossier = dossier,
         .facts = nlohmann::json{{"reason", options.at("--reason")}}.dump(
             -1, ' ', false, nlohmann::json::error_handler_t::replace),
         .to = number(arguments["--to"])},
        [&] { return new_uuid7(clock_, random_); }, clock_.utc_now());
  }
  Status verify(Findings& findings) {
    return work([&](Books& books) -> Status {
      ANTIN_TRY(findings, books.check());
      return Done{};
    });
  }

 private:
  std::string today() const { return office::LegalDay::of(clock_.utc_now()).iso(); }
  Status work(const std::function<Status(Books&)>& with) {
    return store_.in_transaction([&](Database& database) {
      Books books(database, [&](const StoreEvent& event) { return store_.tell(database, event); },
                  clock_.utc_now(), {});
      return with(books);
    });
  }

  Store& store_;
  SystemClock clock_;
  SystemRandom random_;
};

int tell(const Findings& findings) {
  for (const auto& finding : findings)
    std::cout << sentence(finding.code, Language::kVietnamese, finding.params) << '\n'
              << sentence(finding.code, Language::kEnglish, finding.params) << '\n';
  return findings.empty() ? 0 : kFound;
}

int verify(Desk& desk) {
  Findings findings;
  if (const auto done = desk.verify(findings); !done) return complain(done.error());
  return tell(findings);
}

// Needs neither the service nor its configuration: an inspector has neither.
int verify_folder(const std::string& folder) {
  const auto findings = check_export(folder);
  return findings ? tell(findings.value()) : complain(findings.error());
}

/// A verb, whether it names a book, and which options it cannot do without.
struct Verb {
  std::string_view name;
  bool book;
  std::vector<const char*> needs;
};
const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all{{"list", false, {}},
                                     {"show", true, {}},
                                     {"close", true, {}},
                                     {"skip", true, {"--to", "--reason"}},
                                     {"skip-codes", true, {"--unit", "--to", "--reason"}},
                                     {"volume", true, {}},
                                     {"print", true, {"--output"}},
                                     {"report", false, {"--month"}},
                                     {"export", true, {"--output"}},
                                     {"verify", false, {}}};
  return all;
}

bool is_complete(const WordsAndOptions& arguments) {
  const auto& words = arguments.words;
  const auto verb = std::find_if(verbs().begin(), verbs().end(),
                                 [&](const Verb& one) { return one.name == words[1]; });
  if (verb == verbs().end() || words.size() != (verb->book ? 3U : 2U)) return false;
  const auto& with = arguments.options.at("--with");
  return (with.empty() || with == "documents") &&
         std::none_of(verb->needs.begin(), verb->needs.end(),
                      [&](const char* option) { return arguments.options.at(option).empty(); });
}

Status run(const WordsAndOptions& arguments, const Config& config, Store& store) {
  const auto& what = arguments.words[1];
  const auto book = arguments.words.size() > 2 ? arguments.words[2] : std::string();
  const auto& options = arguments.options;
  const auto& output = options.at("--output");
  if (what == "print") return print_book(store, config, book, options.at("--month"), output);
  if (what == "report")
    return report_index(store, config, {options.at("--month"), options.at("--unit"), output});
  if (what == "export")
    return export_book_to(store, config, book, output,
                          options.at("--with").empty() ? Contents::kLines : Contents::kDocuments);
  Desk desk(store);
  if (what == "list") return desk.list(static_cast<int>(number(arguments["--year"])));
  if (what == "show") return desk.show(book, number(arguments["--from"]));
  if (what == "close") return desk.close(book);
  if (what == "volume") return desk.next_volume(book);
  if (what == "skip-codes") return desk.skip_codes(book, arguments);
  return desk.skip(book, number(arguments["--to"]), options.at("--reason"));
}

}  // namespace

int book_command(std::span<char*> given) {
  auto arguments = known();
  if (!arguments.read(given) || arguments.words.size() < 2) return usage();
  const auto& words = arguments.words;
  if (words[1] == "verify" && words.size() == 3) return verify_folder(words[2]);
  const auto from = number(arguments["--from"]), year = number(arguments["--year"]);
  if (!is_complete(arguments) || from < 1 || year < 0 || year > 2'999 ||
      (words[1].starts_with("skip") && number(arguments["--to"]) < 1))
    return usage();
  const auto config = load_config(arguments.options.at("--config"));
  if (!config) return complain(config.error());
  if (const auto given_up = give_up_privileges(config.value().process.user, AsRoot::kStay);
      !given_up)
    return complain(given_up.error());
  const auto store = Store::open(store_settings(config.value()));
  if (!store) return complain(store.error());
  if (words[1] == "verify") {
    Desk desk(*store.value());
    return verify(desk);
  }
  const auto done = run(arguments, config.value(), *store.value());
  return done ? 0 : complain(done.error());
}

}  // namespace antin::service
