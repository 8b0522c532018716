#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "service/outbox/target.h"

namespace antin::digitise {
class Sharing;
}  // namespace antin::digitise

namespace antin::service {

class OfficeRules;
class LegalOffice;
class CaseComposer;

/// What the office's tables say at one moment, and the maker of documents that follows them.
struct OfficeTables {
  std::shared_ptr<const OfficeRules> office;  ///< nullptr: there are no cases here
  std::shared_ptr<CaseComposer> composer;     ///< may use `office`
  /// The same as `office`, for whoever shows the tables themselves.
  std::shared_ptr<const LegalOffice> shown = {};
  /// Who may be told what of held results; nullptr: nothing is digitised or shared here.
  std::shared_ptr<const digitise::Sharing> sharing = {};
  std::vector<outbox::Target> targets = {};  ///< where documents and events go
};

/// The tables as they were read last. They are replaced as a whole while requests run; a request
/// keeps those that it began with. Thread-safe.
class CurrentOffice {
 public:
  std::shared_ptr<const OfficeTables> now() const {
    const std::lock_guard lock(mutex_);
    return tables_;
  }
  void use(std::shared_ptr<const OfficeTables> tables) {
    const std::lock_guard lock(mutex_);
    tables_.swap(tables);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const OfficeTables> tables_ = std::make_shared<const OfficeTables>();
};

}  // namespace antin::service
