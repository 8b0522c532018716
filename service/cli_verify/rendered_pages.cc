#include "service/cli_verify/rendered_pages.h"

#include <algorithm>

namespace antin::service {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kMaxPages = 1'000'000;  // the tool stops at the last one

class Source final : public verifier::PageSource {
 public:
  Source(Renderer& renderer, Descriptor document, std::chrono::steady_clock::time_point until)
      : renderer_(renderer), document_(std::move(document)), until_(until) {}

  Result<Picture> draw(std::size_t page, unsigned dpi, As as) override {
    RenderJob job;
    job.what = as == As::kPrinted ? RenderJob::What::kPrint : RenderJob::What::kScreen;
    job.first = job.last = static_cast<unsigned>(page + 1);
    job.dpi = dpi;
    ANTIN_TRY(auto drawn, run(job));
    return Picture{SharedBytes{std::move(drawn.octets)}, drawn.complete};
  }
  Result<SharedBytes> words() override {
    RenderJob job;
    job.what = RenderJob::What::kWords;
    job.last = kMaxPages;
    ANTIN_TRY(auto drawn, run(job));
    return SharedBytes{std::move(drawn.octets)};
  }

 private:
  Result<Rendered> run(RenderJob job) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(until_ - std::chrono::steady_clock::now());
    job.within = std::min(job.within, left);
    return renderer_.run(document_, job);
  }
  Renderer& renderer_;
  const Descriptor document_;
  const std::chrono::steady_clock::time_point until_;
};

}  // namespace

RenderedPages::RenderedPages(Renderer& renderer, milliseconds total)
    : renderer_(renderer), until_(std::chrono::steady_clock::now() + total) {}

Result<std::unique_ptr<verifier::PageSource>> RenderedPages::open(const SharedBytes& document) {
  ANTIN_TRY(auto memfd, sealed_memfd("antin-drawn", {document.view()}));
  return std::unique_ptr<verifier::PageSource>(
      std::make_unique<Source>(renderer_, std::move(memfd), until_));
}

}  // namespace antin::service
