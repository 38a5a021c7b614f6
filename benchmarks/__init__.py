"""Measurements and searches that are too slow for the tests: `make bench`, `make fuzz`."""
