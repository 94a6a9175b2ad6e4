# SPDX-License-Identifier: BSD-3-Clause
"""What can be set, and what this build can do."""
import pandas as pd

from . import _gridswarm

_TABLES = {
    "power_flow": (_gridswarm.flow_options,),
    "form_clusters": (_gridswarm.cluster_options, _gridswarm.leader_options),
    "synthetic_fleet": (_gridswarm.mix_options,),
    "run": (_gridswarm.run_options,),
    "frequency_response": (_gridswarm.frequency_options, _gridswarm.support_options),
    "dispatch": (_gridswarm.balancing_options,),
    "dispatch_network": (_gridswarm.network_options,),
    "area": (_gridswarm.area_options,),
    "response_time": (_gridswarm.response_options, _gridswarm.effect_options),
}


def options(function):
    """Keywords of a function beyond its named arguments, as a DataFrame.

    function: "power_flow", "form_clusters", "synthetic_fleet", "frequency_response", "area"
    (columns of its areas), "dispatch", "dispatch_network" (dispatch with a case), "response_time",
    or "run" (the keys of a scenario's table [run]; they are set in the file). Index: keyword;
    columns: default, unit, min, max, text.
    """
    if function not in _TABLES:
        from .errors import UsageError
        raise UsageError(f"no options are known for {function!r}; choose one of "
                         + ", ".join(_TABLES))
    rows = {}
    for table in _TABLES[function]:
        rows.update(table())
    return pd.DataFrame.from_dict(rows, orient="index",
                                  columns=["default", "unit", "min", "max", "text"])


def info():
    """What this build and machine can do: version, kernels in use and supported, MPI."""
    return {"version": _gridswarm.version, "isa": _gridswarm.isa_in_use(),
            "isas": _gridswarm.supported_isas(),
            "mpi": _gridswarm.mpi_library() if _gridswarm.has_mpi() else None}
