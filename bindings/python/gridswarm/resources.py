# SPDX-License-Identifier: BSD-3-Clause
"""Sun, PV and wind: what the devices of a run would give, for arrays of weather."""
import numpy as np
import pandas as pd

from . import _gridswarm


def _utc_s(times):
    """Seconds since 1970 UTC of stamps; those without a zone count as UTC."""
    index = pd.DatetimeIndex(np.atleast_1d(np.asarray(times, dtype=object))
                             if not isinstance(times, pd.DatetimeIndex) else times)
    if index.tz is not None:
        index = index.tz_convert("UTC").tz_localize(None)
    return index.to_numpy(dtype="datetime64[ns]").astype(np.int64) * 1e-9


def cosine_of_zenith(times, latitude_deg, longitude_deg):
    """Cosine of the sun's zenith angle at `times` (stamps; UTC unless they carry a zone)."""
    return _gridswarm.cosine_of_zenith(_utc_s(times), latitude_deg, longitude_deg)


def clear_sky_w_per_m2(times, latitude_deg, longitude_deg):
    """Global horizontal irradiance under a sky without clouds (Haurwitz), W/m2."""
    return _gridswarm.clear_sky_w_per_m2(cosine_of_zenith(times, latitude_deg, longitude_deg))


def pv_power_kw(irradiance_w_per_m2, air_celsius=20.0, wind_m_per_s=1.0, rating_kw=1.0,
                s_kva=None, gamma_per_k=-0.0035, u0=25.0, u1=6.84, inverter_efficiency=0.96):
    """Power of PV plants (PVWatts with Faiman's cell temperature), kW, into the grid.

    irradiance in the plane of the modules; s_kva limits the inverter, by default rating_kw.
    """
    dc_kw = _gridswarm.pv_dc_kw(rating_kw, irradiance_w_per_m2, air_celsius, wind_m_per_s,
                                gamma_per_k, u0, u1)
    return _gridswarm.inverter_ac_kw(dc_kw, rating_kw if s_kva is None else s_kva,
                                     inverter_efficiency)


def forecast_error(series, rule="persistence", horizon=1, clear_sky=None, given=None,
                   counted=None):
    """A forecast of `series`, `horizon` steps ahead, and how wrong it was.

    rule: "persistence", "clear_sky" (needs clear_sky, one value per step: clear_sky_w_per_m2 of
    the stamps) or "given" (needs given). counted: errors count where it's above 0, say by day.
    Returns (forecast, {mae, rmse, bias, skill, steps}), in the unit of the series.
    """
    beside = clear_sky if rule == "clear_sky" else given if rule == "given" else []
    return _gridswarm.forecast_error(
        np.asarray(series, dtype=float), rule, horizon,
        np.asarray([] if beside is None else beside, dtype=float),
        np.asarray([] if counted is None else counted, dtype=float))


def wind_power_kw(wind_m_per_s, air_celsius=15.0, rating_kw=1.0, curve="", pressure_hpa=1013.25):
    """Power of a wind turbine over a series of wind speeds, kW; storms stop it until restart.

    curve: "3:0 5:0.12 12:1 25:1 restart:22", shares of the rating over m/s; "": a usual one.
    Raises UsageError where the curve can't be right.
    """
    wind = np.atleast_1d(np.asarray(wind_m_per_s, dtype=float))
    density = 100.0 * pressure_hpa / (287.05 * (273.15 + np.asarray(air_celsius, dtype=float)))
    return _gridswarm.wind_power_kw(wind, np.broadcast_to(density, wind.shape).copy(), rating_kw,
                                    curve)
