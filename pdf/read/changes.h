#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdf/read/document.h"

namespace antin::pdf {

/// Ranked as interfaces.md ranks changes_after.level.
enum class ChangeLevel : std::uint8_t {
  kNone,
  kLongTermData,
  kSignature,
  kMetadata,
  kFormFilling,
  kAnnotation,
  kContent,
  kUnclassified
};

/// One object that differs by meaning between two revisions, and what that difference is.
/// Whether it is permitted is the verifier's business (DocMDP, locks, profile).
struct Change {
  ObjectId object;
  std::optional<std::size_t> page;  ///< zero-based, when the object belongs to a page
  ChangeLevel level;
  Code what;           ///< pdf.change_* code
  std::string field;   ///< fully qualified name, for form fields and signatures; "" otherwise
  std::string detail;  ///< "/Root/AcroForm/Fields[2]/V"
  /// Never permitted whatever DocMDP says: hides or replaces signed content, opaque cover over
  /// drawn content, appearance that disagrees with its value, …
  bool never_permitted = false;
};

/// What explaining the changes of one document may cost in all, however many signatures it has.
/// Everything counts what is done, not time: the same document gets the same answer everywhere.
struct ChangeBudget {
  std::size_t comparisons = 200;                 ///< pairs of revisions
  std::size_t steps = 30'000'000;                ///< objects compared
  std::size_t operators = 4'000'000;             ///< of content streams
  std::size_t octets = std::size_t{192} << 20U;  ///< decoded content, fonts and pictures
  std::size_t cells = 600'000'000;               ///< squares of raster looked at
};

/// Explains, object by object, what the octets [from.end, to.end) do to the document as it was at
/// `from`. `file` and `options` as for Document::open; indexes are into revisions().
/// Whatever cannot be explained comes back as kUnclassified. Fails with kResourceLimit and with
/// kPdfMalformed when one of the two revisions cannot be opened strictly by itself.
Result<std::vector<Change>> changes_between(const SharedBytes& file, const RevisionMap& map,
                                            std::size_t from, std::size_t to,
                                            const OpenOptions& options);

/// The same for everything that came after revision `from` of an open document, at most what is
/// left of `budget`. Fails with kPdfChangeBudget when that is used up.
Result<std::vector<Change>> changes_since(const Document& newest, std::size_t from,
                                          const OpenOptions& options, ChangeBudget& budget);

}  // namespace antin::pdf
