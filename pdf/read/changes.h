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

/// Explains, object by object, what the octets [from.end, to.end) do to the document as it was at
/// `from`. `file` and `options` as for Document::open; indexes are into revisions().
/// Whatever cannot be explained comes back as kUnclassified. Fails with kResourceLimit and with
/// kPdfMalformed when one of the two revisions cannot be opened strictly by itself.
Result<std::vector<Change>> changes_between(const SharedBytes& file, const RevisionMap& map,
                                            std::size_t from, std::size_t to,
                                            const OpenOptions& options);

}  // namespace antin::pdf
