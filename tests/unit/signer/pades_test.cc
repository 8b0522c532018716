#include "signer/pades.h"

#include <algorithm>
#include <deque>

#include <gtest/gtest.h>

#include "certs/core/der.h"
#include "certs/ossl/digest.h"
#include "pdf/read/document.h"
#include "signer/cms.h"
#include "signer/state.h"
#include "tests/fakes/counting_random.h"
#include "tests/fakes/frozen_clock.h"
#include "tests/fakes/soft_key_holder.h"
#include "tests/unit/signer/pki.h"
#include "tests/unit/signer/soft_tsa.h"

namespace antin::signer {
namespace {

using enum SignatureAlgorithm;
using enum DigestAlgorithm;

SharedBytes vector_document(const std::string& name = "xref-table") {
  return SharedBytes(to_bytes(
      read_text(std::string(ANTIN_SOURCE_DIR "/tests/vectors/structure/") + name + ".pdf")));
}

certs::TrustStore test_trust() {
  std::vector<certs::TrustFile> files;
  for (const auto* name : {"root.crt", "issuing-ca.crt"})
    files.push_back(
        {.name = name, .octets = to_bytes(read_text(pki_path(std::string("certs/") + name)))});
  return certs::load_trust_store(files, certs::TestPki::kAllow).value();
}

std::vector<certs::Crl> test_crls() {
  std::vector<certs::Crl> crls;
  for (const auto* name : {"root", "issuing-ca"})
    crls.push_back(
        certs::Crl::from_bytes(as_bytes(read_text(pki_path(std::string("crl/") + name + ".crl"))))
            .value());
  return crls;
}

Bytes joined(const SignedDocument& document) {
  auto whole = to_bytes(document.original.view());
  whole.insert(whole.end(), document.tail.begin(), document.tail.end());
  return whole;
}

class Pades : public ::testing::Test {
 protected:
  Pades() {
    EXPECT_TRUE(holder_.add("key", pki_key("officer-rsa2048")));
    EXPECT_TRUE(tsa_.load("tsa"));
  }

  SignRequest request(const std::string& document = "xref-table") const {
    return {.document = vector_document(document),
            .document_name = {},
            .password = {},
            .update = {},
            .certificate = pki_certificate("officer-rsa2048"),
            .chain = {pki_certificate("issuing-ca"), pki_certificate("root")},
            .scheme = {kRsaPkcs1, kSha256},
            .check = {.trust = &trust_, .crls = crls_, .earlier = std::nullopt}};
  }
  Environment environment() { return {.clock = &clock_, .random = &random_, .timestamps = &tsa_}; }

  // The field of the newest signature, with the octets it covers.
  static void expect_valid(const Bytes& file, std::size_t original_size,
                           const certs::Certificate& signer) {
    const SharedBytes shared{Bytes(file)};
    const auto document = pdf::Document::open(shared, {.password = {}, .limits = {}});
    ASSERT_TRUE(document) << to_log_line(document.error());
    const auto fields = document.value().signature_fields();
    ASSERT_TRUE(fields);
    const auto field = std::find_if(fields.value().begin(), fields.value().end(), [&](auto& one) {
      return one.is_signed && one.contents_begin >= original_size;
    });
    ASSERT_NE(field, fields.value().end());
    EXPECT_TRUE(field->findings.empty());
    EXPECT_EQ(field->sub_filter, "ETSI.CAdES.detached");
    EXPECT_EQ(field->date, "D:20260601070000+07'00'");
    der::Element cms{};
    ASSERT_TRUE(der::Reader(field->contents).next(der::kSequence, cms));
    const ByteView all(file);
    const auto checked = check_outside_cms(
        cms.whole, signer,
        {all.first(field->contents_begin), all.subspan(field->contents_end), ByteView{}});
    EXPECT_TRUE(checked) << to_log_line(checked.error());
  }

  certs::TrustStore trust_ = test_trust();
  std::vector<certs::Crl> crls_ = test_crls();
  fakes::FrozenClock clock_{test_now()};
  fakes::CountingRandom random_;
  fakes::SoftKeyHolder holder_;
  SoftTsa tsa_;
};

Code code_of(const Result<SignedDocument>& result) {
  return result ? Code::kSigned : result.error().code;
}

TEST_F(Pades, SignsWithTheOriginalAsPrefix) {
  const auto wanted = request();
  const auto made = sign(wanted, holder_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_TRUE(made.value().warnings.empty());
  EXPECT_EQ(made.value().level_reached, Level::kB);
  const auto file = joined(made.value());
  const auto before = wanted.document.view();
  EXPECT_TRUE(std::equal(before.begin(), before.end(), file.begin()));
  expect_valid(file, before.size(), wanted.certificate);
  // The root is the relying party's to have.
  const auto root = pki_certificate("root").der();
  const auto hex = to_hex(root);
  EXPECT_EQ(std::search(file.begin(), file.end(), hex.begin(), hex.end()), file.end());
}

// A program beside a token that knows the signer's certificate alone: readers that have the root
// must find the path all the same.
TEST_F(Pades, EmbedsTheIssuersThatTheTrustFolderHasWhenTheTokenBringsNone) {
  const auto says = [](const Bytes& file, const char* name) {
    const auto hex = to_hex(pki_certificate(name).der());
    return std::search(file.begin(), file.end(), hex.begin(), hex.end()) != file.end();
  };
  auto wanted = request();
  wanted.chain = {};
  trust_.intermediates = {pki_certificate("issuing-ca-2"), pki_certificate("issuing-ca")};
  const auto file = joined(sign(wanted, holder_, "key", environment()).value());
  EXPECT_TRUE(says(file, "issuing-ca"));
  EXPECT_FALSE(says(file, "issuing-ca-2")) << "it has issued nothing here";
  EXPECT_FALSE(says(file, "root"));
  trust_.intermediates = {};
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kCertificateUntrusted);
}

TEST_F(Pades, SignsASecondTimeWithoutTouchingTheFirst) {
  auto wanted = request();
  const auto first = joined(sign(wanted, holder_, "key", environment()).value());
  wanted.document = SharedBytes(Bytes(first));
  ASSERT_TRUE(holder_.add("agency", pki_key("agency")));
  wanted.certificate = pki_certificate("agency");
  wanted.check.purpose = certs::Purpose::kSeal;
  const auto second = sign(wanted, holder_, "agency", environment());
  ASSERT_TRUE(second) << to_log_line(second.error());
  const auto file = joined(second.value());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), file.begin()));
  expect_valid(file, first.size(), wanted.certificate);
}

class PadesOfEveryStructure : public Pades, public ::testing::WithParamInterface<const char*> {};

TEST_P(PadesOfEveryStructure, IsSigned) {
  const auto wanted = request(GetParam());
  const auto made = sign(wanted, holder_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  expect_valid(joined(made.value()), wanted.document.size(), wanted.certificate);
}

INSTANTIATE_TEST_SUITE_P(Iso32000, PadesOfEveryStructure,
                         ::testing::Values("encrypted-rc4-40", "encrypted-rc4-128",
                                           "encrypted-aes-128", "encrypted-aes-256", "hybrid",
                                           "linearized-object-streams", "form"),
                         [](const auto& row) {
                           std::string name = row.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

struct Refusal {
  const char* who;
  Code code;
};

class CertificateOfS04 : public Pades, public ::testing::WithParamInterface<Refusal> {};

TEST_P(CertificateOfS04, IsRefusedBeforeTheKeyIsTouched) {
  auto wanted = request();
  wanted.certificate = pki_certificate(GetParam().who);
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), GetParam().code);
  EXPECT_EQ(holder_.signatures(), 0);
  const auto prepared = prepare(wanted, environment());
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(VietNam, CertificateOfS04,
                         ::testing::Values(Refusal{"officer-expired", Code::kCertificateExpired},
                                           Refusal{"officer-future", Code::kCertificateNotYetValid},
                                           Refusal{"officer-revoked", Code::kCertificateRevoked},
                                           Refusal{"officer-encipher", Code::kCertificateUsage},
                                           Refusal{"officer-weak", Code::kCertificateWeakKey},
                                           Refusal{"fake-officer", Code::kCertificateUntrusted}),
                         [](const auto& row) {
                           std::string name = row.param.who;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_F(Pades, NeedsConsentWhenRevocationIsUnknown) {
  auto wanted = request();
  wanted.check.crls.clear();
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kRevocationUnknown);
  EXPECT_EQ(holder_.signatures(), 0);
  wanted.check.accept_unknown_revocation = true;
  const auto made = sign(wanted, holder_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  const auto& warnings = made.value().warnings;
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(),
                          [](auto& one) { return one.code == Code::kRevocationUnknown; }));
}

TEST_F(Pades, TakesAnEarlierCheckOnlyForTheSameCertificateAndOnlyWhileFresh) {
  auto wanted = request();
  wanted.check.crls.clear();  // a check made now would fail
  wanted.check.earlier = CheckedCertificate{
      .certificate_sha256 = wanted.certificate.sha256(), .at = test_now(), .warnings = {}};
  EXPECT_TRUE(sign(wanted, holder_, "key", environment()));
  clock_.advance(CheckedCertificate::kGoodFor + std::chrono::seconds{1});
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kRevocationUnknown);
  wanted.check.earlier->at = clock_.utc_now();
  wanted.check.earlier->certificate_sha256.front() ^= 1U;
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kRevocationUnknown);
}

TEST_F(Pades, GivesTheKeysErrorAndNoDocument) {
  holder_.fail_next(Code::kTokenRemoved);
  EXPECT_EQ(code_of(sign(request(), holder_, "key", environment())), Code::kTokenRemoved);
  EXPECT_EQ(code_of(sign(request(), holder_, "key", environment())), Code::kSigned);
}

TEST_F(Pades, RefusesAKeyThatIsNotTheCertificates) {
  ASSERT_TRUE(holder_.add("other", pki_key("agency")));
  EXPECT_EQ(code_of(sign(request(), holder_, "other", environment())),
            Code::kSignatureDoesNotMatch);
  auto wanted = request();
  wanted.scheme = {kEcdsa, kSha256};
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kSchemeDoesNotFit);
}

TEST_F(Pades, ReachesLevelTWithATimestamp) {
  auto wanted = request();
  wanted.level = Level::kT;
  tsa_.at = test_now();
  const auto made = sign(wanted, holder_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kT);
  const auto file = joined(made.value());
  expect_valid(file, wanted.document.size(), wanted.certificate);
  const SharedBytes output{Bytes(file)};
  EXPECT_TRUE(
      is_finished_output(wanted.document, output, "", wanted.certificate, Level::kT).value());
}

TEST_F(Pades, WithoutATimestampFailsOrStaysAtLevelBAsAsked) {
  auto wanted = request();
  wanted.level = Level::kT;
  tsa_.fail_with = Code::kTimestampUnreachable;
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kTimestampUnreachable);
  wanted.without_timestamp = WithoutTimestamp::kKeepB;
  const auto made = sign(wanted, holder_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(made.value().level_reached, Level::kB);
  ASSERT_FALSE(made.value().warnings.empty());
  EXPECT_EQ(made.value().warnings.back().code, Code::kTimestampUnreachable);
  auto nowhere = environment();
  nowhere.timestamps = nullptr;
  wanted.without_timestamp = WithoutTimestamp::kFail;
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", nowhere)), Code::kTimestampUnreachable);
}

TEST_F(Pades, NotesAClockThatIsOffAndRefusesOneThatIsFarOff) {
  auto wanted = request();
  wanted.level = Level::kT;
  const auto at = [](int seconds) {
    return UtcTime{test_now().since_epoch() + std::chrono::seconds{seconds}};
  };
  const auto warned = [&](int seconds) {
    tsa_.at = at(seconds);
    const auto made = sign(wanted, holder_, "key", environment());
    return made && !made.value().warnings.empty() &&
           made.value().warnings.back().code == Code::kClockSkewNoted;
  };
  EXPECT_FALSE(warned(60));
  EXPECT_TRUE(warned(61));
  EXPECT_TRUE(warned(-300));
  tsa_.at = at(301);
  EXPECT_EQ(code_of(sign(wanted, holder_, "key", environment())), Code::kClockSkew);
}

TEST_F(Pades, MakesMoreRoomWhenATokenIsLarge) {
  auto wanted = request();
  wanted.level = Level::kT;
  tsa_.at = test_now();
  for (int i = 0; i < 60; ++i) tsa_.extra.push_back(pki_certificate("issuing-ca"));
  const auto made = sign(wanted, holder_, "key", environment());
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(holder_.signatures(), 2);
  EXPECT_GT(made.value().tail.size(), 2U * 60 * pki_certificate("issuing-ca").der().size());
  expect_valid(joined(made.value()), wanted.document.size(), wanted.certificate);
}

TEST_F(Pades, OutputIsRecognisedAsFinishedAndNothingElseIs) {
  const auto wanted = request();
  const auto made = sign(wanted, holder_, "key", environment()).value();
  const auto file = joined(made);
  const auto finished = [&](const SharedBytes& original, const Bytes& output,
                            const std::string& who, Level level) {
    const auto answer =
        is_finished_output(original, SharedBytes{Bytes(output)}, "", pki_certificate(who), level);
    return answer && answer.value();
  };
  const std::string officer = "officer-rsa2048";
  EXPECT_TRUE(finished(wanted.document, file, officer, Level::kB));
  EXPECT_FALSE(finished(wanted.document, file, officer, Level::kT));
  EXPECT_FALSE(finished(wanted.document, file, "agency", Level::kB));
  EXPECT_FALSE(finished(vector_document("form"), file, officer, Level::kB));
  EXPECT_FALSE(finished(wanted.document, to_bytes(wanted.document.view()), officer, Level::kB));
  auto damaged = file;
  damaged.at(wanted.document.size() + 20) ^= 1U;
  EXPECT_FALSE(finished(wanted.document, damaged, officer, Level::kB));
  auto cut = file;
  cut.resize(cut.size() - 10);
  EXPECT_FALSE(finished(wanted.document, cut, officer, Level::kB));
  // A signature over a signature is not one step from the original.
  auto again = request();
  again.document = SharedBytes(Bytes(file));
  const auto twice = joined(sign(again, holder_, "key", environment()).value());
  EXPECT_FALSE(finished(wanted.document, twice, officer, Level::kB));
  EXPECT_TRUE(finished(again.document, twice, officer, Level::kB));
}

class TwoSteps : public Pades {
 protected:
  PreparedState prepared() { return prepare(request(), environment()).value(); }
  SignatureValue signature(const PreparedState& state) {
    return holder_.sign("key", {kRsaPkcs1, kSha256}, state.to_be_signed).value();
  }
  Code completing(ByteView state, const SharedBytes& document, const OutsideSignature& signature) {
    return code_of(complete(state, document, signature, environment()));
  }
};

TEST_F(TwoSteps, GiveTheSameOctetsEveryTime) {
  const auto state = prepared();
  const OutsideSignature raw{.raw = signature(state), .cms = std::nullopt};
  const auto once = complete(state.state, vector_document(), raw, environment());
  ASSERT_TRUE(once) << to_log_line(once.error());
  clock_.advance(std::chrono::hours{1});
  const auto again = complete(state.state, vector_document(), raw, environment());
  EXPECT_EQ(joined(once.value()), joined(again.value()));
  expect_valid(joined(once.value()), vector_document().size(), request().certificate);
}

TEST_F(TwoSteps, AreIndependentForEachPreparation) {
  const auto one = prepared();
  const auto two = prepared();
  EXPECT_NE(one.field, two.field);
  const OutsideSignature of_two{.raw = signature(two), .cms = std::nullopt};
  EXPECT_EQ(completing(one.state, vector_document(), of_two), Code::kSignatureDoesNotMatch);
  EXPECT_EQ(completing(two.state, vector_document(), of_two), Code::kSigned);
}

TEST_F(TwoSteps, TakeAWholeCmsMadeElsewhere) {
  const auto state = prepared();
  const auto wanted = request();
  const auto cms =
      assemble_cms(wanted.certificate, {}, wanted.scheme, state.to_be_signed, signature(state))
          .value();
  EXPECT_EQ(completing(state.state, vector_document(), {.raw = std::nullopt, .cms = cms}),
            Code::kSigned);
  auto broken = cms;
  broken.back() ^= 1U;
  EXPECT_EQ(completing(state.state, vector_document(), {.raw = std::nullopt, .cms = broken}),
            Code::kSignatureDoesNotMatch);
}

TEST_F(TwoSteps, RefuseAnotherDocument) {
  const auto state = prepared();
  const OutsideSignature raw{.raw = signature(state), .cms = std::nullopt};
  EXPECT_EQ(completing(state.state, vector_document("form"), raw), Code::kStateWrongDocument);
}

TEST_F(TwoSteps, NameTheMissingRoom) {
  const auto state = prepared();
  auto read = read_state(state.state).value();
  const auto wanted = request();
  // A CMS that carries more than there is room for.
  std::vector<certs::Certificate> many;
  for (const auto* name : {"officer-rsa3072", "officer-rsa4096", "agency", "tsa", "ocsp", "root"})
    many.push_back(pki_certificate(name));
  auto cms =
      assemble_cms(wanted.certificate, many, wanted.scheme, state.to_be_signed, signature(state))
          .value();
  const auto big = tsa_.token_over(Bytes(32, 7), 40);
  cms = add_signature_timestamp(cms, big).value();
  ASSERT_GT(cms.size(), read.capacity);
  EXPECT_EQ(completing(state.state, vector_document(), {.raw = std::nullopt, .cms = cms}),
            Code::kContentsTooSmall);
}

TEST_F(TwoSteps, NoticeADamagedState) {
  const auto state = prepared();
  const OutsideSignature raw{.raw = signature(state), .cms = std::nullopt};
  for (std::size_t i = 0; i < state.state.size(); i += i < 400 ? 1 : 997) {
    auto changed = state.state;
    changed[i] ^= 0x01U;
    EXPECT_EQ(completing(changed, vector_document(), raw), Code::kStateMalformed) << i;
    auto cut = state.state;
    cut.resize(i);
    EXPECT_EQ(completing(cut, vector_document(), raw), Code::kStateMalformed) << i;
  }
  auto longer = state.state;
  longer.push_back(0);
  EXPECT_EQ(completing(longer, vector_document(), raw), Code::kStateMalformed);
}

TEST_F(TwoSteps, BelieveNothingOfAStateChangedOnPurpose) {
  const auto honest = prepared();
  const OutsideSignature raw{.raw = signature(honest), .cms = std::nullopt};
  const auto with = [&](void (*change)(State&)) {
    auto state = read_state(honest.state).value();
    change(state);
    return completing(write_state(state), vector_document(), raw);
  };
  EXPECT_EQ(with([](State&) {}), Code::kSigned);
  EXPECT_EQ(with([](State& s) { s.tail.at(30) ^= 1U; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.tail.push_back('\n'); }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.byte_range[1] -= 1; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.byte_range[3] = 0; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.contents_in_tail += 2; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.contents_in_tail = ~std::uint64_t{0}; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.capacity = ~std::uint64_t{0} / 2; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.capacity -= 1; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.attributes.back() ^= 1U; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.scheme.digest = kSha384; }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.scheme.algorithm = kRsaPss; }), Code::kSignatureDoesNotMatch);
  EXPECT_EQ(with([](State& s) { s.certificate = pki_certificate("agency").der(); }),
            Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.chain.at(0).pop_back(); }), Code::kStateMalformed);
  EXPECT_EQ(with([](State& s) { s.document_sha256.at(0) ^= 1U; }), Code::kStateWrongDocument);
}

TEST_F(TwoSteps, KeepTheNameOfTheDocument) {
  auto wanted = request();
  wanted.document_name = "/a/b/Tờ trình.pdf";
  EXPECT_EQ(document_name_in(prepare(wanted, environment()).value().state).value(),
            wanted.document_name);
}

}  // namespace
}  // namespace antin::signer
