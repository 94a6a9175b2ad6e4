# SPDX-License-Identifier: BSD-3-Clause
"""Every house rule is shown one breach, and must see it where it stands; and one good file."""
import unittest

import files
import layers
import one_list
import sizes
import words

SPDX = "// SPDX-License-Identifier: BSD-3-Clause\n"


def told(rule, path, text, more=None):
    found = rule.breaches({path: text, **(more or {})})
    return [(line, sentence) for _, where, line, sentence in found if where == path]


class Layers(unittest.TestCase):
    def breach(self, path, include):
        found = told(layers, path, SPDX + f"#include {include}\n")
        return found and found[0][0] == 2

    def test_the_control_plane_can_not_include_the_ledger(self):
        tree = '"gridswarm/ledger/tree.hpp"'
        self.assertTrue(self.breach("include/gridswarm/balance/x.hpp", tree))
        self.assertTrue(self.breach("src/balance/x.cpp", tree))
        self.assertTrue(self.breach("src/precompile_balance.cpp", tree))

    def test_the_clock_and_the_program_see_both_planes(self):
        tree = '"gridswarm/ledger/tree.hpp"'
        self.assertFalse(self.breach("include/gridswarm/swarm/x.hpp", tree))
        self.assertFalse(self.breach("src/app/x.cpp", tree))

    def test_kernels_see_views_and_two_c_headers(self):
        self.assertTrue(self.breach("kernels/x.simd.hpp", "<vector>"))
        self.assertTrue(self.breach("kernels/x.simd.hpp", '"gridswarm/base/ids.hpp"'))
        self.assertFalse(self.breach("kernels/x.simd.hpp", "<stdint.h>"))

    def test_third_parties_stay_where_they_belong(self):
        self.assertTrue(self.breach("include/gridswarm/mpi/x.hpp", "<mpi.h>"))
        self.assertTrue(self.breach("src/io/x.cpp", "<mpi.h>"))
        self.assertFalse(self.breach("src/mpi/x.cpp", "<mpi.h>"))
        self.assertTrue(self.breach("src/app/x.cpp", "<hdf5.h>"))
        self.assertTrue(self.breach("include/gridswarm/io/x.hpp", "<toml++/toml.h>"))
        self.assertTrue(self.breach("src/io/x.cpp", "<boost/any.hpp>"))

    def test_a_part_without_a_line_is_a_breach_and_a_comment_is_not(self):
        self.assertTrue(self.breach("include/gridswarm/new/x.hpp", '"gridswarm/base/ids.hpp"'))
        self.assertFalse(told(layers, "src/io/x.cpp", SPDX + "// #include <mpi.h>\n"))


class Words(unittest.TestCase):
    def test_each_banned_word_is_seen_in_code_and_only_there(self):
        for code in ("int i = rand();", "std::cout << 1;", "std::exit(1);", "std::fma(a, b, c);"):
            self.assertEqual([line for line, _ in told(words, "include/gridswarm/base/x.cpp",
                                                       SPDX + code + "\n")], [2], code)
        self.assertFalse(told(words, "src/base/x.cpp", SPDX + "// rand() is not for us\n"))
        self.assertFalse(told(words, "src/base/x.cpp", SPDX + "int operand(int);\n"))

    def test_lanes_and_threads_stay_out_of_headers(self):
        loop = SPDX + "#pragma once\n#pragma omp simd\n"
        self.assertTrue(told(words, "include/gridswarm/flow/x.ipp", loop))
        self.assertFalse(told(words, "kernels/x.simd.hpp", loop))

    def test_first_line_once_ascii_width_and_unfinished_work(self):
        self.assertTrue(told(words, "src/a.cpp", "int a;\n"))
        self.assertTrue(told(words, "src/a.hpp", SPDX))
        self.assertTrue(told(words, "src/a.cpp", SPDX + "// \u00b5\n"))
        self.assertTrue(told(words, "src/a.cpp", SPDX + "//" + "x" * 99 + "\n"))
        self.assertTrue(told(words, "src/a.cpp", SPDX + "// TO" + "DO: later\n"))

    def test_flags_that_change_rounding_or_tie_to_one_machine(self):
        self.assertTrue(told(words, "CMakeLists.txt", "add_compile_options(-march=native)\n"))
        self.assertTrue(told(words, "CMakePresets.json", '"-O3 -ffast-math"\n'))


class Sizes(unittest.TestCase):
    def test_a_long_file(self):
        self.assertTrue(told(sizes, "src/none.cpp", "\n" * 401))
        self.assertFalse(told(sizes, "src/none.cpp", "\n" * 400))

    def test_lengths_of_functions_in_bodies_scripts_and_tests(self):
        def body(opening):
            return SPDX + opening + "  ++x;\n" * 70 + "}\n"
        opening = "namespace a::inline GS_ABI::b {\nGS_INLINE int f(int x) {\n"
        texts = {"a.ipp": body(opening) + "}\n",
                 "a_test.cpp": body('TEST_CASE("one and one is two") {\n'),
                 "a.py": "def g():\n    return 1\n"}
        rows = {name: lines for _, _, name, lines in sizes.functions(texts)}
        self.assertEqual(rows, {"f": 72, "test_case": 72, "g": 2})
        found = {(path, line) for _, path, line, _ in sizes.breaches(texts)}
        self.assertEqual(found, {("a.ipp", 3), ("a_test.cpp", 2)})


class OneList(unittest.TestCase):
    TABLE = {"include/gridswarm/flow/x.ipp":
             'fields<O>() {\n  static const Field<O> all[] = {\n'
             '    {"tol_step_pu", "p.u.", &O::tol_step_pu, 0, 1, "largest step"}};\n}\n'}

    def test_a_key_written_out_elsewhere_is_a_second_list(self):
        for text in ('auto k = "tol_step_pu";', 'add("--tol-step-pu");'):
            self.assertTrue(told(one_list, "src/app/x.cpp", text, self.TABLE), text)
        self.assertFalse(told(one_list, "src/app/x.cpp", '// "tol_step_pu"\n', self.TABLE))
        self.assertFalse(told(one_list, "src/flow/x.cpp", 'auto k = "tol_step_pu";', self.TABLE))


class Comments(unittest.TestCase):
    def test_literals_stay_and_comments_go(self):
        text = 'a("//x"); // gone\n/* gone\n */ b(R"q(/*)q"); c(\'"\'); int n = 1\'000; // gone'
        self.assertEqual(files.without_comments(text),
                         'a("//x"); \n\n b(R"q(/*)q"); c(\'"\'); int n = 1\'000; ')


if __name__ == "__main__":
    unittest.main()
