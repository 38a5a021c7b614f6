"""Findings: from what was proved at exact points to sentences about the text that was typed.

Read in order: worded.py (one finding for each place and kind), located.py (its place and witness), limited.py (its
conditions), merged.py and families.py (many places told as one), fault.py (which part of the text is at fault),
written.py (its spelling), places.py (a place read again), evidence.py (the certificate).
"""
