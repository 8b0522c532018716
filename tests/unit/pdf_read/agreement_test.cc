// Where our own readers spare libqpdf the work, both must see the same: the references between
// objects, and the operands and operators of content.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "pdf/read/content_stream.h"
#include "pdf/read/form.h"
#include "pdf/read/references.h"
#include "pdf/read/stream_limits.h"
#include "tests/unit/pdf_read/support.h"

namespace antin::pdf {
namespace {

using Object = QPDFObjectHandle;
using Ids = References::Ids;

std::vector<SharedBytes> committed_files() {
  std::vector<SharedBytes> files;
  for (const auto* folder : {"/tests/fuzz/corpus", "/packaging/samples"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::string{ANTIN_SOURCE_DIR} + folder)) {
      if (entry.path().extension() != ".pdf") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      files.emplace_back(Bytes(std::istreambuf_iterator<char>(in), {}));
    }
  }
  return files;
}

/// What an object refers to, as libqpdf reads it.
void collect(Object object, Ids& into) {
  std::vector<Object> todo{object.isStream() ? object.getDict() : object};
  while (!todo.empty()) {
    auto one = todo.back();
    todo.pop_back();
    const auto visit = [&](const Object& child) {
      if (child.isIndirect()) {
        into.insert(child.getObjGen());
      } else {
        todo.push_back(child);
      }
    };
    if (one.isArray()) {
      for (const auto& item : one.getArrayAsVector()) visit(item);
    } else if (one.isDictionary()) {
      for (const auto& [key, child] : one.getDictAsMap()) visit(child);
    }
  }
}

TEST(References, NoneThatLibqpdfSeesIsMissed) {
  std::size_t compared = 0;
  for (const auto& file : committed_files()) {
    const auto document = Document::open(file, {});
    if (!document) continue;
    auto& inside = document.value().inside();
    for (const auto& [id, entry] : inside.qpdf.getXRefTable()) {
      Ids children;
      collect(inside.qpdf.getObject(id), children);
      for (const auto& child : children) {
        EXPECT_EQ(inside.references().leading_to({child}, {}).count(id), 1U)
            << id.unparse() << " -> " << child.unparse();
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 500U);
}

PdfBuilder document_with(const std::string& fifth) {
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>");
  pdf.put(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
  pdf.put(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 6 0 R>>");
  pdf.put(4, "[5 0 R]").put(5, fifth).put_stream(6, "", "q Q").put(7, "(7 0 R)");
  pdf.finish_table("/Root 1 0 R");
  return pdf;
}

/// Numbers of the objects from which 6 can be reached.
std::set<int> leading_to_contents(const PdfBuilder& pdf, const Ids& barriers = {}) {
  const auto document = open(pdf);
  EXPECT_TRUE(document);
  if (!document) return {};
  std::set<int> numbers;
  const auto& references = document.value().inside().references();
  for (const auto& id : references.leading_to({QPDFObjGen{6, 0}}, barriers))
    numbers.insert(id.getObj());
  return numbers;
}

TEST(References, LeadToWhatIsBelow) {
  const std::set<int> way{1, 2, 3, 6};
  EXPECT_EQ(leading_to_contents(document_with("<</A[<</B(6 0 R)/C<36>/D/E#20/F 6>>]>>")), way);
  EXPECT_EQ(leading_to_contents(document_with("<</A[<</B 6 0 R>>]>>")),
            (std::set<int>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(leading_to_contents(document_with("null"), {QPDFObjGen{3, 0}}), (std::set<int>{6}));
}

TEST(References, OfWhatIsNotPlainLeadAnywhere) {
  const std::set<int> all{1, 2, 3, 4, 5, 6};
  for (const auto* unclear :
       {"/A\v6\v0\vR", "<</A<6 0 R>>>", "<</A 6 0 R x>>", "<</A 0 R>>", "[1 2", "<</A\x80 1>>"}) {
    EXPECT_EQ(leading_to_contents(document_with(unclear)), all) << unclear;
  }
  auto dangling = leading_to_contents(document_with("99 0 R"));
  EXPECT_EQ(dangling.erase(99), 1U);
  EXPECT_EQ(dangling, all);
}

TEST(References, OfObjectsInObjectStreamsAreSeen) {
  PdfBuilder pdf;
  pdf.put_object_stream(8, {{1, "<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>"},
                            {2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"},
                            {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 6 0 R>>"},
                            {4, "[5 0 R]"},
                            {5, "<</A 7>>"}});
  pdf.put_stream(6, "", "q Q").finish_stream(9, "/Root 1 0 R");
  // And the cross-reference stream to the catalogue.
  EXPECT_EQ(leading_to_contents(pdf), (std::set<int>{1, 2, 3, 6, 9}));
}

/// All that a reader is handed, and whether the parser complained.
class Recorder final : public ContentReader {
 public:
  void handleObject(Object object) override {
    if (object.isInlineImage()) {
      seen_.push_back("inline image");
    } else if (object.isOperator()) {
      seen_.push_back("operator " + object.getOperatorValue());
    } else {
      seen_.push_back(std::string{object.getTypeName()} + " " + object.unparse());
    }
  }
  const std::vector<std::string>& seen() const { return seen_; }

 private:
  std::vector<std::string> seen_;
};

void expect_the_same(const Bytes& octets) {
  Recorder quick, slow;
  const bool quickly = parse_content(octets, quick), slowly = parse_content_slowly(octets, slow);
  EXPECT_EQ(quickly, slowly) << as_text(octets).substr(0, 200);
  EXPECT_EQ(quick.seen(), slow.seen()) << as_text(octets).substr(0, 200);
}

TEST(Content, IsReadAsLibqpdfReadsIt) {
  for (const auto* content : {"",
                              " \n",
                              "q 1 0 0 1 .5 -.5 cm Q",
                              "BT /F1 12 Tf (a(b)c) Tj [(a) -12.5 <414243>] TJ ET",
                              "/P << /MCID 0 >> BDC EMC",
                              "/P <</MCID 0/E(x)/MCID 1>> BDC",
                              "true false null foo",
                              "% only a comment",
                              "1 % comment\n2 w",
                              "(a\\)b\\101\\\nc) Tj",
                              "(a\rb) Tj",
                              "<4> Tj",
                              "<4 1> Tj",
                              "<4g> Tj",
                              "[[1] 2] 0 d",
                              "[1 << /A 1 >>] x",
                              "/A#20B gs",
                              "/ gs",
                              "1.2.3 w",
                              "--5 w",
                              "+5 w",
                              "5-3 w",
                              "4. w",
                              "1e5 w",

                              "5 0 R",
                              "BI /W 1 /H 1 /BPC 8 /CS /G ID \x01 EI Q",
                              "(never ends",
                              "[1 2",
                              "<< /A",
                              ") Tj",
                              "} {",
                              ">> Q",
                              "] Q",
                              "0cm",
                              "12w",
                              "q\vQ",
                              "/A\vB gs",
                              "T* ' \" d0 d1",
                              "1 0 obj",
                              "\x80 w",
                              "130.393700787401599 0 w",
                              "-0 0.000000000000000000000000000000000000000000001 m"}) {
    expect_the_same(to_bytes(std::string_view{content}));
  }
}

TEST(Content, OfCommittedFilesIsReadAsLibqpdfReadsIt) {
  std::size_t streams = 0;
  for (const auto& file : committed_files()) {
    const auto document = Document::open(file, {});
    if (!document) continue;
    auto& qpdf = document.value().inside().qpdf;
    for (const auto& [id, entry] : qpdf.getXRefTable()) {
      auto object = qpdf.getObject(id);
      if (!object.isStream()) continue;
      const auto subtype = name_of(key_of(object.getDict(), "/Subtype"));
      if (!subtype.empty() && subtype != "Form") continue;
      const auto octets = decoded_stream(object, std::size_t{1} << 20U);
      if (!octets || !octets.value()) continue;
      expect_the_same(*octets.value());
      ++streams;
    }
  }
  EXPECT_GT(streams, 20U);
}

}  // namespace
}  // namespace antin::pdf
