"""How the tests are run: garbage is collected as in the processes that answer questions."""

import gc


def pytest_sessionstart():
    """Collect the large heap of a long run rarely: each time takes longer than some limits of processor time."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
