// SPDX-License-Identifier: BSD-3-Clause
// How a program gets gridswarm's bodies: compiled once and linked, or from the headers.
//
// Linked mode (target gridswarm::gridswarm) defines GRIDSWARM_COMPILED: headers declare, and
// src/precompile_<part>.cpp compiles every x.ipp once. Headers mode (target gridswarm::headers)
// includes the x.ipp files and the reference kernels. The two live in different inline namespaces,
// so passing a type between them is a link error and never a silent mixture of two builds.
#pragma once

#if defined(__FAST_MATH__)
#error "gridswarm rounds every operation by itself: build without -ffast-math"
#endif

#if defined(GRIDSWARM_COMPILED)
#define GS_ABI v1
#define GS_INLINE
#else
#define GS_ABI v1_headers
#define GS_INLINE inline
#endif

#define GRIDSWARM_VERSION_MAJOR 0
#define GRIDSWARM_VERSION_MINOR 1
#define GRIDSWARM_VERSION_PATCH 0
#define GRIDSWARM_VERSION "0.1.0"
