#pragma once

#include <chrono>
#include <memory>

#include "service/render/renderer.h"
#include "verifier/page_source.h"

namespace antin::service {

/// Pages drawn by processes of this program's own. All drawing for one comparison together gets
/// `total`; what comes later is kCompareDrawingTimeout.
class RenderedPages final : public verifier::PageSources {
 public:
  RenderedPages(Renderer& renderer, std::chrono::milliseconds total);
  Result<std::unique_ptr<verifier::PageSource>> open(const SharedBytes& document) override;

 private:
  Renderer& renderer_;
  const std::chrono::steady_clock::time_point until_;
};

}  // namespace antin::service
