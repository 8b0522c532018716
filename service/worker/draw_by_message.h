#pragma once

#include <chrono>
#include <memory>

#include "service/ipc/channel.h"
#include "verifier/page_source.h"

namespace antin::service::worker {

/// The worker starts no process: antind draws for it. All drawing for one comparison together gets
/// `total`.
class DrawByMessage final : public verifier::PageSources {
 public:
  DrawByMessage(Channel& channel, std::chrono::milliseconds total);
  Result<std::unique_ptr<verifier::PageSource>> open(const SharedBytes& document) override;

 private:
  Channel& channel_;
  const Deadline until_;
};

}  // namespace antin::service::worker
