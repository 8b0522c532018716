#pragma once

// Only pdf/read includes this.

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "pdf/read/drawing.h"
#include "pdf/read/drawing_font.h"

namespace antin::pdf {

struct ReadDrawing {
  Drawing drawing;
  Rect box;  ///< everything it draws lies in it; where that is not known, everywhere it may
};

/// Drawings of one document, read once however many revisions are compared with it.
struct KeptDrawings {
  std::map<std::size_t, std::shared_ptr<const ReadDrawing>> contents;
  std::map<std::pair<QPDFObjGen, DrawingPurpose>, std::shared_ptr<const ReadDrawing>> appearances;
  KeptFonts fonts;
  /// What may still be kept: marks, points and pixels stay in memory as long as the document.
  DrawingBudget left;
};

/// Reads what the pages and annotations of a document show. Of an earlier revision, what has not
/// changed since is read in the newest one, where it is kept.
class DrawingsOf {
 public:
  using Object = QPDFObjectHandle;
  /// Whether two objects and everything they reach stand in the same octets in this revision and
  /// the newest. Equal is not enough: what is drawn must be the same whatever else they serve.
  using Same = std::function<bool(const Object& here, const Object& newest)>;

  /// Of a document by itself. Wherever drawings are wanted, a document can tell them.
  DrawingsOf(Document::Inside& newest) : document_(newest), newest_(newest) {}  // NOLINT
  DrawingsOf(Document::Inside& document, Document::Inside& newest, Same same)
      : document_(document), newest_(newest), same_(std::move(same)) {}

  Document::Inside& document() const noexcept { return document_; }
  /// The newest revision's reading of an object where that is the same.
  Object shared(const Object& here) const;
  std::shared_ptr<const ReadDrawing> content(std::size_t page, DrawingBudget& budget) const;
  /// All appearance streams of an annotation, within its /Rect.
  std::shared_ptr<const ReadDrawing> appearance(const Object& annotation, DrawingPurpose purpose,
                                                DrawingBudget& budget) const;

 private:
  bool is_newest() const noexcept { return &document_ == &newest_; }

  Document::Inside& document_;
  Document::Inside& newest_;
  Same same_;
};

}  // namespace antin::pdf
