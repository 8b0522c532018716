// Every file of the unsigned corpus that qpdf finds clean: prepared three times in a row, or
// refused with a reason that is right. Prints the table by structural class.

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>

#include <gtest/gtest.h>

#include "signer/document_cipher.h"
#include "tests/unit/pdf_write/pdf_builder.h"

extern char** environ;

namespace antin::pdf {
namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = fs::path{ANTIN_SOURCE_DIR} / "../shared/corpus";

// What may be refused, and why that is right.
const std::map<std::string, Code> kRightlyRefused = {
    {"76ff1ee293cd3a44", Code::kPermissionDenied},   // /P forbids annotations
    {"1fe9051d9ac1f398", Code::kPdfByteRangeGap},    // signed with a gap that is too large
    {"c7f4845990b1a4a7", Code::kSigningForbidden},   // certified, P=1
    {"dfdbff79ce1b5493", Code::kPdfOctetsAfterEnd},  // NUL octets after %%EOF
    {"46518b87aaafc79e", Code::kPdfMissingEof},      // no %%EOF at all
    {"bcb8ebd65256c5ee", Code::kPdfAmbiguous},       // index and number of a packed object disagree
    {"f45a2bd81bab7140", Code::kPdfAmbiguous},       // an update that has lost its /Prev
};

Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

bool qpdf_finds_clean(const fs::path& file) {
  std::string name = file.string();
  std::string check = "--check";
  std::string tool = "qpdf";
  const std::array<char*, 4> arguments{tool.data(), check.data(), name.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, tool.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (failed != 0 || waitpid(child, &status, 0) != child) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<std::string> classes_of(const nlohmann::json& row) {
  std::vector<std::string> classes{"xref " + row.at("xref").get<std::string>(),
                                   "PDF " + row.at("version").get<std::string>()};
  for (const char* key :
       {"hybrid", "object_streams", "linearized", "encrypted", "acroform", "xfa"}) {
    if (row.at(key).get<bool>()) classes.emplace_back(key);
  }
  if (row.at("signatures").get<int>() > 0) classes.emplace_back("signed before");
  if (row.at("revisions").get<int>() > 1) classes.emplace_back("several revisions");
  if (row.at("pages").get<int>() >= 1000) classes.emplace_back("1000 pages and more");
  return classes;
}

/// The stamp of every second round is visible where the page is large enough.
SignatureUpdate request(int round) {
  auto update = test::invisible();
  if (round == 1) {
    update.appearance.emplace();
    update.appearance->width_mm = 18;
    update.appearance->height_mm = 8;
    update.appearance->lines = {{.text = "Ký: {signer}", .size_pt = 5}};
    update.facts = StampFacts{.signer = "Ảnh",
                              .organization = "",
                              .title = "",
                              .reason = "",
                              .location = "",
                              .signing_time = test::test_time()};
  }
  return update;
}

std::string sign(const Bytes& original, int round, Bytes& out) {
  test::CountingRandom random;
  signer::OpensslDocumentCipher cipher{random};
  auto document = Document::open(SharedBytes{original}, {});
  if (!document) return std::string{info(document.error().code).name};
  auto update = request(round);
  auto prepared = prepare_signature(document.value(), update, cipher, random);
  if (!prepared && prepared.error().code == Code::kAppearanceTooLarge) {
    // A page of a few millimetres: right, and nothing to do with the update.
    update = request(0);
    prepared = prepare_signature(document.value(), update, cipher, random);
  }
  if (!prepared) return std::string{info(prepared.error().code).name};
  const Bytes cms{0x30, 0x03, 0x02, 0x01, 0x05};
  if (!prepared.value().set_contents(cms)) return "contents";
  out = test::whole(prepared.value());
  return "";
}

TEST(Corpus, S02_IsSignedThreeTimesOrRefusedForTheRightReason) {
  std::ifstream manifest(kCorpus / "unsigned.jsonl");
  if (!manifest) GTEST_SKIP() << "no corpus beside the source tree";
  if (!qpdf_finds_clean(kCorpus / "unsigned/17cc92aa58ec48f7.pdf")) {
    GTEST_SKIP() << "the qpdf tool is not installed";
  }
  const fs::path out = fs::path{ANTIN_BINARY_DIR} / "pdf_write_corpus.pdf";
  std::map<std::string, std::array<int, 3>> table;  // class: files, signed, refused
  std::size_t files = 0;
  for (std::string line; std::getline(manifest, line);) {
    const auto row = nlohmann::json::parse(line);
    if (row.at("qpdf_check_exit").get<int>() != 0) continue;
    ++files;
    const fs::path path = kCorpus / row.at("path").get<std::string>();
    SCOPED_TRACE(path.filename().string());
    Bytes file = read_file(path);
    const auto expected = kRightlyRefused.find(path.stem().string());
    std::string refused;
    for (int round = 0; round < 3 && refused.empty(); ++round) {
      Bytes next;
      refused = sign(file, round, next);
      if (!refused.empty()) {
        EXPECT_TRUE(expected != kRightlyRefused.end() && round == 0 &&
                    refused == info(expected->second).name)
            << "round " << round << ": " << refused;
        break;
      }
      EXPECT_TRUE(next.size() > file.size() && std::equal(file.begin(), file.end(), next.begin()))
          << "prefix";
      file = std::move(next);
      std::ofstream(out, std::ios::binary)
          .write(reinterpret_cast<const char*>(file.data()),
                 static_cast<std::streamsize>(file.size()));
      EXPECT_TRUE(qpdf_finds_clean(out)) << "qpdf --check, round " << round;
    }
    if (refused.empty()) {
      EXPECT_EQ(expected, kRightlyRefused.end()) << "no longer refused: take it off the list";
      const auto document = Document::open(SharedBytes{file}, {});
      EXPECT_TRUE(document);
      if (document) {
        const auto fields = document.value().signature_fields();
        EXPECT_TRUE(fields && std::count_if(fields.value().begin(), fields.value().end(),
                                            [](const SignatureField& field) {
                                              return field.is_signed && field.reason == "Phê duyệt";
                                            }) >= 3);
      }
    }
    auto classes = classes_of(row);
    classes.emplace_back("all");
    for (const auto& name : classes) {
      auto& counts = table[name];
      ++counts[0];
      ++counts[refused.empty() ? 1 : 2];
    }
  }
  fs::remove(out);
  EXPECT_GT(files, 100U);
  std::cout << "class                 files signed refused\n";
  for (const auto& [name, counts] : table) {
    std::printf("%-22s %4d   %4d    %4d\n", name.c_str(), counts[0], counts[1], counts[2]);
  }
}

}  // namespace
}  // namespace antin::pdf
