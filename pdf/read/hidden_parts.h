#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pdf/read/document.h"

namespace antin::pdf {

/// Where two documents differ in what drawing their pages does not show.
struct HiddenDifferences {
  /// Layers that can be switched, or pictures that print as others (ISO 32000-2 8.11, 8.9.5.4):
  /// what they hold or how they are switched is not the same in both.
  bool layers = false;
  /// The original has such layers and the copy has none: nothing more can appear in the copy, but
  /// what the original hides is not in it.
  bool layers_lost = false;
  bool attachments = false;
  std::vector<std::size_t> annotations;  ///< pages with annotations neither seen nor printed
  std::vector<std::string> values;       ///< form fields of the copy, "XFA" for that form's data
  bool complete = true;                  ///< false: limits were reached
};

/// Compares by meaning: object numbers, order of keys and filters without loss make no difference.
/// What the copy lacks is a difference for attachments only. Pages are paired by their order.
Result<HiddenDifferences> compare_hidden(const Document& copy, const Document& original);

/// For each page, whether it holds annotations that are seen but not printed or printed but not
/// seen (12.5.3): then what it prints has to be drawn by itself.
Result<std::vector<bool>> pages_printing_otherwise(const Document& document);

/// The document without encryption, for a program that must not be told the password. Its pages are
/// the same; its octets are not. Fails with kResourceLimit beyond `most` octets, kPdfMalformed.
Result<Bytes> decrypted_copy(const Document& document, std::size_t most);

}  // namespace antin::pdf
