#include "pdf/write/page_content.h"

#include <algorithm>

#include "pdf/read/content_stream.h"
#include "pdf/read/form.h"
#include "pdf/write/incremental_writer.h"
#include "pdf/write/numbers.h"
#include "pdf/write/property_update.h"
#include "pdf/write/stamp.h"
#include "pdf/write/target_page.h"

namespace antin::pdf {
namespace {

constexpr std::size_t kUsualTail = std::size_t{1} << 16U;
constexpr std::size_t kMaxContent = std::size_t{64} << 20U;
constexpr int kMaxDepth = 100;

double points(double millimetres) {
  return millimetres * kPointsPerMillimetre;
}

// Nothing here is encrypted: such documents are refused.
class NoCipher final : public DocumentCipher {
 public:
  Result<Bytes> encrypt(Kind /*kind*/, ByteView /*key*/, ByteView plain) override {
    return to_bytes(plain);
  }
};

// How a content stream leaves the stack of graphics states (8.4.2) and the text object (9.4.1).
class Balance final : public ContentReader {
 public:
  void handleObject(QPDFObjectHandle object) override {
    if (!object.isOperator()) return;
    const std::string word = object.getOperatorValue();
    if (word == "q") {
      ++depth_;
    } else if (word == "Q") {
      --depth_;
      lowest_ = std::min(lowest_, depth_);
    } else if (word == "BT") {
      in_text_ = true;
    } else if (word == "ET") {
      in_text_ = false;
    }
  }
  std::string before() const { return repeated("q\n", 1 - lowest_); }
  std::string after() const {
    return (in_text_ ? "\nET" : std::string{}) + repeated("\nQ", 1 - lowest_ + depth_) + "\n";
  }

 private:
  static std::string repeated(std::string_view text, long times) {
    std::string out;
    for (long i = 0; i < times; ++i) out += text;
    return out;
  }
  long depth_ = 0, lowest_ = 0;
  bool in_text_ = false;
};

Result<Balance> balance_of(const QPDFObjectHandle& contents) {
  Balance balance;
  if (QPDFObjectHandle{contents}.isNull()) return balance;
  ANTIN_TRY(const auto octets, content_octets(contents, kMaxContent));
  if (!octets) return make_error(Code::kPdfMalformed, "page content cannot be decoded");
  parse_content(*octets, balance);
  return balance;
}

/// A form on its page: operators that show it, once its name is known.
struct Shown {
  ObjectId form;
  std::string matrix;
};

class PageWriter {
 public:
  PageWriter(Document::Inside& inside, IncrementalWriter& writer)
      : inside_(inside), writer_(writer) {}

  Status write_existing(std::size_t number, const std::vector<const PlacedBox*>& boxes) {
    ANTIN_TRY(const TargetPage page, find_page(inside_, static_cast<int>(number) + 1));
    ANTIN_TRY(const auto shown, import(boxes, page.geometry));
    auto dictionary = page.dictionary;
    auto contents = key_of(dictionary, "/Contents");
    ANTIN_TRY(const Balance balance, balance_of(contents));
    ANTIN_TRY(const std::string resources, with_forms(page, shown));
    const ObjectId before = writer_.allocate(), after = writer_.allocate();
    ANTIN_CHECK(writer_.put_stream(before, "", as_bytes(balance.before())));
    ANTIN_CHECK(writer_.put_stream(after, "", as_bytes(balance.after() + operators(shown))));
    std::string parts = "[" + reference(before) + " ";
    const auto own = dictionary.getKey("/Contents");
    if (contents.isArray()) {
      for (const auto& item : contents.getArrayAsVector()) {
        ANTIN_TRY(const std::string text, writer_.text_of(page.id, item));
        parts += text + " ";
      }
    } else if (contents.isStream()) {
      parts += reference(id_of(own)) + " ";
    }
    ANTIN_TRY(const std::string text, writer_.edited(page.id, dictionary,
                                                     {{"/Contents", parts + reference(after) + "]"},
                                                      {"/Resources", resources}}));
    ANTIN_CHECK(writer_.put(page.id, text));
    return Done{};
  }

  Status write_added(const AddedPage& added, const std::vector<const PlacedBox*>& boxes) {
    ANTIN_TRY(const TargetPage last, find_page(inside_, -1));
    const ObjectId id = writer_.allocate(), contents = writer_.allocate();
    ANTIN_TRY(const ObjectId parent, link_behind(last, id));
    PageGeometry geometry;
    geometry.visible = {0, 0, points(added.width_mm), points(added.height_mm)};
    ANTIN_TRY(const auto shown, import(boxes, geometry));
    ANTIN_CHECK(writer_.put_stream(contents, "", as_bytes(operators(shown))));
    const std::string box = rect_text(geometry.visible);
    std::string body = "<</Type /Page /Parent " + reference(parent) + " /MediaBox " + box;
    body += " /CropBox " + box + " /Rotate 0 /Resources <</XObject <<" + named(shown) + ">>>>";
    ANTIN_CHECK(writer_.put(id, body + " /Contents " + reference(contents) + ">>"));
    return Done{};
  }

 private:
  Result<std::vector<Shown>> import(const std::vector<const PlacedBox*>& boxes,
                                    const PageGeometry& geometry) {
    const PageView view{geometry};
    std::vector<Shown> shown;
    for (const auto* placed : boxes) {
      const auto& box = *placed->box;
      const ViewBox at{points(placed->x_mm), points(placed->y_mm), points(box.width_mm),
                       points(box.height_mm)};
      if (!view.holds(at)) return make_error(Code::kAppearanceTooLarge, "box leaves the page");
      const Rect rect = view.to_user_space(at);
      ANTIN_TRY(const ObjectId form,
                import_stamp(writer_, {box.pdf, at.width, at.height}, geometry.rotate));
      // The form's /Matrix has turned it about its origin already (8.10.1).
      const double u = geometry.user_unit;
      double x = rect.left, y = rect.bottom;
      if (geometry.rotate == 90 || geometry.rotate == 180) x = rect.right;
      if (geometry.rotate == 180 || geometry.rotate == 270) y = rect.top;
      shown.push_back({form, number_text(1 / u) + " 0 0 " + number_text(1 / u) + " " +
                                 number_text(x) + " " + number_text(y) + " cm"});
    }
    return shown;
  }

  std::string name_of(std::size_t index) const { return "/" + prefix_ + std::to_string(index + 1); }
  std::string named(const std::vector<Shown>& shown) const {
    std::string out;
    for (std::size_t i = 0; i < shown.size(); ++i)
      out += name_of(i) + " " + reference(shown[i].form) + " ";
    return out;
  }
  std::string operators(const std::vector<Shown>& shown) const {
    std::string out;
    for (std::size_t i = 0; i < shown.size(); ++i)
      out += "q " + shown[i].matrix + " " + name_of(i) + " Do Q\n";
    return out;
  }

  // The page's own resources and those it inherits, with the forms among its XObjects.
  Result<std::string> with_forms(const TargetPage& page, const std::vector<Shown>& shown) {
    auto resources = page.resources;
    auto objects = key_of(resources, "/XObject");
    prefix_ = "Antin";
    const auto taken = [&] {
      for (std::size_t i = 0; objects.isDictionary() && i < shown.size(); ++i) {
        if (objects.hasKey(name_of(i))) return true;
      }
      return false;
    };
    while (taken()) prefix_ += "X";
    std::string forms = "<<" + named(shown);
    if (objects.isDictionary()) {
      for (const auto& [key, value] : objects.getDictAsMap()) {
        ANTIN_TRY(const std::string text, writer_.text_of(page.id, value));
        forms += name_text(key) + " " + text + "\n";
      }
    }
    forms += ">>";
    if (!resources.isDictionary()) return "<</XObject " + forms + ">>";
    return writer_.edited(page.id, resources, {{"/XObject", forms}});
  }

  // Appends `page` to the node that holds the last one, and counts it all the way up.
  Result<ObjectId> link_behind(const TargetPage& last, ObjectId page) {
    auto leaf = last.dictionary;
    auto node = leaf.getKey("/Parent");
    const ObjectId parent = id_of(node);
    for (int depth = 0; node.isDictionary() && node.isIndirect(); ++depth) {
      if (depth > kMaxDepth) return make_error(Code::kPdfMalformed, "page tree too deep");
      auto count = node.getKey("/Count");
      if (!count.isInteger()) return make_error(Code::kPdfMalformed, "page tree without /Count");
      Overrides changes{{"/Count", std::to_string(count.getIntValue() + 1)}};
      if (depth == 0) {
        auto kids = node.getKey("/Kids");
        if (!kids.isArray()) return make_error(Code::kPdfMalformed, "page tree without /Kids");
        ANTIN_TRY(const std::string text, writer_.appended(parent, kids, reference(page)));
        if (kids.isIndirect()) {
          ANTIN_CHECK(writer_.put(id_of(kids), text));
        } else {
          changes["/Kids"] = text;
        }
      }
      ANTIN_TRY(const std::string text, writer_.edited(id_of(node), node, changes));
      ANTIN_CHECK(writer_.put(id_of(node), text));
      auto above = node.getKey("/Parent");
      if (above.isNull()) return parent;
      node = above;
    }
    return make_error(Code::kPdfMalformed, "page tree without parents");
  }

  Document::Inside& inside_;
  IncrementalWriter& writer_;
  std::string prefix_ = "Antin";
};

Result<Bytes> written(const Document& document, const PageUpdate& update, RandomSource& random) {
  ANTIN_CHECK(may_be_written_on(document));
  ANTIN_TRY(const std::size_t count, document.page_count());
  auto& inside = document.inside();
  NoCipher no_cipher;
  const ObjectCipher cipher{inside.encryption, no_cipher};
  IncrementalWriter writer{inside, cipher, kUsualTail};
  PageWriter pages{inside, writer};
  std::map<std::size_t, std::vector<const PlacedBox*>> by_page;
  for (const auto& box : update.boxes) by_page[box.page].push_back(&box);
  for (const auto& [page, on_it] : by_page) {
    if (page == count && update.added) continue;
    ANTIN_CHECK(pages.write_existing(page, on_it));
  }
  if (update.added) ANTIN_CHECK(pages.write_added(*update.added, by_page[count]));
  ANTIN_CHECK(write_properties(writer, inside, update.properties));
  return writer.finish(random);
}

}  // namespace

Status may_be_written_on(const Document& document) {
  ANTIN_TRY(const auto fields, document.signature_fields());
  const bool is_signed = std::any_of(fields.begin(), fields.end(),
                                     [](const SignatureField& field) { return field.is_signed; });
  ANTIN_TRY(const auto places, document.signature_places());
  if (is_signed || !places.empty())
    return make_error(Code::kLayoutSignedAlready, "signed before it was written on");
  if (document.encrypted()) return make_error(Code::kPermissionDenied, "encrypted");
  return Done{};
}

Result<SeenPage> seen_page(const Document& document, std::size_t page) {
  ANTIN_TRY(const auto geometry, document.page_geometry(page));
  const PageView view{geometry};
  return SeenPage{view.width() / kPointsPerMillimetre, view.height() / kPointsPerMillimetre};
}

Result<Bytes> write_on_pages(const Document& document, const PageUpdate& update,
                             RandomSource& random) {
  return guarded("writing on pages", [&] { return written(document, update, random); });
}

}  // namespace antin::pdf
