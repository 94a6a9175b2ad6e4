# SPDX-License-Identifier: BSD-3-Clause
"""A file of at most 400 lines, a function of at most 70: past that a second idea hides in it."""
import json
import pathlib
import re
import subprocess
import tempfile

from files import CODE

FILE_LINES = 400
FUNCTION_LINES = 70


def plain(text):
    """The same lines in words that ctags knows: no inline namespace, no test macro."""
    text = re.sub(r"namespace ([\w:]+)::inline GS_ABI(?:::(\w+))? \{", r"namespace \1 {", text)
    return re.sub(r'^TEST_CASE\(.*\) \{$', "void test_case() {", text, flags=re.M)


def functions(texts):
    """(path, first line, name, lines) of every function body, by Universal Ctags."""
    command = ["ctags", "-f", "-", "--output-format=json", "--fields=+ne", "--map-C++=+.ipp",
               "--kinds-C++=f", "--kinds-Python=fm", "--languages=C++,Python", "-L", "-"]
    with tempfile.TemporaryDirectory() as folder:
        for path, text in texts.items():
            copy = pathlib.Path(folder, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(plain(text))
        run = subprocess.run(command, cwd=folder, input="\n".join(texts), capture_output=True,
                             text=True, check=True)
    for row in run.stdout.splitlines():
        tag = json.loads(row)
        if "end" in tag and "line" in tag:
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1


def breaches(texts):
    found = []
    code = {path: text for path, text in texts.items() if path.endswith(CODE)}
    for path, text in code.items():
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            found.append(("file-size", path, 1, f"{lines} lines, at most {FILE_LINES}"))
    for path, line, name, lines in functions(code):
        if lines > FUNCTION_LINES:
            sentence = f"{name}: {lines} lines, at most {FUNCTION_LINES}"
            found.append(("function-size", path, line, sentence))
    return found
