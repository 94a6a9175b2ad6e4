# SPDX-License-Identifier: BSD-3-Clause
"""Who may include whom: layers.txt for our parts, a table here for third parties."""
import re

from files import CPP, ROOT, without_comments

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# Third-party header (beginning of its name): folders that may include it.
THIRD_PARTY = {
    "mpi.h": ("src/mpi/", "tests/distributed/", "benchmarks/"),
    "hdf5": ("src/io/", "tests/"),
    "H5": ("src/io/", "tests/"),
    "CLI/": ("src/app/parse.cpp",),
    "nlohmann/": ("src/", "benchmarks/", "tests/"),
    "toml++/": ("src/",),
    "openssl/": ("src/", "tests/", "benchmarks/"),
    "sodium": ("src/", "tests/", "benchmarks/"),
    "klu.h": ("src/flow/",),
    "omp.h": ("src/", "tests/", "benchmarks/"),
    "pybind11/": ("bindings/",),
    "Random123/": ("include/gridswarm/base/random.ipp",),
    "doctest/": ("tests/",),
    "rapidcheck": ("tests/",),
    "benchmark/": ("benchmarks/",),
    "sys/": ("src/", "tests/", "benchmarks/"),
}
C_HEADERS = ("cpuid.h", "fcntl.h", "unistd.h", "signal.h", "stddef.h", "stdint.h", "fnmatch.h",
             "glob.h")


def read_layers(text):
    """{part: set of parts it may include, itself too}."""
    layers = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            part, allowed = line.split(":")
            layers[part] = set(allowed.split()) | {part}
    return layers


def part_of(path):
    """The part whose rule binds this file; None where every part is allowed."""
    match = (re.match(r"include/gridswarm/(\w+)/", path) or re.match(r"src/(\w+)/", path)
             or re.match(r"src/precompile_(\w+)\.cpp", path))
    if path.startswith("kernels/"):
        return "kernel"
    return None if not match or match[1] == "app" else match[1]


def third_party_breach(path, mark, name):
    for prefix, folders in THIRD_PARTY.items():
        if name.startswith(prefix):
            if not path.startswith(folders):
                return f"includes <{name}>, which belongs to {', '.join(folders)}"
            return None
    if mark == '"':
        return None
    if "." not in name and "/" not in name:
        return None
    if name in C_HEADERS and not path.startswith("include/gridswarm/") or name in C_HEADERS[4:6]:
        return None
    return f"includes <{name}>, which layers.py does not know"


def include_breach(path, mark, name, layers):
    """One sentence about this #include, or None."""
    part = part_of(path)
    ours = re.match(r"gridswarm/(\w+)/", name)
    if path.startswith("kernels/"):
        if ours and ours[1] == "kernel" or name in ("stddef.h", "stdint.h"):
            return None
        if mark == '"' and name.endswith(".simd.hpp"):
            return None
        return f"includes {name}; kernels see gridswarm/kernel, stddef.h and stdint.h alone"
    if ours:
        if part is None or name == "gridswarm/kernel/abi.hpp":
            return None
        if part not in layers:
            return f"part {part} has no line in layers.txt"
        if ours[1] not in layers[part]:
            return f"part {part} may not include {name}"
        return None
    return third_party_breach(path, mark, name)


def breaches(texts):
    layers = read_layers((ROOT / "tests/tidy/layers.txt").read_text())
    found = []
    for path, text in texts.items():
        if not path.endswith(CPP):
            continue
        code = without_comments(text)
        for match in INCLUDE.finditer(code):
            sentence = include_breach(path, match[1], match[2], layers)
            if sentence:
                line = code.count("\n", 0, match.start(2)) + 1
                found.append(("layers", path, line, sentence))
    return found
