// The program as people and scripts start it: exit codes, what stands on stdout, nothing else.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/fakes/pdf_builder.h"
#include "tests/unit/verifier/sample.h"

namespace antin {
namespace {

using verifier::sample::Document;
using verifier::sample::Signing;
using Json = nlohmann::json;

struct Outcome {
  int exit;
  std::string out;
};

class AntinVerify : public testing::Test {
 protected:
  AntinVerify() {
    folder_ = std::filesystem::temp_directory_path() /
              ("antin-cli-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_ / "trust");
    write("trust/root.crt", verifier::sample::file("certs/root.crt"));
    write("trust/issuing-ca.crt", verifier::sample::file("certs/issuing-ca.crt"));
    write("root.crl", verifier::sample::file("crl/root.crl"));
    write("ca.crl", verifier::sample::file("crl/issuing-ca.crl"));
  }
  ~AntinVerify() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  AntinVerify(const AntinVerify&) = delete;
  AntinVerify& operator=(const AntinVerify&) = delete;

  std::string write(const std::string& name, const Bytes& octets) {
    const auto path = (folder_ / name).string();
    std::ofstream out{path, std::ios::binary};
    out << as_text(octets);
    return path;
  }
  std::string write(const std::string& name, const Document& document) {
    return write(name, to_bytes(document.octets().view()));
  }
  /// The options that make a sample document VALID.
  std::string trusted() const {
    return " --trust " + (folder_ / "trust").string() + " --allow-test-pki --crl " +
           (folder_ / "root.crl").string() + " --crl " + (folder_ / "ca.crl").string() +
           " --at 2026-06-01T00:00:00Z";
  }
  static Outcome run(const std::string& arguments) {
    // Whoever tests the network does so elsewhere.
    const auto offline = arguments.rfind("verify ", 0) == 0 ? " --offline" : "";
    const auto command =
        std::string{ANTIN_VERIFY_PROGRAM} + " " + arguments + offline + " 2>/dev/null";
    Outcome outcome{-1, ""};
    FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c): our own program
    if (pipe == nullptr) return outcome;
    char buffer[4096];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
      outcome.out.append(buffer, got);
    const int status = ::pclose(pipe);
    outcome.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }

  std::filesystem::path folder_;
};

TEST_F(AntinVerify, DetachedSignatureIsJudgedOverItsFile) {
  const auto vector = [](const char* name) {
    return verifier::sample::file(std::string{"../vectors/detached/"} + name);
  };
  auto content = vector("danh-sach.txt");
  const auto list = write("danh-sach.txt", content);
  const auto signature = write("danh-sach.txt.p7s", vector("danh-sach.txt.p7s"));
  const auto elsewhere = write("apart.p7s", vector("danh-sach.txt.p7s"));
  EXPECT_EQ(run("verify " + signature + trusted()).exit, 0);
  EXPECT_EQ(run("verify " + elsewhere + " --content " + list + trusted()).exit, 0);
  EXPECT_EQ(run("verify " + elsewhere + trusted()).exit, 3) << "there is no file apart";
  content.front() ^= 1U;
  write("danh-sach.txt", content);
  EXPECT_EQ(run("verify " + signature + trusted()).exit, 1);
}

TEST_F(AntinVerify, ExitCodesAreThoseOfTheInterface) {
  const auto good = write("good.pdf", Document{}.sign({}));
  const auto bad = write("bad.pdf", Document{}.sign({}).damage("100 100 l"));
  const auto plain = write("plain.pdf", Document{});
  const auto junk = write("junk.pdf", to_bytes(std::string_view{"no PDF"}));
  EXPECT_EQ(run("verify " + good + trusted()).exit, 0);
  EXPECT_EQ(run("verify " + bad + trusted()).exit, 1);
  EXPECT_EQ(run("verify " + good).exit, 2);
  EXPECT_EQ(run("verify " + plain + trusted()).exit, 2);
  EXPECT_EQ(run("verify " + junk + trusted()).exit, 3);
  EXPECT_EQ(run("verify " + (folder_ / "absent.pdf").string()).exit, 3);
  // Several: the first of 3, 1, 2, 0 that occurs.
  EXPECT_EQ(run("verify " + good + " " + plain + trusted()).exit, 2);
  EXPECT_EQ(run("verify " + plain + " " + bad + " " + good + trusted()).exit, 1);
  EXPECT_EQ(run("verify " + bad + " " + junk + trusted()).exit, 3);
}

TEST_F(AntinVerify, JsonIsOneDocumentPerInputAndNothingElse) {
  const auto good = write("good.pdf", Document{}.sign({}));
  const auto junk = write("junk.pdf", to_bytes(std::string_view{"no PDF"}));
  const auto outcome = run("verify --json " + good + " " + junk + trusted());
  const auto end = outcome.out.find('\n');
  ASSERT_NE(end, std::string::npos);
  const auto first = Json::parse(outcome.out.substr(0, end));
  const auto second = Json::parse(outcome.out.substr(end + 1));
  EXPECT_EQ(first["schema"], "antin-report/1");
  EXPECT_EQ(first["verdict"], "VALID");
  EXPECT_EQ(first["valid"], true);
  EXPECT_EQ(second["schema"], "antin-error/1");
  EXPECT_EQ(second["error"]["code"], "pdf.not_pdf");
}

TEST_F(AntinVerify, TextStartsWithTheVerdict) {
  const auto good = write("good.pdf", Document{}.sign({}));
  const auto vi = run("verify --lang vi " + good + trusted()).out;
  EXPECT_EQ(vi.substr(0, vi.find('\n')), good + ": HỢP LỆ");
  const auto en = run("verify --lang en " + good).out;
  EXPECT_EQ(en.substr(0, en.find('\n')), good + ": NOT ENOUGH EVIDENCE");
}

TEST_F(AntinVerify, TheTestPkiIsNoAnchorUnlessAskedFor) {
  const auto good = write("good.pdf", Document{}.sign({}));
  EXPECT_EQ(run("verify " + good + " --trust " + (folder_ / "trust").string()).exit, 3);
}

TEST_F(AntinVerify, ProfilesDecideWhatMayFollow) {
  Signing certified;
  certified.doc_mdp = 2;
  Signing second;
  second.field = "Sig2";
  second.signer = "agency";
  const auto both = write("both.pdf", Document{}.sign(certified).sign(second));
  EXPECT_EQ(run("verify --profile certified_copy " + both + trusted()).exit, 0);
  EXPECT_EQ(run("verify --profile nonsense " + both + trusted()).exit, 3);
}

TEST_F(AntinVerify, EveryFormatOfTheReportIsOneDocumentAndTheExitCodeIsTheSame) {
  const std::pair<std::string, int> inputs[] = {
      {write("good.pdf", Document{}.sign({})), 0},
      {write("bad.pdf", Document{}.sign({}).damage("100 100 l")), 1},
      {write("plain.pdf", Document{}), 2}};
  for (const auto& [file, exit] : inputs) {
    const auto html = run("verify --format html " + file + trusted());
    EXPECT_EQ(html.exit, exit);
    EXPECT_EQ(html.out.find("<!DOCTYPE html>"), 0U);
    EXPECT_NE(html.out.find("</html>"), std::string::npos);
    const auto etsi = run("verify --format etsi " + file + trusted());
    EXPECT_EQ(etsi.exit, exit);
    EXPECT_EQ(etsi.out.find("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), 0U);
    const auto pdf = run("verify --format pdf " + file + trusted());
    EXPECT_EQ(pdf.exit, exit);
    EXPECT_EQ(pdf.out.find("%PDF-"), 0U);
    EXPECT_EQ(pdf.out, run("verify --format pdf " + file + trusted()).out);
  }
  const auto unsigned_report =
      run("verify --format html " + write("p.pdf", Document{}) + trusted());
  EXPECT_NE(unsigned_report.out.find("Từ chối tiếp nhận. Lý do: "), std::string::npos);
}

TEST_F(AntinVerify, ReportsGoIntoAFileOrAFolderAndReplaceNothingUnasked) {
  const auto good = write("good.pdf", Document{}.sign({}));
  const auto plain = write("plain.pdf", Document{});
  const auto out = (folder_ / "report.html").string();
  EXPECT_EQ(run("verify --format html -o " + out + " " + good + trusted()).exit, 0);
  EXPECT_GT(std::filesystem::file_size(out), 1000U);
  EXPECT_EQ(run("verify --format html -o " + out + " " + good + trusted()).exit, 3);
  EXPECT_EQ(run("verify --force --format html -o " + out + " " + good + trusted()).exit, 0);
  // Several documents behind each other would be none.
  const auto both = good + " " + plain + trusted();
  EXPECT_EQ(run("verify --format pdf " + both).exit, 3);
  EXPECT_EQ(run("verify --format pdf -o " + out + " " + both).exit, 3);
  const auto folder = folder_ / "reports";
  std::filesystem::create_directory(folder);
  EXPECT_EQ(run("verify --format pdf -o " + folder.string() + " " + both).exit, 2);
  EXPECT_TRUE(std::filesystem::exists(folder / "good.pdf.report.pdf"));
  EXPECT_TRUE(std::filesystem::exists(folder / "plain.pdf.report.pdf"));
  EXPECT_EQ(run("verify --format nonsense " + good).exit, 3);
}

TEST_F(AntinVerify, EvidenceIsOneContainerThatCanBeJudgedAgain) {
  const auto good = write("good.pdf", Document{}.sign({}));
  const auto out = (folder_ / "evidence.zip").string();
  EXPECT_EQ(run("verify --evidence " + out + " " + good + trusted()).exit, 0);
  EXPECT_EQ(run("verify --evidence " + out + " " + good + trusted()).exit, 3);  // it is there
  EXPECT_EQ(run("verify --evidence " + out + "2 " + good + " " + good + trusted()).exit, 3);
  const auto again = run("verify --json " + out + trusted());
  EXPECT_EQ(again.exit, 0);
  const auto json = Json::parse(again.out);
  EXPECT_EQ(json["verdict"], "VALID");
  EXPECT_EQ(json["findings"][0]["code"], "evidence.intact");
  EXPECT_EQ(json["findings"][1]["code"], "evidence.unsigned");
  // One octet of it.
  std::ifstream in{out, std::ios::binary};
  std::string octets{std::istreambuf_iterator<char>{in}, {}};
  octets[octets.size() / 2] = static_cast<char>(octets[octets.size() / 2] ^ 1);
  EXPECT_EQ(run("verify " + write("bad.zip", to_bytes(octets)) + trusted()).exit, 3);
  // A container whose document says one thing and whose record another.
  EXPECT_EQ(Json::parse(run("verify --json " + out).out)["verdict"], "INSUFFICIENT");
}

TEST_F(AntinVerify, ComparisonTellsCopiesFromOtherDocuments) {
  auto document = Document{}.sign({});
  const auto original = write("original.pdf", document);
  const auto same = write("same.pdf", document);
  const auto stamped = write(
      "stamped.pdf", Document{document}.timestamp("Ts", *from_rfc3339("2026-05-20T00:00:00Z")));
  const auto changed = write("changed.pdf", Document{document}.change_page("n"));
  EXPECT_EQ(run("compare " + same + " " + original).exit, 0);
  const auto extended = run("compare --json " + stamped + " " + original);
  EXPECT_EQ(extended.exit, 0);
  EXPECT_EQ(Json::parse(extended.out)["comparison"]["result"], "same_signed_revision");
  const auto other = run("compare --json " + changed + " " + original);
  EXPECT_EQ(other.exit, 1);
  EXPECT_EQ(Json::parse(other.out)["comparison"]["result"], "different");
  // A changed copy of a valid original: both answers count.
  EXPECT_EQ(run("verify " + same + " --original " + original + trusted()).exit, 0);
  EXPECT_EQ(run("verify " + same + " --original " + changed + trusted()).exit, 1);
}

TEST_F(AntinVerify, InspectShowsTheStructureWithoutJudging) {
  const auto good = write("good.pdf", Document{}.sign({}).damage("100 100 l"));
  const auto outcome = run("inspect --json " + good);
  EXPECT_EQ(outcome.exit, 0);
  const auto json = Json::parse(outcome.out);
  EXPECT_EQ(json["revisions"].size(), 2U);
  EXPECT_EQ(json["fields"][0]["name"], "Sig1");
  EXPECT_EQ(json["fields"][0]["sub_filter"], "ETSI.CAdES.detached");
  EXPECT_EQ(json["fields"][0]["byte_range"].size(), 4U);
}

TEST_F(AntinVerify, ExplainsACode) {
  const auto outcome = run("verify --lang vi --explain signature.revocation_unknown");
  EXPECT_EQ(outcome.exit, 0);
  EXPECT_NE(outcome.out.find("trạng thái thu hồi"), std::string::npos);
  EXPECT_NE(outcome.out.find("mã thoát 2"), std::string::npos);
  EXPECT_EQ(Json::parse(run("verify --explain pdf.byte_range_gap --json").out)["exit_code"], 1);
  const auto wrong = run("verify --explain pdf.byte_rang_gap");
  EXPECT_EQ(wrong.exit, 3);
  EXPECT_EQ(Json::parse(run("verify --explain list --json").out).size(), all_codes().size());
}

TEST_F(AntinVerify, TellsHazardsWithoutLettingThemDecide) {
  const auto path = write(
      "script.pdf",
      to_bytes(test::PdfBuilder::document(1, "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")
                   .finish_table("/Root 1 0 R")
                   .bytes()
                   .view()));
  const auto report = Json::parse(run("verify --json " + path).out);
  EXPECT_EQ(report["verdict"], "NO_SIGNATURE");
  ASSERT_EQ(report["findings"].size(), 1U);
  EXPECT_EQ(report["findings"][0]["code"], "hygiene.javascript");
  EXPECT_EQ(report["findings"][0]["severity"], "warning");
  EXPECT_FALSE(report["findings"][0]["advice"]["vi"].get<std::string>().empty());
  const auto inspected = Json::parse(run("inspect --json " + path).out);
  ASSERT_EQ(inspected["hazards"].size(), 1U);
  EXPECT_EQ(inspected["hazards"][0]["code"], "hygiene.javascript");
}

TEST_F(AntinVerify, SaysWhichFileADetachedSignatureMisses) {
  const auto alone =
      write("alone.txt.p7s", verifier::sample::file("../vectors/detached/danh-sach.txt.p7s"));
  const auto outcome = run("verify --json " + alone);
  EXPECT_EQ(outcome.exit, 3);
  EXPECT_EQ(Json::parse(outcome.out)["error"]["code"], "signature.content_not_found");
}

}  // namespace
}  // namespace antin
