"""Random expressions, an oracle that knows nothing of the analyzer, and the run that sets one against the other."""
