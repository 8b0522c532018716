// R-13: the code of a result in its information dictionary and, the same, in its XMP packet.

#include <gtest/gtest.h>

#include "pdf/read/xmp.h"
#include "pdf/write/document_properties.h"
#include "tests/unit/layout/support.h"

namespace antin::service::layout {
namespace {

const std::string kCode = "H40.7-261123-0001-KQ(1)";
const std::string kPaper = "040198000001.QDHT.05/QĐ-UBND.01";
const pdf::DocumentProperties kBoth = {{"MaKetQua", kCode}, {"Ma", kPaper}};

std::string packet(const std::string& inside, const std::string& behind = {}) {
  return "<?xpacket begin=\"\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta "
         "xmlns:x=\"adobe:ns:meta/\">"
         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">" +
         inside + "</rdf:RDF></x:xmpmeta>" + behind + "<?xpacket end=\"w\"?>";
}
const std::string kTitled =
    "<rdf:Description rdf:about=\"uuid:1\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
    "<dc:format>application/pdf</dc:format></rdf:Description>";
const std::string kPdfA =
    "<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\""
    " pdfaid:part=\"2\" pdfaid:conformance=\"B\"/>";

class Properties : public ::testing::Test {
 protected:
  Result<Stamped> stamped(const Bytes& document, const pdf::DocumentProperties& properties,
                          const std::string& qr = {}) {
    auto asked = asked_of(document);
    asked.qr = qr;
    asked.properties = properties;
    return stamp(asked, pictures_, random_);
  }
  // The whole file: one that stock readers accept and that begins with what was there.
  Bytes good(const Bytes& document, const std::string& qr = {}) {
    const auto made = stamped(document, kBoth, qr);
    EXPECT_TRUE(made) << to_log_line(made.error());
    if (!made) return {};
    const auto file = joined(document, made.value().tail);
    keep(file, "properties");
    const auto said = fakes::said_of(file, "qpdf --check", "");
    EXPECT_EQ(said.find("WARNING"), std::string::npos) << said;
    const auto opened = pdf::Document::open(SharedBytes{file}, {});
    EXPECT_TRUE(opened) << to_log_line(opened.error());
    if (opened) {
      EXPECT_TRUE(opened.value().findings().empty());
    }
    const auto info = fakes::said_of(file, "pdfinfo -custom", "");
    EXPECT_NE(info.find("MaKetQua:"), std::string::npos) << info;
    EXPECT_NE(info.find(kCode), std::string::npos) << info;
    EXPECT_NE(info.find(kPaper), std::string::npos) << info;
    const auto xmp = fakes::said_of(file, "pdfinfo -meta", "");
    EXPECT_TRUE(pdf::is_well_formed_xmp(as_bytes(xmp))) << xmp;
    EXPECT_NE(xmp.find("<antin:MaKetQua>" + kCode + "<"), std::string::npos) << xmp;
    EXPECT_NE(xmp.find("<antin:Ma>" + kPaper + "<"), std::string::npos) << xmp;
    return file;
  }

  PopplerPictures pictures_;
  fakes::CountingRandom random_;
};

/// One page with an information dictionary and, unless "", an XMP packet.
Bytes described(const std::string& xmp) {
  test::PdfBuilder pdf;
  pdf.put(1,
          "<</Type/Catalog/Pages 2 0 R" + std::string(xmp.empty() ? "" : "/Metadata 6 0 R") + ">>");
  pdf.put(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
  pdf.put(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>");
  pdf.put_stream(4, "", "0 g");
  pdf.put(5,
          "<</Title<FEFF004B1EBF0074>/Author(A & B)/CreationDate(D:20261123090000+07'00')"
          "/MaKetQua(cu)>>");
  if (!xmp.empty()) pdf.put_stream(6, "/Type/Metadata/Subtype/XML", xmp);
  pdf.finish_table("/Root 1 0 R/Info 5 0 R");
  return to_bytes(pdf.bytes().view());
}

TEST_F(Properties, R13_StandInInfoAndInXmpOfEveryStructure) {
  good(pages({{.content = lines_down_to(600)}}));
  for (const auto* name : {"xref-stream", "linearized-object-streams", "deep-page-tree"}) {
    SCOPED_TRACE(name);
    good(to_bytes(
        read_file(std::string{ANTIN_SOURCE_DIR "/tests/vectors/structure/"} + name + ".pdf")));
  }
}

TEST_F(Properties, R13_ComeTogetherWithTheQrCodeInOneRevision) {
  const auto document = pages({{}});
  const auto file = good(document, "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B");
  const auto opened = pdf::Document::open(SharedBytes{file}, {});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened.value().revisions().revisions.size(), 2U);
}

TEST_F(Properties, R13_WhatADocumentSaysBesidesStays) {
  // Without a packet the new one says what the information dictionary does.
  auto file = good(described(""));
  auto xmp = fakes::said_of(file, "pdfinfo -meta", "");
  for (const auto* said : {"Kết", "A &amp; B", "<xmp:CreateDate>2026-11-23T02:00:00Z<"})
    EXPECT_NE(xmp.find(said), std::string::npos) << xmp;
  EXPECT_NE(fakes::said_of(file, "pdfinfo", "").find("Kết"), std::string::npos);
  // With one it is added to, about the same.
  file = good(described(packet(kTitled)));
  xmp = fakes::said_of(file, "pdfinfo -meta", "");
  EXPECT_NE(xmp.find("<dc:format>application/pdf<"), std::string::npos) << xmp;
  EXPECT_NE(xmp.find("rdf:about=\"uuid:1\" xmlns:antin"), std::string::npos) << xmp;
  // One that cannot be read, or that has these names already, gives way.
  const std::string earlier =
      "<rdf:Description rdf:about=\"\" xmlns:antin=\"urn:antin:giay-to:1#\">"
      "<antin:Ma>cu</antin:Ma></rdf:Description>";
  for (const auto& other : {std::string("<damaged"), packet(earlier)}) {
    xmp = fakes::said_of(good(described(other)), "pdfinfo -meta", "");
    EXPECT_EQ(xmp.find(">cu<"), std::string::npos) << xmp;
  }
}

TEST_F(Properties, R13_OfPdfAEachIsExplained) {
  const auto explained = pdf::with_properties(packet(kPdfA), kBoth);
  ASSERT_TRUE(explained);
  EXPECT_NE(explained->find("<pdfaProperty:name>MaKetQua<"), std::string::npos) << *explained;
  EXPECT_NE(explained->find("<pdfaSchema:namespaceURI>urn:antin:giay-to:1#<"), std::string::npos);
  // Into the list that is there already: a property may stand in a packet once.
  const auto listed = packet(
      kPdfA +
      "<rdf:Description rdf:about=\"\" "
      "xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\">"
      "<pdfaExtension:schemas><rdf:Bag><rdf:li>khac</rdf:li></rdf:Bag></pdfaExtension:schemas>"
      "</rdf:Description>");
  const auto both = pdf::with_properties(listed, kBoth);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->find("<pdfaExtension:schemas"), both->rfind("<pdfaExtension:schemas"));
  EXPECT_NE(both->find("<rdf:li>khac<"), std::string::npos);
  // What claims nothing needs no explanation.
  EXPECT_EQ(pdf::with_properties(packet(kTitled), kBoth)->find("pdfaSchema"), std::string::npos);
  good(described(packet(kPdfA)));
}

TEST_F(Properties, R13_APacketThatMightBeReadTwoWaysIsNotAddedTo) {
  EXPECT_TRUE(pdf::with_properties(packet(kTitled), kBoth));
  for (const auto& doubtful :
       {packet(kTitled, "<!-- </rdf:RDF> -->"), packet("<![CDATA[</rdf:RDF>]]>"), packet("\xFF"),
        std::string("<a></a>"), packet(kTitled) + packet(kTitled)})
    EXPECT_FALSE(pdf::with_properties(doubtful, kBoth)) << doubtful;
}

TEST_F(Properties, R13_NothingIsWrittenOnceSomebodySigned) {
  const auto refused = [&](const std::string& path, Code code) {
    const auto file = to_bytes(read_file(ANTIN_SOURCE_DIR "/tests/vectors/" + path));
    EXPECT_EQ(code_of(stamped(file, kBoth)), code) << path;
  };
  refused("lta/b.pdf", Code::kLayoutSignedAlready);
  refused("structure/encrypted-aes-256.pdf", Code::kPermissionDenied);
}

TEST_F(Properties, R13_NamesAndValuesAreJudged) {
  EXPECT_TRUE(pdf::check_properties(kBoth));
  for (const pdf::DocumentProperties& wrong : {pdf::DocumentProperties{{"Ma Ket", "1"}},
                                               {{"", "1"}},
                                               {{"Ma", ""}},
                                               {{"Ma", "1\n2"}},
                                               {{"Ma", "\xFF"}},
                                               {{"Ma", "1"}, {"Ma", "2"}},
                                               {{"Ma/Title", "1"}}})
    EXPECT_EQ(code_of(stamped(pages({{}}), wrong)), Code::kUsage) << wrong.front().name;
  const pdf::DocumentProperties marked = {{"Ma", "<a>&\"b\"</a>"}};
  const auto text = pdf::with_properties(packet(kTitled), marked);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("&lt;a&gt;&amp;&quot;b&quot;&lt;/a&gt;"), std::string::npos) << *text;
}

}  // namespace
}  // namespace antin::service::layout
