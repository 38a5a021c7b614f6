"""Pictures of a report: in the terminal without further packages, in files with matplotlib (the extra `plot`).

    options, line -> places -> window -> marks -> cut, plane -> scene -> words -> terminal, figure

A picture decides nothing and proves nothing: it shows what the report says, with numbers from float64.
Read in order: scene.py, then figure.py or terminal.py.
"""
