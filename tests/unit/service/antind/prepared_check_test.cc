#include "service/antind/prepared_check.h"

#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "certs/ossl/digest.h"
#include "hsm/signed_attributes.h"

namespace antin::service {
namespace {

constexpr std::size_t kDigits = 600;

// What a worker prepares, as far as antind reads it: octets, ranges, attributes.
struct World {
  SharedBytes original{to_bytes(as_bytes("%PDF-1.7 the original %%EOF\n"))};
  Bytes tail;
  std::array<std::uint64_t, 4> range{};
  CertificateDer certificate{to_bytes(as_bytes("a certificate"))};

  World() {
    const std::string before = "9 0 obj<</ByteRange[...]/Contents <";
    const std::string behind = ">>>endobj %%EOF\n";
    const auto text = before + std::string(kDigits, '0') + behind;
    tail = to_bytes(as_bytes(text));
    const auto first = original.size() + before.size() - 1;
    range = {0, first, first + kDigits + 2, behind.size() - 1};
  }
  Bytes attributes() const {
    const auto at = range[1] - original.size();
    const auto behind = range[2] - original.size();
    const ByteView view(tail);
    const auto digest = ossl::digest(DigestAlgorithm::kSha256,
                                     {original.view(), view.first(at), view.subspan(behind)});
    return hsm::build_signed_attributes({.message_digest = digest,
                                         .certificate_sha256 = ossl::sha256(certificate.value()),
                                         .signing_time = std::nullopt});
  }
  PreparedUpdate prepared() const {
    return {.state = {},
            .tail = SharedBytes(tail),
            .byte_range = range,
            .attributes = ToBeSigned(attributes()),
            .field = "Sig"};
  }
  Result<Checked> check(const PreparedUpdate& update) const {
    return check_prepared(original, update, DigestAlgorithm::kSha256, certificate);
  }
  // The file with `digits` where the placeholder was.
  SharedBytes completed(const std::string& digits) const {
    auto octets = tail;
    std::copy(digits.begin(), digits.end(),
              octets.begin() + static_cast<std::ptrdiff_t>(range[1] - original.size() + 1));
    return SharedBytes(std::move(octets));
  }
};

TEST(PreparedCheck, BuildsTheAttributesOfWhatItHashedItself) {
  const World world;
  const auto checked = world.check(world.prepared());
  ASSERT_TRUE(checked) << to_log_line(checked.error());
  EXPECT_EQ(checked.value().attributes.value(), world.attributes());
  EXPECT_EQ(checked.value().ranges.field, "Sig");
}

TEST(PreparedCheck, RefusesRangesThatAreNotAllButOneEmptyString) {
  const auto refused = [](const std::function<void(World&)>& change) -> std::optional<Code> {
    World world;
    auto update = world.prepared();
    change(world);
    update.tail = SharedBytes(world.tail);
    update.byte_range = world.range;
    const auto checked = world.check(update);
    return checked ? std::nullopt : std::optional(checked.error().code);
  };
  const auto moved = [](std::size_t index, std::int64_t by) {
    return [index, by](World& world) {
      world.range.at(index) =
          static_cast<std::uint64_t>(static_cast<std::int64_t>(world.range.at(index)) + by);
    };
  };
  EXPECT_EQ(refused([](World&) {}), std::nullopt);
  for (const std::size_t index : {0U, 1U, 2U, 3U}) {
    EXPECT_EQ(refused(moved(index, 1)), Code::kPreparedRange) << index;
    if (index == 0) continue;
    EXPECT_EQ(refused(moved(index, -1)), Code::kPreparedRange) << index;
  }
  EXPECT_EQ(refused([](World& world) {
              world.range = {0, ~0ULL, 2, ~0ULL};
            }),
            Code::kPreparedRange);
  EXPECT_EQ(refused([](World& world) {
              world.range = {0, 5, 9, 4};
            }),
            Code::kPreparedRange)
      << "a gap in the original";
  EXPECT_EQ(refused([](World& world) {
              world.tail.at(world.range[1] - world.original.size() + 3) = 'a';
            }),
            Code::kPreparedRange);
  EXPECT_EQ(refused([](World& world) { world.tail.push_back('x'); }), Code::kPreparedRange);
  EXPECT_EQ(refused([](World& world) { world.tail.clear(); }), Code::kPreparedRange);
}

TEST(PreparedCheck, RefusesAttributesOfAnotherDocumentOrCertificate) {
  const World world;
  auto update = world.prepared();
  auto other = world;
  other.tail.at(0) ^= 1U;
  update.attributes = ToBeSigned(other.attributes());
  EXPECT_EQ(world.check(update).error().code, Code::kPreparedAttributes);
  other = world;
  other.certificate = CertificateDer(to_bytes(as_bytes("another")));
  update.attributes = ToBeSigned(other.attributes());
  EXPECT_EQ(world.check(update).error().code, Code::kPreparedAttributes);
  update.attributes = ToBeSigned(Bytes{});
  EXPECT_EQ(world.check(update).error().code, Code::kPreparedAttributes);
  // The same update behind another original.
  other = world;
  other.original = SharedBytes(to_bytes(as_bytes("%PDF-1.7 another one! %%EOF\n")));
  ASSERT_EQ(other.original.size(), world.original.size());
  EXPECT_EQ(other.check(world.prepared()).error().code, Code::kPreparedAttributes);
}

TEST(PreparedCheck, TakesOnlyTheCompletedFileThatWasSigned) {
  const World world;
  const auto checked = world.check(world.prepared());
  ASSERT_TRUE(checked);
  const auto& ranges = checked.value().ranges;
  const SignatureValue value(Bytes{0xAB, 0xCD, 0xEF});
  const auto code = [&](const SharedBytes& tail) -> std::optional<Code> {
    const auto good = check_completed(world.original, tail, ranges, value);
    return good ? std::nullopt : std::optional(good.error().code);
  };
  const auto attributes = "A0" + to_hex(checked.value().attributes.value()).substr(2);
  const auto certificate = to_hex(world.certificate.value());
  const auto good = "30" + certificate + attributes + "ABCDEF";
  ASSERT_LT(good.size(), kDigits);
  EXPECT_EQ(code(world.completed(good)), std::nullopt);
  EXPECT_EQ(code(world.completed("30" + certificate + attributes + "abcdef")), std::nullopt);
  for (const auto& wrong :
       {"30" + certificate + attributes + "ABCD00", "30" + certificate + "ABCDEF",
        "30" + attributes + "ABCDEF", good + ")", std::string()})
    EXPECT_EQ(code(world.completed(wrong)), Code::kCompletedDiffers) << wrong;
  auto changed = world;
  changed.tail.at(2) ^= 1U;
  EXPECT_EQ(code(changed.completed(good)), Code::kCompletedDiffers);
  auto shorter = world;
  shorter.tail.pop_back();
  EXPECT_EQ(code(shorter.completed(good)), Code::kCompletedDiffers);
  auto longer = world;
  longer.tail.push_back('x');  // what raises the level: for another worker to judge
  EXPECT_EQ(code(longer.completed(good)), std::nullopt);
  EXPECT_EQ(signed_end(ranges), world.original.size() + world.tail.size());
  const auto other = SharedBytes(to_bytes(as_bytes("%PDF-1.7 the 0riginal %%EOF\n")));
  EXPECT_EQ(check_completed(other, world.completed(good), ranges, value).error().code,
            Code::kCompletedDiffers);
}

TEST(PreparedCheck, ACmsMadeOutsideHoldsTheDigestAndTheCertificate) {
  const World world;
  const auto ranges = world.check(world.prepared()).value().ranges;
  const auto code = [&](const std::string& digits) {
    const auto checked = check_completed_cms(world.original, world.completed(digits), ranges);
    return checked ? std::nullopt : std::optional(checked.error().code);
  };
  const auto digest = to_hex(ranges.message_digest), certificate = to_hex(ranges.certificate);
  EXPECT_EQ(code("30" + digest + certificate), std::nullopt);
  EXPECT_EQ(code("30" + certificate), Code::kCompletedDiffers);
  EXPECT_EQ(code("30" + digest), Code::kCompletedDiffers);
  auto changed = world;
  changed.tail.at(2) ^= 1U;
  EXPECT_EQ(
      check_completed_cms(world.original, changed.completed("30" + digest + certificate), ranges)
          .error()
          .code,
      Code::kCompletedDiffers);
}

TEST(PreparedCheck, WhatWaitsInTheStoreComesBackAsItWas) {
  const World world;
  const auto ranges = world.check(world.prepared()).value().ranges;
  const auto kept = read_kept(write_kept(Bytes{1, 2, 3}, ranges));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept.value().state, (Bytes{1, 2, 3}));
  EXPECT_EQ(kept.value().ranges.byte_range, ranges.byte_range);
  EXPECT_EQ(kept.value().ranges.message_digest, ranges.message_digest);
  EXPECT_EQ(kept.value().ranges.attributes, ranges.attributes);
  EXPECT_EQ(kept.value().ranges.certificate, ranges.certificate);
  EXPECT_EQ(kept.value().ranges.field, "Sig");
  EXPECT_EQ(read_kept(Bytes{1, 2, 3}).error().code, Code::kIpcMalformed);
}

}  // namespace
}  // namespace antin::service
