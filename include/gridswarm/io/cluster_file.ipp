// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gridswarm/io/cluster_file.hpp"
