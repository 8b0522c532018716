#pragma once

#include <functional>
#include <memory>
#include <string>

#include "service/antind/callers_cases.h"
#include "service/antind/case_capture.h"
#include "service/antind/case_composer.h"
#include "service/antind/case_request.h"
#include "service/antind/case_signatures.h"
#include "service/antind/config.h"
#include "service/antind/current_office.h"
#include "service/antind/key_client.h"
#include "service/antind/log.h"
#include "service/antind/routes.h"
#include "service/holdings/vault.h"
#include "service/http/http_server.h"

namespace antin::service {

/// "2026-11-21": the day at UTC+07:00, which decides numbers and years.
std::string legal_day(UtcTime at);

/// What a worker found in a file that is said to be a scan.
struct Scan {
  bool holds_signature = false;
  std::int64_t pages = 0;
};

/// The document of pages that were kept before they became the capture.
inline constexpr const char* kScanRole = "scan";

/// How a book is called where people read it.
struct BookWords {
  std::string title;  ///< "SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH"
  std::string form;   ///< "Bản sao điện tử"; "" when it is not of copies
};

/// What the office's own data say of a case; what is not known there refuses the step.
class OfficeRules {
 public:
  virtual ~OfficeRules() = default;
  /// Do the answers let this case go on? Fails with what stands against it.
  virtual Status check(const casework::Case& one, const nlohmann::json& facts) const = 0;
  virtual Status check_scan(const casework::Case& one, const nlohmann::json& facts,
                            const Scan& scan) const = 0;
  /// Where its number comes from.
  virtual Result<casework::Series> series(const casework::Case& one, const nlohmann::json& facts,
                                          UtcTime now) const = 0;
  /// Who is to sign, as the book says it: capacity and name. Fails when he may not.
  virtual Result<std::string> signer(const casework::Case& one, const nlohmann::json& facts,
                                     UtcTime now) const = 0;
  /// the seal is used by who keeps it.
  virtual Status may_seal(const casework::Case& one, const nlohmann::json& facts,
                          UtcTime now) const = 0;
  /// Whose a signature is: its unit and its authority.
  virtual void whose(casework::SignatureFact& signature, const casework::Case& one,
                     const nlohmann::json& facts, UtcTime now) const = 0;
  /// the person whom the case names. Fails with kCasePersonOther.
  virtual Status is_named(const casework::SignatureFact& signature,
                          const nlohmann::json& facts) const = 0;
  /// As it is printed. Fails with kPersonUnknown.
  virtual Result<std::string> person_name(const std::string& id) const = 0;
  /// a person of the unit holds on this day a duty of one of these roles. Fails with
  /// kPersonUnknown and kNotAuthorised.
  struct Acting {
    std::string person, unit;
  };
  virtual Status may_act(const Acting& who, casework::Roles roles, UtcTime now) const = 0;
  virtual Result<std::int64_t> fee(const casework::Case& one, const nlohmann::json& facts,
                                   UtcTime now) const = 0;
  virtual Result<std::string> unit_name(const std::string& unit, UtcTime now) const = 0;
  /// The legal data that a case which is opened now keeps.
  virtual Result<std::string> legal_version(UtcTime now) const = 0;
  /// When it is due, what it costs, what an officer should know, and by which legal data that is
  /// said (C-15, C-16, C-20, A-09). Fails with what stands against a longer time limit.
  virtual Result<nlohmann::ordered_json> terms(const casework::Case& one,
                                               const nlohmann::json& facts) const = 0;
  /// The original registers that there are, with their fields.
  virtual Result<nlohmann::ordered_json> registers(UtcTime now) const = 0;
  /// Fills in what follows from the fields of an entry: paper, holder, fields, text, legal. Fails
  /// with kLegalEntryUnknown, kOriginFacts.
  virtual Status read_entry(casework::OriginEntry& entry,
                            const std::map<std::string, std::string>& given, UtcTime now) const = 0;
  virtual Result<BookWords> book_words(const casework::BookId& book, UtcTime at) const = 0;
  /// Rows that were reserved on an earlier day and are open are late (C-10).
  virtual std::string late_before(UtcTime now) const = 0;
  /// What a counter works by today: questions, grounds, papers, requesters, fee, hours.
  virtual Result<nlohmann::ordered_json> legal(UtcTime now) const = 0;
  /// Who may sign this product for the unit today, and who keeps its seal (C-03, R-11, A-01). Fails
  /// with kUnitUnknown.
  virtual Result<nlohmann::ordered_json> signers(const std::string& unit, casework::Product product,
                                                 UtcTime now) const = 0;
};

/// The part of the interface that works on cases and books. Thread-safe; what it does waits for
/// workers and for the disk.
class CaseworkApi {
 public:
  struct Parts {
    Store* store;
    WorkerPool* workers;
    const Config* config;
    KeyClient* agency;  ///< nullptr without an agency key
    Log* log;
    const Clock* clock;
    RandomSource* random;
    const OfficeRules* office;
    CaseComposer* composer;
    /// Begins the job that puts the agency's seal on a stored document; its id.
    std::function<Result<std::string>(StoredJob job, const std::string& idempotency_key)> seal;
    /// finds the digitised papers of a holder; nullptr: nothing is digitised here.
    const holdings::Vault* vault = nullptr;
    /// Where `office` and `composer` come from anew for each request; nullptr: they stay.
    const CurrentOffice* tables = nullptr;
  };
  explicit CaseworkApi(Parts parts) : parts_(std::move(parts)) {}

  static bool answers(Operation operation) noexcept;
  Result<Response> handle(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource);
  /// A case that waits for a person's signature, for whoever brings that another way than as the
  /// file of a step.
  struct ToSign {
    casework::Case one;
    nlohmann::json facts;
    casework::CaseDocument document;
    SharedBytes octets;
    std::string signer;  ///< whose turn it is, as the case names them
  };
  /// Fails with kCaseUnknown, kCaseChanged, kCaseDocumentUnknown, and as casework::judge() does.
  Result<ToSign> to_sign(const std::string& id, std::int64_t version, const Caller& caller) const;
  /// Whose certificate it is: the person's whom the case names, with authority today (C-03, R-11).
  /// Fails with kSigningCertificateUnknown, kSigningCertificateOther, kSealOtherUnit,
  /// kSealNotAuthorised, kCasePersonOfKey.
  Result<casework::SignatureFact> signer_of(const ToSign& wanted, const Bytes& certificate_sha256,
                                            const Caller& caller) const;
  /// What came back signed is judged as the file of a step is, and the case goes on. `told` of its
  /// event. Fails as act() does.
  Result<casework::Case> take_signed(ToSign wanted, const SharedBytes& file, const Caller& caller,
                                     const nlohmann::json& told,
                                     std::optional<std::chrono::milliseconds> within = {}) const;
  /// A job of `seal` has ended, whichever way: takes the case on. Says nothing to nobody: what
  /// cannot be done now is done when somebody looks at the case.
  void sealed(const StoredJob& job);
  /// An entry of the register was released, cancelled or recalled elsewhere.
  void decided(const std::string& original, const std::string& actor);
  /// Before an entry is released elsewhere: fails with kResultReplacedInForce.
  Status may_be_released(const std::string& original);

 private:
  /// This with the tables as they are now, which `held` keeps.
  CaseworkApi with_tables(std::shared_ptr<const OfficeTables>& held) const;
  Result<Response> answer(const RouteRow& row, const Request& request, const Caller& caller,
                          const std::string& resource);
  /// One step that somebody asks for.
  struct Step {
    casework::Case one = {};
    casework::Action action;
    nlohmann::json given, facts = {};  ///< as sent; the case's with these
    std::optional<SharedBytes> file = {};
    const Caller* caller;
    std::optional<casework::Once> once = {};
    casework::Change change = {};
    nlohmann::ordered_json complaints = {};  ///< about its scan, page by page
    /// For judging its file; nullopt: as long as a verification may take.
    std::optional<std::chrono::milliseconds> within = {};
  };

  // casework_read.cc
  Result<Response> find_cases(const Request& request, const Caller& caller);
  Result<Response> one_case(const std::string& id, const Caller& caller);
  Result<Response> events(const std::string& id, const Caller& caller);
  Result<Response> document(const std::string& id, const Request& request, const Caller& caller);
  Result<Response> books(const Request& request, const Caller& caller);
  Result<Response> book_rows(const Request& request, const Caller& caller);
  Result<Response> late_rows(const Caller& caller);
  Result<Response> close_book(const Request& request, const Caller& caller);
  Result<nlohmann::ordered_json> describe(const casework::Case& one);
  void describe_terms(const casework::Case& one, const nlohmann::json& facts,
                      nlohmann::ordered_json& all) const;
  Result<casework::Needs> needs_there(const casework::Case& one, const nlohmann::json& facts);

  // casework_work.cc
  Result<Response> work(const Request& request, const Caller& caller);
  Result<Response> seal_check(const std::string& id, const Request& request, const Caller& caller);
  Result<nlohmann::ordered_json> waiting_case(const casework::Case& one, const Caller& caller,
                                              const std::vector<casework::CaseDocument>& documents,
                                              const std::string& next);

  // casework_steps.cc
  Result<Response> open_case(const Request& request, const Caller& caller);
  Result<Response> act(const std::string& id, const Request& request, const Caller& caller);
  Result<Response> refused(Step& step, const std::string& request_id, bool& is_refused);
  Status prepare(Step& step);
  Status prepare_number(Step& step);
  /// before a citizen is asked for a paper.
  Status look_up(const casework::Case& one, nlohmann::json& facts, const Caller& caller) const;
  Status take_capture(Step& step);
  Status take_scan(Step& step, const SharedBytes& file);
  Status take_officer_signature(Step& step);
  Result<std::vector<casework::Change>> together(const Step& step);
  Result<casework::CaseDocument> keep(const char* role, const SharedBytes& octets,
                                      std::int64_t pages);
  Result<casework::Case> with_document(casework::Case one);
  Status erase_secret(const casework::Case& one);
  Result<std::optional<casework::CaseDocument>> newest(const std::string& id, const char* role);
  Result<SharedBytes> octets_of(const casework::CaseDocument& document);
  Result<ReadSignatures> signatures_of(const casework::Case& one, const nlohmann::json& facts,
                                       const SharedBytes& octets,
                                       std::optional<std::chrono::milliseconds> within = {});

  // case_sources.cc
  Result<casework::OriginEntry> entry_of(const casework::Case& one, const nlohmann::json& facts);
  Status take_entry(Step& step);
  Status try_to_compose(const Step& step);
  Status take_no_entry(Step& step);
  Status take_copied(Step& step);
  Result<StoredOriginal> held_source(const Step& step);
  Status take_line(Step& step);
  /// The code that the register will know the document by, before its QR code is drawn.
  void give_code(nlohmann::json& facts);
  Result<Material> material_of(const casework::Case& one, const nlohmann::json& facts);

  // casework_scan.cc
  Result<Response> keep_scan(const std::string& id, const Request& request, const Caller& caller);
  /// What is to become of the pages of a case.
  struct Arrangement {
    std::vector<SharedBytes> files = {};
    std::optional<casework::CaseDocument> before = {};
    std::vector<PickedPage> kept = {};  ///< of `before`, in their new order
    std::int64_t at = 0;                ///< where among them the pages of `files` go
    std::string paper = {};
  };
  static Status may_scan(const casework::Case& one, std::int64_t version, casework::Roles roles);
  Result<CapturedScan> arranged(const casework::Case& one, const nlohmann::json& facts,
                                Arrangement wanted);
  Result<Response> scan(const std::string& id, const Caller& caller);
  Result<Response> page_picture(const std::string& id, const Request& request,
                                const Caller& caller);
  Result<Response> preview(const std::string& id, const Request& request, const Caller& caller);
  Result<Response> legal() const;
  Result<Response> signers(const Request& request, const Caller& caller) const;
  /// What is to become the capture: pages that were kept before the step, or "" what was captured.
  Result<std::optional<casework::CaseDocument>> kept_scan(const std::string& id);
  Result<SharedBytes> drawn(const SharedBytes& document, std::int64_t page,
                            std::int64_t width) const;

  // casework_letters.cc
  Result<Response> write_letter(const std::string& id, const Request& request,
                                const Caller& caller);

  // cancelled_list.cc
  Result<Response> cancelled_list(const Request& request);

  // casework_origins.cc
  Result<Response> add_origins(const Request& request, const Caller& caller);
  Result<Response> find_origins(const Request& request, const Caller& caller);
  Result<Response> origin(const std::string& id, const Caller& caller);
  Result<Response> origin_kinds();

  // casework_sign.cc
  Result<ToSign> find_to_sign(const std::string& id, std::int64_t version, const Caller& caller);
  Result<casework::SignatureFact> judge_signer(const ToSign& wanted,
                                               const Bytes& certificate_sha256,
                                               const Caller& caller) const;
  Result<casework::Case> take_file(Step& step, const Caller& caller, const nlohmann::json& told);

  // casework_seal.cc
  void take_up(const StoredJob& job);
  void follow(const std::string& original, const std::string& actor);
  Result<Response> seal(Step& step, const Request& request);
  Result<Response> under_way(const casework::Case& one);
  Result<casework::Case> settle(casework::Case one);
  Status take_sealed(const casework::Case& one, const StoredJob& job);
  Status enter(Step& step);
  Status decide(Step& step, const char* state);

  // casework_results.cc
  struct ResultView {
    std::optional<casework::ResultRow> result = {}, replacement = {};
  };
  Result<casework::CaseDocument> take_submission(const casework::Case& fresh,
                                                 const nlohmann::json& facts,
                                                 const SharedBytes& file);
  static Response submission_refused(const Error& error, const casework::Case& fresh,
                                     CallersCases& cases, const std::string& request_id);
  Result<nlohmann::json> facts_to_compose(const casework::Case& one);
  Status prepare_result(Step& step);
  Status signed_enough(const casework::Case& one, const nlohmann::json& facts,
                       const ReadSignatures& read);
  Status may_release(const casework::Case& one);
  Status may_fetch(const CallersCases& cases, const casework::Case& one, const std::string& of);
  Result<std::optional<StoredEntry>> register_entry_of(const casework::Case& one);
  Result<ResultView> result_view(const casework::Case& one);
  Status describe_result(const casework::Case& one, const nlohmann::json& facts,
                         const std::vector<casework::CaseDocument>& documents,
                         nlohmann::ordered_json& into);
  Result<Response> metadata(const std::string& id, const Caller& caller);

  Parts parts_;
};

}  // namespace antin::service
