#include "pdf/write/target_page.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "pdf/read/form.h"

namespace antin::pdf {
namespace {

struct Inherited {
  QPDFObjectHandle media_box = QPDFObjectHandle::newNull();
  QPDFObjectHandle crop_box = QPDFObjectHandle::newNull();
  QPDFObjectHandle rotate = QPDFObjectHandle::newNull();
  QPDFObjectHandle resources = QPDFObjectHandle::newNull();
};

enum class Order : std::uint8_t { kForwards, kBackwards };
enum class Walk : std::uint8_t { kContinue, kStop };

// Leaves of the page tree in one order until `visit` has had enough.
class PageWalk {
 public:
  using Visit = std::function<Walk(QPDFObjectHandle&, const Inherited&)>;
  PageWalk(const ReadLimits& limits, Order order, Visit visit)
      : limits_(limits), order_(order), visit_(std::move(visit)) {}

  Result<Walk> run(QPDFObjectHandle root) {
    auto pages = root.getKey("/Pages");
    if (!pages.isDictionary()) return make_error(Code::kPdfMalformed, "no page tree");
    return node(pages, {}, 0);
  }

 private:
  Result<Walk> node(QPDFObjectHandle object, Inherited inherited, std::size_t depth) {
    if (depth > limits_.max_depth) return make_error(Code::kPdfMalformed, "page tree too deep");
    // Inner nodes count too, so that a graph instead of a tree cannot run for ever.
    if (++visited_ > 2 * limits_.max_pages) {
      return make_error(Code::kResourceLimit, "too many page tree nodes");
    }
    if (!object.isDictionary()) return Walk::kContinue;
    const auto inherit = [&](const char* key, QPDFObjectHandle& slot) {
      auto value = object.getKey(key);
      // A reference counts as it stands: resolving /Resources of every node would cost more than
      // the rest of the update.
      if (value.isIndirect() || !value.isNull()) slot = value;
    };
    inherit("/MediaBox", inherited.media_box);
    inherit("/CropBox", inherited.crop_box);
    inherit("/Rotate", inherited.rotate);
    inherit("/Resources", inherited.resources);
    auto kids = object.getKey("/Kids");
    if (!kids.isArray()) return visit_(object, inherited);
    const int count = kids.getArrayNItems();
    for (int i = 0; i < count; ++i) {
      ANTIN_TRY(const Walk walk,
                node(kids.getArrayItem(order_ == Order::kForwards ? i : count - 1 - i), inherited,
                     depth + 1));
      if (walk == Walk::kStop) return walk;
    }
    return Walk::kContinue;
  }

  const ReadLimits& limits_;
  Order order_;
  Visit visit_;
  std::size_t visited_ = 0;
};

int rotation(QPDFObjectHandle value) {
  if (!value.isInteger()) return 0;
  const long long turn = value.getIntValue() % 360;
  const auto normal = static_cast<int>(turn < 0 ? turn + 360 : turn);
  return normal % 90 == 0 ? normal : 0;
}

Rect common(const Rect& a, const Rect& b) {
  return {std::max(a.left, b.left), std::max(a.bottom, b.bottom), std::min(a.right, b.right),
          std::min(a.top, b.top)};
}

PageGeometry geometry(QPDFObjectHandle& page, const Inherited& inherited) {
  // Viewers fall back to US Letter; a page without any usable box has nothing better.
  constexpr Rect kLetter{0, 0, 612, 792};
  PageGeometry result;
  const Rect media = read_rect(inherited.media_box).value_or(kLetter);
  const Rect crop = common(read_rect(inherited.crop_box).value_or(media), media);
  result.visible = crop.width() > 0 && crop.height() > 0 ? crop : media;
  result.rotate = rotation(inherited.rotate);
  auto unit = page.getKey("/UserUnit");
  if (unit.isNumber()) {
    const double value = unit.getNumericValue();
    if (std::isfinite(value) && value > 0) result.user_unit = value;
  }
  return result;
}

}  // namespace

Result<TargetPage> find_page(Document::Inside& inside, int page) {
  const auto missing = [&] {
    return make_error(Code::kPageNotFound, "no such page", {{"page", std::to_string(page)}});
  };
  if (page == 0) return missing();
  long skip = page > 0 ? long{page} - 1 : -long{page} - 1;
  std::optional<TargetPage> found;
  PageWalk walk{
      inside.options.limits, page > 0 ? Order::kForwards : Order::kBackwards,
      [&](QPDFObjectHandle& leaf, const Inherited& inherited) {
        if (skip-- > 0) return Walk::kContinue;
        found = TargetPage{leaf, id_of(leaf), inherited.resources, geometry(leaf, inherited)};
        return Walk::kStop;
      }};
  ANTIN_TRY([[maybe_unused]] const Walk end, walk.run(inside.root()));
  if (!found) return missing();
  if (!found->dictionary.isIndirect()) {
    return make_error(Code::kPdfMalformed, "page is a direct object");
  }
  return std::move(*found);
}

Result<bool> annots_shared(Document::Inside& inside, ObjectId annots, ObjectId page) {
  bool shared = false;
  PageWalk walk{inside.options.limits, Order::kForwards,
                [&](QPDFObjectHandle& leaf, const Inherited&) {
                  auto other = leaf.getKey("/Annots");
                  shared = other.isIndirect() && id_of(other) == annots && id_of(leaf) != page;
                  return shared ? Walk::kStop : Walk::kContinue;
                }};
  ANTIN_TRY([[maybe_unused]] const Walk end, walk.run(inside.root()));
  return shared;
}

}  // namespace antin::pdf
