"""Conditions: can they hold together, what follows from them, and for which values of one symbol are they true?

Read in order: relations.py, constraint.py, reach.py (the one question everybody asks), then its means: sampling.py,
solver.py (cvc5), boxes.py (balls), crossed.py (changes of sign), single.py (one symbol), equations.py (formulas);
implied.py (what follows from what), facts.py, existence.py and spared.py use it.
"""
