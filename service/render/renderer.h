#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "certs/core/bytes.h"
#include "certs/core/error.h"
#include "service/ipc/descriptor.h"

namespace antin::service {

/// One picture or the words of some pages.
struct RenderJob {
  enum class What : std::uint8_t {
    kScreen,  ///< one page as seen: a binary PPM
    kPrint,   ///< one page as printed: likewise
    kWords,   ///< words and where they stand: pdftotext's TSV
    kPicture  ///< one page as seen, `width` pixels wide, for people: JPEG
  };
  What what = What::kScreen;
  unsigned first = 1, last = 1;  ///< pages, from 1; the same for pictures
  unsigned dpi = 150;
  unsigned width = 0;  ///< of kPicture only, 32 to 2400
  std::chrono::milliseconds within{8'000};
  std::size_t max_octets = std::size_t{80} << 20U;
};

struct Rendered {
  Bytes octets;
  /// False: the tool complained about the document, so what it drew may lack something.
  bool complete = true;
};

/// Draws pages by poppler's tools, each time in a process of its own that antin-draw confines and
/// that is killed at the deadline. Thread-safe.
class Renderer {
 public:
  /// `launcher`: absolute path of antin-draw; "": nothing can be drawn. `note` is told once, for
  /// the operator's log, what this system's kernel cannot enforce; may be empty.
  explicit Renderer(std::string launcher, std::function<void(std::string_view)> note = {})
      : launcher_(std::move(launcher)), note_(std::move(note)) {}

  /// `document`: a memfd or file with the whole PDF, not encrypted; its offset is moved. Fails with
  /// kCompareNoRenderer, kCompareDrawingFailed, kCompareDrawingTimeout, kResourceLimit (more than
  /// `max_octets`), kRenderRefused, kIpcFailed.
  Result<Rendered> run(const Descriptor& document, const RenderJob& job);

 private:
  Result<Rendered> run_tool(const Descriptor& document, const char* what, const RenderJob& job);
  void note_profile(std::string_view said);

  const std::string launcher_;
  const std::function<void(std::string_view)> note_;
  std::atomic<bool> noted_ = false;
};

}  // namespace antin::service
