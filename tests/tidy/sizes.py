# SPDX-License-Identifier: BSD-3-Clause
"""A file of at most 400 lines, a function of at most 70: past that a second idea hides in it."""
import json
import pathlib
import subprocess

from files import CODE, ROOT

FILE_LINES = 400
FUNCTION_LINES = 70


def functions(paths, root=ROOT):
    """(path, first line, name, lines) of every function body, by Universal Ctags."""
    if not paths:
        return
    command = ["ctags", "-f", "-", "--output-format=json", "--fields=+ne", "--map-C++=+.ipp",
               "--kinds-C++=f", "--kinds-Python=fm", "--languages=C++,Python", "-L", "-"]
    run = subprocess.run(command, cwd=root, input="\n".join(paths), capture_output=True, text=True,
                         check=True)
    for row in run.stdout.splitlines():
        tag = json.loads(row)
        if "end" in tag and "line" in tag:
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1


def breaches(texts):
    found = []
    paths = [path for path in texts if path.endswith(CODE)]
    for path in paths:
        lines = len(texts[path].splitlines())
        if lines > FILE_LINES:
            found.append(("file-size", path, 1, f"{lines} lines, at most {FILE_LINES}"))
    existing = [path for path in paths if pathlib.Path(ROOT, path).exists()]
    for path, line, name, lines in functions(existing):
        if lines > FUNCTION_LINES:
            found.append(("function-size", path, line, f"{name}: {lines} lines, at most {FUNCTION_LINES}"))
    return found
