"""Back-propagation: the expression node by node, the gradient through it, and which node spoils it.

Read in order: graph.py (what a node is), gradient.py, obstacles.py and passing.py (what a node does to the gradient),
autograd.py (what a framework would return), nodes.py (the tape that is printed).
"""
