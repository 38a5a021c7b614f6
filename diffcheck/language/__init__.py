"""What a text means: from its letters to a tree of calls and operators, and from a tree back to text.

Read in order: tree.py, parse.py (Python's own parser, nothing is evaluated), vocabulary.py (what a name stands for),
reductions.py, shapes.py and vectors.py (lists and indices written out), definitions.py (`let`), unparse.py, numeric.py
(values).
Names that the language does not have, but people type, are rows of losses.py; names by convention, of conventions.py.
"""
