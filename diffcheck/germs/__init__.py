"""Germs: what an expression does just beside a point, on one side, to any order.

Read in order: germ.py (the algebra of one-sided expansions), expand.py (one rule for each elementary function),
resolve.py (the one analytic expression that is left), even.py and turning.py (roots, and conditions that oscillate).
"""
