# SPDX-License-Identifier: BSD-3-Clause
"""Two halves of a program in one mode link and run; in two modes the linker names the type.

usage: mixed.py COMPILER INCLUDE_FOLDER WORK_FOLDER
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def link(compiler, include, work, maker_mode, user_mode):
    """The linker's exit status and words when each half is compiled in its mode."""
    objects = []
    for name, mode in (("maker", maker_mode), ("user", user_mode)):
        objects.append(work / f"{name}_{len(mode)}.o")
        subprocess.run([compiler, "-std=c++20", f"-I{include}", *mode, "-c", HERE / f"{name}.cpp",
                        "-o", objects[-1]], check=True)
    run = subprocess.run([compiler, *objects, "-o", work / "program"], capture_output=True,
                         text=True)
    return run.returncode, run.stderr


def main(compiler, include, work):
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    linked, headers = ["-DGRIDSWARM_COMPILED"], []
    for mode in (linked, headers):
        status, words = link(compiler, include, work, mode, mode)
        assert status == 0, words
        assert subprocess.run([work / "program"]).returncode == 0
    mixtures = ((linked, headers, "v1_headers::Csr"), (headers, linked, "v1::Csr"))
    for maker, user, missing in mixtures:
        status, words = link(compiler, include, work, maker, user)
        assert status != 0, "two modes were linked into one program"
        assert f"gridswarm::{missing}" in words, words
    print("one mode links and runs, two modes do not")


if __name__ == "__main__":
    main(*sys.argv[1:])
