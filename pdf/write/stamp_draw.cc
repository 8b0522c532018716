#include <algorithm>

#include "pdf/write/png_image.h"
#include "pdf/write/podofo_guard.h"
#include "pdf/write/stamp.h"
#include "pdf/write/typesetter.h"

namespace antin::pdf {
namespace {

// Text shrinks in steps to 60 % at most; a copy line never does (R-04: 10 pt).
constexpr int kScaleSteps = 8;
constexpr double kScaleStep = 0.05;
constexpr double kPadding = 1.0;     // points left and right of the text
constexpr double kRounding = 0.001;  // points
constexpr double kTouchMm = 0.5;     // text that starts here right of an image stands beside it
constexpr std::size_t kCopyLineRows = 2;

std::vector<SetLine> scaled(std::vector<SetLine> lines, double scale) {
  for (auto& line : lines) line.size_pt *= scale;
  return lines;
}

// Lines broken and shrunk until they fit.
Result<std::vector<SetLine>> fit(const Typesetter& setter, const Appearance& appearance,
                                 const std::vector<SetLine>& lines, double width_pt,
                                 double height_pt) {
  const bool copy_line = appearance.kind == Appearance::Kind::kCopyLine;
  for (int step = 0; step <= (copy_line ? 0 : kScaleSteps); ++step) {
    const double scale = 1 - step * kScaleStep;
    auto broken = setter.wrap(scaled(lines, scale), width_pt + kRounding);
    const bool fits = broken && height(*broken) <= height_pt + kRounding &&
                      (!copy_line || broken->size() <= kCopyLineRows);
    if (fits) return std::move(*broken);
  }
  return make_error(Code::kAppearanceTooLarge, "text does not fit its box");
}

class Drawing {
 public:
  Drawing(PoDoFo::PdfMemDocument& document, const Appearance& appearance, double width_pt,
          double height_pt)
      : document_(document),
        appearance_(appearance),
        width_(width_pt),
        height_(height_pt),
        form_(PoDoFo::PdfRect{0, 0, width_pt, height_pt}, &document) {}

  Status draw(const Typesetter& setter, const std::vector<SetLine>& lines) {
    PoDoFo::PdfPainter painter;
    painter.SetPage(&form_);
    const auto drawn = draw_all(painter, setter, lines);
    painter.FinishPage();
    ANTIN_CHECK(drawn);
    PoDoFo::PdfPainter page;
    page.SetPage(document_.CreatePage(PoDoFo::PdfRect{0, 0, width_, height_}));
    page.DrawXObject(0, 0, &form_);
    page.FinishPage();
    return Done{};
  }

 private:
  Status draw_all(PoDoFo::PdfPainter& painter, const Typesetter& setter,
                  const std::vector<SetLine>& lines) {
    if (appearance_.frame) {
      constexpr double kStroke = 0.75;
      painter.SetStrokingColor(0, 0, 0);
      painter.SetStrokeWidth(kStroke);
      painter.Rectangle(kStroke / 2, kStroke / 2, width_ - kStroke, height_ - kStroke);
      painter.Stroke();
    }
    // Text over the image: both stay readable.
    if (appearance_.image) ANTIN_CHECK(draw_image(painter));
    draw_text(painter, setter, lines);
    return Done{};
  }

  Status draw_image(PoDoFo::PdfPainter& painter) {
    const auto& image = *appearance_.image;
    ANTIN_TRY(const Raster raster, decode_png(image.png, appearance_.kind));
    const double width = image.width_mm * kPointsPerMillimetre;
    const double tall = width * raster.height / raster.width;
    const double left = image.x_mm * kPointsPerMillimetre;
    const double bottom = height_ - image.y_mm * kPointsPerMillimetre - tall;
    if (left + width > width_ + kRounding || bottom < -kRounding) {
      return make_error(Code::kAppearanceTooLarge, "image does not fit its box");
    }
    const auto stream = [](const Bytes& octets) {
      return PoDoFo::PdfMemoryInputStream{reinterpret_cast<const char*>(octets.data()),
                                          static_cast<PoDoFo::pdf_long>(octets.size())};
    };
    PoDoFo::PdfImage mask{&document_};
    mask.SetImageColorSpace(PoDoFo::ePdfColorSpace_DeviceGray);
    auto alpha = stream(raster.alpha);
    mask.SetImageData(raster.width, raster.height, 8, &alpha);
    PoDoFo::PdfImage picture{&document_};
    picture.SetImageColorSpace(PoDoFo::ePdfColorSpace_DeviceRGB);
    auto rgb = stream(raster.rgb);
    picture.SetImageData(raster.width, raster.height, 8, &rgb);
    picture.SetImageSoftmask(&mask);
    painter.DrawImage(left, bottom, &picture, width / raster.width, tall / raster.height);
    return Done{};
  }

  void draw_text(PoDoFo::PdfPainter& painter, const Typesetter& setter,
                 const std::vector<SetLine>& lines) {
    const bool copy_line = appearance_.kind == Appearance::Kind::kCopyLine;
    const double left = appearance_.text_x_mm * kPointsPerMillimetre + kPadding;
    // Beside the image in the middle, under it at the bottom.
    const bool beside =
        !appearance_.image ||
        appearance_.text_x_mm + kTouchMm > appearance_.image->x_mm + appearance_.image->width_mm;
    double top = copy_line ? height_ : beside ? (height_ + height(lines)) / 2 : height(lines);
    for (const auto& line : lines) {
      setter.draw(painter, line, copy_line ? width_ - setter.width(line) : left, top);
      top -= kLineHeight * line.size_pt;
    }
  }

  PoDoFo::PdfMemDocument& document_;
  const Appearance& appearance_;
  double width_, height_;
  PoDoFo::PdfXObject form_;
};

Result<DrawnStamp> draw(const Appearance& appearance, const StampFacts& facts, double width_pt,
                        double height_pt) {
  PoDoFo::PdfMemDocument document;
  ANTIN_TRY(const Typesetter setter, Typesetter::with_fonts(document));
  const auto lines = filled_lines(appearance, facts);
  ANTIN_CHECK(setter.check_glyphs(lines));
  const bool copy_line = appearance.kind == Appearance::Kind::kCopyLine;
  const double room =
      copy_line ? width_pt : width_pt - appearance.text_x_mm * kPointsPerMillimetre - 2 * kPadding;
  ANTIN_TRY(const auto set, fit(setter, appearance, lines, room, height_pt));
  Drawing drawing{document, appearance, width_pt, height_pt};
  ANTIN_CHECK(drawing.draw(setter, set));
  setter.embed();
  PoDoFo::PdfRefCountedBuffer buffer;
  PoDoFo::PdfOutputDevice device{&buffer};
  document.Write(&device);
  const ByteView octets{reinterpret_cast<const std::uint8_t*>(buffer.GetBuffer()),
                        static_cast<std::size_t>(device.GetLength())};
  return DrawnStamp{to_bytes(octets), width_pt, height_pt};
}

}  // namespace

Result<DrawnStamp> draw_stamp(const Appearance& appearance, const StampFacts& facts,
                              double width_pt, double height_pt) {
  return with_podofo([&] { return draw(appearance, facts, width_pt, height_pt); });
}

Result<double> image_height(const Appearance& appearance) {
  ANTIN_TRY(const Raster raster, decode_png(appearance.image->png, appearance.kind));
  return appearance.image->width_mm * kPointsPerMillimetre * raster.height / raster.width;
}

Result<StampSize> stamp_size(const Appearance& appearance, const StampFacts& facts,
                             const PageGeometry& page) {
  if (appearance.kind != Appearance::Kind::kCopyLine) {
    return StampSize{appearance.width_mm * kPointsPerMillimetre,
                     appearance.height_mm * kPointsPerMillimetre};
  }
  return with_podofo([&]() -> Result<StampSize> {
    PoDoFo::PdfMemDocument document;
    ANTIN_TRY(const Typesetter setter, Typesetter::with_fonts(document));
    const auto lines = filled_lines(appearance, facts);
    const double page_width =
        (page.rotate % 180 == 0 ? page.visible.width() : page.visible.height()) * page.user_unit;
    const double room = page_width - 2 * kCopyLineMarginMm * kPointsPerMillimetre;
    const auto broken = setter.wrap(lines, room);
    if (!broken || broken->empty() || broken->size() > kCopyLineRows) {
      return make_error(Code::kAppearanceTooLarge, "copy line needs more than two rows");
    }
    double widest = 0;
    for (const auto& line : *broken) widest = std::max(widest, setter.width(line));
    return StampSize{widest, height(*broken)};
  });
}

}  // namespace antin::pdf
