# SPDX-License-Identifier: BSD-3-Clause
"""Voltages of every scenario by none of the packages under test, to rounding: scipy alone."""
import sys

import numpy as np
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from grids import injections_mw

STEP_PU = 1e-13
CHUNK = 50


def voltages(grid):
    """Complex voltages (scenario, bus) in the order of case.bus."""
    p, q = injections_mw(grid)
    solve = _tree(grid.case) if grid.is_radial else _mesh(grid.case)
    full = np.empty(p.shape, complex)
    for first in range(0, len(p), CHUNK):
        part = slice(first, first + CHUNK)
        full[part] = solve((p[part] + 1j * q[part]).T / grid.case.base_mva).T
    return full


def _ends(case):
    row = {bus: k for k, bus in enumerate(case.bus.bus)}
    return [np.array([row[bus] for bus in case.branch[end]]) for end in ("fbus", "tbus")]


def _iterate(step_of, limit):
    """Steps until none moves a voltage by more than STEP_PU, or rounding lets none get smaller."""
    before = np.inf
    for _ in range(limit):
        step = step_of()
        if step <= STEP_PU or (step < 1e-11 and step > 0.5 * before):
            return
        before = step
    sys.exit(f"reference.py: stays at steps of {step:g} p.u.")


def _tree(case):
    """With A the incidence (branch, bus): A' J = conj(S / V) and A V = z J, solved in turn by
    sparse LU of A without the source's column."""
    lines, ends = np.arange(len(case.branch)), _ends(case)
    sign = np.r_[np.ones(len(lines)), -np.ones(len(lines))]
    incidence = sp.csc_matrix((sign, (np.r_[lines, lines], np.concatenate(ends))),
                              shape=(len(lines), len(case.bus)))
    z = (case.branch.r_pu + 1j * case.branch.x_pu).to_numpy()[:, None]
    is_source = (case.bus.type == 3).to_numpy()
    v_bus = (case.bus.vm_pu * np.exp(1j * np.deg2rad(case.bus.va_deg))).to_numpy()[:, None]
    inner = incidence[:, ~is_source].astype(complex)
    up, down = spla.splu(inner.T.tocsc()), spla.splu(inner)
    from_source = incidence[:, is_source] @ v_bus[is_source]

    def solve(power):
        v = np.ones(power.shape, complex)
        v[is_source] = v_bus[is_source]

        def step():
            new = down.solve(z * up.solve(np.conj(power[~is_source] / v[~is_source])) - from_source)
            moved = np.abs(new - v[~is_source]).max()
            v[~is_source] = new
            return moved

        _iterate(step, 100)
        return v

    return solve


def _admittance(case):
    """Bus admittances from MATPOWER's columns (manual, sections 3.2 to 3.6), iron losses added."""
    f, t = _ends(case)
    branch, n = case.branch, len(case.bus)
    on = branch.in_service.to_numpy().astype(float)
    series = on / (branch.r_pu + 1j * branch.x_pu).to_numpy()
    half = on * 0.5 * (branch.g_pu + 1j * branch.b_pu).to_numpy()
    ratio = np.where(branch.ratio == 0, 1.0, branch.ratio)
    tap = ratio * np.exp(1j * np.deg2rad(branch.shift_deg.to_numpy()))
    shunt = (case.bus.gs_mw + 1j * case.bus.bs_mvar).to_numpy() / case.base_mva
    rows, columns = np.r_[f, t, f, t, np.arange(n)], np.r_[f, t, t, f, np.arange(n)]
    values = np.r_[(series + half) / np.abs(tap) ** 2, series + half, -series / np.conj(tap),
                   -series / tap, shunt]
    return sp.csr_matrix((values, (rows, columns)), shape=(n, n))


def _mesh(case):
    """Newton's steps in angle and magnitude with the Jacobian of the case's own voltages."""
    y = _admittance(case)
    v = (case.bus.vm_pu * np.exp(1j * np.deg2rad(case.bus.va_deg))).to_numpy()
    pq = np.flatnonzero(case.bus.type == 1)
    angles = np.flatnonzero(case.bus.type != 3)
    current, unit = y @ v, v / np.abs(v)
    by_angle = 1j * sp.diags(v) @ (sp.diags(current) - y @ sp.diags(v)).conj()
    by_size = sp.diags(v) @ (y @ sp.diags(unit)).conj() + sp.diags(current.conj() * unit)
    jacobian = sp.bmat([
        [by_angle.tocsr()[angles][:, angles].real, by_size.tocsr()[angles][:, pq].real],
        [by_angle.tocsr()[pq][:, angles].imag, by_size.tocsr()[pq][:, pq].imag]]).tocsc()
    factors = spla.splu(jacobian)

    def solve(power):
        size = np.repeat(np.abs(v)[:, None], power.shape[1], axis=1)
        angle = np.repeat(np.angle(v)[:, None], power.shape[1], axis=1)

        def step():
            now = size * np.exp(1j * angle)
            miss = now * np.conj(y @ now) - power
            move = factors.solve(np.vstack([miss.real[angles], miss.imag[pq]]))
            angle[angles] -= move[:len(angles)]
            size[pq] -= move[len(angles):]
            return np.abs(move).max()

        _iterate(step, 500)
        return size * np.exp(1j * angle)

    return solve
