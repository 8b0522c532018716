#include "service/audit/checkpoint.h"

#include <gtest/gtest.h>

#include "certs/core/base64.h"
#include "tests/fakes/log_keys.h"

namespace antin::audit {
namespace {

// A key, a text and a signature that the programs around the Go checksum database publish.
constexpr std::string_view kPublished =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kPublishedNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(SignedNote, OfThePublishedKeyIsAcceptedAndWrittenBackAsItWas) {
  const auto key = VerifierKey::parse(kPublished);
  ASSERT_TRUE(key);
  EXPECT_EQ(key.value().to_text(), kPublished);
  const auto note = parse_note(kPublishedNote);
  ASSERT_TRUE(note);
  EXPECT_EQ(to_text(note.value()), kPublishedNote);
  EXPECT_TRUE(key.value().check(note.value()));

  auto other = note.value();
  other.text = replaced(other.text, "answer", "Answer");
  const auto forged = key.value().check(other);
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().code, Code::kAuditCheckpointForged);
}

TEST(SignedNote, AnUnknownKeysLineIsIgnoredAndAloneIsNotEnough) {
  const auto mine = fakes::LogKey::of("log.example/one");
  const auto other = fakes::LogKey::of("log.example/two");
  SignedNote note{.text = "text\n", .signatures = {other.sign("text\n")}};
  const auto missing = mine.verifier.check(note);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::kAuditCheckpointOtherKey);
  note.signatures.push_back(mine.sign("text\n"));
  EXPECT_TRUE(mine.verifier.check(note));
  // A second line under the same name and id has to be right too.
  note.signatures.push_back(mine.sign("other text\n"));
  EXPECT_FALSE(mine.verifier.check(note));
}

TEST(SignedNote, HasOneForm) {
  const std::string good(kPublishedNote);
  ASSERT_TRUE(parse_note(good));
  for (const auto& bad :
       {std::string(), std::string("\n"), std::string("\n\n"), good.substr(0, good.size() - 1),
        good + "\n", good + "x\n", replaced(good, "\xE2\x80\x94", "--"),
        replaced(good, "PeterNeumann x", "Peter+Neumann x"),
        replaced(good, "PeterNeumann x", "Peter\xC2\xA0Neumann x"),
        replaced(good, " PeterNeumann x", "  x"), replaced(good, "x08go", "x08g="),
        replaced(good, "AM=\n", "AN=\n"), replaced(good, "AM=\n", "AM= \n"),
        replaced(good, "If you", "If\tyou"), replaced(good, "If you", "If\xFFyou"),
        replaced(good, "answer", std::string("ans\0er", 6)), std::string("no signatures\n\n")}) {
    const auto note = parse_note(bad);
    ASSERT_FALSE(note) << bad;
    EXPECT_EQ(note.error().code, Code::kAuditCheckpointMalformed);
  }
}

TEST(SignedNote, LimitsItsSizeAndItsSignatures) {
  SignedNote note{.text = "t\n", .signatures = {}};
  for (std::size_t i = 0; i < kMaxNoteSignatures; ++i)
    note.signatures.push_back({"k" + std::to_string(i), 1, Bytes(4'000)});
  EXPECT_FALSE(parse_note(to_text(note)));  // 64 of the largest are more than a note may hold
  for (auto& signature : note.signatures) signature.signature.resize(64);
  EXPECT_TRUE(parse_note(to_text(note)));
  note.signatures.push_back({"one-more", 1, Bytes(64)});
  EXPECT_FALSE(parse_note(to_text(note)));
}

TEST(VerifierKey, IsReadAsItTellsItself) {
  const auto key = fakes::LogKey::of("log.example/a");
  const auto read = VerifierKey::parse(key.verifier.to_text() + "\n");
  ASSERT_TRUE(read) << key.verifier.to_text();
  EXPECT_EQ(read.value().id(), key.verifier.id());
  const SignedNote note{.text = "x\n", .signatures = {key.sign("x\n")}};
  EXPECT_TRUE(read.value().check(note));
  auto forged = note;
  forged.signatures[0].signature.back() ^= 1;
  EXPECT_FALSE(read.value().check(forged));
}

TEST(VerifierKey, HasOneForm) {
  const std::string good(kPublished);
  for (const auto& bad :
       {std::string(), std::string("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"),
        replaced(good, "c74f20a3", "c74f20a4"), replaced(good, "c74f20a3", "C74F20A3"),
        replaced(good, "+ARpc", "+Apc2"), replaced(good, "10TW", "10T"), good + "+x",
        replaced(good, "PeterNeumann", "Peter Neumann"), good.substr(0, good.rfind('+')),
        // A type nobody knows, and one that is not for logs.
        replaced(good, "+ARpc", "+BBpc"), replaced(good, "+ARpc", "+/xpc")}) {
    const auto key = VerifierKey::parse(bad);
    ASSERT_FALSE(key) << bad;
    EXPECT_EQ(key.error().code, Code::kAuditKeyMalformed);
  }
  EXPECT_FALSE(VerifierKey::of("log.example/a", Bytes(31)));
  EXPECT_FALSE(VerifierKey::of("log example", Bytes(32, 1)));
}

std::string example_text() {
  return "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
}

TEST(Checkpoint, IsThreeLines) {
  const auto read = parse_checkpoint_text(example_text());
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().origin, "example.com/behind-the-sofa");
  EXPECT_EQ(read.value().head.size.value, 20'852'163U);
  EXPECT_EQ(checkpoint_text(read.value()), example_text());
  EXPECT_TRUE(parse_checkpoint_text(example_text() + "an extension line\n"));
  for (const auto& bad :
       {std::string(), example_text().substr(0, 40), "\n" + example_text(),
        replaced(example_text(), "20852163", "020852163"),
        replaced(example_text(), "20852163", "-1"), replaced(example_text(), "20852163", ""),
        replaced(example_text(), "20852163", "9223372036854775808"),
        replaced(example_text(), "20852163", "0"), replaced(example_text(), "q2I=", "q2J="),
        replaced(example_text(), "q2I=", "q2I"), example_text() + "\n",
        example_text() + "no line feed"}) {
    const auto checkpoint = parse_checkpoint_text(bad);
    ASSERT_FALSE(checkpoint) << bad;
    EXPECT_EQ(checkpoint.error().code, Code::kAuditCheckpointMalformed);
  }
}

TEST(Checkpoint, IsOpenedByTheKeyOfItsOwnLogOnly) {
  const auto key = fakes::LogKey::of("example.com/behind-the-sofa");
  const auto text = example_text();
  const auto octets = to_text(SignedNote{.text = text, .signatures = {key.sign(text)}});
  const auto opened = open_checkpoint(octets, key.verifier);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened.value().checkpoint.head.size.value, 20'852'163U);

  const auto elsewhere = fakes::LogKey::of("example.com/another-log");
  const auto foreign = open_checkpoint(
      to_text(SignedNote{.text = text, .signatures = {elsewhere.sign(text)}}), elsewhere.verifier);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, Code::kAuditOtherOrigin);
}

TEST(LogProof, IsReadAsItIsWritten) {
  LogProof proof{.extra = {1, 2, 3},
                 .index = 73'894,
                 .path = {empty_root(), leaf_hash({})},
                 .checkpoint = "anything\n"};
  const auto text = to_text(proof);
  const auto read = parse_proof(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value().extra, proof.extra);
  EXPECT_EQ(read.value().index, proof.index);
  EXPECT_EQ(read.value().path, proof.path);
  EXPECT_EQ(read.value().checkpoint, proof.checkpoint);
  proof.extra.clear();
  EXPECT_TRUE(parse_proof(to_text(proof)));
  for (const auto& bad :
       {std::string(), replaced(text, "@v1", "@v2"), replaced(text, "extra ", "extra"),
        replaced(text, "extra AQID", "extra "), replaced(text, "index 7", "index 07"),
        replaced(text, "index 73894\n", ""), replaced(text, "\n\nanything\n", "\nanything\n"),
        replaced(text, "anything\n", ""), replaced(text, to_base64(view(empty_root())), "AAAA")}) {
    const auto other = parse_proof(bad);
    ASSERT_FALSE(other) << bad;
    EXPECT_EQ(other.error().code, Code::kAuditProofMalformed);
  }
  for (int i = 0; i < 63; ++i) proof.path.push_back(empty_root());
  EXPECT_FALSE(parse_proof(to_text(proof)));
}

TEST(Base64, HasOneFormForEachSequence) {
  Bytes out;
  for (const auto& [text, hex] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"Zg==", "66"}, {"Zm8=", "666f"}, {"Zm9v", "666f6f"}, {"+/+/", "fbffbf"}}) {
    EXPECT_TRUE(from_base64(text, out)) << text;
    EXPECT_EQ(to_hex(out), hex);
    EXPECT_EQ(to_base64(out), text);
  }
  for (const auto* bad :
       {"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z m8", "Zm8\n", "====", "A===", "AA=A", "-_-_"})
    EXPECT_FALSE(from_base64(bad, out)) << bad;
}

}  // namespace
}  // namespace antin::audit
