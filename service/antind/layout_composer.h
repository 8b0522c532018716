#pragma once

#include <map>
#include <string>
#include <vector>

#include "service/antind/composing.h"
#include "service/antind/office_rules.h"
#include "service/antind/printout_maker.h"

namespace antin::service {

/// Documents and letters made by a worker from templates that are data: of each the version
/// that is that is in force on the day of what is made.
class LayoutComposer final : public CaseComposer, public PrintoutMaker {
 public:
  /// `folder`: of templates, antin-layout/1. `lookup`: the address for everybody, to which the
  /// public code of a document is added; "": no QR code. What it is given outlives it. Fails
  /// with kFileUnreadable, and as the reader of settings does.
  static Result<std::unique_ptr<LayoutComposer>> open(const std::string& folder,
                                                      const std::string& lookup,
                                                      const LegalOffice& office,
                                                      WorkerPool& workers,
                                                      std::chrono::milliseconds within);
  /// Fails as WorkerPool::ask() does, with kLayoutNotInForce, and with what stands against the
  /// signer, a value or the template.
  Result<Made> document(const Material& material) override;
  Result<Made> letter(Letter letter, const Material& material) override;
  Result<std::string> seal_line(const Material& material) override;
  Result<Made> printout(const Material& material) override;
  std::vector<TemplateFacts> templates() const override;
  Result<Made> sample(const std::string& id, std::int64_t version) override;

 private:
  struct Template {
    TemplateFacts facts;
    std::string toml;
  };
  using Templates = std::map<std::string, std::vector<Template>>;
  using Ask = Composing;
  LayoutComposer(Templates templates, std::string lookup, const LegalOffice& office,
                 WorkerPool& workers, std::chrono::milliseconds within)
      : templates_(std::move(templates)),
        look_up_(std::move(lookup)),
        office_(office),
        workers_(workers),
        within_(within) {}
  Result<std::string> in_force(const std::string& id, const std::string& day) const;
  Result<Made> ask(const Ask& asked, std::string_view wanted) const;
  Result<Made> compose(const std::string& toml, const Ask& asked, std::string_view wanted) const;
  Result<Made> certified(const Material& material) const;
  Result<Made> from_register(const Material& material) const;
  Result<Made> office_copy(const Material& material) const;
  Result<Made> result(const Material& material) const;
  std::string qr_of(const Material& material) const;
  /// What every letter begins and ends with.
  Result<Ask> letterhead(const Material& material, const std::string& day) const;
  Status sign_below(Ask& asked, const Material& material) const;

  const Templates templates_;
  const std::string look_up_;
  const LegalOffice& office_;
  WorkerPool& workers_;
  const std::chrono::milliseconds within_;
};

}  // namespace antin::service
