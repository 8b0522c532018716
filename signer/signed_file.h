#pragma once

#include <string>
#include <vector>

#include "pdf/read/document.h"
#include "signer/carried.h"

namespace antin::signer {

/// One signature or document timestamp of a PDF, read.
struct SignatureEntry {
  pdf::SignatureField field;
  bool document_timestamp = false;
  Carried carried;
  std::optional<certs::TimestampToken> token;  ///< of a document timestamp
  std::string vri_key;                         ///< upper-case hex SHA-1 of /Contents
};

/// A PDF with everything in it that proves something. Entries in the order of their revisions.
struct SignedFile {
  SharedBytes octets;
  std::vector<SignatureEntry> entries;
  certs::Evidence evidence;  ///< of the security store and of every entry
};
/// Fails as pdf::Document::open() does.
Result<SignedFile> read_signed_file(const SharedBytes& octets, const std::string& password);

/// The octets that an entry's ByteRange covers, as far as they are in the file.
std::array<ByteView, 2> covered_by(const SignatureEntry& entry, ByteView file);

/// A document that grows at its end without the octets before moving when there is room.
class GrowingFile {
 public:
  explicit GrowingFile(SharedBytes original) : original_(std::move(original)), whole_(original_) {}
  const SharedBytes& whole() const noexcept { return whole_; }
  const SharedBytes& original() const noexcept { return original_; }
  void append(ByteView tail);
  Bytes tail() const;

 private:
  SharedBytes original_, whole_;
  std::shared_ptr<Bytes> buffer_;
};

}  // namespace antin::signer
