// SPDX-License-Identifier: BSD-3-Clause
// KLU's analysis and first factorisation, of which only the pattern is kept.
#include <klu.h>

#include <algorithm>
#include <memory>

#include "gridswarm/base/error.hpp"
#include "gridswarm/flow/factor_pattern.hpp"
#include "gridswarm/flow/mesh_newton.hpp"

namespace gridswarm::inline GS_ABI::flow {
namespace {

/// KLU's objects, freed together.
struct Factors {
  klu_common common;
  klu_symbolic* symbolic = nullptr;
  klu_numeric* numeric = nullptr;
  Factors() { klu_defaults(&common); }
  Factors(const Factors&) = delete;
  Factors& operator=(const Factors&) = delete;
  ~Factors() {
    if (numeric) klu_free_numeric(&numeric, &common);
    if (symbolic) klu_free_symbolic(&symbolic, &common);
  }
};

/// By columns, as KLU gives it.
struct Triangle {
  std::vector<int> first, row;
  std::vector<double> value;
  Triangle(int size, int entries) : first(size + 1), row(entries), value(entries) {}
};

/// Append to each row the columns of a triangle.
void add_rows(const Triangle& triangle, std::vector<std::vector<Index>>& rows) {
  for (std::size_t j = 0; j + 1 < triangle.first.size(); ++j)
    for (int e = triangle.first[j]; e < triangle.first[j + 1]; ++e)
      rows[triangle.row[e]].push_back(static_cast<Index>(j));
}

std::vector<Index> inverse_of(const std::vector<int>& order) {
  std::vector<Index> place(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) place[order[k]] = static_cast<Index>(k);
  return place;
}

}  // namespace

bool klu_available() { return true; }

FactorPattern factor_pattern(std::span<const Index> first, std::span<const Index> row,
                             std::span<const double> value) {
  const int size = static_cast<int>(first.size()) - 1;
  FactorPattern pattern;
  pattern.first.push_back(0);
  if (size == 0) return pattern;
  Factors klu;
  klu.common.btf = 0;    // one block: L and U then hold everything
  klu.common.scale = 0;  // L and U of the matrix itself
  klu.common.halt_if_singular = 0;
  auto* column_first = const_cast<int*>(first.data());
  auto* rows_of = const_cast<int*>(row.data());
  auto* values = const_cast<double*>(value.data());
  klu.symbolic = klu_analyze(size, column_first, rows_of, &klu.common);
  if (klu.symbolic)
    klu.numeric = klu_factor(column_first, rows_of, values, klu.symbolic, &klu.common);
  if (!klu.numeric) throw Error(ExitCode::run_time, "KLU could not analyse this network");
  Triangle lower(size, klu.numeric->lnz);
  Triangle upper(size, klu.numeric->unz);
  std::vector<int> row_order(size), column_order(size);
  klu_extract(klu.numeric, klu.symbolic, lower.first.data(), lower.row.data(), lower.value.data(),
              upper.first.data(), upper.row.data(), upper.value.data(), nullptr, nullptr, nullptr,
              row_order.data(), column_order.data(), nullptr, nullptr, &klu.common);
  pattern.row = inverse_of(row_order);
  pattern.column = inverse_of(column_order);
  std::vector<std::vector<Index>> rows(size);
  add_rows(lower, rows);
  add_rows(upper, rows);
  for (int k = 0; k < size; ++k) {
    std::sort(rows[k].begin(), rows[k].end());  // the diagonal stands in L and in U
    rows[k].erase(std::unique(rows[k].begin(), rows[k].end()), rows[k].end());
    const auto diagonal = std::lower_bound(rows[k].begin(), rows[k].end(), k) - rows[k].begin();
    pattern.diagonal.push_back(pattern.first.back() + static_cast<Index>(diagonal));
    pattern.column_of.insert(pattern.column_of.end(), rows[k].begin(), rows[k].end());
    pattern.first.push_back(static_cast<Index>(pattern.column_of.size()));
  }
  return pattern;
}

}  // namespace gridswarm::inline GS_ABI::flow
