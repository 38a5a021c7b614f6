"""Colours and sizes, light and dark: the palette of Okabe and Ito, which colour-blind readers can tell apart.

Source: M. Okabe, K. Ito, Color Universal Design (2008), https://jfly.uni-koeln.de/color/.  Lines differ in dashes
as well, so a grey print can be read.  Sizes are for a column of 85 mm: 7 points are 2.5 mm, 6 are the least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["DARK", "DASHES", "LIGHT", "Theme", "settings"]

# Of the surrogates, in their order, and of places on a map.  "-", as an SVG with an empty list of dashes is not valid.
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.2)), (0, (1.4, 1.0)), (0, (5, 1.2, 1.4, 1.2)))


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one background; surrogates in their order."""

    paper: str
    ink: str
    faint: str
    undefined: str
    finding: str
    surrogates: tuple[str, str, str]


LIGHT = Theme("#ffffff", "#1a1a1a", "#b8b8b8", "#ececec", "#b0307a", ("#0072b2", "#d55e00", "#007a5a"))
DARK = Theme("#14171c", "#f2f2f2", "#5c636e", "#252a32", "#f08cc0", ("#56b4e9", "#f0a030", "#35d0a0"))


def settings(theme: Theme) -> Any:
    """Return matplotlib's settings for a theme; whatever else a user has set does not reach the picture."""
    return {
        "figure.facecolor": theme.paper,
        "savefig.facecolor": theme.paper,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.faint,
        "axes.labelcolor": theme.ink,
        "axes.titlecolor": theme.ink,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "axes.labelsize": 7,
        "axes.titlesize": 7,
        "axes.titlepad": 4,
        "axes.unicode_minus": True,
        "xtick.color": theme.faint,
        "ytick.color": theme.faint,
        "xtick.labelcolor": theme.ink,
        "ytick.labelcolor": theme.ink,
        "xtick.labelsize": 6.5,
        "ytick.labelsize": 6.5,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "text.color": theme.ink,
        "text.parse_math": False,
        "font.size": 7,
        "font.family": "DejaVu Sans",
        "legend.fontsize": 6.5,
        "legend.frameon": False,
        "legend.handlelength": 2.2,
        "legend.labelspacing": 0.35,
        "lines.linewidth": 1.2,
        "lines.solid_capstyle": "round",
        "hatch.linewidth": 0.5,
        "hatch.color": theme.faint,
        # Reproducible files: identifiers from a fixed salt, letters as outlines, no fonts of this machine.
        "svg.hashsalt": "diffcheck",
        "svg.fonttype": "path",
        "path.simplify": False,
    }
