"""Findings: from what was proved at exact points to sentences about the text that was typed.

Read in order: worded.py (kind, place, witness), families.py (many places told as one), fault.py (which part of the text
is at fault), written.py (its spelling), places.py (its place, read again), evidence.py (the certificate).
"""
