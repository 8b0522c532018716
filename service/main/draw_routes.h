#pragma once

#include <string>
#include <vector>

#include "service/antind/log.h"
#include "service/ipc/channel.h"
#include "service/render/renderer.h"

namespace antin::service {

/// Draws for the workers, which start no process of their own.
class DrawingDesk {
 public:
  /// `launcher`: antin-draw; "" where it is not installed: workers are told so.
  DrawingDesk(std::string launcher, Log& log);
  /// For the pool's callbacks; this outlives them.
  std::vector<Route> routes();

 private:
  Result<Message> draw(const Message& asked);
  Renderer renderer_;
};

}  // namespace antin::service
