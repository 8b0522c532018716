#include <sys/wait.h>
#include <unistd.h>

#include "certs/ossl/digest.h"
#include "service/sandbox/process_state.h"
#include "service/sandbox/worker_profile.h"
#include "tests/unit/capture/support.h"

namespace antin::service::capture {
namespace {

TEST(Confined, EveryFormatIsReadWithTheCallsThatTheWorkerHas) {
  if (!sandbox::can_be_confined()) GTEST_SKIP() << "a sanitizer cannot be confined";
  ScanPdf pdf;
  pdf.data = jpeg(sheet(kColumns, kRows, 1));
  const auto asked =
      request({jpeg(sheet(400, 300, 1), {.progressive = true}),
               png(sheet(400, 300, 2), {.interlaced = true}),
               tiff({{sheet(400, 304, 3),
                      {.compression = COMPRESSION_JPEG, .photometric = PHOTOMETRIC_YCBCR}},
                     {sheet(400, 300, 4), {}}}),
               finished(scan_pdf(pdf))});
  const auto broken = request({Bytes(pdf.data.begin(), pdf.data.end() - 900)});
  ossl::sha256({});  // as the worker does before it is confined
  const auto child = ::fork();
  if (child == 0) {
    if (!sandbox::confine_worker(STDERR_FILENO)) ::_exit(3);
    const auto captured = capture(asked);
    const bool good = captured && captured.value().pages.size() == 5 && !capture(broken);
    ::_exit(good ? 0 : 4);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_FALSE(WIFSIGNALED(status)) << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace antin::service::capture
