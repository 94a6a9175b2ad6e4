# SPDX-License-Identifier: BSD-3-Clause
"""Words that must not stand in sources, ASCII, the licence line, pragma once."""
import re

from files import CODE, CPP, without_comments

# (name, pattern, folders or () for all, why). What a comment says does not count.
BANNED = (
    ("rand(", r"\bs?rand\s*\(", (), "draw() is the only source of chance"),
    ("random_device", r"\brandom_device\b", (), "results must not depend on the machine"),
    ("cout", r"\bcout\b", ("include/", "src/", "kernels/", "bindings/"), "use a Report or a sink"),
    ("printf", r"\bf?printf\b", ("include/", "kernels/"), "the library never prints"),
    ("getenv", r"\bgetenv\b", ("include/", "kernels/"), "the library never reads the environment"),
    ("exit(", r"\b(?:_?exit|abort)\s*\(", ("include/", "kernels/"), "the library never exits"),
    ("reduction(", r"\breduction\s*\(", (), "a sum's order must not depend on threads or lanes"),
    ("#pragma omp", r"#\s*pragma\s+omp", ("include/",), "such loops live in kernels/ and src/"),
    ("fma(", r"\bfma\s*\(", ("include/", "src/", "kernels/"), "every operation rounds by itself"),
    ("clock in results", r"\bsystem_clock\b", ("include/", "kernels/"), "simulated time only"),
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
FLAGS = re.compile(r"-march=native|-ffast-math|-Ofast\b")
BUILD_FILES = (".cmake", ".json", ".toml", "CMakeLists.txt")
TIDY = "tests/tidy/"  # names the words in order to forbid them


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def banned_words(path, text):
    code = without_comments(text) if path.endswith(CPP) else re.sub(r"#.*", "", text)
    for name, pattern, folders, why in BANNED:
        if folders and not path.startswith(folders):
            continue
        for match in re.finditer(pattern, code):
            yield ("words", path, line_of(code, match.start()), f"{name}: {why}")


def first_lines(path, text):
    lines = text.splitlines() or [""]
    first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
    if "SPDX-License-Identifier: BSD-3-Clause" not in first:
        yield ("spdx", path, 1, "the first line is the SPDX line")
    if path.endswith((".hpp", ".ipp")) and "#pragma once" not in text:
        yield ("words", path, 1, "no #pragma once")


def breaches(texts):
    found = []
    for path, text in texts.items():
        names_words = path.startswith(TIDY)
        if path.endswith(CODE):
            found += first_lines(path, text)
            found += () if names_words else banned_words(path, text)
            for number, line in enumerate(text.splitlines(), 1):
                if not line.isascii():
                    found.append(("ascii", path, number, "not ASCII"))
                if UNFINISHED.search(line) and not names_words:
                    found.append(("words", path, number, "unfinished work"))
                if len(line) > 100:
                    found.append(("width", path, number, f"{len(line)} columns, at most 100"))
                if line != line.rstrip() or "\t" in line:
                    found.append(("width", path, number, "tab or blanks at the end"))
        elif path.endswith(BUILD_FILES):
            for match in FLAGS.finditer(text):
                line = line_of(text, match.start())
                found.append(("words", path, line, f"{match[0]} is forbidden"))
    return found
