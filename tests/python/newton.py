# SPDX-License-Identifier: BSD-3-Clause
"""An oracle of our own: dense Newton-Raphson in rectangular admittances, textbook and slow.

It shares nothing with the library but the meaning of MATPOWER's columns (MATPOWER manual, 3.2-3.6).
"""
import numpy as np


def admittance(rows, f, t, r, x, b, ratio, shift_deg, on, shunt_pu):
    """Bus admittance matrix in p.u.; f, t are rows of the bus table."""
    y = np.zeros((rows, rows), dtype=complex)
    for k in np.flatnonzero(on):
        series, half = 1 / complex(r[k], x[k]), 0.5j * b[k]
        tap = (ratio[k] or 1.0) * np.exp(1j * np.radians(shift_deg[k]))
        y[f[k], f[k]] += (series + half) / abs(tap) ** 2
        y[t[k], t[k]] += series + half
        y[f[k], t[k]] -= series / np.conj(tap)
        y[t[k], f[k]] -= series / tap
    y[np.arange(rows), np.arange(rows)] += shunt_pu
    return y


def solve(y, s_pu, sources, v_source):
    """Voltages at which V conj(Y V) = s at every bus but the sources."""
    n = len(s_pu)
    free = np.setdiff1d(np.arange(n), sources)
    v = np.ones(n, dtype=complex)
    v[sources] = v_source
    for _ in range(30):
        current = y @ v
        miss = (v * np.conj(current) - s_pu)[free]
        if np.abs(miss).max() < 1e-14:
            break
        by_angle = 1j * np.diag(v) @ np.conj(np.diag(current) - y @ np.diag(v))
        unit = np.diag(v / np.abs(v))
        by_size = np.diag(v) @ np.conj(y @ unit) + np.conj(np.diag(current)) @ unit
        blocks = [by_angle[np.ix_(free, free)], by_size[np.ix_(free, free)]]
        jacobian = np.block([[b.real for b in blocks], [b.imag for b in blocks]])
        step = np.linalg.solve(jacobian, np.r_[miss.real, miss.imag])
        angle, size = np.angle(v), np.abs(v)
        angle[free] -= step[:len(free)]
        size[free] -= step[len(free):]
        v = size * np.exp(1j * angle)
    assert np.abs(miss).max() < 1e-10, "the oracle itself did not converge"
    return v
