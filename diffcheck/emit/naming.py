"""Names of the expression language as names of Python code: no keyword, no builtin, no two alike.

`lambda` becomes `lambda_`, `print` becomes `print_`, `_x` becomes `v_x`, `z[0]` becomes `z_0`, and `y[i]` the array
`y` of its values: names that begin with an underscore are
the helpers', and `t1`, `c1`, ... the code's own where the expression leaves them free.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable

from diffcheck.language.reductions import base_of, indices_of

__all__ = ["Names", "function_name"]

_MODULES = {"np", "math", "functools", "torch", "jax", "jnp", "tf", "sp"}
_TAKEN = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *_MODULES}


class Names:
    """Python names for the names of one expression, and fresh ones for what the code needs.

    Raises nothing: every name of the language has a Python name.
    """

    def __init__(self, names: Iterable[str], taken: Collection[str] = ()) -> None:
        self._used = {*_TAKEN, *taken}
        self._python: dict[str, str] = {}
        for name in sorted(names, key=_is_changed):
            self._python[name] = self._free(_plain(name))

    def __getitem__(self, name: str) -> str:
        return self._python[name]

    def fresh(self, letter: str) -> str:
        """Return an unused name such as t1."""
        number = 1
        while f"{letter}{number}" in self._used:
            number += 1
        return self._claim(f"{letter}{number}")

    def _free(self, name: str) -> str:
        while name in self._used:
            name += "_"
        return self._claim(name)

    def _claim(self, name: str) -> str:
        self._used.add(name)
        return name


def _plain(name: str) -> str:
    # Python reads identifiers in this normal form, so two spellings of one letter would be one variable.
    plain = unicodedata.normalize("NFKC", "_".join([base_of(name), *_numbers(name)]))
    return f"v{plain}" if plain.startswith("_") else plain


def _numbers(name: str) -> list[str]:
    """Return the numbers in the subscripts of a name: an array of samples has no other index."""
    return [index for index in indices_of(name) if index.isdigit()]


def _is_changed(name: str) -> bool:
    """Sort names that stay as they are first: `lambda_` keeps its name beside `lambda`."""
    return _plain(name) != name or name in _TAKEN


def function_name(title: str) -> str:
    """Return a title such as `log-cosh` as the name of a function: `log_cosh`."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    name = "_".join(words) or "loss"
    return f"loss_{name}" if name in _TAKEN or name[0].isdigit() else name
