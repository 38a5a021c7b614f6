"""Expressions exactly: is it zero, which sign has it, which roots?  What a computer algebra system only guesses.

Read in order: lower.py and printer.py (tree to SymPy and back), ring.py, tower.py (normal forms), identity.py (is it
zero?), algebraic.py (numbers), balls.py (rigorous enclosures), signs.py (by shape), hidden.py (powers too long to
write), roots/ (all real zeros, isolated), modulo.py
(is it zero at a root of an equation?).
"""
