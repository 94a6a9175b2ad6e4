# SPDX-License-Identifier: BSD-3-Clause
"""An OpenDSS case written anew, as OpenDSS allows it without changing what it means.

Names change case, properties that don't act on each other change places, lengths change units,
numbers become expressions, commands are continued on lines of their own, files are split.
"""

import pathlib
import random
import re

PROPERTY = re.compile(
    r"""([^\s=,]+)\s*=\s*(\([^)]*\)|\[[^\]]*\]|\{[^}]*\}|"[^"]*"|'[^']*'|[^\s,=]+)""")
NEW = re.compile(r"""^new\s+(?:object\s*=\s*)?([a-z]+)\.(\S+)\s+(.*)$""", re.I)
NUMBER = re.compile(r"^-?\d+(\.\d+)?$")

# Where the place of a property in its command has no effect.
FREE = {
    "load": {"bus1", "kv", "conn", "model", "vminpu", "vmaxpu", "status", "class", "cvrwatts",
             "cvrvars"},
    "capacitor": {"bus1", "kv", "kvar", "conn"},
    "pvsystem": {"bus1", "kv", "conn", "model", "%cutin", "%cutout", "irradiance", "pmpp"},
    "line": {"bus1", "bus2", "enabled", "normamps"},
    "regcontrol": {"vreg", "band", "r", "x", "ctprim"},
}
AS_EXPRESSION = {"kv", "kw", "vreg", "band", "pmpp", "xhl"}  # not lists, such as kvar
METRES = {"km": 1000.0, "m": 1.0, "mi": 1609.344, "kft": 304.8, "ft": 0.3048}


def codes_with_units(folder):
    """Line codes that say what length they are for; only their lines may change units."""
    found, name = set(), None
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        for line in file.read_text(errors="replace").splitlines():
            start = re.match(r"\s*new\s+linecode\.(\S+)", line, re.I)
            if start or not line.lstrip().startswith("~"):
                name = start.group(1).lower() if start else None
            if name and re.search(r"units\s*=\s*(mi|kft|km|m|ft)\b", line.split("!")[0], re.I):
                found.add(name)
    return found


def other_units(pairs, codes, dice):
    values = {name.lower(): value for name, value in pairs}
    unit = values.get("units", "").lower()
    code = values.get("linecode", "").lower()
    known = code in codes or "geometry" in values
    if unit not in METRES or not known or not NUMBER.match(values.get("length", "")):
        return pairs
    wanted = dice.choice(sorted(METRES))
    length = float(values["length"]) * METRES[unit] / METRES[wanted]
    new = {"length": repr(length), "units": wanted}
    return [(name, new.get(name.lower(), value)) for name, value in pairs]


def shuffled(kind, pairs, dice):
    free = FREE.get(kind, set())
    places = [i for i, (name, _) in enumerate(pairs) if name.lower() in free]
    moved = places[:]
    dice.shuffle(moved)
    order = list(pairs)
    for place, source in zip(places, moved):
        order[place] = pairs[source]
    return order


def written(pair, dice):
    name, value = pair
    if name.lower() in AS_EXPRESSION and NUMBER.match(value) and dice.random() < 0.5:
        value = dice.choice(["({0} 1 *)", '"{0} 0 +"', "[{0} 2 * 2 /]"]).format(value)
    return f"{name}={value}"


def continued(kind, pairs, texts, dice):
    """The last properties on a line of their own, where they are free to move."""
    free = FREE.get(kind, set())
    last = len(pairs)
    while last > 1 and pairs[last - 1][0].lower() in free:
        last -= 1
    if kind == "line" or last == len(pairs) or dice.random() < 0.5:
        return " ".join(texts)
    return " ".join(texts[:last]) + "\n~ " + " ".join(texts[last:])


def other_case(text, dice):
    return dice.choice([str.upper, str.lower, str.swapcase, str])(text)


def rewritten_line(line, codes, dice):
    bare = re.split(r"!|//", line)[0].rstrip()
    match = NEW.match(bare)
    rest = match.group(3) if match else ""
    left = re.sub(PROPERTY, "", rest).strip(" ,\t")
    if not match or left or "file" in rest.lower():  # unnamed values stand where they stand
        return line
    kind = match.group(1).lower()
    pairs = shuffled(kind, other_units(PROPERTY.findall(rest), codes, dice), dice)
    texts = [written(pair, dice) for pair in pairs]
    head = f"New {match.group(1)}.{match.group(2)} "
    return other_case(head + continued(kind, pairs, texts, dice), dice)


def rewritten_file(file, codes, dice):
    lines = [rewritten_line(line, codes, dice)
             for line in file.read_text(errors="replace").splitlines()]
    starts = [i for i, line in enumerate(lines)
              if i > len(lines) // 2 and line.lower().startswith("new ")]
    is_part = not any(line.lower().lstrip().startswith(("solve", "/*")) for line in lines)
    if starts and is_part and len(lines) > 8:
        rest = file.with_name("rest_of_" + file.name)
        rest.write_text("\n".join(lines[starts[0]:]) + "\n")
        lines = lines[:starts[0]] + [f"redirect {rest.name}"]
    file.write_text("\n".join(lines) + "\n")


def rewrite(folder, seed):
    """Write every file of a case's folder anew, in place."""
    dice = random.Random(seed)
    codes = codes_with_units(pathlib.Path(folder))
    for file in sorted(pathlib.Path(folder).rglob("*")):
        text = file.read_text(errors="replace") if file.is_file() else ""
        if re.search(r"^\s*new\s+\w+\.", text, re.I | re.M):
            rewritten_file(file, codes, dice)
