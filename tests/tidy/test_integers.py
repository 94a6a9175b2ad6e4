# SPDX-License-Identifier: BSD-3-Clause
"""What integers.py reads out of objdump, on lines as objdump prints them."""
import unittest

import integers

LISTING = """\
0000000000000000 <gridswarm::v1::contract::find>:
   0:\tmov    %rdi,%rax
   4:\tmovdqu (%rsi),%xmm0
   8:\tpunpcklqdq %xmm1,%xmm0
   c:\tmovups %xmm0,(%rdi)
  10:\tpaddq  %xmm1,%xmm0
  14:\tcmpsb  %es:(%rdi),%ds:(%rsi)
"""


class Integers(unittest.TestCase):
    def test_integer_and_copying_instructions_pass(self):
        self.assertEqual(integers.arithmetic(LISTING), [])

    def test_every_kind_of_floating_point_arithmetic_is_found(self):
        for name in ("addsd", "vmulps", "divss", "cvtsi2sd", "vcvttsd2si", "ucomisd", "sqrtpd",
                     "fmul", "fildll", "vfmadd213sd", "cmpltsd", "scvtf", "fcvtzs"):
            line = f"  20:\t{name} %xmm0,%xmm1\n"
            self.assertEqual(integers.arithmetic(LISTING + line), [name])


if __name__ == "__main__":
    unittest.main()
