"""Training: what a finding means for who trains a model with the loss.

Read in order: why.py, subgradients.py (what frameworks return there), lowest.py and optimal.py (is it the minimiser?).
"""
