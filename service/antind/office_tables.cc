#include "service/antind/office_tables.h"

#include "service/antind/layout_composer.h"
#include "service/digitise/sharing.h"
#include "service/system/files.h"

namespace antin::service {
namespace {

Result<std::shared_ptr<const digitise::Sharing>> read_sharing(const std::string& file) {
  constexpr std::size_t kMostOctets = std::size_t{1} << 20U;
  ANTIN_TRY(const auto table, read_file(file, kMostOctets));
  ANTIN_TRY(auto sharing, digitise::Sharing::read(as_text(table)));
  return std::shared_ptr<const digitise::Sharing>(
      std::make_shared<const digitise::Sharing>(std::move(sharing)));
}

}  // namespace

Result<std::shared_ptr<const OfficeTables>> read_office_tables(const Config& config,
                                                               KeyClient* agency,
                                                               WorkerPool& workers) {
  auto tables = std::make_shared<OfficeTables>();
  tables->targets = config.targets;
  if (config.office.legal.empty()) return std::shared_ptr<const OfficeTables>(std::move(tables));
  ANTIN_TRY(auto office, LegalOffice::open(config, agency));
  std::shared_ptr<const LegalOffice> kept = std::move(office);
  tables->composer = std::make_shared<PlainComposer>();
  if (!config.office.layouts.empty()) {
    ANTIN_TRY(tables->composer, LayoutComposer::open(config.office.layouts, config.office.lookup,
                                                     *kept, workers, config.verify.within));
  }
  if (!config.digitise.table.empty()) {
    ANTIN_TRY(tables->sharing, read_sharing(config.digitise.table));
  }
  tables->shown = kept;
  tables->office = std::move(kept);
  return std::shared_ptr<const OfficeTables>(std::move(tables));
}

}  // namespace antin::service
