#include "service/digitise/sharing.h"

#include <algorithm>

#include "service/settings/section.h"
#include "service/text/unicode.h"

namespace antin::digitise {
namespace {

using service::settings::File;
using service::settings::Section;

constexpr std::size_t kMostPurposes = 100, kMostSystems = 1'000, kMostEntries = 500, kLongest = 500;

Error wrong(const std::string& key, const std::string& reason) {
  return make_error(Code::kDigitiseConfig, key + ": " + reason, {{"key", key}, {"reason", reason}});
}

// Failures of the reader of settings, in our words.
Status translated(Status status) {
  if (status) return status;
  std::string key = "schema", reason = "TOML";
  for (const auto& [name, value] : status.error().params) {
    if (name == "key") key = value;
    if (name == "reason") reason = value;
  }
  return wrong(key, reason);
}

Status text(Section& section, const char* key, std::string& out) {
  ANTIN_CHECK(translated(section.text(key, out)));
  if (out.empty() || out.size() > kLongest || !service::is_nfc(out))
    return wrong(section.name_of(key), "a text is needed");
  return Done{};
}

Status texts(Section& section, const char* key, std::vector<std::string>& out) {
  ANTIN_CHECK(translated(section.texts(key, out)));
  const bool good = !out.empty() && out.size() <= kMostEntries &&
                    std::all_of(out.begin(), out.end(), [](const auto& one) {
                      return !one.empty() && one.size() <= kLongest && service::is_nfc(one);
                    });
  return good ? Status{Done{}} : Status{wrong(section.name_of(key), "texts are needed")};
}

bool matches(const std::vector<std::string>& patterns, std::string_view code) {
  return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
    if (!pattern.ends_with('*')) return pattern == code;
    pattern.remove_suffix(1);
    return code.starts_with(pattern);
  });
}

bool names(const std::vector<std::string>& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

Result<Purpose> read_purpose(Section& section) {
  Purpose purpose;
  ANTIN_CHECK(text(section, "code", purpose.code));
  ANTIN_CHECK(text(section, "vi", purpose.vi));
  ANTIN_CHECK(text(section, "en", purpose.en));
  ANTIN_CHECK(texts(section, "legal_basis", purpose.bases));
  ANTIN_CHECK(texts(section, "kinds", purpose.kinds));
  ANTIN_CHECK(texts(section, "procedures", purpose.procedures));
  std::string gives;
  ANTIN_CHECK(text(section, "gives", gives));
  if (gives != "facts" && gives != "document")
    return wrong(section.name_of("gives"), "facts, document");
  if (gives == "document") purpose.gives = Purpose::Gives::kDocument;
  ANTIN_CHECK(translated(section.done()));
  return purpose;
}

Result<std::vector<Section>> sections(Section& root, const char* key, std::size_t most) {
  auto all = root.sections(key);
  if (!all) {
    const auto failed = translated(Status{std::move(all).error()});
    return failed.error();
  }
  if (all.value().size() > most) return wrong(key, "too many");
  return std::move(all).value();
}

}  // namespace

bool Purpose::covers(std::string_view kind, std::string_view procedure) const {
  return matches(kinds, kind) && matches(procedures, procedure);
}

Result<Sharing> Sharing::read(std::string_view toml) {
  auto file = File::parse(toml, "antin-digitise/1");
  if (!file) {
    const auto failed = translated(Status{std::move(file).error()});
    return failed.error();
  }
  auto root = file.value().root();
  Sharing sharing;
  if (root.has("confidence")) ANTIN_CHECK(text(root, "confidence", sharing.confidence_));
  ANTIN_TRY(auto purposes, sections(root, "purpose", kMostPurposes));
  for (auto& section : purposes) {
    if (!section.present()) continue;
    ANTIN_TRY(auto purpose, read_purpose(section));
    const auto code = purpose.code;
    if (!sharing.purposes_.emplace(code, std::move(purpose)).second)
      return wrong("purpose.code", "twice: " + code);
  }
  ANTIN_TRY(auto systems, sections(root, "system", kMostSystems));
  for (auto& section : systems) {
    if (!section.present()) continue;
    std::string key;
    std::vector<std::string> allowed;
    ANTIN_CHECK(text(section, "key", key));
    ANTIN_CHECK(texts(section, "purposes", allowed));
    ANTIN_CHECK(translated(section.done()));
    for (const auto& code : allowed) {
      if (sharing.purposes_.count(code) == 0) return wrong("system.purposes", "unknown: " + code);
    }
    if (!sharing.systems_.emplace(key, std::move(allowed)).second)
      return wrong("system.key", "twice: " + key);
  }
  ANTIN_CHECK(translated(root.done()));
  return sharing;
}

Result<Purpose> Sharing::allowed(const Question& question) const {
  const Params named{{"muc_dich", question.purpose}};
  const auto system = systems_.find(question.system);
  const auto purpose = purposes_.find(question.purpose);
  if (question.system.empty() || system == systems_.end() || purpose == purposes_.end() ||
      !names(system->second, question.purpose))
    return make_error(Code::kShareNoPurpose, question.system, named);
  const auto& found = purpose->second;
  if (!names(found.bases, question.legal_basis))
    return make_error(Code::kShareBasis, question.system, named);
  const bool kind = question.kind.empty() || matches(found.kinds, question.kind);
  const bool procedure =
      question.procedure.empty() || matches(found.procedures, question.procedure);
  const bool enough =
      question.what == Purpose::Gives::kFacts || found.gives == Purpose::Gives::kDocument;
  if (!kind || !procedure || !enough)
    return make_error(Code::kShareNotCovered, question.system, named);
  return found;
}

}  // namespace antin::digitise
