// The drawing process as the kernel sees it: what it may not do, and that it ends.

#include "service/render/renderer.h"

#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "service/render/profile.h"
#include "tests/fakes/pdf_builder.h"

namespace antin::service {
namespace {

using namespace std::chrono_literals;
using test::PdfBuilder;

Descriptor pdf_of(const std::string& content, const std::string& box = "[0 0 200 200]") {
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
  pdf.put(2, "<</Type/Pages/Kids[10 0 R]/Count 1/MediaBox" + box + ">>");
  pdf.put(4, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  pdf.put(10, "<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 4 0 R>>>>/Contents 11 0 R>>");
  pdf.put_stream(11, "", content);
  pdf.finish_table("/Root 1 0 R");
  auto memfd = sealed_memfd("test", {pdf.bytes().view()});
  EXPECT_TRUE(memfd);
  return std::move(memfd).value();
}

// Hours of work in a page of a few kilobytes: forms that draw forms that draw forms.
Descriptor bomb() {
  PdfBuilder pdf;
  pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
  pdf.put(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 200]>>");
  pdf.put(3, "<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 10 0 R>>>>/Contents 4 0 R>>");
  pdf.put_stream(4, "", "/X Do");
  std::string ten;
  for (int i = 0; i < 50; ++i) ten += "/X Do ";
  for (int i = 10; i < 18; ++i)
    pdf.put_stream(i,
                   "/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</XObject<</X " +
                       std::to_string(i + 1) + " 0 R>>>>",
                   ten);
  pdf.put_stream(18, "/Type/XObject/Subtype/Form/BBox[0 0 200 200]", "0 0 99 99 re f");
  pdf.finish_table("/Root 1 0 R");
  return std::move(sealed_memfd("bomb", {pdf.bytes().view()})).value();
}

class Drawing : public testing::Test {
 protected:
  Renderer renderer_{ANTIN_DRAW};
};

TEST_F(Drawing, GivesAPageAsAPicture) {
  const auto document = pdf_of("1 0 0 rg 0 0 100 200 re f");
  RenderJob job;
  job.dpi = 72;
  const auto drawn = renderer_.run(document, job);
  ASSERT_TRUE(drawn) << to_log_line(drawn.error());
  const auto text = as_text(drawn.value().octets);
  EXPECT_EQ(text.substr(0, 15), "P6\n200 200\n255\n");
  EXPECT_EQ(text.size(), 15U + 200 * 200 * 3);
  EXPECT_EQ(text.substr(15, 3), std::string("\xFF\0\0", 3));
  EXPECT_TRUE(drawn.value().complete);
}

TEST_F(Drawing, GivesWordsWithTheirPlaces) {
  RenderJob job;
  job.what = RenderJob::What::kWords;
  job.last = 100;
  const auto words = renderer_.run(pdf_of("BT /F1 12 Tf 20 100 Td (number 4711) Tj ET"), job);
  ASSERT_TRUE(words) << to_log_line(words.error());
  EXPECT_NE(as_text(words.value().octets).find("\t4711\n"), std::string::npos);
}

TEST_F(Drawing, PrintsWhatIsPrintedAndNotWhatIsSeen) {
  const auto with = [](int flags) {
    PdfBuilder pdf;
    pdf.put(1, "<</Type/Catalog/Pages 2 0 R>>");
    pdf.put(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 200]>>");
    pdf.put(3, "<</Type/Page/Parent 2 0 R/Resources<<>>/Annots[4 0 R]>>");
    pdf.put(4, "<</Type/Annot/Subtype/Stamp/Rect[0 0 200 200]/F " + std::to_string(flags) +
                   "/AP<</N 5 0 R>>>>");
    pdf.put_stream(5, "/Type/XObject/Subtype/Form/BBox[0 0 200 200]", "0 0 200 200 re f");
    pdf.finish_table("/Root 1 0 R");
    return std::move(sealed_memfd("test", {pdf.bytes().view()})).value();
  };
  const auto black = [&](const Descriptor& document, RenderJob::What what) {
    RenderJob job;
    job.what = what;
    job.dpi = 36;
    const auto drawn = renderer_.run(document, job);
    EXPECT_TRUE(drawn);
    return drawn && drawn.value().octets.back() == 0;
  };
  const auto only_print = with(36);
  EXPECT_FALSE(black(only_print, RenderJob::What::kScreen));
  EXPECT_TRUE(black(only_print, RenderJob::What::kPrint));
  const auto only_screen = with(0);
  EXPECT_TRUE(black(only_screen, RenderJob::What::kScreen));
  EXPECT_FALSE(black(only_screen, RenderJob::What::kPrint));
}

TEST_F(Drawing, IsKilledAtItsDeadline) {
  RenderJob job;
  job.within = 400ms;
  const auto began = std::chrono::steady_clock::now();
  const auto drawn = renderer_.run(bomb(), job);
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, Code::kCompareDrawingTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(Drawing, EndsWhenItWritesMoreThanIsTaken) {
  RenderJob job;
  job.max_octets = 100'000;
  const auto drawn = renderer_.run(pdf_of("0 0 10 10 re f"), job);
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, Code::kResourceLimit);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
}

TEST_F(Drawing, SaysWhenTheToolComplained) {
  RenderJob job;
  const auto drawn = renderer_.run(pdf_of("0 0 10 10 re f nonsense ( Tj"), job);
  ASSERT_TRUE(drawn) << to_log_line(drawn.error());
  EXPECT_FALSE(drawn.value().complete);
}

TEST_F(Drawing, RefusesWhatIsNoPdf) {
  const auto junk = sealed_memfd("junk", {as_bytes("no PDF at all")});
  const auto drawn = renderer_.run(junk.value(), {});
  ASSERT_FALSE(drawn);
  EXPECT_EQ(drawn.error().code, Code::kCompareDrawingFailed);
}

TEST_F(Drawing, AnAbsentLauncherIsSaid) {
  Renderer none{""};
  EXPECT_EQ(none.run(pdf_of(""), {}).error().code, Code::kCompareNoRenderer);
  Renderer wrong{"/nonexistent/antin-draw"};
  EXPECT_EQ(wrong.run(pdf_of(""), {}).error().code, Code::kCompareNoRenderer);
}

// In a child under the profile: each bit is something that it could do.
enum Could : int {
  kReadSecrets = 1,
  kConnect = 2,
  kFork = 4,
  kWriteFile = 8,
  kExecute = 16,
  kSignal = 32,
  kUnconfined = 64
};

int what_it_can_do(const std::string& secret) {
  const auto parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    render::InForce in_force;
    if (!render::confine("/usr/bin/pdftoppm", {}, in_force)) ::_exit(kUnconfined);
    int can = 0;
    if (in_force.landlock > 0 && ::open(secret.c_str(), O_RDONLY) >= 0) can |= kReadSecrets;
    if (::socket(AF_INET, SOCK_STREAM, 0) >= 0 || ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
      can |= kConnect;
    const pid_t further = ::fork();
    if (further == 0) ::_exit(0);
    if (further > 0) can |= kFork;
    const int file = ::open("/tmp/antin-draw-test", O_WRONLY | O_CREAT, 0600);
    if (file >= 0 && ::write(file, "x", 1) == 1) can |= kWriteFile;
    if (::kill(parent, 0) == 0) can |= kSignal;
    if (in_force.landlock > 0) {
      std::string name = "/usr/bin/false";  // its exit code would be one of ours
      char* const words[] = {name.data(), nullptr};
      char* const none[] = {nullptr};
      ::execve(name.c_str(), words, none);
    }
    ::_exit(can);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  // The file size limit kills whoever writes nevertheless: as good as an error.
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

TEST(DrawingProfile, LeavesNothingButReadingFontsAndDrawing) {
  const auto secret = testing::TempDir() + "antin-secret-" + std::to_string(::getpid());
  const int file = ::open(secret.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  ::close(file);
  EXPECT_EQ(what_it_can_do(secret), 0);
  ::unlink(secret.c_str());
}

}  // namespace
}  // namespace antin::service
