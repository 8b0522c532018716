#pragma once

#include "service/store/database.h"

namespace antin::audit {

/// What the logs are kept in: the register's own database, so that an event and its entry come
/// about together or not at all.
using service::Database;

}  // namespace antin::audit
