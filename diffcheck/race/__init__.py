"""`diffcheck race`: what a kink, a plateau or its surrogate costs an optimiser, measured.

Read in order: `task` (what is minimised, on which data), `objective` (the loss and its gradient), `contestants` (the
methods), `result` (the race), `answer` (what it says on the claim), `table` and `curve` (how it is shown).
"""
