// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/cluster/quality.hpp"
