// Every kind of document encryption: what the update adds is encrypted as /Encrypt asks, and is
// read back both by antin and by libqpdf.

#include <gtest/gtest.h>

#include "signer/document_cipher.h"
#include "tests/unit/pdf_write/pdf_builder.h"

namespace antin::pdf {
namespace {

struct Kind {
  const char* name;
  void (*settings)(QPDFWriter&);
  const char* password;  ///< to open with
};

// libqpdf calls these insecure, rightly; documents that use them still have to be signed.
constexpr auto kAll = qpdf_r3p_full;

void rc4_40(QPDFWriter& w) {
  w.setR2EncryptionParametersInsecure("", "owner", true, true, true, true);
}
void rc4_128(QPDFWriter& w) {
  w.setR3EncryptionParametersInsecure("", "owner", true, true, true, true, true, true, kAll);
}
void crypt_filter_rc4(QPDFWriter& w) {
  w.setR4EncryptionParametersInsecure("", "owner", true, true, true, true, true, true, kAll, true,
                                      false);
}
void aes_128(QPDFWriter& w) {
  w.setR4EncryptionParametersInsecure("", "owner", true, true, true, true, true, true, kAll, true,
                                      true);
}
void aes_128_plain_metadata(QPDFWriter& w) {
  w.setR4EncryptionParametersInsecure("", "owner", true, true, true, true, true, true, kAll, false,
                                      true);
}
void aes_256_r5(QPDFWriter& w) {
  w.setR5EncryptionParameters("", "owner", true, true, true, true, true, true, kAll, true);
}
void aes_256(QPDFWriter& w) {
  w.setR6EncryptionParameters("", "owner", true, true, true, true, true, true, kAll, true);
}
void aes_256_password(QPDFWriter& w) {
  w.setR6EncryptionParameters("mật khẩu", "owner", true, true, true, true, true, true, kAll, true);
}
void no_annotations(QPDFWriter& w) {
  w.setR6EncryptionParameters("", "owner", true, true, true, false, false, true, kAll, true);
}
void aes_256_object_streams(QPDFWriter& w) {
  aes_256(w);
  w.setObjectStreamMode(qpdf_o_generate);
}

Appearance stamp() {
  Appearance appearance;
  appearance.lines = {{.text = "Người ký: {signer}"}};
  appearance.anchor.x_mm = appearance.anchor.y_mm = 20;
  return appearance;
}

SignatureUpdate request() {
  auto update = test::invisible();
  update.appearance = stamp();
  update.facts = StampFacts{.signer = "Nguyễn Văn Ảnh",
                            .organization = "",
                            .title = "",
                            .reason = "",
                            .location = "",
                            .signing_time = test::test_time()};
  return update;
}

Result<PreparedSignature> prepare(const Bytes& file, const std::string& password) {
  test::CountingRandom random;
  signer::OpensslDocumentCipher cipher{random};
  ANTIN_TRY(const auto document,
            Document::open(SharedBytes{file}, {.password = password, .limits = {}}));
  return prepare_signature(document, request(), cipher, random);
}

class Encrypted : public testing::TestWithParam<Kind> {};

TEST_P(Encrypted, S16_DocumentIsSignedTwiceAndReadBack) {
  Bytes file = test::rewritten(test::make_pdf(test::one_page()), GetParam().settings);
  for (std::size_t round = 1; round <= 2; ++round) {
    const auto prepared = prepare(file, GetParam().password);
    ASSERT_TRUE(prepared) << to_log_line(prepared.error());
    file = test::whole(prepared.value());
    const auto document =
        Document::open(SharedBytes{file}, {.password = GetParam().password, .limits = {}});
    ASSERT_TRUE(document) << to_log_line(document.error());
    const auto fields = document.value().signature_fields();
    ASSERT_TRUE(fields);
    ASSERT_EQ(fields.value().size(), round);
    for (const auto& field : fields.value()) {
      EXPECT_EQ(field.reason, "Phê duyệt");
      EXPECT_EQ(field.date, "D:20261122102030+07'00'");
      EXPECT_TRUE(field.contents_located);
      // The stamp's stream decodes, and its font too.
      auto form = document.value()
                      .inside()
                      .qpdf.getObject(field.field.number, field.field.generation)
                      .getKey("/AP")
                      .getKey("/N");
      const auto data = form.getStreamData(qpdf_dl_generalized);
      const std::string_view content{reinterpret_cast<const char*>(data->getBuffer()),
                                     data->getSize()};
      EXPECT_NE(content.find("BT"), std::string_view::npos);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Iso32000Sec7_6, Encrypted,
    testing::Values(Kind{"Rc4With40Bits", rc4_40, ""}, Kind{"Rc4With128Bits", rc4_128, ""},
                    Kind{"CryptFilterRc4", crypt_filter_rc4, ""}, Kind{"Aes128", aes_128, ""},
                    Kind{"Aes128PlainMetadata", aes_128_plain_metadata, ""},
                    Kind{"Aes256Revision5", aes_256_r5, ""}, Kind{"Aes256", aes_256, ""},
                    Kind{"Aes256UserPassword", aes_256_password, "mật khẩu"},
                    Kind{"Aes256OwnerPassword", aes_256_password, "owner"},
                    Kind{"ForbiddenButOpenedAsOwner", no_annotations, "owner"},
                    Kind{"Aes256ObjectStreams", aes_256_object_streams, ""}),
    [](const auto& row) { return row.param.name; });

TEST(EncryptedDocument, S16_ThatForbidsAnnotationsIsRefused) {
  const Bytes file = test::rewritten(test::make_pdf(test::one_page()), no_annotations);
  const auto refused = prepare(file, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kPermissionDenied);
}

TEST(EncryptedDocument, KeepsItsContentsStringsOutOfEncryption) {
  const Bytes file = test::rewritten(test::make_pdf(test::one_page()), aes_256);
  auto prepared = prepare(file, "");
  ASSERT_TRUE(prepared);
  ASSERT_TRUE(prepared.value().set_contents(Bytes{0x30, 0x03, 0x02, 0x01, 0x05}));
  const Bytes whole = test::whole(prepared.value());
  const auto document = Document::open(SharedBytes{whole}, {});
  ASSERT_TRUE(document);
  const auto fields = document.value().signature_fields();
  ASSERT_TRUE(fields);
  const Bytes& contents = fields.value().at(0).contents;
  ASSERT_GE(contents.size(), 5U);
  EXPECT_EQ(contents[0], 0x30);
  EXPECT_EQ(contents[4], 0x05);
}

TEST(EncryptedDocument, WithAnIdentityFilterForStringsKeepsThemPlain) {
  // /StrF /Identity: streams are encrypted, strings are not (7.6.6).
  Bytes file = test::rewritten(test::make_pdf(test::one_page()), aes_128);
  std::string text{as_text(file)};
  const auto at = text.find("/StrF /StdCF");
  ASSERT_NE(at, std::string::npos);
  // The same number of octets: no offset moves. qpdf reads an unknown padding as white space.
  text.replace(at, 12, "            ");
  file = to_bytes(text);
  const auto prepared = prepare(file, "");
  ASSERT_TRUE(prepared) << to_log_line(prepared.error());
  const std::string tail{as_text(prepared.value().tail())};
  EXPECT_NE(tail.find("/T (Sig_person_"), std::string::npos) << "default of /StrF is Identity";
}

}  // namespace
}  // namespace antin::pdf
