"""Real roots of real-analytic functions of one variable: all of them, isolated, with multiplicity, proved.

Reading order: model (the answer), solve (the order of the methods), then polynomial, kernels, trig, analytic; common
asks for the zeros that two functions share.
analytic builds on tails (signs towards infinity and edges) and compact (subdivision with Taylor jets).
No floating-point number decides anything: counts rest on ball arithmetic and on exact zero tests.
Gives up (complete=False) on infinitely many zeros that are not periodic, multiple zeros without a closed
form, and functions other than the elementary ones and erf.
"""

from diffcheck.algebra.roots.common import common_zeros
from diffcheck.algebra.roots.model import Family, Root, RootSet
from diffcheck.algebra.roots.solve import real_roots

__all__ = ["Family", "Root", "RootSet", "common_zeros", "real_roots"]
