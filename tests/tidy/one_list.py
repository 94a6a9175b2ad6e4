# SPDX-License-Identifier: BSD-3-Clause
"""One list per thing: a key of a fields() table stands as a string in that table alone."""
import re

from files import without_comments

# A row of a table: {"dt_s", "s", &RunOptions::dt_s, ...
ROW = re.compile(r'\{\s*"(\w+)"\s*,\s*"[^"]*"\s*,\s*&\s*\w')
# People's surfaces, where a second list would grow.
SURFACES = ("src/app/", "src/io/", "bindings/")


def table_keys(texts):
    """{key: path of its table} over every fields() table; short common words are left out."""
    keys = {}
    for path, text in texts.items():
        if path.startswith(("include/", "src/")) and "Field<" in text:
            for match in ROW.finditer(without_comments(text)):
                if "_" in match[1]:
                    keys.setdefault(match[1], path)
    return keys


def breaches(texts):
    keys = table_keys(texts)
    found = []
    for path, text in texts.items():
        if not path.startswith(SURFACES) or not path.endswith((".cpp", ".hpp", ".py")):
            continue
        code = without_comments(text) if not path.endswith(".py") else re.sub(r"#.*", "", text)
        for match in re.finditer(r'"(?:--)?([a-z][a-z0-9_-]*)"', code):
            key = match[1].replace("-", "_")
            if key in keys and keys[key] != path:
                line = code.count("\n", 0, match.start()) + 1
                found.append(("one-list", path, line, f'"{match[1]}" is listed in {keys[key]}'))
    return found
