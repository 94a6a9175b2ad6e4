# SPDX-License-Identifier: BSD-3-Clause
"""Exceptions of gridswarm: one sentence for people, and the fields a program needs."""


class Error(Exception):
    """Base of all. `exit_code` is what the program `gridswarm` would have ended with."""

    def __init__(self, sentence, exit_code=1):
        super().__init__(sentence)
        self.exit_code = exit_code


class InputError(Error, ValueError):
    """A file or table holds something that can't be used: `file`, and `line` (0 where none)."""

    def __init__(self, sentence, exit_code=4, file="", line=0):
        super().__init__(sentence, exit_code)
        self.file = file
        self.line = line


class UsageError(Error, ValueError):
    """The caller asked for something that gridswarm or this machine can't do."""

    def __init__(self, sentence, exit_code=2):
        super().__init__(sentence, exit_code)


class FileError(Error, OSError):
    """Reading or writing failed; `path` says where."""

    def __init__(self, sentence, exit_code=4, path=""):
        super().__init__(sentence, exit_code)
        self.path = path
