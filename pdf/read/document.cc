#include "pdf/read/document.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "pdf/read/form.h"
#include "pdf/read/qpdf_inside.h"
#include "pdf/read/references.h"
#include "pdf/read/stream_limits.h"
#include "pdf/read/strict_scan.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

Encryption::Method method_of(QPDF::encryption_method_e method, int version) {
  switch (method) {
    case QPDF::e_aes:
      return Encryption::Method::kAes128;
    case QPDF::e_aesv3:
      return Encryption::Method::kAes256;
    case QPDF::e_rc4:
      return Encryption::Method::kRc4;
    default:
      // libqpdf reports "none" where crypt filters do not exist yet: there it is always RC4.
      return version < 4 ? Encryption::Method::kRc4 : Encryption::Method::kNone;
  }
}

std::optional<Encryption> read_encryption(QPDF& qpdf) {
  Encryption encryption;
  auto streams = QPDF::e_none, strings = QPDF::e_none, files = QPDF::e_none;
  if (!qpdf.isEncrypted(encryption.revision, encryption.permissions, encryption.version, streams,
                        strings, files)) {
    return std::nullopt;
  }
  encryption.streams = method_of(streams, encryption.version);
  encryption.strings = method_of(strings, encryption.version);
  encryption.key = qpdf.getEncryptionKey();
  encryption.as_owner = qpdf.ownerPasswordMatched();
  auto dictionary = qpdf.getTrailer().getKey("/Encrypt");
  encryption.dictionary = id_of(dictionary);
  if (auto metadata = key_of(dictionary, "/EncryptMetadata"); metadata.isBool()) {
    encryption.metadata = metadata.getBoolValue();
  }
  return encryption;
}

double number_or(const Object& object, double otherwise) {
  auto number = object;
  return number.isNumber() ? number.getNumericValue() : otherwise;
}

/// What libqpdf remarks about a file that has one reading all the same.
bool is_harmless(const std::string& remark) {
  return remark.starts_with("reported number of objects") ||
         remark.starts_with("extraneous whitespace seen before xref");
}

Rect cut(const Rect& a, const Rect& b) {
  return {std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::min(a.right, b.right),
          std::min(a.top, b.top)};
}

}  // namespace

Error from_current_exception(const char* doing) {
  const std::string what{doing};
  try {
    throw;
  } catch (const QPDFExc& e) {
    switch (e.getErrorCode()) {
      case qpdf_e_password:
        return make_error(Code::kPdfPasswordNeeded, what);
      case qpdf_e_unsupported:
        return make_error(Code::kPdfUnsupported, what + ": " + e.getMessageDetail());
      default:
        return make_error(Code::kPdfMalformed, what + ": " + e.getMessageDetail() + ", offset " +
                                                   std::to_string(e.getFilePosition()));
    }
  } catch (const std::bad_alloc&) {
    return make_error(Code::kResourceLimit, what + ": out of memory");
  } catch (const std::length_error&) {
    return make_error(Code::kResourceLimit, what + ": too large");
  } catch (const std::exception& e) {
    return make_error(Code::kPdfMalformed, what + ": " + e.what());
  } catch (...) {
    return make_error(Code::kInternal, what);
  }
}

Document::Document(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Result<Document> Document::open(SharedBytes file, const OpenOptions& options) {
  ANTIN_TRY(auto map, read_revisions(file.view(), options.limits));
  auto inside = std::make_unique<Inside>();
  inside->file = std::move(file);
  inside->options = options;
  inside->map = std::move(map);
  auto& qpdf = inside->qpdf;
  ANTIN_CHECK(guarded("opening", [&]() -> Status {
    qpdf.setSuppressWarnings(true);
    qpdf.setAttemptRecovery(false);
    const auto octets = as_text(inside->file.view());
    qpdf.processMemoryFile("document", octets.data(), octets.size(), options.password.c_str());
    if (!inside->root().isDictionary()) {
      return make_error(Code::kPdfMalformed, "the trailer has no /Root dictionary");
    }
    inside->encryption = read_encryption(qpdf);
    if (inside->encryption && !inside->encryption->as_owner) {
      inside->may_modify_annotations = qpdf.allowModifyAnnotation();
    }
    return check_object_streams(*inside);
  }));
  return Document{std::move(inside)};
}

const SharedBytes& Document::octets() const noexcept {
  return inside_->file;
}

const RevisionMap& Document::revisions() const noexcept {
  return inside_->map;
}

std::string Document::version() const {
  auto version = guarded("version", [&] {
    auto header = inside_->qpdf.getPDFVersion();
    const auto catalogue = name_of(key_of(inside_->root(), "/Version"));
    // "1.10" does not exist: comparing as text is right for every version there is.
    return catalogue.size() == 3 && catalogue > header ? catalogue : header;
  });
  return version ? std::move(version).value() : std::string{};
}

bool Document::encrypted() const noexcept {
  return inside_->encryption.has_value();
}

bool Document::may_modify_annotations() const noexcept {
  return inside_->may_modify_annotations;
}

int Document::Inside::next_object_number() {
  int next = 1;
  if (auto size = trailer().getKey("/Size"); size.isInteger()) next = size.getIntValueAsInt();
  for (const auto& [id, entry] : qpdf.getXRefTable()) next = std::max(next, id.getObj() + 1);
  return std::max(next, 1);
}

Result<const std::vector<PageLeaf>*> Document::Inside::pages() {
  if (pages_) return &*pages_;
  return guarded("reading the page tree", [&]() -> Result<const std::vector<PageLeaf>*> {
    struct Node {
      Object object;
      PageLeaf from;  // inherited so far
      std::size_t depth;
    };
    const auto null = Object::newNull();
    std::vector<PageLeaf> leaves;
    std::set<QPDFObjGen> seen;
    std::vector<Node> stack{{key_of(root(), "/Pages"), {null, null, null, null}, 0}};
    std::size_t nodes = 0;
    while (!stack.empty()) {
      auto [node, from, depth] = std::move(stack.back());
      stack.pop_back();
      if (!node.isDictionary()) return make_error(Code::kPdfPageTree, "a page is no dictionary");
      if (node.isIndirect() && !seen.insert(node.getObjGen()).second) {
        return make_error(Code::kPdfPageTree,
                          "a page is reached twice, object " + std::to_string(id_of(node).number));
      }
      if (depth > options.limits.max_depth || ++nodes > options.limits.max_objects) {
        return make_error(Code::kResourceLimit, "the page tree is too large or too deep");
      }
      const auto take = [&node = node](Object& into, const char* key) {
        if (auto own = key_of(node, key); !own.isNull()) into = own;
      };
      take(from.media_box, "/MediaBox");
      take(from.crop_box, "/CropBox");
      take(from.rotate, "/Rotate");
      auto kids = key_of(node, "/Kids");
      if (kids.isNull()) {
        if (leaves.size() >= options.limits.max_pages) {
          return make_error(Code::kResourceLimit, "too many pages");
        }
        from.dictionary = node;
        leaves.push_back(from);
        continue;
      }
      if (!kids.isArray()) return make_error(Code::kPdfPageTree, "/Kids is no array");
      for (int i = kids.getArrayNItems(); i-- > 0;) {
        stack.push_back({kids.getArrayItem(i), from, depth + 1});
      }
    }
    pages_ = std::move(leaves);
    return &*pages_;
  });
}

Result<std::size_t> Document::page_count() const {
  ANTIN_TRY(const auto* pages, inside_->pages());
  return pages->size();
}

Result<PageGeometry> Document::page_geometry(std::size_t page) const {
  ANTIN_TRY(const auto* pages, inside_->pages());
  if (page >= pages->size()) {
    return make_error(Code::kPdfNoSuchPage, "page", {{"page", std::to_string(page + 1)}});
  }
  return guarded("reading page geometry", [&]() -> Result<PageGeometry> {
    const auto& leaf = (*pages)[page];
    // Acrobat and poppler draw a page without a MediaBox as US Letter.
    const auto media = read_rect(leaf.media_box).value_or(Rect{0, 0, 612, 792});
    PageGeometry geometry;
    geometry.visible = cut(media, read_rect(leaf.crop_box).value_or(media));
    if (geometry.visible.width() <= 0 || geometry.visible.height() <= 0) geometry.visible = media;
    const auto turned = std::fmod(number_or(leaf.rotate, 0), 360.0);
    geometry.rotate = static_cast<int>(turned < 0 ? turned + 360 : turned);
    if (geometry.rotate % 90 != 0) geometry.rotate = 0;
    geometry.user_unit = number_or(key_of(leaf.dictionary, "/UserUnit"), 1);
    if (!(geometry.user_unit > 0 && geometry.user_unit <= 1e6)) geometry.user_unit = 1;
    return geometry;
  });
}

Result<const StrictScan*> Document::Inside::scan() {
  if (scan_) return &*scan_;
  return guarded("scanning the objects", [&]() -> Result<const StrictScan*> {
    StrictScan scan;
    ANTIN_CHECK(scan_strictly(*this, scan));
    return &scan_.emplace(std::move(scan));
  });
}

const References& Document::Inside::references() {
  if (references_ == nullptr)
    references_ = std::make_shared<const References>(References::read(*this));
  return *references_;
}

Result<std::vector<SignaturePlace>> Document::signature_places() const {
  ANTIN_TRY(const auto* scan, inside_->scan());
  return scan->signatures;
}

namespace {

/// Some readers believe /Count and show no more pages than that (7.7.3.2).
std::optional<Finding> remark_on_count(Document::Inside& inside, std::size_t pages) {
  auto remark = guarded("counting pages", [&]() -> std::optional<Finding> {
    auto tree = key_of(inside.root(), "/Pages");
    auto count = key_of(tree, "/Count");
    if (!count.isInteger() || count.getIntValue() == static_cast<long long>(pages)) return {};
    return Finding{Code::kPdfAmbiguous,
                   Severity::kError,
                   {},
                   std::to_string(pages) + " pages, /Count " + std::to_string(count.getIntValue()) +
                       ", offset " +
                       std::to_string(std::max<long long>(tree.getParsedOffset(), 0))};
  });
  return remark ? std::move(remark).value() : std::nullopt;
}

}  // namespace

Findings Document::findings() const {
  auto findings = inside_->map.findings;
  if (const auto scan = inside_->scan()) {
    const auto& more = scan.value()->findings;
    findings.insert(findings.end(), more.begin(), more.end());
  } else {
    findings.push_back({scan.error().code, Severity::kError, {}, scan.error().detail});
  }
  if (const auto pages = inside_->pages(); !pages) {
    findings.push_back({pages.error().code, Severity::kError, {}, pages.error().detail});
  } else if (auto remark = remark_on_count(*inside_, pages.value()->size())) {
    findings.push_back(std::move(*remark));
  }
  // Whatever libqpdf had to put up with is a place where another reader may see something else.
  auto collected = guarded("collecting warnings", [&] {
    for (const auto& warning : inside_->qpdf.getWarnings()) inside_->warnings.push_back(warning);
  });
  if (!collected) {
    findings.push_back({collected.error().code, Severity::kError, {}, collected.error().detail});
  }
  std::set<std::string> once;
  for (const auto& warning : inside_->warnings) {
    if (is_harmless(warning.getMessageDetail())) continue;
    auto detail = warning.getObject() + ": " + warning.getMessageDetail() + ", offset " +
                  std::to_string(warning.getFilePosition());
    if (once.size() < 50 && once.insert(detail).second) {
      findings.push_back({Code::kPdfAmbiguous, Severity::kError, {}, std::move(detail)});
    }
  }
  return findings;
}

}  // namespace antin::pdf
