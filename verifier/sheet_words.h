#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verifier/sheet.h"
#include "verifier/words.h"

namespace antin::verifier {

/// Says things in the language or languages of one sheet.
class SheetWords {
 public:
  explicit SheetWords(SheetLanguage language) : language_(language) {}

  Said say(Phrase phrase) const;
  /// The catalogue's sentence; what its placeholders hold is foreign text.
  Said say(Code code, const Params& params) const;
  Said advice_for(Code code, const Params& params) const;
  /// V-17.
  Said decision(const Decision& decision) const;
  /// Foreign text, the same in every language.
  static std::string shown(std::string_view foreign);
  /// "21/11/2026 09:05:07 (UTC+07:00)"
  static std::string instant(UtcTime at);

  SheetSection section(SheetSection::Rank rank, Phrase heading) const;
  /// Nothing is written for an empty value.
  void row(SheetSection& section, Phrase label, std::string_view foreign) const;
  void row(SheetSection& section, Phrase label, Said value, Tone tone = Tone::kNeutral) const;
  /// `before`, `phrase`, `after` in one value.
  void row(SheetSection& section, Phrase label, Phrase phrase, std::string_view before,
           std::string_view after = "") const;
  void notes(SheetSection& section, const Findings& findings) const;

 private:
  Said both(std::string vi, std::string en) const;
  Said for_people(std::string vi, std::string en) const;

  SheetLanguage language_;
};

/// One signature or document timestamp and its parts: timestamps, revocation, changes.
void append_signature(std::vector<SheetSection>& sections, const Report& report, std::size_t index,
                      const SheetWords& words);

}  // namespace antin::verifier
