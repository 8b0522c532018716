// antin-worker: reads foreign octets for antind, which starts it with a channel at descriptor 3.

#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "service/ipc/process.h"
#include "service/system/real.h"
#include "service/worker/worker.h"

int main() {
  using namespace antin;
  // Dies with antind; leaves no core with somebody's document in it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  service::Channel channel{service::Descriptor(service::kChildChannel)};
  service::SystemRandom random;
  service::worker::Worker worker(channel, random);
  if (const auto served = worker.run(); !served) {
    std::fprintf(stderr, "antin-worker: %s\n", to_log_line(served.error()).c_str());
    return 1;
  }
  return 0;
}
