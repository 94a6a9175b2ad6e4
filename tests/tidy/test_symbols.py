# SPDX-License-Identifier: BSD-3-Clause
"""What symbols.py reads out of nm, on lines as nm prints them."""
import unittest

import symbols

NM = """\
                 U memcpy
0000000000000000 T gridswarm::v1::kernel::kernels_avx2
0000000000000000 W gridswarm::v1::flow::solve(gridswarm::v1::feeder::Case const&)
0000000000000000 W std::vector<double, gridswarm::v1::AlignedAllocator<double> >::vector()
0000000000000000 V vtable for gridswarm::v1::FileError
0000000000000000 W gridswarm::v1::fleet::Fleet::~Fleet()
0000000000000000 W gridswarm::v1::fleet::Fleet::Fleet(gridswarm::v1::fleet::Fleet const&)
0000000000000000 W gridswarm::v1::fleet::Fleet::Fleet(int)
0000000000000000 W void gridswarm::v1::run_pieces<int>(int, int)
"""


class Symbols(unittest.TestCase):
    def test_any_weak_symbol_is_too_much_for_a_kernel(self):
        self.assertEqual(len(symbols.breaches("kernels", NM, [])), 7)
        self.assertEqual(symbols.breaches("kernels", "0 T f\n  U g\n", []), [])

    def test_a_consumer_may_hold_what_is_listed_and_what_is_not_ours(self):
        allowed = symbols.read_allowed("# comment\nvtable for gridswarm::v1::*Error\n")
        self.assertEqual(symbols.breaches("consumer", NM, allowed),
                         ["gridswarm::v1::flow::solve(gridswarm::v1::feeder::Case const&)",
                          "gridswarm::v1::fleet::Fleet::Fleet(int)",
                          "void gridswarm::v1::run_pieces<int>(int, int)"])


if __name__ == "__main__":
    unittest.main()
