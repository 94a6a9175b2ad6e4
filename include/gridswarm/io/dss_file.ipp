// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/io/dss_file.hpp"
