#pragma once

#include <optional>
#include <string>
#include <vector>

#include "certs/core/algorithms.h"
#include "certs/core/bytes.h"
#include "certs/core/time.h"
#include "certs/crl.h"
#include "certs/trust_store.h"
#include "verifier/verify.h"

namespace antin::verifier::sample {

/// How OpenSSL's CMS is asked to sign; keys and certificates are those of tests/pki.
struct Signing {
  std::string signer = "officer-rsa2048";
  std::string authority = "issuing-ca";  ///< embedded beside it
  std::string sub_filter = "ETSI.CAdES.detached";
  DigestAlgorithm digest = DigestAlgorithm::kSha256;
  enum class Padding { kPkcs1, kPss } padding = Padding::kPkcs1;
  enum class Attributes { kCades, kPlain, kNone } attributes = Attributes::kCades;
  enum class Content { kDetached, kInside } content = Content::kDetached;
  enum class Lengths { kDefinite, kIndefinite } lengths = Lengths::kDefinite;
  std::string other_certificate;  ///< embedded in place of the signer's, e.g. "fake-officer"
  std::string date = "D:20260601070000+07'00'";
  std::string field = "Sig1";
  int doc_mdp = 0;                     ///< P of a certification signature
  std::optional<UtcTime> timestamp;    ///< a signature timestamp of "tsa"
  bool timestamp_other_value = false;  ///< … over something else
  Bytes after_cms;                     ///< octets after the CMS inside /Contents
  std::string appearance;              ///< content stream of a visible signature at `rect`
  std::string rect = "[0 0 0 0]";
};

/// A one-page document that grows by incremental updates with classic xref tables.
class Document {
 public:
  /// `filler`: octets of a private stream (/PieceInfo), for a large document.
  explicit Document(std::size_t filler = 0);
  /// A page that says this, line by line, in a font whose letters are mapped to Unicode.
  static Document saying(const std::string& utf8);
  Document& sign(const Signing& signing);
  Document& timestamp(const std::string& field, UtcTime at, const std::string& tsa = "tsa");
  /// An update that rewrites the page's content stream.
  Document& change_page(const std::string& text);
  /// An update that puts a private key with the given value into the catalogue.
  Document& change_catalogue(const std::string& entry);
  /// Flips one bit of the octet at the first place where `text` stands.
  Document& damage(const std::string& text);
  Document& append(const std::string& octets);

  SharedBytes octets() const { return SharedBytes{to_bytes(octets_)}; }
  std::string& raw() { return octets_; }

 private:
  struct Placeholder {
    std::size_t contents, byte_range, end;
  };
  void write_object(int number, const std::string& body);
  void finish_update();
  Placeholder begin_signature(const std::string& field, const std::string& dictionary, int doc_mdp);
  void fill_signature(const Placeholder& where, const Bytes& value);
  std::string signed_octets(const Placeholder& where) const;

  std::string octets_;
  std::vector<std::pair<int, std::size_t>> written_;
  std::vector<int> fields_;
  std::string perms_, extra_, appearance_, rect_ = "[0 0 0 0]", resources_ = "<< >>";
  int next_ = 5;
  std::size_t last_xref_ = 0;
};

/// Content-stream operators that show one line of UTF-8 in the font of Document::saying().
std::string shown(const std::string& utf8, int x, int y);
/// First an officer, then the agency: what a certified copy must have.
Document certified_copy(const std::string& utf8);

/// A CMS over `content` that stands beside it (or holds it, Signing::Content::kInside).
Bytes detached(const std::string& content, const Signing& signing);
/// An RFC 3161 token of tests/pki's `tsa` over these octets.
Bytes token(ByteView octets, UtcTime at, const std::string& tsa = "tsa");

Bytes file(const std::string& path);  ///< below tests/pki
UtcTime time(const std::string& rfc3339);
certs::TrustStore trust();       ///< root of tests/pki as anchor, issuing CA known
std::vector<certs::Crl> crls();  ///< root.crl and issuing-ca.crl
/// Judged with the two above at 2026-06-01T00:00:00Z.
Input input(const Document& document, const certs::TrustStore& trust);

}  // namespace antin::verifier::sample
