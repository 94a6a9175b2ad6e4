// SPDX-License-Identifier: BSD-3-Clause
// A column: one property of many things, aligned so that lanes can load it.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "gridswarm/kernel/abi.hpp"

namespace gridswarm::inline GS_ABI {

/// Allocates on cache-line borders (64 bytes), which is also the widest lane register.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), alignment));
  }
  void deallocate(T* pointer, std::size_t) noexcept { ::operator delete(pointer, alignment); }
  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

/// One number per thing. A plain vector on a 64-byte border; it converts to std::span.
template <class T>
using Column = std::vector<T, AlignedAllocator<T>>;

}  // namespace gridswarm::inline GS_ABI
