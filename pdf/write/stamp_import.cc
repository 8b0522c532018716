#include "pdf/write/numbers.h"
#include "pdf/write/stamp.h"

// After the header that sets POINTERHOLDER_TRANSITION.
#include <qpdf/Buffer.hh>

namespace antin::pdf {
namespace {

// The drawn PDF is our own: deeper nesting means that drawing went wrong.
constexpr int kMaxDepth = 50;

// Copies objects of another PDF, renumbered and encrypted for this one.
class Importer {
 public:
  explicit Importer(IncrementalWriter& writer) : writer_(writer) {}

  Result<ObjectId> add(QPDFObjectHandle object, const Overrides& overrides, int depth) {
    const auto known = copied_.find(id_of(object));
    if (known != copied_.end()) return known->second;
    const ObjectId id = writer_.allocate();
    copied_.emplace(id_of(object), id);
    std::string body;
    if (object.isStream()) {
      ANTIN_CHECK(entries(object.getDict(), id, overrides, body, depth));
      const auto data = object.getRawStreamData();
      ANTIN_CHECK(writer_.put_stream(id, body, ByteView{data->getBuffer(), data->getSize()}));
      return id;
    }
    ANTIN_CHECK(resolved(object, id, body, depth));
    ANTIN_CHECK(writer_.put(id, body));
    return id;
  }

 private:
  Status value(const QPDFObjectHandle& item, ObjectId owner, std::string& out, int depth) {
    if (depth > kMaxDepth) return make_error(Code::kInternal, "drawn stamp nested too deeply");
    if (!item.isIndirect()) return resolved(item, owner, out, depth);
    ANTIN_TRY(const ObjectId copy, add(item, {}, depth + 1));
    out += reference(copy);
    return Done{};
  }

  Status resolved(QPDFObjectHandle item, ObjectId owner, std::string& out, int depth) {
    if (item.isDictionary()) {
      out += "<<";
      ANTIN_CHECK(entries(item, owner, {}, out, depth));
      out += ">>";
    } else if (item.isArray()) {
      out += "[";
      for (const auto& element : item.getArrayAsVector()) {
        ANTIN_CHECK(value(element, owner, out, depth + 1));
        out += " ";
      }
      out += "]";
    } else if (item.isString()) {
      ANTIN_TRY(const std::string text,
                writer_.text_of(owner, QPDFObjectHandle::newString(item.getStringValue())));
      out += text;
    } else {
      out += item.unparseResolved();
    }
    return Done{};
  }

  Status entries(QPDFObjectHandle dictionary, ObjectId owner, const Overrides& overrides,
                 std::string& out, int depth) {
    for (auto& [key, item] : dictionary.getDictAsMap()) {
      if (key == "/Length" || overrides.find(key) != overrides.end()) continue;
      out += name_text(key) + " ";
      ANTIN_CHECK(value(item, owner, out, depth + 1));
      out += "\n";
    }
    for (const auto& [key, text] : overrides) out += name_text(key) + " " + text + "\n";
    return Done{};
  }

  IncrementalWriter& writer_;
  std::map<ObjectId, ObjectId> copied_;
};

// 12.5.5: a viewer maps BBox, turned by Matrix, onto Rect. The page is then turned clockwise by
// /Rotate, so the form turns the other way.
std::string upright(int rotate) {
  switch (rotate) {
    case 90:
      return "[0 1 -1 0 0 0]";
    case 180:
      return "[-1 0 0 -1 0 0]";
    case 270:
      return "[0 -1 1 0 0 0]";
    default:
      return "[1 0 0 1 0 0]";
  }
}

}  // namespace

Result<ObjectId> import_stamp(IncrementalWriter& writer, const DrawnStamp& stamp, int rotate) {
  QPDF drawn;
  drawn.setSuppressWarnings(true);
  drawn.processMemoryFile("stamp", reinterpret_cast<const char*>(stamp.pdf.data()),
                          stamp.pdf.size());
  auto page = drawn.getRoot().getKey("/Pages").getKey("/Kids").getArrayItem(0);
  auto forms = page.getKey("/Resources").getKey("/XObject");
  if (!forms.isDictionary() || forms.getDictAsMap().empty()) {
    return make_error(Code::kInternal, "drawn stamp has no form");
  }
  auto form = forms.getDictAsMap().begin()->second;
  Importer importer{writer};
  return importer.add(
      form,
      {{"/BBox", rect_text({0, 0, stamp.width_pt, stamp.height_pt})}, {"/Matrix", upright(rotate)}},
      0);
}

}  // namespace antin::pdf
