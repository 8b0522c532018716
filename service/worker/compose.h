#pragma once

#include "service/worker/worker.h"

namespace antin::service::worker {

/// Message 11 of docs/PROTOCOL.worker.md: a template and values, and a PDF where the template is
/// for one, become pages, a stamp on pages or the line of a signature. Pages are drawn over
/// `channel`.
Result<Message> compose(const Message& request, const pdf::ReadLimits& limits, RandomSource& random,
                        Channel& channel);

}  // namespace antin::service::worker
