#include <algorithm>

#include "pdf/read/form.h"
#include "pdf/write/page_marks.h"
#include "pdf/write/page_view.h"
#include "pdf/write/stamp.h"

namespace antin::pdf {
namespace {

// the seal covers this part of the signature image, from its left edge.
constexpr double kSealOverlap = 0.33;
// Between an anchoring text and the stamp.
constexpr double kTextGapMm = 1;

double points(double millimetres) {
  return millimetres * kPointsPerMillimetre;
}

Error not_found(int page, const char* what) {
  return make_error(Code::kAnchorNotFound, what, {{"page", std::to_string(page)}});
}

Result<Rect> inside_page(const PageView& view, const ViewBox& box) {
  if (!view.holds(box)) return make_error(Code::kAppearanceTooLarge, "stamp leaves the page");
  return view.to_user_space(box);
}

Result<Rect> by_text(const TargetPage& page, const PageView& view, const Appearance& appearance,
                     const StampSize& size) {
  const auto& anchor = appearance.anchor;
  auto contents = key_of(page.dictionary, "/Contents");
  ANTIN_TRY(const PageMarks marks, read_marks(contents, page.resources, {}));
  const auto hit = find_text(marks, anchor.text);
  if (!hit) return not_found(anchor.page, "anchor text");
  const ViewBox text = view.to_view(*hit);
  // the middle of the signature image, if there is one, is the middle of the title.
  const double middle = appearance.image
                            ? points(appearance.image->x_mm + appearance.image->width_mm / 2)
                            : size.width_pt / 2;
  ViewBox box{text.left + text.width / 2 - middle + points(anchor.x_mm),
              (anchor.above ? text.top - points(kTextGapMm) - size.height_pt
                            : text.bottom() + points(kTextGapMm)) +
                  points(anchor.y_mm),
              size.width_pt, size.height_pt};
  if (box.width > view.width() || box.height > view.height()) {
    return make_error(Code::kAppearanceTooLarge, "stamp larger than the page");
  }
  box.left = std::clamp(box.left, 0.0, view.width() - box.width);
  box.top = std::clamp(box.top, 0.0, view.height() - box.height);
  return inside_page(view, box);
}

QPDFObjectHandle normal_appearance(Document::Inside& inside, const SignatureField& field) {
  auto object = inside.qpdf.getObject(field.field.number, field.field.generation);
  if (!key_of(object, "/Subtype").isNameAndEquals("/Widget")) {
    auto kids = key_of(object, "/Kids");
    if (kids.isArray() && kids.getArrayNItems() > 0) object = kids.getArrayItem(0);
  }
  return key_of(key_of(object, "/AP"), "/N");
}

// The largest picture of the earlier stamp in user space; its whole rectangle when it has none.
Result<Rect> signature_image(Document::Inside& inside, const SignatureField& field) {
  const Rect rect = *field.rect;
  auto form = normal_appearance(inside, field);
  if (!form.isStream()) return rect;
  auto dictionary = form.getDict();
  const auto bbox = read_rect(key_of(dictionary, "/BBox"));
  if (!bbox || bbox->width() <= 0 || bbox->height() <= 0) return rect;
  const Affine matrix = matrix_of(dictionary);
  // 12.5.5 algorithm: the turned BBox is scaled and moved onto Rect.
  const Rect turned = matrix.map(*bbox);
  if (turned.width() <= 0 || turned.height() <= 0) return rect;
  const double sx = rect.width() / turned.width();
  const double sy = rect.height() / turned.height();
  const Affine onto_rect{
      sx, 0, 0, sy, rect.left - turned.left * sx, rect.bottom - turned.bottom * sy};
  ANTIN_TRY(const PageMarks marks,
            read_marks(form, key_of(dictionary, "/Resources"), matrix.then(onto_rect)));
  const auto largest = std::max_element(
      marks.images.begin(), marks.images.end(),
      [](const Rect& a, const Rect& b) { return a.width() * a.height() < b.width() * b.height(); });
  return largest == marks.images.end() ? rect : *largest;
}

Result<Rect> over_signature(Document::Inside& inside, const PageView& view,
                            const Appearance& appearance, const StampSize& size,
                            const SignatureField& field) {
  ANTIN_TRY(const Rect picture, signature_image(inside, field));
  const ViewBox signature = view.to_view(picture);
  const auto& image = *appearance.image;
  const double seal_width = points(image.width_mm);
  ANTIN_TRY(const double seal_height, image_height(appearance));
  if (seal_width < kSealOverlap * signature.width) {
    return make_error(Code::kAppearanceTooLarge, "seal narrower than a third of the signature");
  }
  const double left = signature.left + kSealOverlap * signature.width - seal_width;
  const double top = signature.top + (signature.height - seal_height) / 2;
  return inside_page(
      view, {left - points(image.x_mm), top - points(image.y_mm), size.width_pt, size.height_pt});
}

}  // namespace

const SignatureField* seal_target(const Appearance& appearance,
                                  const std::vector<SignatureField>& fields) {
  const SignatureField* target = nullptr;
  for (const auto& field : fields) {
    const bool visible =
        field.rect && field.page && field.rect->width() > 0 && field.rect->height() > 0;
    if (!visible) continue;
    if (appearance.over_field.empty() ? field.is_signed : field.name == appearance.over_field) {
      // "Last" is the latest revision, not the last in the field tree.
      if (target == nullptr || field.revision >= target->revision) target = &field;
    }
  }
  return target;
}

Result<Rect> place_stamp(Document::Inside& inside, const TargetPage& page,
                         const Appearance& appearance, const StampSize& size,
                         const std::vector<SignatureField>& fields) {
  const PageView view{page.geometry};
  const auto& anchor = appearance.anchor;
  switch (appearance.kind) {
    case Appearance::Kind::kCopyLine:
      return inside_page(view, {view.width() - points(kCopyLineMarginMm) - size.width_pt,
                                points(kCopyLineTopMm), size.width_pt, size.height_pt});
    case Appearance::Kind::kSeal: {
      if (!appearance.image) return make_error(Code::kSealImage, "seal without an image");
      if (const auto* earlier = seal_target(appearance, fields)) {
        return over_signature(inside, view, appearance, size, *earlier);
      }
      // Without an earlier signature a seal goes only where it is told to.
      const bool told = anchor.kind == Anchor::Kind::kText || anchor.x_mm > 0 || anchor.y_mm > 0;
      if (!appearance.over_field.empty() || !told) {
        return not_found(anchor.page, "no earlier visible signature");
      }
      break;
    }
    case Appearance::Kind::kSignature:
      break;
  }
  if (anchor.kind == Anchor::Kind::kText) return by_text(page, view, appearance, size);
  return inside_page(view,
                     {points(anchor.x_mm), points(anchor.y_mm), size.width_pt, size.height_pt});
}

}  // namespace antin::pdf
