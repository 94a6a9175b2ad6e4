# SPDX-License-Identifier: BSD-3-Clause
"""What the compiler made of the rules, read by nm.

usage: symbols.py kernels OBJECT...   no weak symbol in an object built for one instruction set
       symbols.py consumer OBJECT...  no weak gridswarm:: symbol in a linked consumer at -O0, but
                                      members that no one wrote and those of weak_symbols.txt
"""
import pathlib
import re
import subprocess
import sys

WEAK = re.compile(r"^[0-9a-fA-F]*\s+([WwVvu])\s+(.*)$")


def weak_symbols(nm_text):
    """Demangled names of the symbols that the linker may take from any object."""
    matches = (WEAK.match(line) for line in nm_text.splitlines())
    return [match[2] for match in matches if match]


def is_ours(symbol):
    """Does the symbol belong to gridswarm, rather than to std with our types as arguments?"""
    name = re.sub(r"^(?:vtable|typeinfo|typeinfo name|guard variable) for ", "", symbol)
    head = name.split("(")[0]
    depth, plain = 0, []
    for char in head:  # the name without template arguments
        depth += (char == "<") - (char == ">")
        if depth == 0 and char != ">":
            plain.append(char)
    return "".join(plain).split(" ")[-1].startswith("gridswarm::")


# Members of every struct of columns, unwritten: X::~X(), X::X(X const&), X::operator=(X&&).
SPECIAL = re.compile(r"(?P<scope>gridswarm::(?:\w+::)*)(?P<name>\w+)::(?:~(?P=name)\(\)|"
                     r"(?:(?P=name)|operator=)\((?:(?P=scope)(?P=name)(?: const&|&&))?\))$")


def read_allowed(text):
    """Patterns, one per line; * stands for anything."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return [re.compile(re.escape(line).replace(r"\*", ".*") + "$") for line in lines]


def breaches(kind, nm_text, allowed):
    weak = weak_symbols(nm_text)
    if kind == "kernels":
        return weak
    return [symbol for symbol in weak
            if is_ours(symbol) and not SPECIAL.match(symbol)
            and not any(pattern.match(symbol) for pattern in allowed)]


def main(kind, objects):
    allowed = read_allowed(pathlib.Path(__file__).with_name("weak_symbols.txt").read_text())
    failed = not objects
    for path in objects:
        run = subprocess.run(["nm", "-C", path], capture_output=True, text=True, check=True)
        found = breaches(kind, run.stdout, allowed)
        for symbol in found:
            print(f"{path}: weak {symbol}")
        failed = failed or bool(found) or not run.stdout.strip()
        print(f"{path}: {len(run.stdout.splitlines())} symbols, {len(found)} weak ones not allowed")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ("kernels", "consumer"):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
