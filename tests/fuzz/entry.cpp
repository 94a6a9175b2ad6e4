// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer's door to a fuzzer's body.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gridswarm::fuzz::body({reinterpret_cast<const char*>(data), size});
  return 0;
}
