#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "certs/core/error.h"
#include "service/office/calendar.h"
#include "service/office/legal_rules.h"

namespace antin::office {

/// One file of legal data: TOML, schema = "antin-legal/1", one topic (packaging/legal/).
struct LegalFile {
  std::string name;  ///< "fees.toml", for errors
  std::string text;
};

/// Versions of all legal data by their effective dates. A document keeps the version it was
/// made under: it stores LegalRules::version. Cheap to copy, read-only, for any thread.
class LegalData {
 public:
  /// Every *.toml of `folder`. Fails with kFileUnreadable and as read() does.
  static Result<LegalData> load(const std::string& folder);
  /// Each topic stands in exactly one file. Fails, naming {file} and {key}, with kLegalFile
  /// ({reason}: damage, unknown key, wrong type, missing topic), kLegalText (not UTF-8 in NFC),
  /// kLegalDuplicate ({value}), kLegalDatesOverlap or kLegalDatesGap ({ngay}).
  static Result<LegalData> read(const std::vector<LegalFile>& files);

  /// What is in force on a day. Fails with kLegalNotInForce ({key}, {ngay}) before the first
  /// version of a topic or after the last.
  Result<std::shared_ptr<const LegalRules>> at(LegalDay day) const;
  /// What LegalRules::version names. Fails with kLegalEntryUnknown when a version is not there (any
  /// more).
  Result<std::shared_ptr<const LegalRules>> with_version(std::string_view version) const;
  const Calendar& calendar() const;
  /// Every version that there is, those to come and those that ended as well: by topic, then by
  /// day.
  std::vector<Version> versions() const;

 private:
  struct Lists;
  explicit LegalData(std::shared_ptr<const Lists> lists) : lists_(std::move(lists)) {}
  std::shared_ptr<const Lists> lists_;
};

}  // namespace antin::office
