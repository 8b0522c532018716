// What the second worker must take: whatever antin's own writer makes, of every kind of document.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "certs/certificate.h"
#include "service/system/real.h"
#include "service/worker/worker.h"
#include "tests/fakes/pdf_builder.h"

namespace antin::service::worker {
namespace {

namespace fs = std::filesystem;

Bytes file_octets(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_bytes(as_bytes(text));
}

std::vector<fs::path> documents() {
  std::vector<fs::path> found{fs::path(ANTIN_SOURCE_DIR) / "packaging/samples/thong-bao.pdf"};
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(ANTIN_SOURCE_DIR) / "tests/vectors"))
    if (entry.path().extension() == ".pdf") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

class CheckAdded : public ::testing::Test {
 protected:
  CheckAdded() { settings_.policy.hygiene = pdf::HygienePolicy::telling(); }

  cbor::Map request() const {
    return {{"now", now_.since_epoch().time_since_epoch().count()},
            {"certificate", certificate_},
            {"chain", cbor::Array{}},
            {"algorithm", name(SignatureAlgorithm::kRsaPkcs1)},
            {"digest", name(DigestAlgorithm::kSha256)},
            {"level", "B-B"},
            {"field", ""},
            {"reason", "Ban hành"},
            {"location", ""},
            {"check_trust", false},
            {"accept_unknown_revocation", true}};
  }
  // As antind asks of what was prepared.
  Status check(const SharedBytes& document, const Completed& made) const {
    return check_added(cbor::Map{{"what", "signature"},
                                 {"from", static_cast<std::int64_t>(document.size())},
                                 {"field", *made.body.find("field")},
                                 {"byte_range", *made.body.find("byte_range")}},
                       joined(document, made.tail), {});
  }
  // A stamp with a picture, and text in two type faces.
  static cbor::Map look(const std::string& y_mm) {
    const std::string toml =
        "schema = \"antin-appearance/1\"\nkind = \"signature\"\nwidth_mm = 80\nheight_mm = 34\n"
        "text_x_mm = 33\n[anchor]\npage = 1\nx_mm = 20\ny_mm = " +
        y_mm +
        "\n"
        "[image]\nfile = \"signature.png\"\nwidth_mm = 30\n"
        "[[line]]\ntext = \"Người ký: {signer}\"\nsize_pt = 7\n"
        "[[line]]\ntext = \"{time}\"\nsize_pt = 7\nbold = true\n";
    const auto folder = fs::path(ANTIN_SOURCE_DIR) / "packaging/samples";
    return {{"toml", toml},
            {"files", cbor::Array{cbor::Map{{"name", "signature.png"},
                                            {"octets", file_octets(folder / "signature.png")}}}}};
  }

  const UtcTime now_ = SystemClock{}.utc_now();
  const Bytes certificate_ =
      certs::Certificate::from_file_bytes(
          file_octets(fs::path(ANTIN_SOURCE_DIR) / "tests/pki/certs/agency.crt"))
          .value()
          .front()
          .der();
  Settings settings_;
  SystemRandom random_;
};

TEST_F(CheckAdded, TakesEverySignatureThatOurWriterPrepares) {
  std::size_t invisible = 0, visible = 0;
  std::string unseen;
  for (const auto& path : documents()) {
    const SharedBytes document(file_octets(path));
    for (const bool with_look : {false, true}) {
      auto body = request();
      if (with_look) body.emplace("appearance", look("240"));
      const auto made = prepare_document(body, document, settings_, random_);
      if (!made) {  // what cannot be signed: tested elsewhere
        if (with_look) unseen += ' ' + std::string(info(made.error().code).name);
        continue;
      }
      const auto checked = check(document, made.value());
      EXPECT_TRUE(checked) << path << (with_look ? " visible " : " ")
                           << to_log_line(checked.error());
      ++(with_look ? visible : invisible);
    }
  }
  EXPECT_GT(invisible, 20U);
  EXPECT_GT(visible, 10U) << unseen;
}

TEST_F(CheckAdded, RefusesAStampThatHidesWhatWasWritten) {
  const SharedBytes document(
      file_octets(fs::path(ANTIN_SOURCE_DIR) / "packaging/samples/thong-bao.pdf"));
  auto body = request();
  body.emplace("appearance", look("20"));
  const auto made = prepare_document(body, document, settings_, random_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  EXPECT_EQ(check(document, made.value()).error().code, Code::kPreparedChanges);
}

TEST_F(CheckAdded, RefusesAnotherFieldAnotherRangeAndASecondUpdate) {
  const SharedBytes document(
      file_octets(fs::path(ANTIN_SOURCE_DIR) / "tests/vectors/structure/xref-table.pdf"));
  const auto made = prepare_document(request(), document, settings_, random_);
  ASSERT_TRUE(made) << to_log_line(made.error());
  ASSERT_TRUE(check(document, made.value()));
  const auto code = [&](const char* key, cbor::Value value) {
    auto changed = made.value();
    auto map = *changed.body.map();
    map[key] = std::move(value);
    changed.body = std::move(map);
    return check(document, changed).error().code;
  };
  EXPECT_EQ(code("field", "Another"), Code::kPreparedChanges);
  auto range = *made.value().body.find("byte_range")->array();
  range[3] = *range[3].integer() - 1;
  EXPECT_EQ(code("byte_range", range), Code::kPreparedChanges);
  // Nothing was added, or a signature is called proof.
  const auto asked = [&](const char* what, std::int64_t from) {
    return check_added(cbor::Map{{"what", what},
                                 {"from", from},
                                 {"field", *made.value().body.find("field")},
                                 {"byte_range", *made.value().body.find("byte_range")}},
                       joined(document, made.value().tail), {});
  };
  const auto size = static_cast<std::int64_t>(document.size());
  EXPECT_EQ(asked("proof", size).error().code, Code::kExtendedChanges);
  EXPECT_EQ(asked("anything", size).error().code, Code::kIpcMalformed);
  EXPECT_EQ(asked("signature", 0).error().code, Code::kIpcMalformed);
  EXPECT_EQ(asked("signature", size + 1'000'000).error().code, Code::kIpcMalformed);
}

TEST_F(CheckAdded, TakesLongTermDataAsProofAndNothingElse) {
  // Vectors whose later revisions raise the level of the first signature.
  std::size_t taken = 0;
  for (const auto& path : documents()) {
    if (path.parent_path().filename() != "lta") continue;
    const SharedBytes document(file_octets(path));
    const auto map = pdf::read_revisions(document.view(), {});
    if (!map || map.value().revisions.size() < 2) continue;
    const auto& revisions = map.value().revisions;
    const auto end = static_cast<std::int64_t>(revisions[revisions.size() - 2].end);
    const auto proof = check_added(cbor::Map{{"what", "proof"}, {"from", end}}, document, {});
    taken += proof ? 1U : 0U;
    EXPECT_EQ(check_added(cbor::Map{{"what", "signature"},
                                    {"from", end},
                                    {"field", "Signature1"},
                                    {"byte_range", cbor::Array{0, 1, 2, 3}}},
                          document, {})
                  .error()
                  .code,
              Code::kPreparedChanges)
        << path;
  }
  EXPECT_GT(taken, 5U);
}

}  // namespace
}  // namespace antin::service::worker
