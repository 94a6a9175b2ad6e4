// SPDX-License-Identifier: BSD-3-Clause
// What series of balanced cases and of circuits share on their way to Python.
#pragma once

#include <memory>
#include <vector>

#include "app/series_profiles.hpp"
#include "bind.hpp"

namespace gridswarm::python {

/// name -> list of every scenario's value, by the table of S.
template <class S>
py::dict columns_of(const std::vector<S>& rows) {
  py::dict out;
  for (const Field<S>& field : fields<S>()) {
    py::list values;
    for (const S& one : rows)
      std::visit([&](auto member) { values.append(one.*member); }, field.member);
    out[field.name] = values;
  }
  return out;
}

/// Options of a series as Python typed them, with the texts that stand for files.
inline app::SeriesOptions series_options(std::map<std::string, std::string>& typed,
                                         std::map<std::string, std::string>& texts) {
  app::SeriesOptions options;
  options.profiles = typed["profiles"];
  options.loads = typed["loads"];
  options.generation = typed["generation"];
  options.start = typed["start"];
  options.duration = typed["duration"];
  options.step = typed["step"];
  options.unit = typed["unit"];
  options.texts = std::move(texts);
  return options;
}

/// Solve all steps and call deliver(first step, |V|, angle, figures) for block after block.
/// @param figures_of  of a block, without the GIL
/// @param voltages_of  a block's result, with it
/// @param run  streams into the sink that it is given, without the GIL
template <class Block, class FiguresOf, class VoltagesOf, class Run>
void deliver_blocks(const py::function& deliver, FiguresOf&& figures_of, VoltagesOf&& voltages_of,
                    Run&& run) {
  std::unique_ptr<py::error_already_set> failed;
  const auto sink = [&](const Block& block) {
    const auto figures = figures_of(block);
    const py::gil_scoped_acquire acquire;
    try {
      const auto [vm, va] = voltages_of(block.result);
      deliver(block.first, vm, va, columns_of(figures));
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    } catch (py::error_already_set& error) {
      failed = std::make_unique<py::error_already_set>(std::move(error));
    }
    return failed == nullptr;
  };
  {
    const py::gil_scoped_release release;
    run(sink);
  }
  if (failed) throw std::move(*failed);
}

}  // namespace gridswarm::python
