# SPDX-License-Identifier: BSD-3-Clause
"""The house rules that need no build: layers, words, sizes, one list per thing.

usage: house.py [layers|words|sizes|one_list]...
Prints path:line: sentence for every breach and ends 1 if there is one. An exception is a decision
on record: a line in exceptions.txt with its reason.
"""
import sys

import files
import layers
import one_list
import sizes
import words

RULES = {"layers": layers, "words": words, "sizes": sizes, "one_list": one_list}


def main(names):
    unknown = [name for name in names if name not in RULES]
    if unknown:
        sys.exit(f"house.py: no rule named {unknown[0]}; there are {', '.join(RULES)}")
    texts = files.read_all()
    allowed = files.exceptions()
    found = [breach for name in names or RULES for breach in RULES[name].breaches(texts)]
    shown = [breach for breach in found if breach[:2] not in allowed]
    for rule, path, line, sentence in shown:
        print(f"{path}:{line}: {sentence} [{rule}]")
    print(f"{len(texts)} files, {len(shown)} breaches")
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
