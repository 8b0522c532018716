#pragma once

// Only pdf/read and pdf/write include this: libqpdf stays inside pdf/.

#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#ifndef POINTERHOLDER_TRANSITION
#define POINTERHOLDER_TRANSITION 4  // libqpdf: std::shared_ptr only, its old pointers are errors
#endif
#include <qpdf/Pl_Flate.hh>
#include <qpdf/Pl_Function.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <string>
#include <type_traits>
#include <vector>

#include "pdf/read/document.h"

namespace antin::pdf {

/// What the document's /Encrypt dictionary came down to (ISO 32000-2 7.6), password already tried.
struct Encryption {
  enum class Method : std::uint8_t { kNone, kRc4, kAes128, kAes256 };
  int version = 0;      ///< /V
  int revision = 0;     ///< /R
  int permissions = 0;  ///< /P as written, bit 1 is 1
  Method strings = Method::kNone, streams = Method::kNone;
  std::string key;        ///< file encryption key
  bool as_owner = false;  ///< opened with the owner's password
  bool metadata = true;   ///< /EncryptMetadata
  ObjectId dictionary;    ///< number 0: /Encrypt is a direct object of the trailer
};

/// One leaf of the page tree with the attributes it inherits (ISO 32000-2 7.7.3.4).
struct PageLeaf {
  QPDFObjectHandle dictionary;
  QPDFObjectHandle media_box, crop_box, rotate;  ///< null objects when nobody sets them
};

/// What looking at every object of every revision has shown; see strict_scan.h.
struct StrictScan {
  Findings findings;
  std::vector<SignaturePlace> signatures;
};

/// The libqpdf side of a Document: recovery off, warnings kept but not printed, octets not copied.
/// Every use of `qpdf` and of its object handles may throw: wrap it in guarded().
struct Document::Inside {
  SharedBytes file;  // before qpdf: it reads from these octets until it is destroyed
  OpenOptions options;
  RevisionMap map;
  QPDF qpdf;
  std::optional<Encryption> encryption;
  bool may_modify_annotations = true;
  std::shared_ptr<struct KeptDrawings> drawings;  ///< nullptr: nothing was kept yet
  std::vector<QPDFExc> warnings;  ///< collected so far: libqpdf gives each only once

  QPDFObjectHandle trailer() { return qpdf.getTrailer(); }
  QPDFObjectHandle root() { return qpdf.getTrailer().getKey("/Root"); }
  /// Value for /Prev of a further revision: relative to "%PDF-", as offsets in the file are.
  std::size_t previous_xref() const { return map.revisions.back().xref_offset - map.header_offset; }
  XrefKind xref_kind() const { return map.revisions.back().kind; }
  /// Free for a new object: above /Size and above every cross-reference entry; dangling references
  /// do not count.
  int next_object_number();
  /// All pages in order, read once. Own walk with cycle, depth and count limits: libqpdf's
  /// getAllPages() changes the document.
  Result<const std::vector<PageLeaf>*> pages();
  /// Done once.
  Result<const StrictScan*> scan();
  const class References& references();

 private:
  std::optional<StrictScan> scan_;
  std::shared_ptr<const References> references_;
  std::optional<std::vector<PageLeaf>> pages_;
};

/// The Error that the exception being handled means. Only inside a catch block.
Error from_current_exception(const char* doing);

/// Runs `body`, which may throw what libqpdf throws. The body may return a value or a Result.
template <class Body>
auto guarded(const char* doing, Body&& body) {
  using Value = std::invoke_result_t<Body>;
  if constexpr (std::is_void_v<Value>) {
    try {
      body();
      return Status{Done{}};
    } catch (...) {
      return Status{from_current_exception(doing)};
    }
  } else if constexpr (requires(Value v) { v.error(); }) {
    try {
      return Value{body()};
    } catch (...) {
      return Value{from_current_exception(doing)};
    }
  } else {
    try {
      return Result<Value>{body()};
    } catch (...) {
      return Result<Value>{from_current_exception(doing)};
    }
  }
}

inline ObjectId id_of(const QPDFObjectHandle& object) {
  return {object.getObjectID(), object.getGeneration()};
}

}  // namespace antin::pdf
