#pragma once

// Moved; kept for who has not followed yet.
#include "service/http/address.h"
