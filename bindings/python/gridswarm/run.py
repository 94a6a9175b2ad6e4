# SPDX-License-Identifier: BSD-3-Clause
"""The main job, and the check of the log it leaves."""
import os
import sys

import pandas as pd

from . import _gridswarm
from .errors import Error, FileError

_INTERRUPTED = 130


class Summary(dict):
    """What a run came to: a dict of its figures (feeders, agents, records, log_head, ...).

    variants  DataFrame: one row per variant ("swarm", "local", "swarm#1", ...), the planner's
              figures as columns (losses_kwh, curtailed_kwh, ...; gs.run's table for people)
    out       the folder; results, log: what lies in it
    """

    def __init__(self, values, names, variants, out):
        super().__init__(values)
        self.variants = pd.DataFrame(variants, index=pd.Index(names, name="variant"))
        self.out = out

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def results(self):
        return os.path.join(self.out, "results.h5")

    @property
    def vkey(self):
        return os.path.join(self.out, "log.vkey")

    @property
    def log(self):
        return os.path.join(self.out, "log")


def run(scenario, out=None, comm=None, seed=None, threads=0, progress=None):
    """Run a scenario: clusters, a balanced day, power flow, results and a verified log.

    scenario  path of the TOML file
    out       folder for run.toml, results.h5 and log/; None: out/<name of the run>
    comm      an mpi4py communicator: the feeders are divided among its ranks. Collective; only
              rank 0 gets a Summary, the others None. None: this process alone
    seed      instead of the scenario's own
    threads   of this process; 0: all cores
    progress  function (intervals done, intervals in all), called on rank 0
    The GIL is released; Ctrl-C ends the run after the current interval with KeyboardInterrupt, and
    what was committed stays verifiable.
    Raises InputError, UsageError, FileError. An error in the middle of a run over several ranks
    ends all of them (comm.Abort), as the others would wait for ever.
    """
    handle = None if comm is None else comm.py2f()
    job = _gridswarm.prepare_run(os.fspath(scenario), "" if out is None else os.fspath(out), seed,
                                 threads, handle)
    try:
        done = job.run(progress)
    except Error as error:
        if comm is not None and comm.size > 1 and error.exit_code != _INTERRUPTED:
            print(f"gridswarm: {error}", file=sys.stderr, flush=True)
            comm.Abort(error.exit_code)
        raise
    return None if done is None else Summary(*done)


def verify(log, vkey="", anchor=""):
    """Check every byte of a log folder.

    vkey    the log's public key, as text (name+<8 hex digits>+<base64>) or the file that holds it:
            who rewrote the whole log under another key is found out
    anchor  a checkpoint of this log kept from earlier, its whole text
    Returns a dict: ok, size, root, blocks, anchored_to; file and reason if it is not ok.
    Raises FileError if there is no such log, UsageError for a wrong key.
    """
    if not os.path.isdir(log):
        raise FileError(f"{os.fspath(log)}: is not a folder", path=os.fspath(log))
    if vkey and os.path.isfile(vkey):
        with open(vkey, encoding="utf-8") as file:
            vkey = file.readline().strip()
    return _gridswarm.verify(os.fspath(log), os.fspath(vkey), anchor)
