// SPDX-License-Identifier: BSD-3-Clause
// Sun, PV and wind as functions of arrays.
#include <algorithm>
#include <span>

#include "bind.hpp"
#include "gridswarm/fleet/forecast_error.hpp"
#include "gridswarm/fleet/photovoltaic.hpp"
#include "gridswarm/fleet/sun.hpp"
#include "gridswarm/fleet/wind_turbine.hpp"

namespace gridswarm::python {

void bind_resources(py::module_& module) {
  module.def("cosine_of_zenith",
             py::vectorize([](double utc_s, double latitude_deg, double longitude_deg) {
               return fleet::cosine_of_zenith(utc_s, {latitude_deg, longitude_deg, 0.0});
             }));
  module.def("clear_sky_w_per_m2", py::vectorize(&fleet::clear_sky_w_per_m2));
  module.def("cell_celsius",
             py::vectorize([](double irradiance, double air, double wind, double u0, double u1) {
               const fleet::PvModule pv{.u0_w_per_m2_k = u0, .u1_w_s_per_m3_k = u1};
               return fleet::cell_celsius({irradiance, air, wind}, pv);
             }));
  module.def("pv_dc_kw", py::vectorize([](double rating_kw, double irradiance, double air,
                                          double wind, double gamma, double u0, double u1) {
               return fleet::pv_dc_kw(rating_kw, {irradiance, air, wind}, {gamma, u0, u1});
             }));
  module.def("inverter_ac_kw", py::vectorize(&fleet::inverter_ac_kw));
  module.def("forecast_error", [](const Numbers& x, const std::string& rule, std::int64_t horizon,
                                  const Numbers& beside, const Numbers& counted) {
    const auto span = [](const Numbers& values) {
      return std::span<const double>(values.data(), static_cast<std::size_t>(values.size()));
    };
    const Column<double> f =
        fleet::forecast_series(fleet::parse_forecast_rule(rule), span(x), span(beside), horizon);
    Numbers out(x.size());
    std::copy(f.begin(), f.end(), out.mutable_data());
    return py::make_tuple(out, to_dict(fleet::forecast_error(f, span(x), horizon, span(counted))));
  });
  module.def("wind_power_kw", [](const Numbers& wind, const Numbers& density, double rating_kw,
                                 const std::string& text) {
    const fleet::PowerCurve curve =
        text.empty() ? fleet::usual_power_curve() : fleet::parse_power_curve(text);
    if (wind.size() != density.size())
      throw UsageError("wind_power_kw: wind and density must have one length");
    Numbers out(wind.size());
    bool is_stopped = false;
    for (py::ssize_t k = 0; k < wind.size(); ++k)
      out.mutable_data()[k] =
          rating_kw *
          fleet::wind_share(curve, fleet::normal_wind_m_per_s(wind.data()[k], density.data()[k]),
                            is_stopped);
    return out;
  });
}

}  // namespace gridswarm::python
