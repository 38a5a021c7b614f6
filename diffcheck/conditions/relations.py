"""Relations to zero: which signs they accept, what negates them, and what is left without or with their border."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

__all__ = ["ACCEPTS", "BORDERED", "FLIPPED", "NEGATED", "OPPOSITE", "STRICT", "WRITTEN", "Relation"]

Relation: TypeAlias = Literal["<", ">", "<=", ">=", "=", "!="]

# By the operations of the language.
WRITTEN: Mapping[str, Relation] = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=", "ne": "!="}
ACCEPTS: Mapping[str, tuple[int, ...]] = {
    "<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1), "=": (0,), "!=": (-1, 1),
}  # fmt: skip
NEGATED: Mapping[Relation, Relation] = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!=", "!=": "="}
# What holds of -expr where the relation holds of expr.
FLIPPED: Mapping[Relation, Relation] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
# Beyond the border of a strict relation.
OPPOSITE: Mapping[str, Relation] = {"<": ">", ">": "<"}
STRICT: Mapping[Relation, Relation] = {"<": "<", ">": ">", "<=": "<", ">=": ">"}
BORDERED: Mapping[Relation, Relation] = {"<": "<=", ">": ">="}
