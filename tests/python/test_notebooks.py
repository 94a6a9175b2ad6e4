# SPDX-License-Identifier: BSD-3-Clause
"""Every notebook of examples/ runs through, and is stored without outputs."""
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    for cell in read(path).cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    notebook = read(path)
    nbclient.NotebookClient(notebook, timeout=120,
                            resources={"metadata": {"path": str(path.parent)}}).execute()
    pictures = [output for cell in notebook.cells for output in cell.get("outputs", [])
                if "image/png" in output.get("data", {})]
    assert len(pictures) >= 3
    printed = "".join(output.text for cell in notebook.cells for output in cell.get("outputs", [])
                      if output.output_type == "stream" and output.name == "stdout")
    assert "10,000 power flows" in printed and "converged: True" in printed


def test_there_are_notebooks():
    assert NOTEBOOKS
