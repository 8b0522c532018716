#pragma once

// Moved; kept for who has not followed yet.
#include "service/http/http_server.h"
