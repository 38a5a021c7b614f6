"""Walls: where an expression can fail on a hypersurface, and what happens on both sides of it.

Read in order: gaps.py (what must not vanish), wall.py, solved.py and isolated.py (where it does), cell.py (one exact
point and all like it), points.py and explore.py (every kind of point of a wall), sides.py (two germs compared),
outcome.py (what was found, as data). addends.py, parts.py, crossings.py, continuation.py and waves.py are means for
sums, compositions, exponents, square roots and oscillation; domain.py and interior.py say where there is anything to
look at.
"""
