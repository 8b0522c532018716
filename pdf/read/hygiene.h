#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "certs/core/error.h"
#include "certs/core/finding.h"
#include "pdf/read/document.h"

namespace antin::pdf {

/// S-18: what a document to be signed had better not hold. Active content, what is hidden or comes
/// from outside, and what may be a shadow document in the making: parts that can take the place of
/// what the signer sees, or uncover something else, once the signature stands.
enum class Hazard : std::uint8_t {
  kJavascript,
  kLaunch,
  kEmbeddedExecutable,
  kXfa,
  kEmbeddedFile,
  kHiddenLayer,
  kLayerSwitch,
  kLayer,
  kOverlay,
  kRemovableOverlay,
  kExternalAction,
  kAutomaticUri,
  kExternalContent,
  kAlternateImage,
  kMultimedia,
  kSpareObject,
  kEarlierContent,
  kAppearanceStates,
  kInvisibleText,
  kOutsideCropBox,
  kFieldDisagrees,
  kNotLookedThrough,
};
constexpr std::size_t kHazards = static_cast<std::size_t>(Hazard::kNotLookedThrough) + 1;

enum class HygieneAction : std::uint8_t { kIgnore, kWarn, kRefuse };

/// One row per hazard, in the order of Hazard.
struct HazardInfo {
  Hazard hazard;
  std::string_view key;  ///< in a policy's [hygiene]
  Code code;
  Severity severity;              ///< of the finding in a report: kWarning, or kInfo
  HygieneAction at_command_line;  ///< antin sign, antin prepare without a policy
  HygieneAction in_service;       ///< a policy, unless it says otherwise: S-18
};
std::span<const HazardInfo, kHazards> hazards() noexcept;

/// What becomes of each hazard when a document is to be signed.
struct HygienePolicy {
  std::array<HygieneAction, kHazards> actions{};
  std::optional<std::size_t> max_octets, max_pages;

  /// Warns and refuses nothing: the person at the command line decides.
  static HygienePolicy telling() noexcept;
  /// S-18's default for a service: refuses JavaScript, Launch, programs, XFA, more than 50 MiB,
  /// more than 500 pages.
  static HygienePolicy viet_nam() noexcept;

  HygieneAction action(Hazard hazard) const noexcept {
    return actions[static_cast<std::size_t>(hazard)];
  }
  /// `key` as in hazards(), `word` "refuse", "warn" or "ignore". False: one of them is unknown.
  bool set(std::string_view key, std::string_view word) noexcept;
};

/// How far looking goes.
enum class HygieneDepth : std::uint8_t {
  /// What the catalogue, pages, annotations and their actions say. For a verifier: what was in the
  /// signed revision cannot be exchanged unseen, so unused objects and the text of pages matter
  /// less than the time they take.
  kStructure,
  /// Besides: the content of all pages, fields against their values, and objects nobody uses.
  kEverything
};

/// Counts what is done, not time: the same document gets the same answer everywhere.
struct HygieneBudget {
  std::size_t objects = 300'000;
  std::size_t operators = 600'000;
  std::size_t octets = std::size_t{48} << 20U;  ///< of decoded content
  static HygieneBudget structure() noexcept {
    return {.objects = 4'000, .operators = 0, .octets = 0};
  }
};

/// At most one finding for each hazard; detail says where. Never fails: what cannot be read, or
/// exceeds the budget, is Hazard::kNotLookedThrough.
Findings find_hazards(const Document& document, HygieneDepth depth, HygieneBudget budget);

/// find_hazards() by policy: what is refused is the error, with the finding's own code (the
/// detail names the others that refuse); what is told comes back as warnings. Fails also with
/// kHygieneTooLarge and kHygieneTooManyPages.
Result<Findings> check_hygiene(const Document& document, const HygienePolicy& policy);

}  // namespace antin::pdf
