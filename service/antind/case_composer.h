#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/casework/origin.h"

namespace antin::service {

/// What an office writes about a case beside its product.
enum class Letter : std::uint8_t {
  kRefusal,      ///< C-05: the ground in the words of NĐ 23/2015 Đ22
  kAppointment,  ///< C-15: hour and day
  kNoEntry,      ///< R-03: the original register has no such entry
};
constexpr std::size_t kLetters = 3;
/// "refusal", "appointment", "no_entry": also the role of the document in its case.
std::string_view name(Letter letter) noexcept;
std::optional<Letter> letter_named(std::string_view name) noexcept;
std::string_view words(Letter letter, Language language) noexcept;
/// Whether a case can have it now: what is refused is refused, and no appointment is made for what
/// has ended.
bool may_be_written(Letter letter, const casework::Case& one) noexcept;

/// Stands where a number will, on what nobody may take for a document.
inline constexpr std::string_view kDraftNumber = "BẢN NHÁP";

/// What something is made of for a case.
struct Material {
  const casework::Case& one;
  const nlohmann::json& facts;
  std::optional<casework::BookRow> row = {};
  std::optional<casework::OriginEntry> entry = {};  ///< that a copy from the register repeats
  SharedBytes basis = {};                           ///< what was captured or sent
  UtcTime now{std::chrono::sys_seconds{}};
};
struct Made {
  SharedBytes octets;
  std::int64_t pages = 0;
  std::string layout = {};  ///< "loi-chung-ban-sao/1": the template and its version (A-09)
};

/// One version of a template, as administration shows it.
struct TemplateFacts {
  std::string id, file, title, legal, kind;
  std::int64_t version = 1;
  std::string from, to;  ///< days; `to` the last one, "" while it is in force
};

/// Makes what is to be signed, and what is written about it.
class CaseComposer {
 public:
  CaseComposer() = default;
  CaseComposer(const CaseComposer&) = delete;
  CaseComposer& operator=(const CaseComposer&) = delete;
  virtual ~CaseComposer() = default;
  virtual Result<Made> document(const Material& material) = 0;
  virtual Result<Made> letter(Letter letter, const Material& material) = 0;
  /// Appearance file of the agency's signature on it, where the law wants a line to be seen (R-04,
  /// R-07); "" when it shows nothing.
  virtual Result<std::string> seal_line(const Material& material) = 0;
  /// Every version of every template, by id and version.
  virtual std::vector<TemplateFacts> templates() const { return {}; }
  /// A PDF of the template with sample values, to be looked at and nothing else. Fails with
  /// kLayoutNotInForce for a template or a version that there is not, and as document() does.
  virtual Result<Made> sample(const std::string& id, std::int64_t version);
};

/// Without templates: what was captured or sent is signed as it is, and nothing is written.
class PlainComposer final : public CaseComposer {
 public:
  Result<Made> document(const Material& material) override;
  Result<Made> letter(Letter letter, const Material& material) override;
  Result<std::string> seal_line(const Material& material) override;
};

}  // namespace antin::service
