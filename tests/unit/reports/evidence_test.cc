#include "verifier/evidence.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/unit/reports/made.h"
#include "tests/unit/reports/xml.h"
#include "verifier/container.h"
#include "verifier/markup.h"

namespace antin::verifier {
namespace {

const SharedBytes& document() {
  static const SharedBytes kDocument{to_bytes(std::string_view{"%PDF-1.7 a document\n%%EOF\n"})};
  return kDocument;
}

SharedBytes exported(Verdict verdict = Verdict::kValid) {
  const auto report = made::report(verdict, 2);
  const auto container = export_evidence({.report = report, .document = document()});
  EXPECT_TRUE(container);
  return SharedBytes{container ? container.value() : Bytes{}};
}

std::vector<Code> codes(const SharedBytes& container) {
  const auto evidence = read_evidence(container);
  std::vector<Code> all;
  if (!evidence) return {evidence.error().code};
  for (const auto& finding : evidence.value().findings) all.push_back(finding.code);
  return all;
}

/// The same files but one, which `change` may alter or drop.
template <class Change>
SharedBytes repacked(const SharedBytes& container, Change&& change) {
  auto files = read_container(container).value();
  change(files);
  return SharedBytes{write_container(files).value()};
}

ContainerFile& named(std::vector<ContainerFile>& files, const std::string& name) {
  return *std::find_if(files.begin(), files.end(),
                       [&](const ContainerFile& file) { return file.name == name; });
}

TEST(Evidence, HoldsTheDocumentTheReportsAndEveryObject) {
  const auto container = exported();
  EXPECT_TRUE(is_evidence(container.view()));
  EXPECT_FALSE(is_evidence(document().view()));
  auto files = read_container(container).value();
  EXPECT_EQ(files.front().name, "mimetype");
  EXPECT_EQ(as_text(files.front().content.view()), "application/vnd.etsi.asic-e+zip");
  const auto report = made::report(Verdict::kValid, 2);
  for (const auto& object : report.validation_objects) {
    const bool there = std::any_of(files.begin(), files.end(), [&](const ContainerFile& file) {
      return file.name.find(object.sha256) != std::string::npos &&
             as_text(file.content.view()) == as_text(object.octets.view());
    });
    EXPECT_TRUE(there) << object.sha256;
  }
  for (const auto* name : {"document.pdf", "report.html", "report.json", "report.xml", "policy.txt",
                           "README.txt", "SHA256SUMS"})
    EXPECT_FALSE(named(files, name).content.empty()) << name;
  const auto evidence = read_evidence(container);
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence.value().recorded_verdict, "VALID");
  EXPECT_EQ(as_text(evidence.value().document.view()), as_text(document().view()));
  EXPECT_EQ(codes(container), (std::vector{Code::kEvidenceUnsigned}));
}

TEST(Evidence, IsTheSameContainerForTheSameReport) {
  EXPECT_EQ(to_bytes(exported().view()), to_bytes(exported().view()));
}

TEST(Evidence, OtherProgramsReadItAndItsSums) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("antin-evidence-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "e.zip", std::ios::binary} << as_text(exported().view());
  const auto command = "cd " + folder.string() +
                       " && python3 -m zipfile -t e.zip >/dev/null && python3 -m zipfile -e e.zip ."
                       " && sha256sum --quiet --strict -c SHA256SUMS";
  EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT(cert-env33-c): our own words
  std::filesystem::remove_all(folder);
}

TEST(Evidence, TellsWhichFileIsMissingChangedOrAdded) {
  const auto container = exported();
  EXPECT_EQ(codes(repacked(container,
                           [](auto& files) {
                             named(files, "report.html").content =
                                 SharedBytes{to_bytes(std::string_view{"x"})};
                           })),
            (std::vector{Code::kEvidenceFileChanged, Code::kEvidenceUnsigned}));
  EXPECT_EQ(
      codes(repacked(container,
                     [](auto& files) {
                       files.erase(files.begin() + (&named(files, "report.xml") - files.data()));
                     })),
      (std::vector{Code::kEvidenceFileMissing, Code::kEvidenceUnsigned}));
  EXPECT_EQ(codes(repacked(container,
                           [](auto& files) {
                             files.push_back({"certificates/other.cer", files.front().content});
                           })),
            (std::vector{Code::kEvidenceFileUnlisted, Code::kEvidenceUnsigned}));
  EXPECT_EQ(codes(repacked(container,
                           [](auto& files) {
                             files.push_back({"META-INF/other.xml", files.front().content});
                           })),
            (std::vector{Code::kEvidenceFileUnlisted, Code::kEvidenceUnsigned}));
}

TEST(Evidence, TheManifestToSignNamesEveryFileWithItsDigest) {
  const auto container = exported();
  const auto manifest = evidence_manifest(container);
  ASSERT_TRUE(manifest);
  const auto root = xml::parse(as_text(manifest.value()));
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "asic:ASiCManifest");
  EXPECT_EQ(root->children.front().name, "asic:SigReference");
  EXPECT_EQ(root->children.front().attributes.at("URI"), "META-INF/signature001.p7s");
  const auto files = read_container(container).value();
  EXPECT_EQ(root->all("asic:DataObjectReference").size(), files.size() - 1);  // but mimetype
}

TEST(Evidence, ASignedContainerFailsWhenAFileIsChangedWithItsSum) {
  const auto container = exported();
  const auto signed_one = sign_evidence(container, as_bytes("a signature"));
  ASSERT_TRUE(signed_one);
  const SharedBytes octets{signed_one.value()};
  const auto evidence = read_evidence(octets);
  ASSERT_TRUE(evidence);
  EXPECT_TRUE(evidence.value().findings.empty());
  EXPECT_EQ(as_text(evidence.value().signature), "a signature");
  EXPECT_EQ(as_text(evidence.value().manifest), as_text(evidence_manifest(container).value()));
  EXPECT_EQ(evidence_manifest(octets).error().code, Code::kEvidenceAlreadySigned);
  // Take the manifest and signature over to a container with another document.
  const auto report = made::report(Verdict::kValid, 2);
  const SharedBytes other{
      export_evidence(
          {.report = report, .document = SharedBytes{to_bytes(std::string_view{"%PDF- another"})}})
          .value()};
  auto files = read_container(other).value();
  auto ours = read_container(octets).value();
  files.push_back(named(ours, "META-INF/ASiCManifest001.xml"));
  files.push_back(named(ours, "META-INF/signature001.p7s"));
  EXPECT_EQ(codes(SharedBytes{write_container(files).value()}),
            (std::vector{Code::kEvidenceFileChanged}));
}

TEST(Container, RefusesNamesThatLeadElsewhere) {
  for (const auto* name : {"", "/etc/passwd", "../x", "a/../b", "a//b", "a/", "ä", "a b", "a\\b"})
    EXPECT_FALSE(write_container({{name, document()}})) << name;
  EXPECT_FALSE(write_container({{"a", document()}, {"a", document()}}));
  EXPECT_TRUE(write_container({{"a/b-c_d.e", document()}}));
}

TEST(Container, EveryChangedOctetIsNoticed) {
  const auto good = write_container({{"a", document()}, {"b/c", document()}}).value();
  ASSERT_TRUE(read_container(SharedBytes{good}));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] = static_cast<std::uint8_t>(bad[at] ^ 0x41U);
    const auto read = read_container(SharedBytes{bad});
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error().code, Code::kEvidenceMalformed);
  }
}

TEST(Container, EveryShortenedOrLengthenedFileIsRefused) {
  const auto good = write_container({{"a", document()}, {"b/c", document()}}).value();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(read_container(SharedBytes{good}.prefix(size))) << size;
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(read_container(SharedBytes{longer}));
  longer = good;
  longer.insert(longer.begin(), 0);
  EXPECT_FALSE(read_container(SharedBytes{longer}));
}

}  // namespace
}  // namespace antin::verifier
