#include "tests/bench/verify/signed_files.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "pdf/write/appearance.h"
#include "pdf/write/security_store_update.h"
#include "signer/document_cipher.h"
#include "signer/pades.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/verifier/sample.h"

namespace antin::bench {
namespace {

template <class T>
T must(Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "%s\n", to_log_line(result.error()).c_str());
  std::exit(1);
}

Bytes packaged(const std::string& name) {
  std::ifstream in(std::string{ANTIN_SOURCE_DIR} + "/packaging/" + name, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

certs::Certificate certificate(const std::string& name) {
  return must(certs::Certificate::from_file_bytes(verifier::sample::file("certs/" + name + ".crt")))
      .at(0);
}

pdf::Appearance appearance(const std::string& name) {
  const auto toml = packaged("samples/" + name);
  return must(pdf::read_appearance(as_text(toml), [](const std::string& file) -> Result<Bytes> {
    return packaged("samples/" + file);
  }));
}

Bytes joined(ByteView document, ByteView tail) {
  auto whole = to_bytes(document);
  whole.insert(whole.end(), tail.begin(), tail.end());
  return whole;
}

class Office {
 public:
  Office() {
    for (const auto* name : {"officer-rsa2048", "agency", "officer-p256"}) {
      const auto pem = verifier::sample::file(std::string{"keys/"} + name + ".key");
      if (!holder_.add(name, std::string{as_text(pem)})) std::exit(1);
    }
  }

  Bytes sign(const Bytes& document, const std::string& who, const pdf::Appearance& looks) {
    signer::SignRequest request{
        .document = SharedBytes{document},
        .document_name = {},
        .password = {},
        .update = {},
        .certificate = certificate(who),
        .chain = {certificate("issuing-ca"), certificate("root")},
        .scheme = {who == "officer-p256" ? SignatureAlgorithm::kEcdsa
                                         : SignatureAlgorithm::kRsaPkcs1,
                   DigestAlgorithm::kSha256},
        .check = {.trust = &trust_, .crls = verifier::sample::crls(), .earlier = std::nullopt}};
    if (who == "agency") request.check.purpose = certs::Purpose::kSeal;
    request.update.field = who;
    request.update.contents_octets = 8'192;
    request.update.appearance = looks;
    request.update.facts = pdf::StampFacts{.signer = "Nguyễn Văn Mẫu",
                                           .organization = "ỦY BAN NHÂN DÂN XÃ MẪU",
                                           .title = "CHỦ TỊCH",
                                           .reason = "",
                                           .location = "",
                                           .signing_time = clock_.utc_now()};
    const auto made = must(signer::sign(
        request, holder_, who, {.clock = &clock_, .random = &random_, .timestamps = nullptr}));
    return joined(made.original.view(), made.tail);
  }

  Bytes add_evidence(const Bytes& document) {
    const auto read = must(pdf::Document::open(SharedBytes{document}, {}));
    pdf::SecurityStoreUpdate update;
    for (const auto* name : {"issuing-ca", "root"}) {
      update.certificates.push_back(certificate(name).der());
    }
    for (const auto& crl : verifier::sample::crls()) update.crls.push_back(crl.der());
    signer::OpensslDocumentCipher cipher{random_};
    return joined(document, must(pdf::append_security_store(read, update, cipher, random_)));
  }

 private:
  fakes::FrozenClock clock_{verifier::sample::time("2026-06-01T00:00:00Z")};
  fakes::CountingRandom random_;
  fakes::SoftKeyHolder holder_;
  certs::TrustStore trust_ = verifier::sample::trust();
};

std::string circle(double x, double y, double radius) {
  const double bend = radius * 0.5523;
  const auto text = [](std::initializer_list<double> numbers, const char* op) {
    std::string out;
    for (const double number : numbers) out += std::to_string(number) + " ";
    return out + op + " ";
  };
  return text({x + radius, y}, "m") +
         text({x + radius, y + bend, x + bend, y + radius, x, y + radius}, "c") +
         text({x - bend, y + radius, x - radius, y + bend, x - radius, y}, "c") +
         text({x - radius, y - bend, x - bend, y - radius, x, y - radius}, "c") +
         text({x + bend, y - radius, x + radius, y - bend, x + radius, y}, "c") + "s ";
}

/// As much as a short notice says, written by a program that draws its seal with a pen.
Bytes drawn_with_a_pen() {
  std::string page;
  for (int line = 0; line < 16; ++line) {
    page += "Điều " + std::to_string(line + 1) +
            ". Bản sao điện tử có chữ ký số của người có thẩm quyền và của cơ quan.\n";
  }
  auto made = verifier::sample::Document::saying(page);
  std::string hand = "0 0 1 RG 1.5 w ", seal = "1 0 0 RG 2 w " + circle(51, 51, 49) + "0.8 w " +
                                               circle(51, 51, 45) + circle(51, 51, 28);
  for (int stroke = 0; stroke < 24; ++stroke) {
    const auto x = std::to_string(5 + stroke * 5), high = std::to_string(20 + stroke * 7 % 40);
    hand += x + " 15 m " + x + " " + high + " " + x + " 60 " + x + " 30 c S ";
    seal += circle(51 + 36 * std::cos(stroke * 0.26), 51 + 36 * std::sin(stroke * 0.26), 3);
  }
  const auto sign = [&](const std::string& who, const std::string& looks, const char* rect) {
    verifier::sample::Signing signing;
    signing.signer = signing.field = who;
    signing.appearance = looks;
    signing.rect = rect;
    made.sign(signing);
  };
  sign("officer-rsa2048", hand, "[330 60 480 130]");
  sign("agency", seal, "[280 50 382 152]");
  sign("officer-rsa3072", hand, "[60 60 210 130]");
  return to_bytes(made.octets().view());
}

}  // namespace

std::vector<SignedFile> signed_files() {
  Office office;
  const auto plain = packaged("samples/thong-bao.pdf");
  const auto officer = appearance("officer.toml");
  auto beside = officer;
  beside.anchor = {};
  beside.anchor.x_mm = 15;
  beside.anchor.y_mm = 245;
  const auto single = office.sign(plain, "officer-rsa2048", officer);
  const auto sealed = office.sign(single, "agency", appearance("agency.toml"));
  return {{"single", single},
          {"evidence", office.add_evidence(single)},
          {"three", office.sign(sealed, "officer-p256", beside)},
          {"small", drawn_with_a_pen()}};
}

}  // namespace antin::bench
