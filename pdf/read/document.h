#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "certs/core/finding.h"
#include "pdf/geometry.h"
#include "pdf/read/revision.h"

namespace antin::pdf {

/// /TransformParams of DocMDP (ISO 32000-2 12.8.2.2): P. 1 nothing, 2 forms and signatures,
/// 3 also annotations.
enum class DocMdp : std::uint8_t { kNoChanges = 1, kFormFilling = 2, kAnnotations = 3 };

/// FieldMDP parameters or a field's /Lock (12.8.2.4, 12.7.5.5 table 236).
struct FieldLock {
  enum class Action : std::uint8_t { kAll, kInclude, kExclude };
  Action action;
  std::vector<std::string> fields;    ///< fully qualified names, unless kAll
  std::optional<DocMdp> permissions;  ///< /P of a /Lock (PDF 2.0)
};

/// Seed value dictionary (12.7.5.5 table 237), as far as it can forbid a signature.
struct SeedValue {
  std::uint32_t flags = 0;  ///< /Ff: which of the constraints below are required
  std::optional<std::string> filter;
  std::vector<std::string> sub_filters;
  std::vector<std::string> digest_methods;
  std::vector<std::string> reasons;
  std::optional<DocMdp> mdp;  ///< /MDP /P; 0 (approval only) is nullopt + mdp_approval
  bool mdp_approval_only = false;
  std::string timestamp_url;
  bool timestamp_required = false;
  bool certificate_constraints = false;  ///< /Cert present: see unsupported
  std::vector<std::string> unsupported;  ///< required constraints antin cannot honour, by key
};

/// A signature field's widget and value. Offsets are absolute in the file.
struct SignatureField {
  std::string name;                 ///< fully qualified, UTF-8
  ObjectId field;                   ///< the terminal field dictionary
  std::optional<std::size_t> page;  ///< zero-based, when a widget is on a page
  std::optional<Rect> rect;         ///< of the widget, default user space; empty rect: invisible
  std::optional<FieldLock> lock;
  std::optional<SeedValue> seed;
  bool is_signed = false;  ///< has a /V dictionary

  // The rest only when is_signed:
  ObjectId value;
  std::size_t revision = 0;  ///< index of the revision that its ByteRange ends in, see below
  std::string type;          ///< "Sig", "DocTimeStamp", "" when absent
  std::string filter, sub_filter;
  std::string date, reason, location, signer_name, contact;  ///< /M /Reason …, UTF-8, raw date
  std::vector<std::int64_t> byte_range;  ///< as written, any length; not yet judged
  std::size_t contents_begin = 0;        ///< offset of '<' of the hex string
  std::size_t contents_end = 0;          ///< offset just after '>'
  bool contents_located = false;         ///< found literally in the file as a hex string
  Bytes contents;                        ///< decoded, with whatever padding it has
  Bytes cert_entry;                      ///< /Cert first string (adbe.x509.rsa_sha1)
  std::optional<DocMdp> doc_mdp;         ///< iff certification signature (catalogue /Perms)
  std::optional<FieldLock> field_mdp;    ///< from its /Reference
  /// pdf.* findings about this signature: ByteRange rules (starts at 0, two ranges, gap exactly the
  /// /Contents hex string, ends at a revision's end), /Contents and /ByteRange of the right kind…
  Findings findings;
};

/// Document security store, ISO 32000-2 12.8.4.3: everything any revision holds.
struct SecurityStore {
  std::vector<Bytes> certificates, crls, ocsp_responses;
  std::map<std::string, std::vector<Bytes>> vri_timestamps;  ///< by VRI key (upper-case SHA-1 hex)
};

/// A dictionary with /ByteRange and /Contents that some revision lists, wherever it stands.
struct SignaturePlace {
  ObjectId id;
  std::size_t begin,
      end;  ///< its object's octets; equal inside an object stream: where that starts
};

struct OpenOptions {
  std::string password;  ///< UTF-8; user or owner; "" for none
  ReadLimits limits;
};

/// A PDF read strictly: libqpdf with recovery off, our own skeleton beside it. Anything that only a
/// repairing reader could open fails with kPdfMalformed.
///
/// Not thread-safe (libqpdf resolves lazily); movable. Keeps its octets alive.
class Document {
 public:
  /// Fails with kPdfNotPdf, kPdfMalformed, kPdfPasswordNeeded, kPdfUnsupported (encryption kind),
  /// kResourceLimit.
  static Result<Document> open(SharedBytes file, const OpenOptions& options);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  const SharedBytes& octets() const noexcept;
  const RevisionMap& revisions() const noexcept;
  std::string version() const;  ///< "1.7": header or catalogue, the later one
  bool encrypted() const noexcept;
  /// Annotations and forms may be changed: not encrypted, opened as owner, or /P allows it.
  bool may_modify_annotations() const noexcept;
  Result<std::size_t> page_count() const;
  Result<PageGeometry> page_geometry(std::size_t page) const;  ///< zero-based
  /// All signature fields in field-tree order. Errors only for budgets; damage is a finding.
  Result<std::vector<SignatureField>> signature_fields() const;
  Result<SecurityStore> security_store() const;
  /// pdf.* findings about the whole file (skeleton findings included).
  Findings findings() const;
  /// Every signature dictionary of the file, whether or not a field leads to it.
  Result<std::vector<SignaturePlace>> signature_places() const;

  /// For pdf/ itself: the libqpdf object, whose header only pdf/ may include.
  struct Inside;
  Inside& inside() const noexcept { return *inside_; }

 private:
  explicit Document(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace antin::pdf
