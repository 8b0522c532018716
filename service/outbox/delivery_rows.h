#pragma once

#include <string>

#include "service/outbox/delivery.h"

namespace antin::outbox {

/// "SELECT … FROM outbox_delivery d JOIN outbox_event e …", for read_delivery().
std::string delivery_columns(const Database& database);
Delivery read_delivery(const Database::Row& row);
/// Of an event and a target.
std::string delivery_id(const std::string& event, const std::string& target);
std::string to_json(const Params& params);

}  // namespace antin::outbox
