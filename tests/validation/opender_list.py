# SPDX-License-Identifier: BSD-3-Clause
"""The cases of OpenDER's examples and tests, each as settings and what is seen, written anew.

Names end in the number of their test. A snapshot is a tick of 10,000 s: every response is over,
and no trip window can be told from another, so ours runs without; traces have real ticks.
"""
import numpy as np

from opender_cases import TURN, Case

SNAPSHOT_S = 10_000.0
NO_TRIPS = {"trip": {"enabled": False}}
VOLTAGES = [0.895, 0.91, 0.915, 0.925, 0.95, 0.975, 0.985, 0.99, 1.0, 1.01, 1.015, 1.02, 1.025,
            1.03, 1.04, 1.05, 1.06, 1.07, 1.075, 1.08, 1.085, 1.09, 1.095, 1.1]
POWERS = [0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.4, 0.5, 0.8, 1.0, 1.2]
EFFICIENCY = 0.97
CATEGORIES = {"I": "CAT_I", "II": "CAT_II", "III": "CAT_III"}


def snapshots(theirs, ours, voltages=None, powers=None, **more):
    """Every voltage with every power, one after another: no response remembers."""
    v, p = np.meshgrid(VOLTAGES if voltages is None else voltages,
                       POWERS if powers is None else powers)
    ours = {**NO_TRIPS, "droop": {"enabled": False}, **ours}
    # 1.1 p.u. is within every limit, but may come out a digit higher after division
    wide = {"OV1_TRIP_V": 1.2, "MC_ENABLE": False, "PF_MODE_ENABLE": False}
    return Case({**wide, **theirs}, ours, SNAPSHOT_S, v.ravel(), power=p.ravel(),
                **more)


def volt_var(v, q, inject=0.44, absorb=0.44, active_first=False):
    """Both settings of one volt-var curve."""
    theirs = {"QV_MODE_ENABLE": True, "NP_Q_MAX_INJ": inject * 1e5, "NP_Q_MAX_ABS": absorb * 1e5,
              "NP_PRIO_OUTSIDE_MIN_Q_REQ": "ACTIVE" if active_first else "REACTIVE"}
    curve = {}
    for k in range(4):
        theirs[f"QV_CURVE_V{k + 1}"], theirs[f"QV_CURVE_Q{k + 1}"] = v[k], q[k]
        curve[f"v{k + 1}_pu"], curve[f"q{k + 1}_pu"] = v[k], q[k]
    return theirs, {"volt_var": curve, "inject_pu": inject, "absorb_pu": absorb,
                    "reactive_priority": not active_first}


B_VOLTS, B_VARS = (0.92, 0.98, 1.02, 1.08), (0.44, 0.0, 0.0, -0.44)
WATT = ({"PV_MODE_ENABLE": True},
        {"reactive": "none", "volt_watt": {"enabled": True}})
LOW_WATT = ({"PV_MODE_ENABLE": True, "PV_CURVE_P2": 0.2},
            {"volt_watt": {"enabled": True, "p2_pu": 0.2}})


def factor(pf, injects, **more):
    return ({"CONST_PF_MODE_ENABLE": True, "CONST_PF": pf,
             "CONST_PF_EXCITATION": "INJ" if injects else "ABS", **more},
            {"reactive": "power-factor",
             "fixed": {"constant_power_factor": pf, "injects": injects}})


def both(*pairs):
    """(theirs, ours) of several functions at once."""
    theirs, ours = {}, {}
    for one, other in pairs:
        theirs.update(one)
        ours.update(other)
    return theirs, ours


def steady():
    """Snapshots of every function."""
    cases = {
        "volt_var_311": snapshots(*volt_var((0.90, 1.00, 1.03, 1.09), (0.22, 0.0, 0.0, -0.44))),
        "volt_var_312": snapshots(*volt_var(B_VOLTS, B_VARS)),
        "volt_var_314_active_first": snapshots(*volt_var(B_VOLTS, (0.6, 0.0, 0.0, -0.6), 0.6, 0.6,
                                                         active_first=True),
                                               powers=[0.3, 0.5, 0.79, 0.9, 1.0, 1.2]),
        "volt_var_314_reactive_first": snapshots(*volt_var(B_VOLTS, (0.6, 0.0, 0.0, -0.6), 0.6,
                                                           0.6)),
        "volt_watt_331": snapshots(*WATT),
        "volt_watt_343_limited": snapshots(*WATT, limit_pu=0.5),
        "volt_watt_353_efficiency": snapshots(*WATT, powers=EFFICIENCY * np.array(POWERS)),
        "factor_absorbs_321": snapshots(*factor(0.9, False)),
        "factor_injects_352": snapshots(*factor(0.9, True), powers=EFFICIENCY * np.array(POWERS)),
        "factor_limited_342": snapshots(*factor(0.9, False), limit_pu=0.5),
        "factor_and_volt_watt_345": snapshots(*both(WATT, factor(0.9, False))),
        "volt_var_and_volt_watt_344": snapshots(*both(WATT, volt_var(B_VOLTS, B_VARS),
                                                      ({}, {"reactive": "volt-var"}))),
        "watt_var": snapshots({"QP_MODE_ENABLE": True}, {"reactive": "watt-var"},
                              powers=np.linspace(0.0, 1.0, 41)),
        "watt_var_storage": snapshots({"QP_MODE_ENABLE": True},
                                      {"reactive": "watt-var", "prorate": False},
                                      powers=np.linspace(-1.0, 1.0, 41), storage=True),
        "volt_watt_storage_ex4": snapshots(*both(WATT, ({}, {"prorate": False})), storage=True),
        "volt_watt_storage_charges": snapshots(
            {"PV_MODE_ENABLE": True, "PV_CURVE_P2": -0.5},
            {"reactive": "none", "prorate": False,
             "volt_watt": {"enabled": True, "p2_pu": -0.4}}, storage=True, charge_kw=80.0),
    }
    for pf in (0.9, 0.95, 1.0):
        for injects in (False, True):
            word = "injects" if injects else "absorbs"
            cases[f"factor_{pf}_{word}_large_plate"] = snapshots(
                *factor(pf, injects, NP_Q_MAX_INJ=52.8e3, NP_Q_MAX_ABS=52.8e3), s_kva=120.0)
            cases[f"factor_{pf}_{word}_storage_ex6"] = snapshots(
                *both(factor(pf, injects), ({"NP_Q_MAX_INJ": 1e5, "NP_Q_MAX_ABS": 1e5},
                                            {"prorate": False, "inject_pu": 1.0,
                                             "absorb_pu": 1.0})),
                voltages=[1.0], powers=np.linspace(-1.0, 1.0, 11), storage=True)
    for q in (-0.44, -0.2, 0.0, 0.3, 0.44):
        cases[f"constant_{q}"] = snapshots({"CONST_Q_MODE_ENABLE": True, "CONST_Q": q},
                                           {"reactive": "constant", "fixed": {"q_pu": q}})
    return cases


def unbalanced():
    """Three phases apart in size and angle: averages of curves (317, 332)."""
    cases = {}
    for k, angle in enumerate((TURN, 1.9, 2.0, 2.15, 2.2)):
        volts = [(1.09, 1.03, 1.03), (1.03, 1.09, 1.03), (1.03, 1.03, 1.09), (0.91, 0.97, 0.97),
                 (0.97, 0.91, 0.97), (0.97, 0.97, 0.91), (1.06, 1.09, 1.09), (1.0, 1.0, 1.0)]
        wide = {"OV1_TRIP_V": 1.2, "OV2_TRIP_V": 1.2, "NP_ABNORMAL_OP_CAT": "CAT_II",
                "UV1_TRIP_V": 0.5, "PF_MODE_ENABLE": False}
        cases[f"volt_var_317_{k}"] = Case(
            {**wide, "QV_MODE_ENABLE": True}, NO_TRIPS, SNAPSHOT_S, volts, power=0.8,
            angles=(0.0, -angle, angle))
        cases[f"volt_watt_332_{k}"] = Case(
            {**wide, "PV_MODE_ENABLE": True}, {**NO_TRIPS, **WATT[1]}, SNAPSHOT_S, volts,
            angles=(0.0, -angle, angle))
    return cases


def priorities():
    """IEEE 1547.1-2020 5.16.1: droop, volt-watt and a limit at once, per mode and category."""
    v = [1.0, 1.09, 1.09, 1.09, 1.09, 1.0, 1.0, 1.0]
    f = [60.0, 60.0, 60.336, 60.0, 59.364, 59.364, 60.0, 59.364]
    modes = {"volt-var": {"QV_MODE_ENABLE": True},
             "constant": {"CONST_Q_MODE_ENABLE": True, "CONST_Q": 0.44},
             "power-factor": {"CONST_PF_MODE_ENABLE": True, "CONST_PF": 0.9,
                              "CONST_PF_EXCITATION": "INJ"},
             "watt-var": {"QP_MODE_ENABLE": True}}
    cases = {}
    for category in "AB":
        for mode, theirs in modes.items():
            cases[f"priorities_{category}_{mode}"] = Case(
                {"NP_NORMAL_OP_CAT": f"CAT_{category}", **LOW_WATT[0], **theirs},
                {"category": category, "reactive": mode, **NO_TRIPS, **LOW_WATT[1],
                 "absorb_pu": 0.44, "fixed": {"q_pu": 0.44, "injects": True}},
                SNAPSHOT_S, v, f, 1.1, limit_pu=0.5)
    return cases


def moving():
    """Traces: examples 1 to 3, enter service, droop, a following reference."""
    seconds = np.arange(46)
    cases = {"volt_var_ex1": Case({"QV_MODE_ENABLE": True}, NO_TRIPS, 1.0, np.where(
        (seconds == 0) | ((seconds > 16) & (seconds < 31)), 1.0, 1.05))}
    for delay_s, ramp_s, at_s in ((50.0, 100.0, 25), (10.0, 1.0, 5)):
        cases[f"enter_service_ex2_{ramp_s:g}"] = Case(
            {"ES_DELAY": delay_s, "ES_RAMP_RATE": ramp_s},
            {"reactive": "none", **NO_TRIPS, "enter": {"wait_s": delay_s, "ramp_s": ramp_s}}, 1.0,
            np.ones(200), in_service=False, permitted=np.arange(200) > at_s)
    for category, theirs in CATEGORIES.items():
        time = np.arange(0.0, 5.0, 0.01)
        dips = np.select([(time > 0.5) & (time < 1.0), (time > 2.5) & (time < 3.0), time > 4.5],
                         [0.8, 0.499, 0.0], 1.0)
        cases[f"ride_through_ex3_{category}"] = Case(
            {"NP_ABNORMAL_OP_CAT": theirs},
            {"reactive": "none", "abnormal_category": category}, 0.01, dips, power=0.5)
    return {**cases, **entering(), **trips(), **droops(), **references()}


def entering():
    """5.6.2: out of the window, in, out and in again, ramp, and permission taken away."""
    cases = {}
    rows = ((300.0, 300.0, 1.05, 0.917, 60.1, 59.5, 0.897, 0.937, 60.0, 60.0),
            (600.0, 1000.0, 1.06, 0.95, 61.0, 59.9, 1.08, 1.04, 60.0, 60.0),
            (0.0, 1.0, 1.05, 0.88, 60.1, 59.0, 0.86, 0.9, 60.0, 60.0),
            (20.0, 0.0, 1.05, 0.88, 60.1, 59.0, 1.0, 1.0, 58.98, 59.92))
    for k, (wait, ramp, v_high, v_low, f_high, f_low, v0, v1, f0, f1) in enumerate(rows):
        inside = np.concatenate([np.zeros(200), np.ones(int(0.25 * wait)), np.zeros(1),
                                 np.ones(int(wait + 1.2 * ramp) + 30), np.ones(40)]) > 0.0
        permitted = np.ones(len(inside))
        permitted[:100] = permitted[-30] = 0.0
        for dt_s in (1.0, 10.0) if k == 0 else (10.0,):
            at = slice(None, None, int(dt_s)) if dt_s > 1.0 else slice(None)
            cases[f"enter_service_562_{k}_{dt_s:g}"] = Case(
                {"ES_DELAY": wait, "ES_RAMP_RATE": ramp, "ES_V_HIGH": v_high, "ES_V_LOW": v_low,
                 "ES_F_HIGH": f_high, "ES_F_LOW": f_low, "PF_MODE_ENABLE": False,
                 "UV1_TRIP_T": 50.0},
                {**NO_TRIPS, "reactive": "none", "droop": {"enabled": False},
                 "enter": {"wait_s": wait, "ramp_s": ramp, "v_high_pu": v_high, "v_low_pu": v_low,
                           "f_high_hz": f_high, "f_low_hz": f_low}},
                dt_s, np.where(inside, v1, v0)[at], np.where(inside, f1, f0)[at], 1.1,
                permitted=permitted[at], in_service=False)
    return cases


def trips():
    """Levels on either side of every limit, held until the longest voltage window is over."""
    cases = {}
    levels = (1.09, 1.11, 1.19, 1.21, 0.89, 0.87, 0.71, 0.69, 0.51, 0.49, 0.46, 0.4, 0.31, 0.2)
    for category, theirs in CATEGORIES.items():
        for v in levels:
            held = np.concatenate([[1.0], np.full(200, v), np.ones(20)])
            cases[f"trip_{category}_{v}"] = Case(
                {"NP_ABNORMAL_OP_CAT": theirs, "QV_MODE_ENABLE": True, "NP_CURRENT_PU": 3.0},
                {"abnormal_category": category, "current_pu": 3.0}, 0.125, held, power=0.5)
    for f in (61.1, 61.3, 58.4, 61.9, 62.1, 58.6, 56.6, 56.4):
        ticks = 1900 if f in (61.3, 58.4) else 60  # the window of 300 s is 1,875 ticks
        cases[f"trip_{f}_hz"] = Case(
            {}, {"reactive": "none"}, 0.16, np.ones(ticks + 50),
            np.concatenate([[60.0], np.full(ticks - 1, f), np.full(50, 60.0)]))
    phases = [(1.11, 1.03, 1.03), (1.03, 1.03, 1.11), (0.87, 0.97, 0.97), (0.97, 0.87, 0.97),
              (1.03, 1.07, 1.07), (0.97, 0.92, 0.92)]
    for k, v in enumerate(phases):
        for angle in (TURN, 1.9, 2.2):
            held = np.vstack([np.ones((1, 3)), np.tile(v, (180, 1))])
            cases[f"trip_phases_{k}_{angle:.1f}"] = Case({}, {"reactive": "none"}, 0.125, held,
                                                         power=0.8, angles=(0.0, -angle, angle))
    return cases


def droops():
    """5.15: steps of frequency on both sides at three powers, three responses each."""
    cases = {}
    for band, droop, response_s in ((0.017, 0.03, 1.0), (0.017, 0.02, 0.2), (0.036, 0.05, 5.0)):
        over = np.array([0.0, band, band + droop * 3.0, 1.2, 1.2 - droop * 3.0, band, 0.0])
        dt_s = response_s / 40.0
        held = 120
        f = 60.0 + np.repeat(np.tile(over, 3), held)
        power = np.repeat([1.1, 0.66, 0.2], len(over) * held)
        settings = {"PF_DBOF": band, "PF_DBUF": band, "PF_KOF": droop, "PF_KUF": droop,
                    "PF_OLRT": response_s}
        ours = {"reactive": "none", "droop": {
            "over_band_hz": band, "under_band_hz": band, "over_droop": droop,
            "under_droop": droop, "open_loop_s": response_s}}
        cases[f"droop_over_{response_s:g}"] = Case(settings, ours, dt_s, np.ones(len(f)), f, power)
        f = 60.0 - np.repeat(over, held)
        cases[f"droop_under_{response_s:g}"] = Case(settings, ours, dt_s, np.ones(len(f)), f, 1.1,
                                                    limit_pu=0.5)
        cases[f"droop_storage_{response_s:g}"] = Case(
            settings, {**ours, "prorate": False}, dt_s, np.ones(2 * len(f)),
            np.concatenate([f, 120.0 - f]), 0.3, storage=True)
    return cases


def references():
    """5.14.5: a reference that follows the voltage, both categories."""
    cases = {}
    for category, v in (("A", (1.05, 0.95)), ("B", (1.05, 0.95))):
        for follow_s, dt_s in ((300.0, 1.0), (5000.0, 40.0)):
            ticks = int(4 * follow_s / dt_s)
            held = np.concatenate([[1.0], np.full(ticks, v[0]), np.full(ticks // 4, v[1])])
            cases[f"reference_{category}_{follow_s:g}"] = Case(
                {"QV_MODE_ENABLE": True, "QV_VREF_AUTO_MODE": True, "QV_VREF_TIME": follow_s,
                 "NP_NORMAL_OP_CAT": f"CAT_{category}"},
                {"category": category, **NO_TRIPS,
                 "volt_var": {"follow": True, "follow_s": follow_s}}, dt_s, held, power=1.1)
    return cases


CASES = {**steady(), **unbalanced(), **priorities(), **moving()}
