"""The analysis: every place where something can happen is visited, then put together.

Read in order: work.py (what is known meanwhile), look.py (gap by gap, wall by wall, then the thin sets), conclude.py.
"""
