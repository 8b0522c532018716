#include "pdf/read/hygiene.h"

#include <algorithm>

#include "pdf/read/content_stream.h"
#include "pdf/read/hygiene_parts.h"

namespace antin::pdf {
namespace {

using enum HygieneAction;
constexpr auto kNote = Severity::kInfo;
constexpr auto kTell = Severity::kWarning;

constexpr std::array<HazardInfo, kHazards> kTable{{
    {Hazard::kJavascript, "javascript", Code::kHygieneJavascript, kTell, kWarn, kRefuse},
    {Hazard::kLaunch, "launch", Code::kHygieneLaunch, kTell, kWarn, kRefuse},
    {Hazard::kEmbeddedExecutable, "embedded_executable", Code::kHygieneExecutable, kTell, kWarn,
     kRefuse},
    {Hazard::kXfa, "xfa", Code::kXfaForm, kTell, kWarn, kRefuse},
    {Hazard::kEmbeddedFile, "embedded_file", Code::kHygieneEmbeddedFile, kNote, kWarn, kWarn},
    {Hazard::kHiddenLayer, "hidden_layer", Code::kHygieneHiddenLayer, kTell, kWarn, kWarn},
    {Hazard::kLayerSwitch, "layer_switch", Code::kHygieneLayerSwitch, kTell, kWarn, kWarn},
    {Hazard::kLayer, "layer", Code::kHygieneLayer, kNote, kIgnore, kIgnore},
    {Hazard::kOverlay, "overlay", Code::kHygieneOverlay, kNote, kWarn, kWarn},
    {Hazard::kRemovableOverlay, "removable_overlay", Code::kHygieneRemovableOverlay, kTell, kWarn,
     kWarn},
    {Hazard::kExternalAction, "external_action", Code::kHygieneExternalLink, kNote, kWarn, kWarn},
    {Hazard::kAutomaticUri, "automatic_uri", Code::kHygieneAutomaticUri, kTell, kWarn, kWarn},
    {Hazard::kExternalContent, "external_content", Code::kHygieneExternalContent, kTell, kWarn,
     kWarn},
    {Hazard::kAlternateImage, "alternate_image", Code::kHygieneAlternateImage, kTell, kWarn, kWarn},
    {Hazard::kMultimedia, "multimedia", Code::kActiveContent, kTell, kWarn, kWarn},
    {Hazard::kSpareObject, "spare_object", Code::kHygieneSpareObject, kTell, kWarn, kWarn},
    {Hazard::kEarlierContent, "earlier_content", Code::kHygieneEarlierContent, kNote, kWarn, kWarn},
    {Hazard::kAppearanceStates, "appearance_states", Code::kHygieneAppearanceStates, kTell, kWarn,
     kWarn},
    {Hazard::kInvisibleText, "invisible_text", Code::kHygieneInvisibleText, kNote, kWarn, kWarn},
    {Hazard::kOutsideCropBox, "outside_crop_box", Code::kHygieneOutsideCrop, kNote, kIgnore,
     kIgnore},
    {Hazard::kFieldDisagrees, "field_disagrees", Code::kHygieneFieldDisagrees, kTell, kWarn, kWarn},
    {Hazard::kNotLookedThrough, "not_looked_through", Code::kHygieneNotLooked, kNote, kWarn, kWarn},
}};

static_assert(std::ranges::all_of(kTable, [](const HazardInfo& row) {
  return &row == &kTable[static_cast<std::size_t>(row.hazard)];
}));

constexpr std::size_t kMostLabels = 3, kMostPlaces = 10, kMostPages = 10, kMostLetters = 60;

/// What a foreign document names itself, fit to be shown: no control characters, none that turn
/// the direction of writing, and not without end.
std::string shown(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < kMostLetters; ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet < 0x20 || octet == 0x7F) continue;
    if (octet < 0x80) {
      out += text[i];
      continue;
    }
    const std::size_t length = octet >= 0xF0 ? 4 : octet >= 0xE0 ? 3 : 2;
    const auto whole = text.substr(i, length);
    i += length - 1;
    const bool format = whole.starts_with("\xE2\x80") || whole.starts_with("\xE2\x81");
    if (!format && whole.size() == length) out += whole;
  }
  return out;
}

template <class Items, class Text>
std::string joined(const Items& items, std::size_t most, const char* between, const Text& text) {
  std::string out;
  std::size_t count = 0;
  for (const auto& item : items) {
    if (count++ == most) return out + between + "…";
    out += (out.empty() ? "" : between) + text(item);
  }
  return out;
}

std::string one_based(std::size_t page) {
  return std::to_string(page + 1);
}

}  // namespace

void HazardList::add(Hazard hazard, const Place& place) {
  constexpr std::size_t kMostPagesKept = 1'000;
  auto& entry = entries_[hazard];
  if (place.page && entry.pages.size() < kMostPagesKept) entry.pages.insert(*place.page);
  auto label = shown(place.label);
  if (!label.empty() && entry.labels.size() <= kMostLabels &&
      std::find(entry.labels.begin(), entry.labels.end(), label) == entry.labels.end()) {
    entry.labels.push_back(std::move(label));
  }
  std::string where;
  if (place.page) where = "page " + one_based(*place.page);
  auto object = place.object;
  if (object.isIndirect()) {
    const auto id = id_of(object);
    where += (where.empty() ? "object " : ", object ") + std::to_string(id.number) + " " +
             std::to_string(id.generation);
  }
  if (where.empty() || entry.places.size() > kMostPlaces ||
      std::find(entry.places.begin(), entry.places.end(), where) != entry.places.end()) {
    return;
  }
  entry.places.push_back(std::move(where));
}

Findings HazardList::findings() const {
  Findings findings;
  for (const auto& [hazard, entry] : entries_) {
    const auto& row = kTable[static_cast<std::size_t>(hazard)];
    const auto same = [](const std::string& text) { return text; };
    const auto labels = entry.labels.empty() ? "?" : joined(entry.labels, kMostLabels, ", ", same);
    const auto pages = entry.pages.empty() ? "?" : joined(entry.pages, kMostPages, ", ", one_based);
    Params params;
    if (info(row.code).vi.find("{page}") != std::string_view::npos)
      params.emplace_back("page", pages);
    for (const char* key : {"file", "layer", "kind", "field"}) {
      if (info(row.code).vi.find("{" + std::string{key} + "}") != std::string_view::npos) {
        params.emplace_back(key, labels);
      }
    }
    findings.push_back(
        {row.code, row.severity, std::move(params), joined(entry.places, kMostPlaces, "; ", same)});
  }
  return findings;
}

std::optional<Bytes> affordable_content(const QPDFObjectHandle& contents, HygieneBudget& budget) {
  const auto limit = std::min(std::size_t{16} << 20U, budget.octets);
  auto octets = content_octets(contents, limit);
  const bool known = octets && octets.value();
  budget.octets -= known ? std::min(budget.octets, octets.value()->size()) : limit;
  return known ? std::move(octets).value() : std::nullopt;
}

std::span<const HazardInfo, kHazards> hazards() noexcept {
  return kTable;
}

HygienePolicy HygienePolicy::telling() noexcept {
  HygienePolicy policy;
  for (const auto& row : kTable) {
    policy.actions[static_cast<std::size_t>(row.hazard)] = row.at_command_line;
  }
  return policy;
}

HygienePolicy HygienePolicy::viet_nam() noexcept {
  HygienePolicy policy;
  for (const auto& row : kTable) {
    policy.actions[static_cast<std::size_t>(row.hazard)] = row.in_service;
  }
  policy.max_octets = std::size_t{50} << 20U;
  policy.max_pages = 500;
  return policy;
}

bool HygienePolicy::set(std::string_view key, std::string_view word) noexcept {
  const auto* row =
      std::find_if(kTable.begin(), kTable.end(), [&](const auto& one) { return one.key == key; });
  if (row == kTable.end()) return false;
  auto& action = actions[static_cast<std::size_t>(row->hazard)];
  if (word == "refuse") {
    action = kRefuse;
  } else if (word == "warn") {
    action = kWarn;
  } else if (word == "ignore") {
    action = kIgnore;
  } else {
    return false;
  }
  return true;
}

Findings find_hazards(const Document& document, HygieneDepth depth, HygieneBudget budget) {
  HazardList list;
  const bool everything = depth == HygieneDepth::kEverything;
  auto& inside = document.inside();
  const auto looked = guarded("looking for hazards", [&] {
    look_at_layers(inside, list);
    const auto used = look_at_objects(inside, depth, budget, list);
    if (!everything) return;
    if (used.complete) look_at_spares(inside, used, budget, list);
    look_at_fields(inside, budget, list);
    look_at_pages(document, budget, list);
    look_at_overlays(inside, budget, list);
  });
  if (!looked) list.add(Hazard::kNotLookedThrough, {});
  return list.findings();
}

Result<Findings> check_hygiene(const Document& document, const HygienePolicy& policy) {
  if (policy.max_octets && document.octets().size() > *policy.max_octets) {
    return make_error(Code::kHygieneTooLarge, "octets",
                      {{"gioi_han", std::to_string(*policy.max_octets)}});
  }
  if (policy.max_pages) {
    ANTIN_TRY(const auto pages, document.page_count());
    if (pages > *policy.max_pages) {
      return make_error(
          Code::kHygieneTooManyPages, "pages",
          {{"so_trang", std::to_string(pages)}, {"gioi_han", std::to_string(*policy.max_pages)}});
    }
  }
  if (std::ranges::all_of(policy.actions, [](auto action) { return action == kIgnore; })) {
    return Findings{};
  }
  Findings told;
  std::optional<Error> refusal;
  for (auto& finding : find_hazards(document, HygieneDepth::kEverything, {})) {
    const auto* row = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const auto& one) { return one.code == finding.code; });
    const auto action = policy.action(row->hazard);
    if (action == kRefuse) {
      // The first in the order of the table is the one to put right first.
      auto error = make_error(finding.code, finding.detail, finding.params);
      if (!refusal) {
        refusal = std::move(error);
      } else {
        refusal->detail += "; also " + std::string{info(finding.code).name};
      }
    } else if (action == kWarn) {
      finding.severity = Severity::kWarning;
      told.push_back(std::move(finding));
    }
  }
  if (refusal) return std::move(*refusal);
  return told;
}

}  // namespace antin::pdf
