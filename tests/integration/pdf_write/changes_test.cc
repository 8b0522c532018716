// What the writer adds is what the reader explains as a signature, and nothing else: the two must
// agree, or antin would call its own output changed.

#include "pdf/read/changes.h"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/pdf_write/pdf_builder.h"

namespace antin::pdf {
namespace {

using testing::Contains;
using testing::Each;
using testing::Not;
using testing::StartsWith;

using test::make_pdf;
using test::one_page;
using test::signed_file;

Bytes ready_file(const std::string& folder, const std::string& name) {
  std::ifstream in(std::string{ANTIN_SOURCE_DIR} + "/packaging/" + folder + "/" + name,
                   std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

SignatureUpdate stamped(const std::string& appearance, const std::string& folder = "appearances") {
  auto update = test::invisible();
  const Bytes toml = ready_file(folder, appearance);
  auto read = read_appearance(as_text(toml), [&](const std::string& name) -> Result<Bytes> {
    return ready_file(folder, name);
  });
  if (!read) throw std::runtime_error(to_log_line(read.error()));
  update.appearance = std::move(read).value();
  update.facts = StampFacts{.signer = "Nguyễn Văn Ảnh",
                            .organization = "ỦY BAN NHÂN DÂN XÃ MẪU",
                            .title = "",
                            .reason = "",
                            .location = "",
                            .signing_time = test::test_time()};
  return update;
}

/// Explains the last update of `file`.
void expect_only_a_signature(const Bytes& file) {
  const auto map = read_revisions(file, {});
  ASSERT_TRUE(map);
  const std::size_t last = map.value().revisions.size() - 1;
  const auto changes = changes_between(SharedBytes{file}, map.value(), last - 1, last, {});
  ASSERT_TRUE(changes) << to_log_line(changes.error());
  EXPECT_FALSE(changes.value().empty());
  for (const auto& change : changes.value()) {
    EXPECT_LE(change.level, ChangeLevel::kSignature)
        << info(change.what).name << " " << change.detail << " object " << change.object.number;
    EXPECT_FALSE(change.never_permitted) << info(change.what).name << " " << change.detail;
  }
}

struct Class {
  const char* name;
  test::PdfText (*text)();
  bool object_streams;
};

class SecondSignature : public testing::TestWithParam<Class> {
 protected:
  Bytes first() const {
    Bytes file = make_pdf(GetParam().text());
    if (GetParam().object_streams) {
      file = test::rewritten(file, [](QPDFWriter& w) { w.setObjectStreamMode(qpdf_o_generate); });
    }
    return signed_file(file, test::invisible());
  }
};

TEST_P(SecondSignature, InvisibleIsExplained) {
  expect_only_a_signature(signed_file(first(), test::invisible()));
}

TEST_P(SecondSignature, DocumentTimestampIsExplained) {
  auto update = test::invisible();
  update.type = SignatureUpdate::Type::kDocumentTimestamp;
  update.sub_filter = "ETSI.RFC3161";
  expect_only_a_signature(signed_file(first(), update));
}

TEST_P(SecondSignature, CopyLineIsExplained) {
  expect_only_a_signature(signed_file(first(), stamped("sao-y.toml")));
}

INSTANTIATE_TEST_SUITE_P(
    Update, SecondSignature,
    testing::Values(Class{"Table", [] { return one_page(); }, false},
                    Class{"ObjectStreams", [] { return one_page(); }, true},
                    Class{"IndirectAnnots",
                          [] {
                            auto text = one_page("/Annots 6 0 R");
                            text.objects.emplace_back("[]");
                            return text;
                          },
                          false},
                    Class{"SharedAnnots",
                          [] {
                            auto text = one_page("/Annots 7 0 R");
                            text.objects[1] =
                                "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2/MediaBox[0 0 595 842]>>";
                            text.objects.emplace_back("<</Type/Page/Parent 2 0 R/Annots 7 0 R>>");
                            text.objects.emplace_back("[]");
                            return text;
                          },
                          false},
                    Class{"IndirectFields",
                          [] {
                            auto text = one_page("", "/AcroForm<</Fields 6 0 R>>");
                            text.objects.emplace_back("[]");
                            return text;
                          },
                          false}),
    [](const auto& row) { return row.param.name; });

TEST(FilledField, IsExplained) {
  auto text = one_page("/Annots[6 0 R]", "/AcroForm<</Fields[6 0 R]>>");
  text.objects.emplace_back(
      "<</Type/Annot/Subtype/Widget/FT/Sig/T(Box)/F 4/P 3 0 R/Rect[300 100 500 160]>>");
  const Bytes first = signed_file(make_pdf(text), test::invisible());
  auto update = test::invisible();
  update.field = "Box";
  expect_only_a_signature(signed_file(first, update));
}

TEST(Seal, OverTheOfficersSignatureIsExplained) {
  auto officer = stamped("person.toml");
  officer.appearance->anchor = Anchor{};
  officer.appearance->anchor.x_mm = 90;
  officer.appearance->anchor.y_mm = 150;
  const Bytes first = signed_file(make_pdf(one_page()), officer);
  expect_only_a_signature(signed_file(first, stamped("agency-seal.toml")));
}

/// Codes of what came after revision `from`; the gravest level must be a signature.
std::vector<std::string> codes_since(const Bytes& file, std::size_t from) {
  const auto map = read_revisions(file, {});
  if (!map) return {"unreadable"};
  const auto changes =
      changes_between(SharedBytes{file}, map.value(), from, map.value().revisions.size() - 1, {});
  if (!changes) return {to_log_line(changes.error())};
  std::vector<std::string> codes;
  for (const auto& change : changes.value()) {
    const bool fine = change.level <= ChangeLevel::kSignature && !change.never_permitted;
    codes.push_back((fine ? "" : "!") + std::string{info(change.what).name});
  }
  return codes;
}

// Nghị định 30/2020/NĐ-CP, Phụ lục I: the officer's blue signature, the red seal over its left
// third, the copy line in the margin. Whatever of it touches must stay permitted, or the verifier
// would refuse what the law asks for.
TEST(Seal, OverTheSampleNoticeStaysPermitted) {
  const Bytes officer =
      signed_file(ready_file("samples", "thong-bao.pdf"), stamped("officer.toml", "samples"));
  const Bytes sealed = signed_file(officer, stamped("agency.toml", "samples"));
  const Bytes copied = signed_file(sealed, stamped("copy-line.toml", "samples"));
  const auto map = read_revisions(copied, {});
  ASSERT_TRUE(map);
  const auto count = map.value().revisions.size();
  ASSERT_GE(count, 3U);
  for (std::size_t from = count - 3; from + 1 < count; ++from) {
    EXPECT_THAT(codes_since(copied, from), Each(Not(StartsWith("!")))) << from;
  }
  EXPECT_THAT(codes_since(copied, count - 3), Contains("pdf.change_overlaps"));
}

// A pen's strokes over printed text: permitted wherever they leave it readable, and said.
TEST(Signature, OverThePrintedNameStaysReadable) {
  const Bytes first = signed_file(ready_file("samples", "thong-bao.pdf"), test::invisible());
  const auto map = read_revisions(first, {});
  ASSERT_TRUE(map);
  auto update = stamped("person.toml");
  update.appearance->anchor = Anchor{};
  update.appearance->anchor.x_mm = 100;
  update.appearance->anchor.y_mm = 240;
  update.appearance->lines = {{.text = "{reason}"}};
  const auto codes = codes_since(signed_file(first, update), map.value().revisions.size() - 1);
  EXPECT_THAT(codes, Contains("pdf.change_overlaps"));
  EXPECT_THAT(codes, Each(Not(StartsWith("!"))));
}

}  // namespace
}  // namespace antin::pdf
