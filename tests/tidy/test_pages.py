# SPDX-License-Identifier: BSD-3-Clause
"""The rule for pages catches what it is there for."""
import pathlib
import tempfile
import unittest

import pages


class Pages(unittest.TestCase):
    def found(self, text):
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder, "other.md")
            other.write_text("# A name: with `code`\n")
            page = pathlib.Path(folder, "page.md")
            page.write_text(text)
            return [(line, sentence) for _, line, sentence in pages.breaches(page, text)]

    def test_a_link_to_nothing_is_found_with_its_line(self):
        self.assertEqual(self.found("a\n[b](gone.md)\n"), [(2, "gone.md is not there")])

    def test_a_link_to_a_missing_heading_is_found(self):
        self.assertEqual(len(self.found("[b](other.md#another-name)\n")), 1)

    def test_links_that_lead_somewhere_pass(self):
        self.assertEqual(self.found("[b](other.md#a-name-with-code) [c](https://x.example)\n"), [])

    def test_a_long_page_is_found(self):
        self.assertEqual(self.found("line\n" * 121), [(1, "121 lines, at most 120")])


if __name__ == "__main__":
    unittest.main()
