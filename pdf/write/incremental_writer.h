#pragma once

#include <map>
#include <string>
#include <string_view>

#include "pdf/write/object_cipher.h"

namespace antin::pdf {

/// Values to write in place of (or beside) those a dictionary has; "" takes the key away. The text
/// is PDF syntax, already encrypted where that applies.
using Overrides = std::map<std::string, std::string, std::less<>>;

/// Collects the octets of one incremental update (ISO 32000-2 7.5.6): the file is original ++ tail.
///
/// Nothing of libqpdf's view of the document is changed, so that the same Document can be prepared
/// again with more room. Offsets count from "%PDF-" as the file's own do; positions in the tail are
/// plain. Calls that reach libqpdf may throw: the caller wraps them in guarded().
class IncrementalWriter {
 public:
  /// `reserve`: expected size of the tail, so that a large placeholder is not moved.
  IncrementalWriter(Document::Inside& inside, const ObjectCipher& cipher, std::size_t reserve);

  ObjectId allocate();

  /// `value` with changes, ready to stand inside object `owner`.
  Result<std::string> text_of(ObjectId owner, const QPDFObjectHandle& value) const;
  Result<std::string> edited(ObjectId owner, const QPDFObjectHandle& dictionary,
                             const Overrides& overrides) const;
  /// Items of `array` (null or missing: none) plus one more.
  Result<std::string> appended(ObjectId owner, const QPDFObjectHandle& array,
                               std::string_view item) const;
  /// A text string (7.9.2.2) in PDFDocEncoding or UTF-16BE, encrypted for `owner`.
  Result<std::string> text_string(ObjectId owner, std::string_view utf8) const;

  /// Writes "n g obj body endobj"; returns where the body starts in the tail.
  Result<std::size_t> put(ObjectId id, std::string_view body);
  /// The same for a body that holds `zeros` digits "0" between two parts: a placeholder.
  Result<std::size_t> put_with_room(ObjectId id, std::string_view before, std::size_t zeros,
                                    std::string_view after);
  /// `entries` is the inside of the stream dictionary, without /Length.
  Status put_stream(ObjectId id, std::string_view entries, ByteView data);

  /// The information dictionary of this revision, where there was none (14.3.3).
  void set_info(ObjectId id) { info_ = id; }

  /// Appends cross-reference section and trailer and hands the tail over. `random` gives the second
  /// part of /ID.
  Result<Bytes> finish(RandomSource& random);

 private:
  void append(std::string_view text);
  Result<std::size_t> begin(ObjectId id);
  Result<std::string> trailer_entries(RandomSource& random) const;
  void write_table(std::string_view entries);
  void write_stream(std::string_view entries);
  std::uint64_t here() const noexcept;

  struct Place {
    std::uint64_t offset;
    int generation;
  };
  Document::Inside& inside_;
  const ObjectCipher& cipher_;
  Bytes tail_;
  std::map<int, Place> places_;
  int next_;
  std::optional<ObjectId> info_;
};

std::string reference(ObjectId id);
/// "<48656c6c6f>"
std::string hex_string(ByteView octets);
/// "/Name" in PDF syntax, from libqpdf's form of a name ("/A B").
std::string name_text(const std::string& name);

}  // namespace antin::pdf
