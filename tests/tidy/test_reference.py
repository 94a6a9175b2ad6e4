# SPDX-License-Identifier: BSD-3-Clause
"""gridswarm_reference notices pages that do not say what the code says, and mends them.

usage: test_reference.py PROGRAM PAGE...
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, *PAGES = sys.argv[1:]


class Pages(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.pages = [pathlib.Path(shutil.copy(page, self.folder)) for page in PAGES]
        self.scenario = self.folder / "scenario.md"

    def call(self, *arguments):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)

    def test_a_changed_default_is_noticed_and_mended(self):
        before = self.scenario.read_text()
        self.scenario.write_text(before.replace("| s | 60 |", "| s | 61 |"))
        self.assertNotEqual(self.scenario.read_text(), before)
        checked = self.call("--check", *self.pages)
        self.assertEqual(checked.returncode, 1)
        self.assertIn("scenario.md", checked.stderr)
        self.assertEqual(self.call(*self.pages).returncode, 0)
        self.assertEqual(self.scenario.read_text(), before)

    def test_prose_outside_the_blocks_is_kept(self):
        self.scenario.write_text("A sentence.\n" + self.scenario.read_text())
        self.assertEqual(self.call(*self.pages).returncode, 0)
        self.assertTrue(self.scenario.read_text().startswith("A sentence.\n"))

    def test_a_table_that_stands_on_no_page_is_named(self):
        done = self.call("--check", *[page for page in self.pages if page != self.scenario])
        self.assertEqual(done.returncode, 1)
        self.assertIn("fields passive", done.stderr)

    def test_an_unknown_table_is_refused_with_its_line(self):
        self.scenario.write_text("<!-- fields nothing -->\n<!-- end -->\n")
        done = self.call("--check", self.scenario)
        self.assertEqual(done.returncode, 4)
        self.assertIn("scenario.md:1:", done.stderr)

    def test_an_open_block_is_refused(self):
        self.scenario.write_text("<!-- fields run -->\nand no end\n")
        self.assertEqual(self.call(self.scenario).returncode, 4)
        self.assertIn("no end", self.scenario.read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
