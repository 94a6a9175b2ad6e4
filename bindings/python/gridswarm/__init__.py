# SPDX-License-Identifier: BSD-3-Clause
"""gridswarm: a feeder full of distributed energy resources as a swarm.

    import gridswarm as gs
    case = gs.read_case("ieee33.m")      # case.bus, case.branch, case.gen: DataFrames to edit
    res = gs.power_flow(case)            # res.bus, res.branch, res.converged
    circuit = gs.read_circuit("master.dss")      # unbalanced: circuit.load, circuit.line, ..
    res = gs.power_flow(circuit)         # res.vm_pu (bus, phase), res.tap_pu, res.figures
    summary = gs.run("town.toml", out="out/town")
    gs.plot.day(gs.open_results("out/town"))

Signs: `p_kw`, `q_kvar` and everything about agents count power INTO the grid as positive; a case's
loads (`case.bus.pd_mw`) keep the file's sign, consumption positive. Units stand last in a name.
The environment variable GRIDSWARM_ISA (reference, baseline, avx2, avx512) chooses the kernels
when the package is imported.
"""
import os as _os

from . import _gridswarm
from .errors import Error, FileError, InputError, UsageError

_wanted = _os.environ.get("GRIDSWARM_ISA", "")
if _wanted and not _gridswarm.use_isa(_wanted):
    raise UsageError(f"GRIDSWARM_ISA={_wanted} is not supported here; choose one of "
                     + ", ".join(_gridswarm.supported_isas()))

from .case import Case, from_pandapower, read_case, synthetic_case  # noqa: E402
from .circuit import Circuit, read_circuit  # noqa: E402
from .circuit_flow import CircuitResult, CircuitSolver  # noqa: E402
from .cluster import distances, form_clusters, neighbours, quality  # noqa: E402
from .dispatch import Dispatch, dispatch  # noqa: E402
from .fleet import read_fleet, synthetic_fleet  # noqa: E402
from .flow import Solver, load_margin, power_flow, sensitivity  # noqa: E402
from .flow_result import FlowResult  # noqa: E402
from .frequency import FrequencyResponse, frequency_response  # noqa: E402
from .inverter import InverterBank, inverter_settings, three_phase_voltage  # noqa: E402
from .resources import (clear_sky_w_per_m2, cosine_of_zenith, forecast_error,  # noqa: E402
                        pv_power_kw, wind_power_kw)
from .response import ResponseRegion, ResponseTime, response_time  # noqa: E402
from .results import Feeder, Results, open_results  # noqa: E402
from .run import Summary, run, verify  # noqa: E402
from .series import time_series  # noqa: E402
from .voltage import VoltageSupport, hold_voltage  # noqa: E402
from .options import info, options  # noqa: E402

__version__ = _gridswarm.version

__all__ = ["Case", "Circuit", "CircuitResult", "CircuitSolver", "Dispatch", "Error", "Feeder",
           "FileError",
           "FlowResult", "FrequencyResponse", "InputError", "InverterBank", "Results", "Solver",
           "Summary", "UsageError",
           "dispatch", "distances", "form_clusters", "frequency_response", "from_pandapower",
           "info",
           "inverter_settings", "neighbours", "open_results",
           "options", "plot", "power_flow", "quality", "read_case", "read_circuit", "read_fleet",
           "run", "sensitivity", "synthetic_case", "synthetic_fleet", "three_phase_voltage",
           "time_series", "verify",
           clear_sky_w_per_m2.__name__, cosine_of_zenith.__name__, forecast_error.__name__,
           load_margin.__name__,
           ResponseRegion.__name__, ResponseTime.__name__, response_time.__name__,
           VoltageSupport.__name__, hold_voltage.__name__,
           pv_power_kw.__name__, wind_power_kw.__name__]


def __getattr__(name):
    """`gs.plot` is imported when first used, so that matplotlib stays optional."""
    if name == "plot":
        import importlib
        return importlib.import_module(".plot", __name__)
    raise AttributeError(f"module 'gridswarm' has no attribute {name!r}")
