#include "service/antind/office_tables.h"

#include "service/antind/layout_composer.h"

namespace antin::service {

Result<std::shared_ptr<const OfficeTables>> read_office_tables(const Config& config,
                                                               KeyClient* agency,
                                                               WorkerPool& workers) {
  auto tables = std::make_shared<OfficeTables>();
  if (config.office.legal.empty()) return std::shared_ptr<const OfficeTables>(std::move(tables));
  ANTIN_TRY(auto office, LegalOffice::open(config, agency));
  std::shared_ptr<const LegalOffice> kept = std::move(office);
  tables->composer = std::make_shared<PlainComposer>();
  if (!config.office.layouts.empty()) {
    ANTIN_TRY(tables->composer, LayoutComposer::open(config.office.layouts, config.office.lookup,
                                                     *kept, workers, config.verify.within));
  }
  tables->shown = kept;
  tables->office = std::move(kept);
  return std::shared_ptr<const OfficeTables>(std::move(tables));
}

}  // namespace antin::service
