"""Questions: from a loss of a model over samples to an expression in numbers, and its answer back to what was asked.

Read in order: variables.py (the question behind a text), model.py and parameters.py (what is trained), samples.py,
sums.py, beside.py and separable.py (one term for a sum over any number), unknown.py and compose.py (functions nobody
defined), indices.py (the answer with its indices).
"""
