// What the fresh worker says of a finished signature, whatever the one that finished it says.

#include <gtest/gtest.h>

#include "service/worker/worker.h"
#include "tests/unit/verifier/sample.h"

namespace antin::service::worker {
namespace {

namespace sample = verifier::sample;
using sample::Document;
using sample::Signing;

class CheckFinished : public ::testing::Test {
 protected:
  static Bytes certificate(const std::string& name) {
    return certs::Certificate::from_file_bytes(sample::file("certs/" + name + ".crt"))
        .value()
        .front()
        .der();
  }
  // As antind asks; `change` alters the question.
  Status check(const Document& document, const cbor::Map& change = {}) const {
    const auto octets = document.octets();
    cbor::Map question = change;
    question.merge(cbor::Map{{"what", "finished"},
                             {"from", static_cast<std::int64_t>(octets.size())},
                             {"field", "Sig1"},
                             {"level", "B-B"},
                             {"certificate", certificate("officer-rsa2048")},
                             {"now", now_.since_epoch().time_since_epoch().count()}});
    return check_finished(question, octets, settings_);
  }
  static Code code_of(const Status& status) {
    return status ? Code::kInternal : status.error().code;
  }

  const UtcTime now_ = sample::time("2026-06-01T00:00:00Z");
  const Settings settings_{};
};

TEST_F(CheckFinished, TakesASignatureThatHoldsWithoutTrustingAnybody) {
  EXPECT_TRUE(check(Document().sign({})));
  Signing timestamped;
  timestamped.timestamp = now_;
  EXPECT_TRUE(check(Document().sign(timestamped), {{"level", "B-T"}}));
}

TEST_F(CheckFinished, RefusesWhatDoesNotHold) {
  auto changed = Document().sign({});
  EXPECT_EQ(code_of(check(changed.damage("/MediaBox"))), Code::kCompletedUnsound);
  Signing trailing;
  trailing.after_cms = Bytes{0x41};
  EXPECT_EQ(code_of(check(Document().sign(trailing))), Code::kCompletedUnsound);
  Signing plain;  // without the certificate among what is signed it is no CAdES
  plain.attributes = Signing::Attributes::kPlain;
  EXPECT_EQ(code_of(check(Document().sign(plain))), Code::kCompletedUnsound);
  Signing other;
  other.sub_filter = "adbe.pkcs7.detached";
  EXPECT_EQ(code_of(check(Document().sign(other))), Code::kCompletedUnsound);
}

TEST_F(CheckFinished, RefusesAnotherSignatureThanWasAskedFor) {
  const auto document = Document().sign({});
  EXPECT_TRUE(check(document));
  EXPECT_EQ(code_of(check(document, {{"field", "Sig2"}})), Code::kCompletedUnsound);
  EXPECT_EQ(code_of(check(document, {{"certificate", certificate("agency")}})),
            Code::kCompletedUnsound);
}

TEST_F(CheckFinished, RefusesALevelThatNoTimestampShows) {
  EXPECT_EQ(code_of(check(Document().sign({}), {{"level", "B-T"}})), Code::kCompletedUnsound);
  Signing elsewhere;
  elsewhere.timestamp = now_;
  elsewhere.timestamp_other_value = true;
  EXPECT_EQ(code_of(check(Document().sign(elsewhere), {{"level", "B-T"}})),
            Code::kCompletedUnsound);
}

TEST_F(CheckFinished, RefusesWhatIsNoProofBehindTheSignature) {
  auto document = Document().sign({});
  const auto end = static_cast<std::int64_t>(document.octets().size());
  EXPECT_TRUE(check(Document(document).timestamp("Stamp", now_), {{"from", end}}));
  EXPECT_EQ(code_of(check(Document(document).change_page("Sửa"), {{"from", end}})),
            Code::kCompletedUnsound);
  EXPECT_EQ(code_of(check(Document(document).change_catalogue("/Private 1"), {{"from", end}})),
            Code::kCompletedUnsound);
  EXPECT_EQ(code_of(check(document.append("\n%%EOF\n"), {{"from", end}})), Code::kExtendedChanges);
}

TEST_F(CheckFinished, TakesNoQuestionThatIsNone) {
  const auto document = Document().sign({});
  for (const std::int64_t from : {std::int64_t{0}, std::int64_t{1} << 40U})
    EXPECT_EQ(code_of(check(document, {{"from", from}})), Code::kIpcMalformed);
  EXPECT_EQ(code_of(check(document, {{"now", -1}})), Code::kIpcMalformed);
}

}  // namespace
}  // namespace antin::service::worker
