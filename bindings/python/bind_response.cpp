// SPDX-License-Identifier: BSD-3-Clause
// Response studies: a region, one controller's answer to a step, and its log as columns.
#include <cmath>

#include "bind.hpp"
#include "gridswarm/link/delay.hpp"
#include "gridswarm/swarm/response_effects.hpp"
#include "gridswarm/swarm/response_scene.hpp"

namespace gridswarm::python {
namespace {

using swarm::Response;
using swarm::ResponseOptions;
using swarm::ResponseScene;

template <class T, class Row, class Get>
py::array_t<T> column_of(const std::vector<Row>& rows, Get&& get) {
  py::array_t<T> out(static_cast<py::ssize_t>(rows.size()));
  T* to = out.mutable_data();
  for (const Row& row : rows) *to++ = get(row);
  return out;
}

py::dict agents_of(const ResponseScene& scene) {
  const swarm::Responders& all = scene.responders;
  py::dict out;
  out["cluster"] = column_of<Index>(all.cluster, [](Index row) { return row; });
  out["above"] = column_of<Index>(all.above, [](Index row) { return row; });
  out["min_kw"] = to_array(all.min_kw);
  out["max_kw"] = to_array(all.max_kw);
  out["cost_per_kw2"] = to_array(all.cost_per_kw2);
  return out;
}

link::LinkOptions link_of(py::dict keywords, double delay_ms) {
  link::LinkOptions options;
  options.delay_ms = delay_ms;
  options.sigma = 0.3;
  options = take_fields<link::LinkOptions>(keywords, options);
  refuse_the_rest(keywords);
  return options;
}

Response answer(const ResponseScene& scene, const std::string& controller,
                std::span<const double> step_kw, const ResponseOptions& options,
                const swarm::ResponseLinks& links, std::uint64_t seed) {
  const swarm::Responders& all = scene.responders;
  if (controller == "swarm") return respond_by_swarm(all, step_kw, options, links, seed);
  if (controller == "centre") return respond_by_centre(all, step_kw, options, links, seed);
  if (controller == "admm") return respond_by_admm(all, step_kw, options, links, seed);
  if (controller == "averaging") return respond_by_averaging(all, step_kw, options, 0.03, 8, seed);
  if (controller == "at_once") return respond_at_once(all, step_kw);
  throw UsageError("controller " + controller +
                   " is not known; choose swarm, centre, admm, averaging or at_once");
}

py::dict log_of(const Response& response, const std::string& controller) {
  py::dict out;
  const auto& orders = response.log;
  out["order_s"] = column_of<double>(orders, [](const auto& one) { return one.time_s; });
  out["order_agent"] = column_of<Index>(orders, [](const auto& one) { return one.agent; });
  out["order_kw"] = column_of<double>(orders, [](const auto& one) { return one.p_kw; });
  const auto& heard = response.heard;
  out["heard_s"] = column_of<double>(heard, [](const auto& one) { return one.time_s; });
  out["heard_from"] = column_of<Index>(heard, [](const auto& one) { return one.from; });
  out["heard_to"] = column_of<Index>(heard, [](const auto& one) { return one.to; });
  out["heard_bytes"] = column_of<std::int32_t>(heard, [](const auto& one) { return one.bytes; });
  out["heard_kind"] = column_of<std::int16_t>(heard, [](const auto& one) { return one.kind; });
  if (!heard.empty()) out["kinds"] = swarm::response_message_kinds(controller);
  return out;
}

py::dict response_time(const ResponseScene& scene, const std::string& controller,
                       const Numbers& step, std::uint64_t seed, double actuator_s,
                       double settle_share, const py::dict& neighbour, const py::dict& centre,
                       py::dict keywords) {
  if (step.size() != scene.responders.size())
    throw UsageError("step_kw has " + std::to_string(step.size()) + " entries for " +
                     std::to_string(scene.responders.size()) + " agents");
  if (!(actuator_s >= 0.0 && actuator_s <= 3600.0))
    throw UsageError("actuator_s = " + std::to_string(actuator_s) + " lies from 0 to 3600 s");
  const std::span<const double> step_kw(step.data(), static_cast<std::size_t>(step.size()));
  double sum_kw = 0.0;
  for (const double kw : step_kw) sum_kw += kw;
  if (!(sum_kw != 0.0 && std::abs(sum_kw) < 1e300))
    throw UsageError("step_kw must not sum to 0, or there is nothing to balance");
  const auto options = take_fields<ResponseOptions>(keywords);
  const auto effects = take_fields<swarm::EffectOptions>(keywords);
  refuse_the_rest(keywords);
  const swarm::ResponseLinks links{link_of(neighbour.attr("copy")(), 10.0),
                                   link_of(centre.attr("copy")(), 75.0)};
  Response response;
  swarm::ResponseFigures figures;
  swarm::EffectFigures effect;
  {
    const py::gil_scoped_release release;
    response = answer(scene, controller, step_kw, options, links, seed);
    figures =
        measure_response(response.set_points, sum_kw, actuator_s, settle_share, options.horizon_s);
    frequency_effect(response.set_points, sum_kw, actuator_s, options.horizon_s, effects, effect);
    effect.bus_minutes = effect.worst_pu = std::nan("");
    if (options.keep_log || controller == "at_once")
      voltage_effect(scene, step_kw, response.log, actuator_s, options.horizon_s, effects, effect);
  }
  py::dict out;
  out["figures"] = to_dict(figures);
  out["effects"] = to_dict(effect);
  out["time_s"] = to_array(response.set_points.time_s);
  out["kw"] = to_array(response.set_points.kw);
  out["step_kw"] = sum_kw;
  out["messages"] = response.messages;
  out["bytes"] = response.bytes;
  out["orders"] = response.orders;
  out["moved_kw"] = response.moved_kw;
  out["cost"] = response.cost;
  out["log"] = log_of(response, controller);
  return out;
}

}  // namespace

void bind_response(py::module_& module) {
  py::class_<ResponseScene>(module, "ResponseScene")
      .def(py::init([](Index agents) { return swarm::make_response_scene(agents); }))
      .def("agents", agents_of);
  module.def("region_step", [](Index agents, std::uint64_t seed) {
    return to_array(swarm::region_step(agents, seed));
  });
  module.def("response_time", response_time);
  module.def("response_options", describe<ResponseOptions>);
  module.def("effect_options", describe<swarm::EffectOptions>);
}

}  // namespace gridswarm::python
