# SPDX-License-Identifier: BSD-3-Clause
"""Inverters beside EPRI's OpenDER: one description of a case, two ways to run it.

A case names OpenDER's settings, ours for the same function, the plate, and what is seen tick by
tick. The settings and points are those of OpenDER's own tests and examples, written anew.
"""
import importlib
import logging
import pathlib
import sys
from dataclasses import dataclass

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
# OpenDER models on top of the standard what a bank does not: the inner current loop (20 ms) and
# the filter's capacitors while no current flows.
PLAIN = {"NP_INV_DELAY": 0.0, "NP_REACTIVE_SUSCEPTANCE": 0.0}
RATING_KW = 100.0
TURN = 2.0 * np.pi / 3.0


@dataclass
class Case:
    """v_pu, f_hz, power: one number per tick; power is what sun gives, or storage is asked for."""
    theirs: dict
    ours: dict
    dt_s: float
    v_pu: object
    f_hz: object = 60.0
    power: object = 1.0
    storage: bool = False
    charge_kw: float = RATING_KW
    s_kva: float = RATING_KW
    in_service: bool = True
    permitted: object = 1.0  # the operator's permission to be in service
    angles: tuple = (0.0, -TURN, TURN)
    limit_pu: float = np.inf  # of active power, from outside

    def __post_init__(self):
        columns = np.broadcast_arrays(self.f_hz, self.power, self.permitted,
                                      np.zeros(len(np.atleast_1d(self.v_pu))))
        self.f_hz, self.power, self.permitted = (np.array(one, dtype=float)
                                                 for one in columns[:3])
        v = np.asarray(self.v_pu, dtype=float)
        self.v_pu = np.repeat(v[:, None], 3, axis=1) if v.ndim == 1 else v  # ticks, phases


def seen(case):
    """(average, lowest, highest) of phase and phase-to-phase voltage, tick by tick."""
    phasors = case.v_pu * np.exp(1j * np.array(case.angles))
    between = np.abs(phasors - np.roll(phasors, -1, axis=1)) / np.sqrt(3.0)
    all_six = np.hstack([case.v_pu, between])
    return case.v_pu.mean(axis=1), all_six.min(axis=1), all_six.max(axis=1)


def by_gridswarm(gs, case):
    """p and q in shares of 100 kVA, tick by tick."""
    average, lowest, highest = seen(case)
    settings = {**case.ours, "response": "trapezoid"}
    bank = gs.InverterBank(RATING_KW, case.s_kva, dt_s=case.dt_s, settings=settings,
                           charge_kw=case.charge_kw if case.storage else 0.0,
                           in_service=case.in_service)
    want = np.minimum(case.power, case.limit_pu) * RATING_KW
    could = np.ones_like(case.power) if case.storage else case.power
    p_kw, q_kvar = bank.step(average[:, None], case.f_hz[:, None], could[:, None] * RATING_KW,
                             want[:, None], lowest_pu=lowest[:, None],
                             highest_pu=highest[:, None], health=case.permitted[:, None])
    return p_kw[:, 0] / RATING_KW, q_kvar[:, 0] / RATING_KW


def their_device(case):
    """An object of OpenDER with the settings of the case."""
    from opender import DER, DER_BESS, DER_PV
    DER.t_s = case.dt_s
    kind = DER_BESS if case.storage else DER_PV
    file = kind().der_file
    changes = {**PLAIN, "NP_VA_MAX": case.s_kva * 1e3, "STATUS_INIT": case.in_service}
    if case.storage:
        changes.update(NP_P_MAX_CHARGE=case.charge_kw * 1e3,
                       NP_APPARENT_POWER_CHARGE_MAX=case.s_kva * 1e3)
    if np.isfinite(case.limit_pu):
        changes.update(AP_LIMIT=case.limit_pu, AP_LIMIT_ENABLE=True)
    for name, value in {**changes, **case.theirs}.items():
        setattr(file, name, value)
    file.initialize_NP_Q_CAPABILTY_BY_P_CURVE()
    return kind(file)  # anew: it reads some settings only when it is made


def by_opender(case):
    """The same by OpenDER."""
    device = their_device(case)
    power = "p_dem_pu" if case.storage else "p_dc_pu"
    p, q = np.empty(len(case.power)), np.empty(len(case.power))
    for tick, (v, f, share, permitted) in enumerate(zip(case.v_pu, case.f_hz, case.power,
                                                        case.permitted)):
        device.der_file.ES_PERMIT_SERVICE = bool(permitted)
        device.update_der_input(v_pu=list(v), theta=list(case.angles), f=f, **{power: share})
        device.run()
        p[tick], q[tick] = device.p_out_kw / RATING_KW, device.q_out_kvar / RATING_KW
    return p, q


def available():
    """Whether OpenDER can be imported, from .venv-pandapower or as installed."""
    sys.path.append(str(ROOT / ".venv-pandapower"))
    logging.getLogger().setLevel(logging.CRITICAL)  # it warns of every plate
    try:
        importlib.import_module("opender")
    except ImportError:
        return False
    return True
