"""Conditions: can they hold together, what follows from them, and for which values of one symbol are they true?

Read in order: relations.py, reach.py (the one question everybody asks), then its means: equations.py
(formulas), single.py (one symbol), solver.py (cvc5), boxes.py (balls); implied.py and facts.py use it.
"""
