# SPDX-License-Identifier: BSD-3-Clause
"""The repository's own text files, and the exceptions on record."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("include", "kernels", "src", "bindings", "benchmarks", "tests", "examples", "docs",
           "cmake", ".ci")
CPP = (".hpp", ".ipp", ".cpp")
CODE = CPP + (".py",)


def text_of(path):
    return path.read_bytes().decode("utf-8", "replace")


def read_all(root=ROOT):
    """{path relative to root: text} of every source, script and build file."""
    texts = {}
    for path in sorted(root.iterdir()):
        if path.is_file() and path.suffix in (".txt", ".md", ".json", ".toml", ".cff", ""):
            texts[path.name] = text_of(path)
    for folder in FOLDERS:
        for where, folders, names in os.walk(root / folder):
            folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
            for name in sorted(names):
                path = pathlib.Path(where, name)
                if path.suffix in CODE + (".txt", ".md", ".cmake", ".toml", ".in", ".svg", ""):
                    texts[str(path.relative_to(root))] = text_of(path)
    return texts


def exceptions(root=ROOT):
    """{(rule, path)} of tests/tidy/exceptions.txt; a reason is required on each line."""
    found = set()
    for line in (root / "tests/tidy/exceptions.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            rule, path, _reason = line.split(None, 2)
            found.add((rule, path))
    return found


def without_comments(text):
    """C++ text with // and /* */ comments blanked; line numbers and string literals stay."""
    out, i, n = [], 0, len(text)
    while i < n:
        two = text[i:i + 2]
        if two == "//":
            end = text.find("\n", i)
            i = n if end < 0 else end
        elif two == "/*":
            end = text.find("*/", i + 2)
            end = n if end < 0 else end + 2
            out.append("\n" * text.count("\n", i, end))
            i = end
        elif text[i] in "\"'" and not (text[i] == "'" and i and text[i - 1].isalnum()):
            end = end_of_literal(text, i)
            out.append(text[i:end])
            i = end
        else:
            out.append(text[i])
            i += 1
    return "".join(out)


def end_of_literal(text, start):
    """Position after the string or character literal that opens at start (raw strings too)."""
    if text[start] == '"' and start and text[start - 1] == "R":
        mark = text[start + 1:text.index("(", start)]
        return text.index(")" + mark + '"', start) + len(mark) + 2
    i = start + 1
    while i < len(text) and text[i] != text[start] and text[i] != "\n":
        i += 2 if text[i] == "\\" else 1
    return min(i + 1, len(text))
