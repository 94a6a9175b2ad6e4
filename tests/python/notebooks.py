# SPDX-License-Identifier: BSD-3-Clause
"""Runs a notebook of examples/ as a person would, from its folder."""
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")


def read(path):
    return nbformat.read(path, as_version=4)


def run(path, monkeypatch):
    """What it prints, and how many pictures it draws."""
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = read(path)
    nbclient.NotebookClient(notebook, timeout=120,
                            resources={"metadata": {"path": str(path.parent)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    streams = [output for output in outputs if output.output_type == "stream"]
    assert not [output.text for output in streams
                if output.name == "stderr" and "Warning" in output.text]
    printed = "".join(output.text for output in streams if output.name == "stdout")
    return printed, sum("image/png" in output.get("data", {}) for output in outputs)
