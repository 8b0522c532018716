#pragma once

#include "pdf/read/revision.h"
#include "service/ipc/channel.h"

namespace antin::service::worker {

/// What kCapture asks: `files` are all inputs, one behind the other, as the body says. Fails with
/// kIpcMalformed and as capture::capture() does.
Result<Message> capture_files(const cbor::Value& body, const SharedBytes& files,
                              const pdf::ReadLimits& limits);

}  // namespace antin::service::worker
