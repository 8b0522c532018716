#include "verifier/sheet_words.h"

#include <utility>

#include "certs/core/codes.h"
#include "certs/core/for_people.h"
#include "verifier/explanation.h"
#include "verifier/foreign_text.h"

namespace antin::verifier {
namespace {

Tone tone_of(Severity severity) {
  return severity == Severity::kError     ? Tone::kBad
         : severity == Severity::kWarning ? Tone::kWarning
                                          : Tone::kNeutral;
}

Params shown_params(const Params& params) {
  Params all;
  all.reserve(params.size());
  for (const auto& [key, value] : params) all.emplace_back(key, SheetWords::shown(value));
  return all;
}

}  // namespace

std::string SheetWords::shown(std::string_view foreign) {
  return visible(foreign);
}

std::string SheetWords::instant(UtcTime at) {
  return to_vietnam_text(at) + " (UTC+07:00)";
}

Said SheetWords::both(std::string vi, std::string en) const {
  switch (language_) {
    case SheetLanguage::kVietnamese:
      return {std::move(vi), {}};
    case SheetLanguage::kEnglish:
      return {std::move(en), {}};
    case SheetLanguage::kBoth:
      break;
  }
  if (vi == en) en.clear();
  return {std::move(vi), std::move(en)};
}

Said SheetWords::say(Phrase phrase) const {
  return both(std::string{phrase.vi}, std::string{phrase.en});
}

Said SheetWords::say(Code code, const Params& params) const {
  const auto values = shown_params(params);
  return both(sentence(code, Language::kVietnamese, values),
              sentence(code, Language::kEnglish, values));
}

// A sheet is printed and handed on; reports as JSON and text keep the advice as it is.
Said SheetWords::for_people(std::string vi, std::string en) const {
  if (const auto instead = instead_of_commands(vi)) return say(Phrase{instead->vi, instead->en});
  return both(std::move(vi), std::move(en));
}

Said SheetWords::advice_for(Code code, const Params& params) const {
  const auto values = shown_params(params);
  return for_people(advice(code, Language::kVietnamese, values),
                    advice(code, Language::kEnglish, values));
}

Said SheetWords::decision(const Decision& decision) const {
  const auto values = shown_params(decision.reason_params);
  const auto in = [&](Language language) {
    return sentence(decision.code, language,
                    {{"ly_do", sentence(decision.reason, language, values)}});
  };
  return both(in(Language::kVietnamese), in(Language::kEnglish));
}

SheetSection SheetWords::section(SheetSection::Rank rank, Phrase heading) const {
  SheetSection section;
  section.rank = rank;
  section.heading = say(heading);
  return section;
}

void SheetWords::row(SheetSection& section, Phrase label, std::string_view foreign) const {
  if (!foreign.empty()) section.rows.push_back({say(label), {shown(foreign), {}}, Tone::kNeutral});
}

void SheetWords::row(SheetSection& section, Phrase label, Said value, Tone tone) const {
  section.rows.push_back({say(label), std::move(value), tone});
}

void SheetWords::row(SheetSection& section, Phrase label, Phrase phrase, std::string_view before,
                     std::string_view after) const {
  const auto in = [&](std::string_view word) {
    return std::string{before} + std::string{word} + std::string{after};
  };
  section.rows.push_back({say(label), both(in(phrase.vi), in(phrase.en)), Tone::kNeutral});
}

void SheetWords::notes(SheetSection& section, const Findings& findings) const {
  for (const auto& finding : findings) {
    const auto values = shown_params(finding.params);
    SheetNote note{
        .tone = tone_of(finding.severity),
        .text = say(finding.code, finding.params),
        .advice = finding.severity == Severity::kInfo
                      ? Said{}
                      : for_people(what_to_do(finding.code, Language::kVietnamese, values),
                                   what_to_do(finding.code, Language::kEnglish, values)),
        .code = std::string{info(finding.code).name}};
    if (!finding.detail.empty()) note.code += " · " + shown(finding.detail);
    section.notes.push_back(std::move(note));
  }
}

}  // namespace antin::verifier
