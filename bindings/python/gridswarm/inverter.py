# SPDX-License-Identifier: BSD-3-Clause
"""Inverters by IEEE 1547-2018 as banks that step as one."""
import numpy as np
import pandas as pd

from . import _gridswarm
from .errors import UsageError


def inverter_settings(**changes):
    """All settings of an inverter: the standard's defaults of its two categories, with changes.

    changes: category "A" or "B" (normal operation; "B" if missing), abnormal_category "I", "II" or
    "III" (ride-through and trip; "III"), other settings by name, and dicts volt_var, volt_watt,
    watt_var, fixed, droop, enter, trip, as docs/reference/inverter-settings.md lists them with
    units and ranges.
    Returns a dict that InverterBank takes. Raises UsageError with one sentence for a setting that
    is unknown, outside the standard's range, or makes a curve that is not monotone.
    """
    return _gridswarm.inverter_settings(changes)


def three_phase_voltage(a_pu, b_pu, c_pu):
    """What a three-phase inverter sees of its phase voltages (p.u., arrays of one shape).

    Returns a dict v_pu (average, for curves), lowest_pu and highest_pu (extremes of phase and
    phase-to-phase, for trips): keywords of InverterBank.step. Phases are taken 120 degrees apart.
    """
    phases = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (a_pu, b_pu, c_pu)))
    return dict(zip(("v_pu", "lowest_pu", "highest_pu"), _gridswarm.three_phase_voltage(*phases)))


class InverterBank:
    """Devices of one setting, stepped together.

    p_max_kw, s_kva, charge_kw: P_max, nameplate and charging power, a number or one per device
    (s_kva None: P_max). dt_s: length of a tick. settings: dict of inverter_settings, or what it
    takes as keywords. id: one per device, for randomised waits (None: 0, 1, ..).
    Raises UsageError where a plate can't be, a setting is outside the standard, or a trip window is
    shorter than the tick.
    """

    def __init__(self, p_max_kw, s_kva=None, *, dt_s, charge_kw=0.0, settings=None, id=None,
                 in_service=True, seed=1, threads=1):
        p_max_kw = np.asarray(p_max_kw, dtype=float)
        plates = np.broadcast_arrays(np.atleast_1d(p_max_kw), p_max_kw if s_kva is None else s_kva,
                                     charge_kw)
        self.p_max_kw, self.s_kva, self.charge_kw = (
            np.ascontiguousarray(plate, dtype=float) for plate in plates)
        if self.p_max_kw.ndim != 1:
            raise UsageError("p_max_kw, s_kva and charge_kw must be numbers or have one dimension")
        self.id = np.arange(len(self)) if id is None else np.asarray(id, dtype=np.int64)
        if self.id.shape != (len(self),):
            raise UsageError(f"id must hold {len(self)} numbers, one per device")
        self.threads = threads
        self._bank = _gridswarm.InverterBank(dict(settings or {}), dt_s, self.p_max_kw, self.s_kva,
                                             self.charge_kw, self.id, in_service, seed)

    def __len__(self):
        return len(self.p_max_kw)

    def step(self, v_pu, f_hz=60.0, available_kw=None, want_kw=None, *, lowest_pu=None,
             highest_pu=None, health=1.0):
        """One tick, or as many as the inputs have rows.

        Each input: a number, an array of shape (devices,) or of shape (ticks, devices).
        v_pu: own phase, or three-phase average; lowest_pu, highest_pu: extremes for trips (None:
        v_pu). available_kw: what the source could give (None: P_max); want_kw: what's asked for
        (None: what's available); storage may go down to -charge_kw. health: 0 is lost.
        Returns (p_kw, q_kvar), injection positive, in the shape of the inputs, at least
        (devices,). Raises UsageError where shapes differ, a number is not finite, or limits
        exclude every set point.
        """
        available_kw = self.p_max_kw if available_kw is None else available_kw
        want_kw = available_kw if want_kw is None else want_kw
        given = [v_pu, v_pu if lowest_pu is None else lowest_pu,
                 v_pu if highest_pu is None else highest_pu, f_hz,
                 np.asarray(want_kw, dtype=float) / self.p_max_kw,
                 0.0 - self.charge_kw / self.p_max_kw,
                 np.asarray(available_kw, dtype=float) / self.p_max_kw, health]
        try:
            given = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in given))
        except ValueError as error:
            raise UsageError(f"inputs of a bank of {len(self)} must have shape ({len(self)},) or "
                             f"(ticks, {len(self)})") from error
        shape = given[0].shape
        if len(shape) > 2 or shape[-1] != len(self):
            raise UsageError(f"inputs of a bank of {len(self)} must have shape ({len(self)},) or "
                             f"(ticks, {len(self)}), not {shape}")
        if not all(np.isfinite(one).all() for one in given):
            raise UsageError("inputs of a bank must be finite numbers")
        p, q = self._bank.run([one.reshape(-1, len(self)) for one in given], self.threads)
        return p.reshape(shape) * self.p_max_kw, q.reshape(shape) * self.s_kva

    @property
    def state(self):
        """DataFrame, a row per device: in_service, ceased (no current for the moment), tripped_by
        (window of the last trip, OV2 .. UF2, health, or "")."""
        return pd.DataFrame({"in_service": self._bank.in_service() > 0.0,
                             "ceased": self._bank.ceased() > 0.0,
                             "tripped_by": self._bank.tripped_by()},
                            index=pd.Index(self.id, name="id"))
