#pragma once

#include "pdf/write/incremental_writer.h"
#include "pdf/write/target_page.h"

namespace antin::pdf {

/// A stamp as PoDoFo drew it: a PDF in memory whose only page holds one form XObject.
struct DrawnStamp {
  Bytes pdf;
  double width_pt = 0, height_pt = 0;
};

/// Draws text and image into a box of this size, points. A line too long for the box is wrapped at
/// spaces; when the lines do not fit the height, all shrink together, to 60 % at most (a copy line
/// never). Fails with kGlyphMissing, kAppearanceTooLarge, kFontMissing, kAppearanceImage,
/// kSealImage.
Result<DrawnStamp> draw_stamp(const Appearance& appearance, const StampFacts& facts,
                              double width_pt, double height_pt);

/// distance of a copy line from the page's right edge (10 to 20 mm) and from its top (4 to
/// 15).
constexpr double kCopyLineMarginMm = 15;
constexpr double kCopyLineTopMm = 8;

/// Size the stamp wants, points: as configured; for a copy line what its text needs.
struct StampSize {
  double width_pt = 0, height_pt = 0;
};
Result<StampSize> stamp_size(const Appearance& appearance, const StampFacts& facts,
                             const PageGeometry& page);

/// Where the stamp goes, in default user space of the page. Nothing is scaled: a stamp that would
/// leave the visible page fails with kAppearanceTooLarge; one anchored to text is moved back
/// inside. `fields` for seals: the earlier signature's stamp.
Result<Rect> place_stamp(Document::Inside& inside, const TargetPage& page,
                         const Appearance& appearance, const StampSize& size,
                         const std::vector<SignatureField>& fields);

/// The earlier signature that a seal is put over, nullptr when there is none.
const SignatureField* seal_target(const Appearance& appearance,
                                  const std::vector<SignatureField>& fields);
/// Height in points of the appearance's image at its configured width.
Result<double> image_height(const Appearance& appearance);

/// Copies the drawn form XObject and all it needs into the update; returns the new form's number.
/// `rotate`: of the page, so that the stamp stands upright for the reader.
Result<ObjectId> import_stamp(IncrementalWriter& writer, const DrawnStamp& stamp, int rotate);

}  // namespace antin::pdf
