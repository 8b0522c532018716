#include "service/capture/judge.h"

#include <algorithm>
#include <cmath>

#include "service/capture/look.h"

namespace antin::service::capture {
namespace {

using pdf::DrawnPicture;
using pdf::PageScan;
using pdf::Rect;
using pdf::ScanColour;

// A picture that takes less of the page is an ornament of the scanner, not the scan.
constexpr double kSignificant = 0.05;

// A PNG counts pixels of a metre: 7874 of them are the 200 of an inch.
std::string whole(double value) {
  return std::to_string(static_cast<long long>(std::floor(value + 0.05)));
}
std::string nearest(double value) {
  return std::to_string(std::llround(value));
}
std::string one_place(double value) {
  const auto tenths = std::llround(std::abs(value) * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

class PageJudge {
 public:
  PageJudge(const PageScan& scan, std::size_t number, const CaptureRequest& request,
            CapturedPage& page, Findings& findings)
      : scan_(scan),
        number_(std::to_string(number)),
        request_(request),
        page_(page),
        findings_(findings) {}

  void judge() {
    page_.width_mm = scan_.width_mm;
    page_.height_mm = scan_.height_mm;
    page_.paper = name_of(PaperSize{scan_.width_mm, scan_.height_mm});
    size();
    if (scan_.marks_over) say(Code::kCaptureMarksOver, Severity::kError);
    if (scan_.shows_more) say(Code::kCaptureTextOver, Severity::kWarning);
    const auto pictures = significant();
    if (pictures.empty()) return say(Code::kCaptureNoPicture, Severity::kError);
    if (!scan_.complete)
      say(Code::kCaptureNotLooked, Severity::kWarning, {{"coding", "content stream"}});
    colour(pictures);
    resolution(pictures);
    filling(pictures);
  }

 private:
  void say(Code code, Severity severity, Params params = {}) {
    params.insert(params.begin(), {"page", number_});
    findings_.push_back({code, severity, std::move(params), {}});
  }

  Rect shown(const DrawnPicture& picture) const {
    return {std::max(picture.place.left, 0.0), std::max(picture.place.bottom, 0.0),
            std::min(picture.place.right, scan_.width_mm),
            std::min(picture.place.top, scan_.height_mm)};
  }

  /// What the scan is made of: pictures of colours or shades; stencils only when there is nothing
  /// else, because over a picture they are the letters of a scan in layers.
  std::vector<const DrawnPicture*> significant() const {
    std::vector<const DrawnPicture*> pictures;
    const double page = scan_.width_mm * scan_.height_mm;
    for (const bool stencils : {false, true}) {
      double together = 0;
      for (const auto& one : scan_.pictures) {
        const auto box = shown(one);
        if (one.stencil == stencils) together += box.width() * box.height();
      }
      if (together < kSignificant * page) continue;
      for (const auto& one : scan_.pictures) {
        const auto box = shown(one);
        // Strips are each small, and the scan together.
        if (one.stencil == stencils && box.width() * box.height() > together / 200)
          pictures.push_back(&one);
      }
      if (!pictures.empty()) break;
    }
    return pictures;
  }

  void size() {
    const auto width = nearest(scan_.width_mm), height = nearest(scan_.height_mm);
    const auto& paper = request_.declared.paper;
    if (!paper) {
      if (page_.paper.empty())
        say(Code::kCapturePaperSize, Severity::kInfo, {{"width", width}, {"height", height}});
      return;
    }
    const auto [narrow, wide] = std::minmax(scan_.width_mm, scan_.height_mm);
    const auto [paper_narrow, paper_wide] = std::minmax(paper->width_mm, paper->height_mm);
    const double most = request_.standard.size_tolerance;
    if (std::abs(narrow / paper_narrow - 1) <= most && std::abs(wide / paper_wide - 1) <= most)
      return;
    say(Code::kCaptureScale, Severity::kError,
        {{"width", width},
         {"height", height},
         {"paper_width", nearest(paper->width_mm)},
         {"paper_height", nearest(paper->height_mm)}});
  }

  void colour(const std::vector<const DrawnPicture*>& pictures) {
    page_.colour = ScanColour::kBilevel;
    for (const auto* one : pictures) page_.colour = std::max(page_.colour, one->colour);
    if (page_.colour == ScanColour::kBilevel) say(Code::kCaptureBilevel, Severity::kError);
    if (page_.colour == ScanColour::kGray) {
      say(Code::kCaptureGray, request_.declared.colour == Declared::Colour::kExpected
                                  ? Severity::kWarning
                                  : Severity::kInfo);
    }
  }

  void resolution(const std::vector<const DrawnPicture*>& pictures) {
    const auto* const coarsest =
        *std::min_element(pictures.begin(), pictures.end(), [](const auto* a, const auto* b) {
          return std::min(a->dpi_x, a->dpi_y) < std::min(b->dpi_x, b->dpi_y);
        });
    page_.dpi_x = coarsest->dpi_x;
    page_.dpi_y = coarsest->dpi_y;
    if (pdf::is_sideways(coarsest->orientation)) std::swap(page_.dpi_x, page_.dpi_y);
    const auto [low, high] = std::minmax(page_.dpi_x, page_.dpi_y);
    const auto& standard = request_.standard;
    // Places on pages are written with four decimals.
    if (low < standard.min_dpi * (1 - standard.dpi_tolerance) - 0.05)
      say(Code::kCaptureDpi, Severity::kError,
          {{"dpi", whole(low)}, {"min", whole(standard.min_dpi)}});
    if (low > 0 && high / low - 1 > standard.size_tolerance)
      say(Code::kCaptureUneven, Severity::kWarning,
          {{"x", nearest(page_.dpi_x)}, {"y", nearest(page_.dpi_y)}});
  }

  void filling(const std::vector<const DrawnPicture*>& pictures) {
    if (scan_.width_mm <= 0 || scan_.height_mm <= 0) return;
    Rect all = pictures.front()->place, seen = shown(*pictures.front());
    for (const auto* one : pictures) {
      const auto unite = [](Rect& a, const Rect& b) {
        a = {std::min(a.left, b.left), std::min(a.bottom, b.bottom), std::max(a.right, b.right),
             std::max(a.top, b.top)};
      };
      unite(all, one->place);
      unite(seen, shown(*one));
    }
    const double most = request_.standard.size_tolerance;
    // What is missing shows in the visible part, what is cut off in the whole.
    const auto share = [&](double visible, double whole_picture) {
      return visible < 1 - most ? visible : whole_picture;
    };
    const double x = share(seen.width() / scan_.width_mm, all.width() / scan_.width_mm);
    const double y = share(seen.height() / scan_.height_mm, all.height() / scan_.height_mm);
    if (std::abs(x - 1) <= most && std::abs(y - 1) <= most) return;
    say(Code::kCaptureNotFilled, Severity::kError,
        {{"width", nearest(100 * x)},
         {"height", nearest(100 * y)},
         {"tolerance", nearest(100 * most)}});
  }

  const PageScan& scan_;
  std::string number_;
  const CaptureRequest& request_;
  CapturedPage& page_;
  Findings& findings_;
};

}  // namespace

void judge_page(const PageScan& scan, std::size_t number, const CaptureRequest& request,
                CapturedPage& page, Findings& findings) {
  PageJudge(scan, number, request, page, findings).judge();
  if (!page.looked) return;
  const auto text = std::to_string(number);
  if (page.blank)
    findings.push_back({Code::kCaptureBlank, Severity::kWarning, {{"page", text}}, {}});
  if (page.skew && std::abs(*page.skew) > request.standard.max_skew)
    findings.push_back({Code::kCaptureSkewed,
                        Severity::kWarning,
                        {{"page", text}, {"degrees", one_place(*page.skew)}},
                        {}});
}

void judge_pages(const std::vector<CapturedPage>& pages, const CaptureRequest& request,
                 Findings& findings) {
  const auto& declared = request.declared.pages;
  if (declared && *declared != pages.size())
    findings.push_back(
        {Code::kPageCountDiffers,
         Severity::kError,
         {{"quet", std::to_string(pages.size())}, {"ban_chinh", std::to_string(*declared)}},
         {}});
  for (std::size_t i = 0; i < pages.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      // Blank sides are all alike.
      if (pages[i].sha256.empty() || pages[i].blank || pages[j].blank) continue;
      const bool same = pages[i].sha256 == pages[j].sha256;
      const bool alike = pages[i].looked && pages[j].looked &&
                         distance(pages[i].fingerprint, pages[j].fingerprint) <= kAlike;
      if (!same && !alike) continue;
      findings.push_back({same ? Code::kCaptureSamePage : Code::kCaptureAlikePage,
                          same ? Severity::kError : Severity::kWarning,
                          {{"page", std::to_string(i + 1)}, {"other", std::to_string(j + 1)}},
                          {}});
      break;
    }
  }
}

void judge_file(const pdf::Document& document, Findings& findings) {
  const auto version = document.version();
  // "1.4": one digit, a point, one digit; the reader has seen to it.
  if (version < "1.4")
    findings.push_back({Code::kCaptureVersion, Severity::kError, {{"version", version}}, {}});
}

}  // namespace antin::service::capture
