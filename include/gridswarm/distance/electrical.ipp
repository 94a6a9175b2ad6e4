// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/distance/electrical.hpp"
