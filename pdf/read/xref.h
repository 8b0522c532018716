#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "pdf/read/lexer.h"
#include "pdf/read/revision.h"

namespace antin::pdf {

/// One entry of a cross-reference section (ISO 32000-2 7.5.4, 7.5.8).
struct XrefEntry {
  enum class Kind : std::uint8_t { kFree, kOffset, kCompressed };
  int number;
  Kind kind;
  std::uint64_t place;  ///< absolute offset, or number of the object stream
  int generation;       ///< index within the object stream for kCompressed
};

/// One cross-reference section as it stands in the file.
struct XrefSection {
  std::size_t begin = 0;  ///< of "xref" or of "N G obj"
  std::size_t end = 0;    ///< after the trailer dictionary or after "endobj"
  bool is_stream = false;
  ObjectId id;            ///< of a stream
  RawDictionary trailer;  ///< the stream's dictionary for a stream
  bool entries_known = false;
  std::vector<XrefEntry> entries;
};

/// How many entries may still be read from one file, over all of its sections.
struct XrefBudget {
  std::size_t entries;
};

enum class ReadEntries : std::uint8_t { kYes, kNotFromTables };

/// Reads the section at `offset`, an absolute one; `header` is where offsets in the file count
/// from. Fails with kPdfMalformed and kResourceLimit.
Result<XrefSection> read_xref_section(ByteView file, std::size_t header, std::size_t offset,
                                      ReadEntries wanted, const ReadLimits& limits,
                                      XrefBudget& budget);

/// Decoded data of an xref stream: FlateDecode with or without PNG predictor, or no filter at all.
/// nullopt: some other filter. Fails with kResourceLimit beyond `limit` octets.
Result<std::optional<Bytes>> decode_xref_data(ByteView file, const RawDictionary& dictionary,
                                              ByteView data, std::size_t limit);

}  // namespace antin::pdf
