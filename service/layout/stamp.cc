#include "service/layout/stamp.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "pdf/write/page_content.h"
#include "service/layout/free_place.h"
#include "service/layout/qr.h"

namespace antin::service::layout {
namespace {

constexpr double kWidest = 10'000;
constexpr double kQrReachMm = 45;      // of its box from the left top corner, at most
constexpr double kAddedMarginMm = 20;  // of what stands on a page of our own
constexpr double kA4Short = 210, kA4Long = 297;

Error too_large(const Layout& layout, const Error& why) {
  return make_error(Code::kLayoutTooLarge, why.detail, {{"mau", layout.title}});
}

Error on_page(Code code, std::size_t page, const std::string& detail) {
  return make_error(code, detail, {{"page", std::to_string(page + 1)}});
}

/// A page as it was, and where it is free; no places when its picture cannot be trusted.
struct Seen {
  pdf::picture::Raster before;
  std::optional<FreePlaces> places;
};

class Stamping {
 public:
  Stamping(const StampRequest& request, const pdf::Document& document, PagePictures& pictures)
      : request_(request), document_(document), pictures_(pictures) {}

  Result<Stamped> run(RandomSource& random) {
    ANTIN_CHECK(pdf::may_be_written_on(document_));
    ANTIN_TRY(count_, document_.page_count());
    if (count_ == 0) return on_page(Code::kPageNotFound, 0, "no page");
    boxes_.reserve(2);
    // The QR code first: on a single page the lời chứng makes room for it.
    if (!request_.qr.empty()) ANTIN_CHECK(place_qr_first());
    if (request_.attestation != nullptr) ANTIN_CHECK(place_attestation());
    if (qr_waits_) ANTIN_CHECK(place_qr_beside());
    ANTIN_TRY(out_.tail,
              pdf::write_on_pages(document_, {placed(), added_, request_.properties}, random));
    ANTIN_CHECK(check_nothing_else_changed());
    out_.pages = count_ + (added_ ? 1 : 0);
    return std::move(out_);
  }

 private:
  struct Box {
    pdf::DrawnBox drawn;
    std::size_t page;
    Area area;
    std::string name;
  };

  Status place_qr_first() {
    ANTIN_TRY(qr_, draw_qr(request_.qr));
    ANTIN_TRY(auto* first, seen(0));
    if (first->places) {
      if (request_.keep_top_mm > 0) first->places->occupy({0, 0, kWidest, request_.keep_top_mm});
      if (const auto area = first->places->left_top(qr_.width_mm, qr_.height_mm, kQrReachMm)) {
        put(qr_, 0, *area, "qr");
        return Done{};
      }
    }
    if (request_.attestation == nullptr) {
      return make_error(Code::kLayoutNoRoom, "left top corner", {{"page", "1"}, {"mau", "QR"}});
    }
    qr_waits_ = true;
    return Done{};
  }

  // In the largest size that has room; C-12: else on a page of its own.
  Status place_attestation() {
    const auto& layout = *request_.attestation;
    Style style = request_.style;
    if (style.size_pt == 0) style.size_pt = layout.size_pt;
    const double wanted = style.size_pt;
    const double least = std::min(layout.least_pt, wanted);
    ANTIN_TRY(auto* last, seen(count_ - 1));
    for (; style.size_pt >= least; style.size_pt -= 1) {
      ANTIN_TRY(auto blocks, filled(layout, request_.data, style));
      auto drawn = pdf::draw_box(blocks, layout.box);
      if (!drawn && drawn.error().code == Code::kAppearanceTooLarge && style.size_pt - 1 >= least)
        continue;
      if (!drawn && drawn.error().code == Code::kAppearanceTooLarge)
        return too_large(layout, drawn.error());
      if (!drawn) return std::move(drawn).error();
      if (!last->places) break;
      const auto& box = drawn.value();
      if (const auto area = last->places->below_content(box.width_mm, box.height_mm)) {
        put(box, count_ - 1, *area, "box");
        return Done{};
      }
    }
    style.size_pt = wanted;
    return place_on_added(layout, style);
  }

  Status place_on_added(const Layout& layout, const Style& style) {
    ANTIN_TRY(const auto page, pdf::seen_page(document_, count_ - 1));
    const bool upright = page.height_mm >= page.width_mm;
    added_ = pdf::AddedPage{upright ? kA4Short : kA4Long, upright ? kA4Long : kA4Short};
    auto size = layout.box;
    size.most_width_mm = std::min(size.most_width_mm, added_->width_mm - 2 * kAddedMarginMm);
    ANTIN_TRY(auto blocks, filled(layout, request_.data, style));
    auto drawn = pdf::draw_box(blocks, size);
    if (!drawn && drawn.error().code == Code::kAppearanceTooLarge)
      return too_large(layout, drawn.error());
    if (!drawn) return std::move(drawn).error();
    const double left = (added_->width_mm - drawn.value().width_mm) / 2;
    // Below the QR code, which keeps its corner.
    const double top = qr_waits_ ? kAddedMarginMm / 2 + qr_.height_mm : kAddedMarginMm;
    put(drawn.value(), count_, {left, top, drawn.value().width_mm, drawn.value().height_mm}, "box");
    out_.findings.push_back({Code::kLayoutPageAdded,
                             Severity::kInfo,
                             {{"page", std::to_string(count_ + 1)}},
                             layout.name()});
    return Done{};
  }

  // never over content; where the lời chứng is.
  Status place_qr_beside() {
    const std::size_t page = boxes_.back().page;
    std::optional<Area> area;
    if (added_) {
      const double edge = kAddedMarginMm / 2;
      area = Area{edge, edge, qr_.width_mm, qr_.height_mm};
    } else {
      ANTIN_TRY(auto* last, seen(page));
      if (last->places) area = last->places->below_content(qr_.width_mm, qr_.height_mm);
    }
    if (!area) {
      return make_error(Code::kLayoutNoRoom, "beside the attestation",
                        {{"page", std::to_string(page + 1)}, {"mau", "QR"}});
    }
    put(qr_, page, *area, "qr");
    out_.findings.push_back(
        {Code::kLayoutQrMoved, Severity::kInfo, {{"page", std::to_string(page + 1)}}, ""});
    return Done{};
  }

  void put(const pdf::DrawnBox& drawn, std::size_t page, const Area& area, const char* name) {
    boxes_.push_back({drawn, page, area, name});
    if (const auto seen = seen_.find(page); seen != seen_.end() && seen->second.places)
      seen->second.places->occupy(area);
    add_marks(boxes_.back());
  }

  void add_marks(const Box& box) {
    const auto& area = box.area;
    out_.places.push_back(
        {box.name, box.page + 1, area.x_mm, area.y_mm, area.width_mm, area.height_mm});
    for (const auto& mark : box.drawn.marks) {
      out_.places.push_back({mark.name, box.page + 1, area.x_mm + mark.x_mm, area.y_mm + mark.y_mm,
                             mark.width_mm, mark.height_mm});
    }
  }

  Result<Seen*> seen(std::size_t page) {
    const auto [at, fresh] = seen_.try_emplace(page);
    if (!fresh) return &at->second;
    auto picture = pictures_.draw(request_.document, page, kPictureDpi);
    if (!picture) {
      // Too large to be drawn: nobody knows where it is free.
      if (picture.error().code == Code::kResourceLimit) return &at->second;
      return std::move(picture).error();
    }
    ANTIN_CHECK(check_size(page, picture.value().raster));
    at->second.before = std::move(picture.value().raster);
    if (picture.value().complete) at->second.places.emplace(at->second.before);
    return &at->second;
  }

  Status check_size(std::size_t page, const pdf::picture::Raster& raster) const {
    ANTIN_TRY(const auto size, pdf::seen_page(document_, page));
    constexpr double kInch = 25.4, kTolerance = 2;  // pixels
    const bool agrees =
        std::fabs(size.width_mm / kInch * kPictureDpi - raster.width) <= kTolerance &&
        std::fabs(size.height_mm / kInch * kPictureDpi - raster.height) <= kTolerance &&
        raster.rgb.size() == std::size_t{3} * raster.width * raster.height;
    return agrees ? Status{Done{}} : on_page(Code::kLayoutPicture, page, "size of the picture");
  }

  std::vector<pdf::PlacedBox> placed() const {
    std::vector<pdf::PlacedBox> out;
    out.reserve(boxes_.size());
    for (const auto& box : boxes_)
      out.push_back({box.page, &box.drawn, box.area.x_mm, box.area.y_mm});
    return out;
  }

  Status check_nothing_else_changed() {
    Bytes all = to_bytes(request_.document.view());
    all.insert(all.end(), out_.tail.begin(), out_.tail.end());
    const SharedBytes after{std::move(all)};
    for (const auto& [page, seen] : seen_) {
      const bool touched = std::any_of(boxes_.begin(), boxes_.end(),
                                       [at = page](const Box& box) { return box.page == at; });
      if (!touched) continue;
      ANTIN_TRY(const auto picture, pictures_.draw(after, page, kPictureDpi));
      if (!same_outside(seen.before, picture.raster, page))
        return on_page(Code::kLayoutCovered, page, "pixels outside of the box differ");
    }
    return Done{};
  }

  bool same_outside(const pdf::picture::Raster& before, const pdf::picture::Raster& after,
                    std::size_t page) const {
    if (before.width != after.width || before.height != after.height ||
        before.rgb.size() != after.rgb.size())
      return false;
    // A box in pixels, those that it touches only with its edge included.
    struct Touched {
      double left, top, right, bottom;
    };
    std::vector<Touched> touched;
    const double per_mm = kPictureDpi / 25.4;
    for (const auto& box : boxes_) {
      const auto& area = box.area;
      if (box.page != page) continue;
      touched.push_back({std::floor(area.x_mm * per_mm), std::floor(area.y_mm * per_mm),
                         std::ceil((area.x_mm + area.width_mm) * per_mm),
                         std::ceil((area.y_mm + area.height_mm) * per_mm)});
    }
    const auto inside = [&](double x, double y) {
      return std::any_of(touched.begin(), touched.end(), [&](const Touched& box) {
        return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
      });
    };
    const std::size_t row = std::size_t{3} * before.width;
    for (std::uint32_t y = 0; y < before.height; ++y) {
      const auto* a = before.rgb.data() + y * row;
      const auto* b = after.rgb.data() + y * row;
      if (std::memcmp(a, b, row) == 0) continue;
      for (std::uint32_t x = 0; x < before.width; ++x) {
        const std::size_t at = std::size_t{3} * x;
        if (std::memcmp(a + at, b + at, 3) != 0 && !inside(x, y)) return false;
      }
    }
    return true;
  }

  const StampRequest& request_;
  const pdf::Document& document_;
  PagePictures& pictures_;
  std::size_t count_ = 0;
  std::map<std::size_t, Seen> seen_;
  pdf::DrawnBox qr_;
  bool qr_waits_ = false;
  std::vector<Box> boxes_;
  std::optional<pdf::AddedPage> added_;
  Stamped out_;
};

}  // namespace

Result<Stamped> stamp(const StampRequest& request, PagePictures& pictures, RandomSource& random) {
  ANTIN_TRY(const auto document,
            pdf::Document::open(request.document,
                                {.password = request.password, .limits = request.limits}));
  return Stamping{request, document, pictures}.run(random);
}

}  // namespace antin::service::layout
