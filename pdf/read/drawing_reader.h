#pragma once

// Only the drawing reader's own sources include this.

#include <cmath>
#include <string>
#include <vector>

#include "pdf/read/content_operands.h"
#include "pdf/read/drawing.h"
#include "pdf/read/drawing_font.h"

namespace antin::pdf {

constexpr int kMaxDrawingDepth = 12;
constexpr double kVisible = 1.0 / 255;

struct GraphicsState {
  Affine matrix;
  Rect clip;
  TextState text;
  double fill_alpha = 1, stroke_alpha = 1, line_width = 1, miter_limit = 10;
  bool white_fill = false;
};

/// What all content streams of one drawing share.
struct SharedDrawing {
  DrawingPurpose purpose;
  DrawingBudget& budget;
  Drawing& drawing;
  KeptFonts& fonts;
  std::size_t word = 0;
  int depth = 0;
};

inline bool is_finite(const Affine& m) {
  return std::isfinite(m.a + m.b + m.c + m.d + m.e + m.f);
}

/// Follows one content stream, and those that it paints.
class DrawingReader final : public ContentReader {
 public:
  using Object = QPDFObjectHandle;
  DrawingReader(SharedDrawing& shared, const Object& resources, const GraphicsState& state,
                double group_alpha)
      : shared_(shared), resources_(resources), state_(state), group_(group_alpha) {}

  void run(const Object& contents);

  void handleObject(Object object) override;

 private:
  double number(std::size_t from_end) { return operands_.number(from_end); }

  bool state_operator(const std::string& op);
  void graphics_state(Object parameters);
  void external(Object object);
  void form(Object object);
  void run_inner(const Object& contents, const Object& resources, const GraphicsState& state,
                 double group);

  void image(const Object& object);

  static std::vector<Point> corners(const Rect& box);

  // drawing_path.cc
  bool path_operator(const std::string& op);

  void line_to(Point point);
  void close();
  void curve(Point one, Point two, Point three);
  void curve_from_here(bool first_is_here, Point first, Point last);
  void curve_mapped(Point one, Point two, Point three);

  void fill(bool even_odd);
  void stroke();
  void finish_path();

  void shape(std::vector<std::vector<Point>> contours, double alpha, bool even_odd,
             bool white = false);
  /// White on white paper is no mark: many producers begin a page with it.
  bool lies_on_nothing(const DrawnShape& shape) const;

  // drawing_text.cc
  bool text_operation(const std::string& op);
  void advance(double x);

  const FontMetrics& font();

  void show(const std::string& octets);

  Affine em_frame() const;
  /// Letters drawn with a pen are as much wider as the pen is.
  Rect stroked(Rect ink) const;
  static bool is_leader(const std::vector<FontMetrics::Glyph>& glyphs, std::size_t at);

  /// Nobody told how wide the letters are, or how many octets make one.
  void show_vaguely(const std::string& octets, const FontMetrics& metrics, double alpha);

  void show_procedure(const FontMetrics& metrics, const FontMetrics::Glyph& glyph,
                      const Affine& frame, double alpha);

  SharedDrawing& shared_;
  Object resources_;
  GraphicsState state_;
  double group_;
  SavedStates<GraphicsState> saved_;
  TextPlace place_;
  std::vector<std::vector<Point>> path_;
  bool clip_next_ = false;
  bool backwards_ = false;
  Operands operands_;
};

}  // namespace antin::pdf
