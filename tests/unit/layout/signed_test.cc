// A stamped copy signed by officer and agency: images where they belong, judged VALID, words kept.

#include <gtest/gtest.h>

#include "service/layout/letter.h"
#include "signer/pades.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/layout/support.h"
#include "tests/unit/signer/pki.h"
#include "verifier/attestation.h"
#include "verifier/verify.h"

namespace antin::service::layout {
namespace {

using signer::pki_certificate;
using signer::pki_key;
using signer::pki_path;

pdf::Appearance appearance(const std::string& toml) {
  auto read = pdf::read_appearance(toml, [](const std::string& name) -> Result<Bytes> {
    return to_bytes(read_file(std::string{ANTIN_SOURCE_DIR "/packaging/appearances/"} + name));
  });
  EXPECT_TRUE(read) << to_log_line(read.error());
  return std::move(read).value();
}
pdf::Appearance installed_appearance(const std::string& name) {
  return appearance(read_file(std::string{ANTIN_SOURCE_DIR "/packaging/appearances/"} + name));
}

class SignedCopy : public ::testing::Test {
 protected:
  SignedCopy() {
    std::vector<certs::TrustFile> files;
    for (const auto* name : {"root.crt", "issuing-ca.crt"})
      files.push_back({name, to_bytes(read_file(pki_path(std::string{"certs/"} + name)))});
    trust_ = certs::load_trust_store(files, certs::TestPki::kAllow).value();
    for (const auto* name : {"root", "issuing-ca"}) {
      const auto crl = read_file(pki_path(std::string{"crl/"} + name + ".crl"));
      crls_.push_back(certs::Crl::from_bytes(as_bytes(crl)).value());
    }
    EXPECT_TRUE(holder_.add("officer-rsa2048", pki_key("officer-rsa2048")));
    EXPECT_TRUE(holder_.add("agency", pki_key("agency")));
  }

  Bytes signed_by(const Bytes& document, const std::string& name, const std::string& role,
                  const pdf::Appearance& look) {
    signer::SignRequest request{
        .document = SharedBytes{document},
        .document_name = {},
        .password = {},
        .update = {},
        .certificate = pki_certificate(name),
        .chain = {pki_certificate("issuing-ca")},
        .scheme = {SignatureAlgorithm::kRsaPkcs1, DigestAlgorithm::kSha256},
        .check = {.trust = &trust_, .crls = crls_, .earlier = std::nullopt}};
    if (role == "agency") request.check.purpose = certs::Purpose::kSeal;
    request.update.role = role;
    request.update.appearance = look;
    request.update.facts = pdf::StampFacts{.signer = "Nguyễn Thị Ánh Nguyệt",
                                           .organization = "ỦY BAN NHÂN DÂN XÃ ĐÔ LƯƠNG",
                                           .title = {},
                                           .reason = {},
                                           .location = {},
                                           .signing_time = signer::test_now()};
    const auto made = signer::sign(
        request, holder_, name,
        {.clock = &clock_, .random = &random_, .timestamps = nullptr, .evidence = nullptr});
    EXPECT_TRUE(made) << to_log_line(made.error());
    return made ? joined(document, made.value().tail) : document;
  }

  verifier::Report judged_as(const Bytes& file, verifier::Profile profile) {
    verifier::Policy policy;
    policy.profile = profile;
    auto report = verifier::verify({.name = "copy.pdf",
                                    .document = SharedBytes{file},
                                    .password = "",
                                    .trust = &trust_,
                                    .crls = crls_,
                                    .policy = policy,
                                    .at = signer::test_now()});
    EXPECT_TRUE(report) << to_log_line(report.error());
    return std::move(report).value();
  }

  certs::TrustStore trust_;
  std::vector<certs::Crl> crls_;
  fakes::FrozenClock clock_{signer::test_now()};
  fakes::CountingRandom random_;
  fakes::SoftKeyHolder holder_;
  PopplerPictures pictures_;
};

TEST_F(SignedCopy, C11_R08_R09_OfficerAndSealStandWhereTheStampSays) {
  const auto document = pages({{.content = lines_down_to(500)}});
  const auto layout = installed("loi-chung-ban-sao");
  const auto made = stamp({.document = SharedBytes{document},
                           .password = {},
                           .limits = {},
                           .attestation = &layout,
                           .data = attestation_data(),
                           .style = {},
                           .qr = "https://tra-cuu.example.vn/v/7KQ4M2ZP9XW3TR8B"},
                          pictures_, random_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  const auto stamped = joined(document, made.value().tail);
  const auto* room = place_named(made.value(), "officer");
  const auto* capacity = place_named(made.value(), "capacity");
  const auto* box = place_named(made.value(), "box");
  ASSERT_TRUE(room != nullptr && capacity != nullptr && box != nullptr);

  auto person = installed_appearance("officer-attestation.toml");
  person.anchor.page = static_cast<int>(room->page);
  person.anchor.x_mm = room->x_mm + (room->width_mm - person.width_mm) / 2;
  person.anchor.y_mm = room->y_mm + (room->height_mm - person.height_mm) / 2;
  const auto once = signed_by(stamped, "officer-rsa2048", "person", person);
  const auto twice = signed_by(once, "agency", "agency", installed_appearance("agency-seal.toml"));
  keep(twice, "copy-signed");

  // the middle of the picture is the middle of the capacity line.
  const double middle = person.anchor.x_mm + person.image->x_mm + person.image->width_mm / 2;
  EXPECT_NEAR(middle, capacity->x_mm + capacity->width_mm / 2, 2);
  // The seal leaves the lời chứng's box nowhere, because the box was free, and covers no word of
  // it: that would hide what the officer signed, and the copy would be INVALID.
  const auto opened = pdf::Document::open(SharedBytes{twice}, {}).value();
  const auto fields = opened.signature_fields().value();
  ASSERT_EQ(fields.size(), 2U);
  for (const auto& field : fields) {
    const double points = pdf::kPointsPerMillimetre;
    EXPECT_GE(field.rect->left, box->x_mm * points);
    EXPECT_LE(field.rect->right, (box->x_mm + box->width_mm) * points);
    EXPECT_LE(field.rect->top, 841.89 - box->y_mm * points);
    EXPECT_GE(field.rect->bottom, 841.89 - (box->y_mm + box->height_mm) * points);
  }

  const auto report = judged_as(twice, verifier::Profile::kCertifiedCopy);
  EXPECT_EQ(report.verdict, verifier::Verdict::kValid) << verifier::to_json(report);
  EXPECT_EQ(report.signatures.size(), 2U);
  const auto text = text_of(twice, 1);
  for (const auto* line :
       {"Chứng thực bản sao đúng với bản chính", "Số chứng thực 125/ĐT quyển số 01/2026 - SCT/BS",
        "Ngày 21 tháng 11 năm 2026", "PHÓ CHỦ TỊCH", "Nguyễn Thị Ánh Nguyệt"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  EXPECT_EQ(verifier::read_attestation(opened, 1).number, "125/ĐT");
  // Poppler has nothing to complain about.
  ASSERT_TRUE(pictures_.draw_pnm(SharedBytes{Bytes(twice)}, 0, 72));
  EXPECT_EQ(pictures_.said, "");

  // Afterwards nothing is written on its pages any more.
  const auto again = stamp({.document = SharedBytes{once},
                            .password = {},
                            .limits = {},
                            .attestation = &layout,
                            .data = attestation_data(),
                            .style = {},
                            .qr = {}},
                           pictures_, random_);
  EXPECT_EQ(code_of(again), Code::kLayoutSignedAlready);
}

TEST_F(SignedCopy, R04_R07_TheLineShowsTheTimeOfItsSignature) {
  const auto line = [&](const std::string& id, std::map<std::string, std::string> values) {
    const auto toml = line_appearance(installed(id), {.values = std::move(values), .rows = {}});
    EXPECT_TRUE(toml) << to_log_line(toml.error());
    const auto file = signed_by(pages({{.content = lines_down_to(400)}}), "agency", "agency",
                                appearance(toml ? toml.value() : std::string{}));
    keep(file, id);
    EXPECT_EQ(judged_as(file, verifier::Profile::kDocument).verdict, verifier::Verdict::kValid);
    const auto opened = pdf::Document::open(SharedBytes{Bytes(file)}, {}).value();
    EXPECT_EQ(opened.signature_fields().value().at(0).date, "D:20260601070000+07'00'");
    return text_of(file, 1);
  };
  const std::string body = "ỦY BAN NHÂN DÂN XÃ ĐÔ LƯƠNG";
  const auto says = [](const std::string& text, const std::string& words) {
    EXPECT_NE(text.find(words), std::string::npos) << words << "\n" << text;
  };
  says(line("dong-sao", {{"hinh_thuc", "SAO Y"}, {"co_quan", body}}),
       "SAO Y; ỦY BAN NHÂN DÂN XÃ ĐÔ LƯƠNG; 01/06/2026; 07:00:00 +07:00");
  says(line("dong-sao-iso", {{"hinh_thuc", "TRÍCH SAO"}, {"co_quan", body}}),
       "TRÍCH SAO; ỦY BAN NHÂN DÂN XÃ ĐÔ LƯƠNG; 2026-06-01T07:00:00+07:00");
  says(line("dong-phu-luc", {{"so_ky_hieu", "12/2026/QĐ-UBND"}}),
       "Số: 12/2026/QĐ-UBND; 01/06/2026; 07:00:00 +07:00");
}

}  // namespace
}  // namespace antin::service::layout
