# SPDX-License-Identifier: BSD-3-Clause
"""Sun, PV and wind beside pvlib and windpowerlib, which nobody here wrote.

Both are optional: `./dev setup` puts them into .venv-pandapower if PyPI can be reached.
"""

import pathlib
import sys
import warnings

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / ".venv-pandapower"))
warnings.simplefilter("ignore")

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pvlib = pytest.importorskip("pvlib", reason="pvlib is not installed (./dev setup)")

import gridswarm as gs  # noqa: E402
from gridswarm import _gridswarm  # noqa: E402

PLACES = [(48.1, 11.6), (0.0, 0.0), (-33.9, 151.2), (69.6, 18.9), (33.7, -118.2)]


def year(step="37min"):
    return pd.date_range("2023-01-01", "2023-12-31T23:59", freq=step, tz="UTC")


@pytest.mark.parametrize("place", PLACES)
def test_the_sun_stands_within_a_fiftieth_of_a_degree_of_the_full_algorithm(place):
    times = year()
    theirs = pvlib.solarposition.spa_python(times, *place)["zenith"].to_numpy()
    ours = np.degrees(np.arccos(np.clip(gs.cosine_of_zenith(times, *place), -1, 1)))
    assert np.max(np.abs(ours - theirs)) < 0.02


def test_a_clear_sky_is_haurwitz():
    zenith = np.linspace(0.0, 100.0, 201)
    theirs = pvlib.clearsky.haurwitz(pd.Series(zenith))["ghi"].to_numpy()
    ours = _gridswarm.clear_sky_w_per_m2(np.cos(np.radians(zenith)))
    # below the horizon's last hundredth of a degree both are nothing, by rounding of either
    assert np.max(np.abs(ours - theirs)) < 1e-9


def weather():
    rng = np.random.default_rng(1)
    n = 5000
    return rng.uniform(0, 1300, n), rng.uniform(-25, 45, n), rng.uniform(0, 20, n)


def test_cells_are_as_warm_as_faiman_says():
    irradiance, air, wind = weather()
    theirs = pvlib.temperature.faiman(irradiance, air, wind)
    ours = _gridswarm.cell_celsius(irradiance, air, wind, 25.0, 6.84)
    assert np.max(np.abs(ours - theirs)) < 1e-9


def test_pv_power_is_pvwatts():
    irradiance, air, wind = weather()
    cell = pvlib.temperature.faiman(irradiance, air, wind)
    dc = pvlib.pvsystem.pvwatts_dc(irradiance, cell, 5.0, -0.0035)
    theirs = pvlib.inverter.pvwatts(np.maximum(dc, 0.0), 4.2 / 0.96, 0.96)
    ours = gs.pv_power_kw(irradiance, air, wind, rating_kw=5.0, s_kva=4.2)
    assert np.max(np.abs(ours - theirs)) < 1e-9
    assert ours.max() == 4.2


def test_wind_power_is_the_curve_read_at_the_corrected_speed():
    wind_power = pytest.importorskip("windpowerlib.power_output")
    x = np.array([3.0, 5, 7, 9, 11, 13, 25])
    y = np.array([0.0, 0.12, 0.33, 0.61, 0.88, 1, 1])
    wind = np.random.default_rng(2).uniform(0, 24.9, 3000)
    text = " ".join(f"{a:g}:{b:g}" for a, b in zip(x, y))
    theirs = wind_power.power_curve(pd.Series(wind), x, y)
    ours = gs.wind_power_kw(wind, air_celsius=288.15 - 273.15, curve=text,
                            pressure_hpa=1.225 * 287.05 * 288.15 / 100)
    assert np.max(np.abs(ours - theirs.to_numpy())) < 1e-12


def test_thin_air_shifts_the_curve_as_windpowerlib_shifts_it():
    wind_power = pytest.importorskip("windpowerlib.power_output")
    x, y = np.array([3.0, 8, 12, 25]), np.array([0.0, 0.5, 1, 1])
    wind = np.linspace(3.5, 11, 200)  # where it corrects by the cube root, as the standard does
    density = 100 * 900 / (287.05 * (273.15 + 25))
    x_at_site = x * (1.225 / density) ** (1 / 3)
    theirs = wind_power.power_curve(pd.Series(wind), x_at_site, y)
    ours = gs.wind_power_kw(wind, air_celsius=25, curve="3:0 8:0.5 12:1 25:1", pressure_hpa=900)
    assert np.max(np.abs(ours - theirs.to_numpy())) < 1e-12


def test_a_curve_that_falls_back_is_refused_with_its_word():
    with pytest.raises(gs.UsageError, match="'9:1' does not come after"):
        gs.wind_power_kw([5.0], curve="3:0 12:1 9:1")
