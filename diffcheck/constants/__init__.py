"""Constants: for which of their values does which class hold?

Read in order: classes.py (which classes occur on open regions), cases.py (the conditions of each, proved), certain.py
(what holds for all values, not for those alone that were tried), whole.py (integers that constants enclose).
"""
