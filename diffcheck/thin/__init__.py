"""Thin sets: isolated points and other loci of codimension 2 or more, where there are no two sides to compare.

Read in order: around.py, loci.py (where they are), classify.py (what happens there), charts.py and cast.py (lines in
all directions), rays.py (do their germs fit together?), uniform.py, unseen.py, homogeneous.py and radial.py (proofs
for all directions at once), closed.py.
"""
