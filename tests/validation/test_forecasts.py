# SPDX-License-Identifier: BSD-3-Clause
"""Forecasts of measured PV: the table of docs/theory/resources.md, recomputed.

SimBench's plants (15 min, 2016) stand in Germany; their own places are not published, so the sun is
taken at 51 N 10 E. Stamps are local with changes of the clocks; UTC follows from counting steps.
Run as a program it prints the table.
"""

import os
import pathlib
import sys

import pytest

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")

import gridswarm as gs  # noqa: E402

DATA = pathlib.Path(os.environ.get("GRIDSWARM_SHARED_DATA", "/nowhere"))
PV = DATA / "profiles/simbench_pv_15min_2016.csv"
HORIZONS = {"15 min": 1, "30 min": 2, "1 h": 4, "2 h": 8, "4 h": 16, "24 h": 96}

pytestmark = pytest.mark.skipif(not PV.exists(), reason="needs GRIDSWARM_SHARED_DATA")


def plants():
    """(plant, series, mean clear sky by step) of every plant; the first stamp is winter time."""
    table = pd.read_csv(PV)
    begin = pd.Timestamp(table["time"][0]) - pd.Timedelta(hours=1)
    times = pd.date_range(begin, periods=len(table), freq="15min", tz="UTC")
    clear = np.mean([gs.clear_sky_w_per_m2(times + pd.Timedelta(seconds=s), 51.0, 10.0)
                     for s in (112, 337, 562, 787)], axis=0)
    return [(name, table[name].to_numpy(dtype=float), clear) for name in table.columns[1:]]


def errors():
    """{horizon: {rule: mean over plants of (mae, rmse, bias, skill)}}, by day, of the peak."""
    out = {}
    for label, steps in HORIZONS.items():
        out[label] = {}
        for rule in ("persistence", "clear_sky"):
            found = []
            for _, series, clear in plants():
                peak = series.max()
                _, error = gs.forecast_error(series / peak, rule, steps, clear_sky=clear,
                                             counted=clear > 10.0)
                found.append([error[key] for key in ("mae", "rmse", "bias", "skill")])
            out[label][rule] = np.mean(found, axis=0)
    return out


def test_the_error_is_what_a_formula_in_numpy_says():
    _, series, clear = plants()[0]
    forecast, error = gs.forecast_error(series, "clear_sky", 4, clear_sky=clear, counted=clear)
    by_day = (clear > 0) & (np.arange(len(series)) >= 4)
    wrong = (forecast - series)[by_day]
    lagged = (np.roll(series, 4) - series)[by_day]
    assert error["rmse"] == pytest.approx(np.sqrt(np.mean(wrong**2)), rel=1e-9)
    assert error["mae"] == pytest.approx(np.mean(np.abs(wrong)), rel=1e-9)
    assert error["bias"] == pytest.approx(np.mean(wrong), rel=1e-9)
    assert error["skill"] == pytest.approx(
        1 - np.sqrt(np.mean(wrong**2) / np.mean(lagged**2)), rel=1e-9)
    high = clear >= 0.15 * clear.max()
    expected = np.where(high, series / np.maximum(clear, 1e-9) * np.roll(clear, -4), series)
    assert np.allclose(forecast[4:], expected[:-4], rtol=1e-12, atol=1e-12)


def test_a_clear_sky_beats_persistence_up_to_four_hours():
    found = errors()
    for label in ("15 min", "30 min", "1 h", "2 h", "4 h"):
        assert found[label]["clear_sky"][3] > 0.1, (label, found[label])
    assert found["2 h"]["clear_sky"][3] > found["15 min"]["clear_sky"][3]


def test_a_perfect_given_forecast_has_no_error():
    _, series, _ = plants()[0]
    _, error = gs.forecast_error(series, "given", 4, given=series)
    assert error["rmse"] == 0.0 and error["skill"] == 1.0


if __name__ == "__main__":
    print("| horizon | persistence MAE, RMSE | clear sky MAE, RMSE | bias | skill |")
    for label, rules in errors().items():
        was, now = rules["persistence"], rules["clear_sky"]
        sys.stdout.write(f"| {label} | {was[0]:.4f}, {was[1]:.4f} | {now[0]:.4f}, {now[1]:.4f} "
                         f"| {now[2]:+.4f} | {now[3]:+.3f} |\n")
