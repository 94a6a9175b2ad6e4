# SPDX-License-Identifier: BSD-3-Clause
"""Dispatch of one cluster of 10,000 beside general solvers of quadratic programmes.

    minimise  sum_i a_i/2 (p_i - want_i)^2   subject to  sum_i p_i = e_ref,  low_i <= p_i <= high_i

Each solver is given the problem in its own form, as it likes it best, and is timed by the solve
time it reports itself, without set-up. Equal accuracy: it runs at the loosest of the tolerances
1e-2, 1e-3 ... 1e-11 whose set-points cost at most 1e-6 more or less than the exact optimum
(relative) and miss the balance and every limit by at most 1e-6 of the cluster's and the member's
range. The optimum is that of sorted break-points, whose optimality conditions are checked here
apart. Best of `ROUNDS`; one thread for all.
"""
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np

MEMBERS, SEED, ROUNDS = 10_000, 1, 5
GAP = 1e-6
TOLERANCES = [10.0**-k for k in range(2, 12)]
LIMIT_S = 60.0
COMMAND = "./dev peers control --part qp"


class Problem:
    """Columns of the instance that peer_dispatch made, with its exact optimum."""

    def __init__(self, folder):
        program = pathlib.Path(os.environ["GRIDSWARM_PROGRAM"]).parent / "peer_dispatch"
        columns = pathlib.Path(folder) / "columns"
        told = subprocess.run([program, str(MEMBERS), str(SEED), "50", columns], check=True,
                              capture_output=True, text=True)
        self.here = json.loads(told.stdout)
        rows = np.fromfile(columns).reshape(6, MEMBERS)
        self.want, self.low, self.high, self.a, self.newton, self.exact = rows
        self.e_ref = self.here["e_ref_kw"]
        self.best_cost = self.cost(self.exact)
        self.check_optimum()

    def cost(self, p):
        return float(np.sum(self.a / 2 * (p - self.want)**2))

    def check_optimum(self):
        """The exact set-points balance, and one price explains them all."""
        slope = self.a * (self.exact - self.want)
        free = (self.exact > self.low) & (self.exact < self.high)
        price = np.median(slope[free])
        size = np.abs(slope).max()
        assert abs(self.exact.sum() - self.e_ref) <= 1e-9 * np.abs(self.exact).sum()
        assert np.all(np.abs(slope[free] - price) <= 1e-9 * size)
        assert np.all(slope[self.exact <= self.low] >= price - 1e-9 * size)
        assert np.all(slope[self.exact >= self.high] <= price + 1e-9 * size)

    def errors(self, p):
        """(|cost - optimum| / optimum, largest miss of the balance or a limit, relative)."""
        span = self.high - self.low
        miss = max(abs(p.sum() - self.e_ref) / span.sum(),
                   float(np.max(np.maximum(self.low - p, p - self.high) / (span + 1e-9))), 0.0)
        return abs(self.cost(p) - self.best_cost) / self.best_cost, miss


def osqp(problem, tolerance, polishing=False):
    import osqp as package
    from scipy import sparse
    n = MEMBERS
    solver = package.OSQP()
    rows = sparse.vstack([sparse.csc_matrix(np.ones((1, n))), sparse.eye(n)], format="csc")
    solver.setup(P=sparse.diags(problem.a, format="csc"), q=-problem.a * problem.want, A=rows,
                 l=np.r_[problem.e_ref, problem.low], u=np.r_[problem.e_ref, problem.high],
                 eps_abs=tolerance, eps_rel=tolerance, max_iter=100_000, verbose=False,
                 polishing=polishing, time_limit=LIMIT_S)
    result = solver.solve()
    return result.x, result.info.solve_time + result.info.polish_time, result.info.status


def osqp_polished(problem, tolerance):
    return osqp(problem, tolerance, polishing=True)


def clarabel(problem, tolerance):
    import clarabel as package
    from scipy import sparse
    n = MEMBERS
    settings = package.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.time_limit = LIMIT_S
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = tolerance
    one = sparse.csc_matrix(np.ones((1, n)))
    rows = sparse.vstack([one, sparse.eye(n), -sparse.eye(n)], format="csc")
    solver = package.DefaultSolver(sparse.diags(problem.a, format="csc"),
                                   -problem.a * problem.want, rows,
                                   np.r_[problem.e_ref, problem.high, -problem.low],
                                   [package.ZeroConeT(1), package.NonnegativeConeT(2 * n)],
                                   settings)
    result = solver.solve()
    return np.array(result.x), result.solve_time, str(result.status)


def highs(problem, tolerance):
    import highspy as package
    n = MEMBERS
    model = package.HighsModel()
    lp, hessian = model.lp_, model.hessian_
    lp.num_col_, lp.num_row_ = n, 1
    lp.col_cost_ = -problem.a * problem.want
    lp.col_lower_, lp.col_upper_ = problem.low, problem.high
    lp.row_lower_ = lp.row_upper_ = np.array([problem.e_ref])
    lp.a_matrix_.format_ = package.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array([0, n])
    lp.a_matrix_.index_ = np.arange(n)
    lp.a_matrix_.value_ = np.ones(n)
    hessian.dim_ = n
    hessian.format_ = package.HessianFormat.kTriangular
    hessian.start_ = np.arange(n + 1)
    hessian.index_ = np.arange(n)
    hessian.value_ = problem.a
    solver = package.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", LIMIT_S)
    solver.setOptionValue("primal_feasibility_tolerance", max(tolerance, 1e-10))
    solver.setOptionValue("dual_feasibility_tolerance", max(tolerance, 1e-10))
    solver.passModel(model)
    solver.run()
    return (np.array(solver.getSolution().col_value), solver.getRunTime(),
            solver.modelStatusToString(solver.getModelStatus()))


def loosest(problem, solve):
    """(tolerance, seconds, gap, miss) at the loosest tolerance that is accurate enough; seconds is
    None where none is, or the time limit is over."""
    for tolerance in TOLERANCES:
        p, seconds, status = solve(problem, tolerance)
        if seconds >= LIMIT_S or p is None or not np.all(np.isfinite(p)):
            return tolerance, None, None, status
        gap, miss = problem.errors(p)
        if gap <= GAP and miss <= GAP:
            times = [seconds] + [solve(problem, tolerance)[1] for _ in range(ROUNDS - 1)]
            return tolerance, min(times), gap, miss
    return tolerance, None, gap, miss


def compare():
    """Rows and a table, as control.py collects them."""
    with tempfile.TemporaryDirectory() as folder:
        problem = Problem(folder)
    here = problem.here
    gap, miss = problem.errors(problem.newton)
    lines = [f"One cluster of {MEMBERS:,} members, exchange fixed; solve time as each reports it.",
             "",
             "| solver | tolerance | solve, ms | gap to the optimum | balance or limit missed by |",
             "| --- | ---: | ---: | ---: | ---: |",
             f"| gridswarm, bracketed Newton, {here['passes']} passes | 1e-12 "
             f"| {1e3 * here['newton_s']:.4f} | {gap:.1e} | {miss:.1e} |",
             f"| gridswarm, sorted break-points | exact | {1e3 * here['breakpoints_s']:.4f} "
             "| 0 | 0 |"]
    rows, times = [], []
    for name, solve in (("OSQP", osqp), ("OSQP polished", osqp_polished), ("HiGHS", highs),
                        ("Clarabel", clarabel)):
        tolerance, seconds, gap, miss = loosest(problem, solve)
        if seconds is None:
            lines.append(f"| {name} | {tolerance:.0e} | none within {LIMIT_S:.0f} s | | {miss} |")
            continue
        times.append(seconds)
        lines.append(f"| {name} | {tolerance:.0e} | {1e3 * seconds:.3g} | {gap:.1e} | {miss:.1e} |")
        row = "qp_speedup_" + name.lower().replace(" ", "_")
        rows.append({"name": row, "value": seconds / here["newton_s"],
                     "unit": "times", "op": "", "bar": None, "repeats": ROUNDS,
                     "command": COMMAND})
    rows.append({"name": "qp_solver_speedup_10k", "value": min(times) / here["newton_s"],
                 "unit": "times", "op": ">=", "bar": 100, "repeats": ROUNDS, "command": COMMAND})
    return rows, lines
