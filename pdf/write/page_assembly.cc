#include "pdf/write/page_assembly.h"

#include <algorithm>

#include "pdf/read/form.h"
#include "pdf/read/inherited.h"
#include "pdf/read/qpdf_inside.h"
// After it: it says how libqpdf's headers are to be read.
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;

class Assembler {
 public:
  /// The writer changes what it writes, and copying leaves notes in the sources: both are read
  /// anew.
  static Result<std::vector<Document>> again(std::span<const Document> documents) {
    std::vector<Document> all;
    all.reserve(documents.size());
    for (const auto& document : documents) {
      ANTIN_TRY(auto copy, Document::open(document.octets(), document.inside().options));
      all.push_back(std::move(copy));
    }
    return all;
  }

  Assembler() { made_.emptyPDF(); }

  Status add(const Document& document, const AssembledPage& wanted) {
    ANTIN_TRY(const auto* pages, document.inside().pages());
    if (wanted.page >= pages->size()) return make_error(Code::kInternal, "no such page");
    const auto& leaf = (*pages)[wanted.page];
    ANTIN_TRY(const auto geometry, document.page_geometry(wanted.page));
    // Only what is drawn comes along, so it is gathered in a page of its own before it is copied.
    auto page = Object::newDictionary();
    page.replaceKey("/Type", Object::newName("/Page"));
    page.replaceKey("/MediaBox", box(leaf.media_box, geometry.visible));
    if (!Object{leaf.crop_box}.isNull()) page.replaceKey("/CropBox", box(leaf.crop_box, {}));
    page.replaceKey("/Rotate", Object::newInteger((geometry.rotate + 90 * wanted.quarters) % 360));
    if (geometry.user_unit != 1) page.replaceKey("/UserUnit", Object::newReal(geometry.user_unit));
    for (const char* key : {"/Contents", "/Group"}) keep(page, key, key_of(leaf.dictionary, key));
    keep(page, "/Resources", inherited(leaf.dictionary, "/Resources"));
    auto own = document.inside().qpdf.makeIndirectObject(page);
    auto copy = made_.copyForeignObject(own);
    made_.addPage(copy, false);
    // Resources are often shared by all pages: pictures of pages left out must not come along.
    QPDFPageObjectHelper(copy).removeUnreferencedResources();
    return Done{};
  }

  Bytes write(const std::string& at_least) {
    auto about = Object::newDictionary();
    about.replaceKey("/Producer", Object::newString("antin"));
    made_.getTrailer().replaceKey("/Info", made_.makeIndirectObject(about));
    QPDFWriter writer{made_};
    writer.setOutputMemory();
    writer.setMinimumPDFVersion(at_least);
    writer.setStreamDataMode(qpdf_s_preserve);
    writer.setObjectStreamMode(qpdf_o_disable);
    writer.setDeterministicID(true);
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    return to_bytes(ByteView{buffer->getBuffer(), buffer->getSize()});
  }

 private:
  static Object box(const Object& given, const Rect& otherwise) {
    const auto rect = read_rect(given).value_or(otherwise);
    return Object::newArray(
        QPDFObjectHandle::Rectangle(rect.left, rect.bottom, rect.right, rect.top));
  }
  static void keep(Object page, const char* key, const Object& value) {
    if (!Object{value}.isNull()) page.replaceKey(key, value);
  }
  QPDF made_;
};

}  // namespace

Result<Bytes> assemble_pages(std::span<const Document> documents,
                             std::span<const AssembledPage> pages) {
  return guarded("putting pages together", [&]() -> Result<Bytes> {
    // Before the assembler: it reads from them until it has written.
    ANTIN_TRY(const auto sources, Assembler::again(documents));
    std::string version = "1.7";
    for (const auto& source : sources) version = std::max(version, source.version());
    Assembler assembler;
    for (const auto& page : pages) {
      if (page.document >= sources.size()) return make_error(Code::kInternal, "no such document");
      ANTIN_CHECK(assembler.add(sources[page.document], page));
    }
    return assembler.write(version);
  });
}

}  // namespace antin::pdf
