#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verifier/report.h"
#include "verifier/verify.h"

namespace antin::verifier {

/// Why the register was asked about a document.
struct RegisterQuestion {
  /// The caller named an entry (by its number, book and unit, by its code or id); otherwise it was
  /// looked for by the document's digests alone.
  bool named = false;
  std::string unit = {};  ///< whose book was asked, as the caller named it
  /// The document begins with the very octets that were released.
  bool holds_original = false;
};

/// Holds a judged document and, where there is one, its comparison with the kept original against
/// what the register says (vietnam.md V-10 to V-12). Sets the report's "register". Cancelled and
/// recalled override every other verdict; another number, unit, signer or content is INVALID; not
/// released, not found, not comparable is never VALID.
void judge_against_register(Report& report, const RegisterEntry& entry,
                            const RegisterQuestion& question, const Policy& policy);

/// SHA-256 to look a document up by: its own first, then those of its revisions, the newest first;
/// 32 at most. `known`: the document's own, where a report has it already (hexadecimal). Fails as
/// pdf::read_revisions() does.
Result<std::vector<Bytes>> register_digests(const Input& input, std::string_view known = {});

/// What a register has for a question.
struct RegisterAnswer {
  bool found = false;
  bool several = false;      ///< more than one entry begins as the document does
  bool same_octets = false;  ///< the register says so; for whoever may not see the original
  std::optional<RegisterEntry> entry = {};  ///< nothing: kept, but not in the book
  std::optional<SharedBytes> original = {};
  std::string shown_as = {};  ///< what the report calls the original; "" for whoever may not know
};
/// Compares the document with what the register has and judges the report by it. Where nobody
/// asked for an entry and the document need not have one, nothing found says nothing: it may belong
/// to another office's register.
void hold_against_register(Report& report, const Input& input, RegisterQuestion question,
                           const RegisterAnswer& answer);

/// "125/ĐT", "0125 / đt": the same number. Blanks, case and leading zeros do not matter.
std::string number_key(std::string_view number);
/// Does a lời chứng that states `stated` mean this book? The symbol behind the dash counts only
/// where both have one.
bool same_book(std::string_view stated, std::string_view kept);

}  // namespace antin::verifier
