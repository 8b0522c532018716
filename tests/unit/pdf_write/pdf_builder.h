#pragma once

// Small PDFs made in the test itself, so that every structural class is at hand.

#include <functional>
#include <string>
#include <vector>

#include "pdf/read/qpdf_inside.h"
#include "pdf/write/signature_update.h"

// After the header that sets POINTERHOLDER_TRANSITION.
#include <qpdf/QPDFWriter.hh>

namespace antin::test {

struct PdfText {
  std::vector<std::string> objects;  ///< bodies of objects 1, 2, …; "" leaves the number free
  std::string trailer;               ///< further trailer entries
  std::string before;                ///< octets before %PDF-
  std::string end = "%%EOF\n";
};

/// Classic cross-reference table; object 1 is the catalogue. Offsets count from %PDF-.
inline Bytes make_pdf(const PdfText& text) {
  std::string out = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
  std::string table = "0000000000 65535 f \n";
  std::size_t number = 0;
  for (const auto& object : text.objects) {
    ++number;
    char line[32];
    std::snprintf(line, sizeof line, "%010zu %05d %c \n", object.empty() ? 0 : out.size(),
                  object.empty() ? 65535 : 0, object.empty() ? 'f' : 'n');
    table += line;
    if (!object.empty()) out += std::to_string(number) + " 0 obj\n" + object + "\nendobj\n";
  }
  const std::string size = std::to_string(number + 1);
  const std::size_t xref = out.size();
  out += "xref\n0 " + size + "\n" + table + "trailer\n<</Size " + size + "/Root 1 0 R" +
         text.trailer + ">>\nstartxref\n" + std::to_string(xref) + "\n" + text.end;
  return to_bytes(text.before + out);
}

inline std::string stream(const std::string& entries, const std::string& data) {
  return "<<" + entries + "/Length " + std::to_string(data.size()) + ">>\nstream\n" + data +
         "\nendstream";
}

/// Catalogue 1, pages 2, page 3, contents 4, Times 5; `page` and `catalogue` are further entries.
inline PdfText one_page(const std::string& page = "", const std::string& catalogue = "",
                        const std::string& content = "BT /F1 12 Tf 100 700 Td (CHU TICH) Tj ET") {
  return {.objects = {"<</Type/Catalog/Pages 2 0 R" + catalogue + ">>",
                      "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
                      "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>" +
                          page + ">>",
                      stream("", content),
                      "<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>"},
          .trailer = "",
          .before = ""};
}

/// The same document as libqpdf writes it with the given settings (object streams, encryption, …).
inline Bytes rewritten(const Bytes& pdf, const std::function<void(QPDFWriter&)>& settings) {
  QPDF qpdf;
  qpdf.processMemoryFile("test", reinterpret_cast<const char*>(pdf.data()), pdf.size());
  QPDFWriter writer{qpdf};
  writer.setOutputMemory();
  writer.setStaticID(true);
  settings(writer);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return to_bytes(ByteView{buffer->getBuffer(), buffer->getSize()});
}

/// Octets 1, 2, 3, …: the same result in every run.
class CountingRandom final : public RandomSource {
 public:
  Bytes bytes(std::size_t count) override {
    Bytes out(count);
    for (auto& octet : out) octet = next_++;
    return out;
  }

 private:
  std::uint8_t next_ = 1;
};

/// For documents that are not encrypted: any use is a mistake.
class NoCipher final : public pdf::DocumentCipher {
 public:
  Result<Bytes> encrypt(Kind, ByteView, ByteView) override {
    return make_error(Code::kInternal, "nothing to encrypt here");
  }
};

inline UtcTime test_time() {
  return *from_rfc3339("2026-11-22T03:20:30Z");
}

inline pdf::SignatureUpdate invisible() {
  pdf::SignatureUpdate update;
  update.signing_time = test_time();
  update.reason = "Phê duyệt";
  update.contents_octets = 512;
  return update;
}

inline Result<pdf::PreparedSignature> prepare(const Bytes& file,
                                              const pdf::SignatureUpdate& update) {
  CountingRandom random;
  NoCipher cipher;
  ANTIN_TRY(const auto document, pdf::Document::open(SharedBytes{file}, {}));
  return pdf::prepare_signature(document, update, cipher, random);
}

inline Bytes whole(const pdf::PreparedSignature& prepared) {
  Bytes file = to_bytes(prepared.original().view());
  file.insert(file.end(), prepared.tail().begin(), prepared.tail().end());
  return file;
}

/// prepare() and a placeholder CMS in it: a file that can be signed again.
inline Bytes signed_file(const Bytes& file, const pdf::SignatureUpdate& update) {
  auto prepared = prepare(file, update);
  if (!prepared) throw std::runtime_error(to_log_line(prepared.error()));
  const Bytes cms{0x30, 0x03, 0x02, 0x01, 0x05};
  if (!prepared.value().set_contents(cms)) throw std::runtime_error("contents");
  return whole(prepared.value());
}

inline Code code_of(const Result<pdf::PreparedSignature>& result) {
  return result ? Code::kInternal : result.error().code;
}

}  // namespace antin::test
