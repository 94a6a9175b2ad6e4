// SPDX-License-Identifier: BSD-3-Clause
// What every benchmark prints: rows of measured values, for people or as one JSON object.
#pragma once

#include <span>
#include <string>

namespace gridswarm::bench {

/// One measured value and the bar it is held against.
struct Row {
  std::string name;  ///< as in the issue that asked for it
  double value = 0.0;
  std::string unit;
  std::string op;  ///< "<=" or ">=": value op bar must hold; empty where there is no bar
  double bar = 0.0;
  int repeats = 1;      ///< the value is the best of that many
  std::string command;  ///< what reproduces it
};

/// One table, or with json {"rows": [...]} on stdout.
void print_rows(std::span<const Row> rows, bool json);

/// True where the row has no bar or meets it.
bool meets_bar(const Row& row);

/// Seconds of wall time that `body` takes, best of `repeats` after one call to warm up.
template <class Body>
double best_seconds(int repeats, Body&& body);

/// The same in seconds of the process's cores: what a single thread takes on a busy machine.
template <class Body>
double best_cpu_seconds(int repeats, Body&& body);

/// True if "--json" is among the arguments.
bool wants_json(int argc, char** argv);

}  // namespace gridswarm::bench

#include <chrono>
#include <ctime>

namespace gridswarm::bench {

template <class Body>
double best_cpu_seconds(int repeats, Body&& body) {
  body();
  double best = 1e300;
  for (int k = 0; k < repeats; ++k) {
    const std::clock_t begin = std::clock();
    body();
    const double taken = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    best = taken < best ? taken : best;
  }
  return best;
}

template <class Body>
double best_seconds(int repeats, Body&& body) {
  body();
  double best = 1e300;
  for (int k = 0; k < repeats; ++k) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    best = taken.count() < best ? taken.count() : best;
  }
  return best;
}

}  // namespace gridswarm::bench
