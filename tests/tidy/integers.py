# SPDX-License-Identifier: BSD-3-Clause
"""Contracts compute with integers alone: no floating-point arithmetic in their object.

usage: integers.py OBJECT...   reads the one object of precompile_contract.cpp by objdump
Moves and shuffles of vector registers are allowed: compilers copy structs with them.
"""
import re
import subprocess
import sys

# x86: addsd, vmulps, cvtsi2sd, sqrtpd, ucomisd, x87 fadd; AArch64: fadd, fcvtzs, scvtf.
ARITHMETIC = re.compile(
    r"v?(?:add|sub|mul|div|sqrt|min|max|u?comi|cmp(?:eq|lt|le|unord|neq|nlt|nle|ord)?|round"
    r"|fn?m(?:add|sub)\w*)[sp][sd]"
    r"|v?cvt\w+|f(?:i?add|i?subr?|i?mul|i?divr?|ildl?|istt?pl?|u?comi?p*|sqrt)[slp]?"
    r"|f(?:add|sub|mul|div|n?madd|n?msub|sqrt|cmpe?|cvt\w*|rint\w)|[su]cvtf")
LINE = re.compile(r"^\s*[0-9a-f]+:\t(\S+)")


def arithmetic(listing):
    """Floating-point instructions in what objdump -d --no-show-raw-insn prints."""
    matches = (LINE.match(line) for line in listing.splitlines())
    return [match[1] for match in matches if match and ARITHMETIC.fullmatch(match[1])]


def main(objects):
    paths = [path for path in objects if "precompile_contract" in path]
    if len(paths) != 1:
        sys.exit(f"integers.py: {len(paths)} objects of the contracts among {len(objects)}")
    run = subprocess.run(["objdump", "-d", "--no-show-raw-insn", paths[0]],
                         capture_output=True, text=True, check=True)
    instructions = sum(1 for line in run.stdout.splitlines() if LINE.match(line))
    found = arithmetic(run.stdout)
    print(f"{paths[0]}: {instructions} instructions, {len(found)} floating-point: {found[:10]}")
    return 1 if found or instructions < 1000 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
