#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/antind/api_keys.h"
#include "service/casework/cases.h"

namespace antin::service {

/// Cases and books as one caller may see and change them: the only way from the interface to them,
/// as CallersRegister is to the register. A key that is bound to units knows the cases and books of
/// those units; all others do not exist for it. Another system, which only submits, knows the cases
/// that it opened itself, and no books: they name people who have nothing to do with it.
class CallersCases {
 public:
  CallersCases(Store& store, const Caller& caller)
      : store_(store), cases_(store), caller_(caller) {}

  /// What the caller's rights let it do in a case.
  casework::Roles roles() const;
  /// Submits, and does nothing that only the office does.
  bool is_other_system() const;
  /// Fails with kKeyUnit.
  Status may_work_for(const std::string& unit) const;

  Result<casework::Case> open(const casework::Case& fresh,
                              const std::optional<casework::Once>& once,
                              const std::optional<casework::CaseDocument>& document,
                              const casework::ResultOrigin& origin = {});
  /// The newest case of a dossier that the caller may see.
  Result<std::optional<casework::Case>> of_dossier(const std::string& dossier);
  /// Fails with kCaseUnknown.
  Result<casework::Case> find(const std::string& id);
  Result<std::vector<casework::Case>> search(casework::Search search);
  Result<std::vector<casework::Case>> steps(const std::vector<casework::Change>& changes,
                                            const std::optional<casework::Once>& once);

  Result<std::vector<casework::Book>> books(int year);
  /// Fails with kBookUnknown.
  Result<casework::Book> book(const std::string& id);
  Result<std::vector<casework::BookRow>> rows(const std::string& book, std::int64_t from,
                                              std::size_t most);
  Result<std::vector<casework::BookRow>> open_rows_before(const std::string& day);
  /// A further volume, called `name`. Fails as Books does.
  Result<casework::Book> next_volume(const std::string& book, const std::string& name, UtcTime now);
  Result<casework::Book> close(const std::string& book, const std::string& day, UtcTime now);

 private:
  bool is_its(const std::string& unit) const;
  bool is_its(const casework::Case& one) const;
  /// Within a transaction when it changes something.
  Status in_books(const std::function<Status(casework::Books&)>& work, UtcTime now);
  Store& store_;
  casework::Cases cases_;
  const Caller& caller_;
};

}  // namespace antin::service
