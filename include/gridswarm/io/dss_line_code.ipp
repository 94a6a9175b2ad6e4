// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <numbers>
#include <string>
#include <vector>

#include "gridswarm/io/dss_line_code.hpp"
#include "gridswarm/io/line_constants.hpp"

namespace gridswarm::inline GS_ABI::io {
namespace detail {

/// Eliminate the neutral: V = 0 on it. Charging to a conductor at earth is charging to earth.
inline void reduce_neutral(DssLineCode& code, std::int64_t neutral) {
  const auto n = static_cast<std::size_t>(code.phases);
  const auto at = static_cast<std::size_t>(neutral - 1);
  std::vector<feeder::Phasor> y;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      if (i != at && j != at) y.push_back(code.matrices.y[i * n + j]);
  code.matrices.z = kron(code.matrices.z, n, at);
  code.matrices.y = std::move(y);
  --code.phases;
  code.is_symmetric = false;
}

/// A LineCode while its properties are replayed.
struct RawLineCode {
  DssLineCode code;
  std::int64_t neutral = 3;  ///< 0: eliminated already
};

inline void replay_line_code(RawLineCode& raw, const DssProperty& property) {
  DssLineCode& code = raw.code;
  const auto& [name, value] = property;
  if (replay_symmetric(code.symmetric, property, code.frequency_hz)) {
    code.is_symmetric = true;
  } else if (replay_matrices(code.matrices, property, code.phases, code.frequency_hz)) {
    code.is_symmetric = false;
  } else if (name == "nphases") {
    const std::int64_t phases = integer_of(value);
    if (phases < 1 || phases > 100) fail(value, "nphases=" + value.text + "; 1 to 100 are read");
    if (phases == code.phases) return;
    code.phases = raw.neutral = phases;
    code.matrices = symmetric_matrices(code.symmetric, phases, code.frequency_hz);
  } else if (name == "units") {
    code.unit = unit_of(value);
  } else if (name == "basefreq") {
    code.frequency_hz = number_of(value);
    if (!(code.frequency_hz > 0.0)) fail(value, "basefreq must be above 0");
  } else if (name == "normamps") {
    code.rating_a = number_of(value);
  } else if (name == "rg") {
    code.r_earth = number_of(value);
  } else if (name == "xg") {
    code.x_earth = number_of(value);
  } else if (name == "rho") {
    code.rho = number_of(value);
  } else if (name == "neutral") {
    raw.neutral = integer_of(value);
  } else if (name == "kron" && boolean_of(value) && raw.neutral > 0 && code.phases > 1) {
    if (raw.neutral > code.phases) fail(value, "neutral is not one of the conductors");
    if (code.is_symmetric)
      code.matrices = symmetric_matrices(code.symmetric, code.phases, code.frequency_hz);
    reduce_neutral(code, raw.neutral);
    raw.neutral = 0;
  }
}

}  // namespace detail

GS_INLINE LineMatrices symmetric_matrices(const SymmetricLine& line, std::int64_t n,
                                          double frequency_hz) {
  const double w = 2.0 * std::numbers::pi * frequency_hz;
  const feeder::Phasor z_self{(2.0 * line.r1 + line.r0) / 3.0, (2.0 * line.x1 + line.x0) / 3.0};
  const feeder::Phasor z_mutual{(line.r0 - line.r1) / 3.0, (line.x0 - line.x1) / 3.0};
  const feeder::Phasor y_self{0.0, w * (2.0 * line.c1 + line.c0) / 3.0};
  const feeder::Phasor y_mutual{0.0, w * (line.c0 - line.c1) / 3.0};
  LineMatrices matrices;
  matrices.z.assign(static_cast<std::size_t>(n * n), z_mutual);
  matrices.y.assign(static_cast<std::size_t>(n * n), y_mutual);
  for (std::int64_t i = 0; i < n; ++i) {
    matrices.z[i * (n + 1)] = z_self;
    matrices.y[i * (n + 1)] = y_self;
  }
  return matrices;
}

GS_INLINE bool replay_symmetric(SymmetricLine& line, const DssProperty& property,
                                double frequency_hz) {
  const auto& [name, value] = property;
  if (name.size() != 2) return false;
  const double per_farad = 2.0 * std::numbers::pi * frequency_hz;
  if (name == "r1") return line.r1 = number_of(value), true;
  if (name == "x1") return line.x1 = number_of(value), true;
  if (name == "r0") return line.r0 = number_of(value), true;
  if (name == "x0") return line.x0 = number_of(value), true;
  if (name == "c1") return line.c1 = 1e-9 * number_of(value), true;
  if (name == "c0") return line.c0 = 1e-9 * number_of(value), true;
  if (name == "b1") return line.c1 = 1e-6 * number_of(value) / per_farad, true;
  if (name == "b0") return line.c0 = 1e-6 * number_of(value) / per_farad, true;
  return false;
}

GS_INLINE bool replay_matrices(LineMatrices& matrices, const DssProperty& property, std::int64_t n,
                               double frequency_hz) {
  const auto& [name, value] = property;
  if (name != "rmatrix" && name != "xmatrix" && name != "cmatrix") return false;
  const std::vector<double> numbers = matrix_of(value, n);
  const double w = 2.0 * std::numbers::pi * frequency_hz;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (name == "rmatrix") matrices.z[i].re = numbers[i];
    if (name == "xmatrix") matrices.z[i].im = numbers[i];
    if (name == "cmatrix") matrices.y[i] = {0.0, w * 1e-9 * numbers[i]};
  }
  return true;
}

GS_INLINE DssLineCode line_code_of(const DssText& text, const DssValue& value,
                                   double frequency_hz) {
  const DssObject* object = find_object(text, "linecode", value.text);
  if (!object) fail(value, "there is no linecode " + value.text);
  detail::RawLineCode raw;
  raw.code.frequency_hz = frequency_hz;
  raw.code.matrices = symmetric_matrices(raw.code.symmetric, raw.code.phases, frequency_hz);
  for (const DssProperty& property : object->properties) detail::replay_line_code(raw, property);
  if (raw.code.is_symmetric)
    raw.code.matrices =
        symmetric_matrices(raw.code.symmetric, raw.code.phases, raw.code.frequency_hz);
  return raw.code;
}

}  // namespace gridswarm::inline GS_ABI::io
