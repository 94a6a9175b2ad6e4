# SPDX-License-Identifier: BSD-3-Clause
"""Pages for people: links lead somewhere, a page is at most 120 lines (README.md: 150).

usage: pages.py   Prints path:line: sentence for every breach and ends 1 if there is one.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
LINES_MAX = 120
README_LINES_MAX = 150


def anchors(text):
    """What a # link may name: headings as GitHub spells them."""
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
            for heading in headings}


def breaches(path, text):
    most = README_LINES_MAX if pathlib.Path(path).name == "README.md" else LINES_MAX
    if text.count("\n") > most:
        yield path, 1, f"{text.count(chr(10))} lines, at most {most}"
    for match in LINK.finditer(text):
        target, _, anchor = match[1].partition("#")
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        line = text.count("\n", 0, match.start()) + 1
        there = (path.parent / target) if target else path
        if not there.exists():
            yield path, line, f"{target} is not there"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text()):
            yield path, line, f"{target} has no heading for #{anchor}"


def pages(root):
    yield from root.glob("*.md")
    for folder in ("docs", "examples", "benchmarks"):
        yield from (root / folder).rglob("*.md")


def main():
    found = [breach for path in sorted(pages(ROOT)) for breach in breaches(path, path.read_text())]
    for path, line, sentence in found:
        print(f"{path.relative_to(ROOT)}:{line}: {sentence} [pages]")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
