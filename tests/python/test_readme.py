# SPDX-License-Identifier: BSD-3-Clause
"""The README shows the very files that run as examples, and stays short."""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("language, file", [("python", "readme.py"), ("cpp", "readme.cpp")])
def test_the_snippet_is_the_example(language, file):
    shown = re.search(rf"```{language}\n(.*?)```", README, re.S).group(1)
    spdx, _, example = (ROOT / "examples" / file).read_text().partition("\n")
    assert "SPDX" in spdx
    assert shown.strip() == example.strip()


def test_the_readme_is_at_most_150_lines():
    assert len(README.splitlines()) <= 150


def test_every_local_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target
