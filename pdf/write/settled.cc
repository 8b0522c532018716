#include "pdf/write/settled.h"

#include "pdf/read/qpdf_inside.h"

// Behind qpdf_inside.h, which says how its pointers are to be.
// clang-format off
#include <qpdf/QPDFWriter.hh>
// clang-format on

namespace antin::pdf {
namespace {

Bytes written(QPDF& pdf, const AboutDocument& about) {
  auto info = QPDFObjectHandle::newDictionary();
  info.replaceKey("/Title", QPDFObjectHandle::newUnicodeString(about.title));
  info.replaceKey("/Producer", QPDFObjectHandle::newString("antin"));
  if (about.made_at)
    info.replaceKey("/CreationDate", QPDFObjectHandle::newString(to_pdf_date(*about.made_at)));
  if (!about.template_name.empty())
    info.replaceKey("/AntinLayout", QPDFObjectHandle::newUnicodeString(about.template_name));
  pdf.getTrailer().replaceKey("/Info", pdf.makeIndirectObject(info));
  pdf.getTrailer().removeKey("/ID");
  auto root = pdf.getRoot();
  root.replaceKey("/Lang", QPDFObjectHandle::newString(about.language));
  root.replaceKey("/ViewerPreferences", QPDFObjectHandle::parse("<< /DisplayDocTitle true >>"));
  QPDFWriter writer{pdf};
  writer.setOutputMemory();
  writer.setDeterministicID(true);
  writer.setStaticID(false);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return to_bytes(ByteView{buffer->getBuffer(), buffer->getSize()});
}

}  // namespace

Result<Bytes> settled(QPDF& pdf, const AboutDocument& about) {
  return guarded("writing a new document", [&] { return written(pdf, about); });
}

Result<Bytes> settled(const Bytes& octets, const AboutDocument& about) {
  return guarded("writing a new document", [&] {
    QPDF pdf;
    pdf.setSuppressWarnings(true);
    pdf.processMemoryFile("new document", reinterpret_cast<const char*>(octets.data()),
                          octets.size());
    return written(pdf, about);
  });
}

}  // namespace antin::pdf
