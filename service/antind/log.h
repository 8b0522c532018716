#pragma once

#include "service/system/log.h"
