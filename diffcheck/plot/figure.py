"""A scene as a figure for paper and screen, drawn by matplotlib, which is an extra.

One name: the function with its surrogates and their proved bands, below it the derivative with the one-sided slopes.
Two: a map with the findings' places, below it a cut.  The key stands under the picture, never over it.
Nothing of the caller's matplotlib is touched: no pyplot, no backend, and its settings only inside a context.
Read in order: draw, then the panels.
"""

from __future__ import annotations

import io
import logging
import textwrap
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from diffcheck.errors import BadOption
from diffcheck.plot.cut import Cut
from diffcheck.plot.labels import Label, put
from diffcheck.plot.marks import OF_SLOPE, Mark
from diffcheck.plot.plane import Plane
from diffcheck.plot.scene import Scene
from diffcheck.plot.theme import DARK, DASHES, LIGHT, Theme, settings
from diffcheck.plot.words import answer, beside, key, price, setting, unsaid
from diffcheck.verdict import Finding, Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLUMNS", "draw", "figure", "require_matplotlib"]

# Samples across: four for each dot of a PNG are kept by the sampler, so dots are enough.
COLUMNS = 700
DPI = 220
# Inches: a column of a two-column page.
WIDTH = 3.4
# Letters of the monospaced headline, of the line below and of the key that fit in the width.
HEADLINE, SAID, KEY = 46, 56, 66
# The key names so many findings, and marks so many have their numbers beside them.
KEYED, LABELLED = 4, 3
# Marks with numbers are this part of the width apart.
APART = 1 / 9

FILLED = {
    Kind.CORNER: "o",
    Kind.CUSP: "^",
    Kind.VERTICAL_TANGENT: "s",
    Kind.OSCILLATION: "D",
    Kind.DIRECTIONAL: "*",
    Kind.BREAK: "p",
    Kind.EDGE: "|",
    Kind.DISAGREEMENT: "X",
}


def require_matplotlib() -> None:
    """Raise BadOption with the cure when matplotlib is not installed."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise BadOption(
            "-o needs matplotlib, which is not installed",
            help="pip install 'diffcheck-loss[plot]'; without -o the terminal shows the picture",
        ) from None


def draw(scene: Scene, ending: str, *, dark: bool = False) -> bytes:
    """Return the file that shows a scene: the same bytes for the same scene and matplotlib.

    ending: "svg", "png" or "pdf".  Raises BadOption without matplotlib.
    """
    require_matplotlib()
    import matplotlib

    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    about: dict[str, Any] = {"Title": scene.report.expression}
    about |= {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(ending, {})
    out = io.BytesIO()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; that is no news for stderr.
        warnings.simplefilter("ignore")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings(DARK if dark else LIGHT))
        drawn = figure(scene, DARK if dark else LIGHT)
        drawn.savefig(out, format=ending, dpi=DPI, metadata=about)
    return out.getvalue()


def figure(scene: Scene, theme: Theme) -> Figure:
    """Return the figure of a scene, under the settings that hold now."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    headline = textwrap.wrap(" ".join(scene.report.expression.split()), HEADLINE) or [""]
    headline = headline[:2] + ["..."] * (len(headline) > 2)
    handles, names = _key(scene, theme)
    lines = sum(name.count("\n") + 1 for name in names)
    body = 4.9 if scene.plane else 3.5
    fig = Figure(figsize=(WIDTH, body + 0.13 * (lines + len(headline))), layout="constrained")
    FigureCanvasAgg(fig)
    upper, lower = fig.subplots(2, 1, gridspec_kw={"height_ratios": (1.9, 1) if scene.plane else (1.7, 1)})
    fig.suptitle(
        "\n".join(headline), x=0.02, ha="left", fontsize=8, fontweight="bold", family="DejaVu Sans Mono"
    )
    # No line break inside of "y = 1/3".
    said = "; ".join(s for s in (answer(scene), setting(scene)) if s).replace(" = ", "\u00a0=\u00a0")
    upper.set_title("\n".join(textwrap.wrap(said, SAID)), loc="left")
    if scene.plane is None:
        lower.sharex(upper)
        upper.tick_params(labelbottom=False)
        labels = _value_panel(upper, scene.cut, theme)
        slopes = _slope_panel(lower, scene, theme)
        upper.set_ylabel("value")
    else:
        _map_panel(upper, scene, scene.plane, theme)
        labels, slopes = _value_panel(lower, scene.cut, theme), []
        lower.set_ylabel("value")
        lower.set_title(f"cut along the dashed line: {scene.cut_text}", loc="left")
    lower.set_xlabel(scene.cut.line.axis)
    fig.legend(handles, names, loc="outside lower left")
    fig.canvas.draw()
    fig.set_layout_engine("none")
    put(lower if scene.plane else upper, labels, theme)
    put(lower, slopes, theme)
    return fig


# --- the cut


def _value_panel(ax: Axes, cut: Cut, theme: Theme) -> list[Label]:
    """Draw function, surrogates, bands and marks; return the labels that are to be put."""
    _frame(ax, cut, cut.heights, theme)
    for model, color, dash in zip(cut.models, theme.surrogates, DASHES, strict=False):
        for t, low, high in model.band:
            ax.fill_between(t, low, high, color=color, alpha=0.1, linewidth=0, gid="band")
            for edge in (low, high):
                ax.plot(t, edge, color=color, alpha=0.45, linewidth=0.5, zorder=2, gid="edge of a band")
        for t, y in model.curve:
            ax.plot(t, y, color=color, linestyle=dash, linewidth=1.1, zorder=2.5, gid="surrogate")
    for t, y in cut.function:
        ax.plot(t, y, color=theme.ink, linewidth=1.5, zorder=3, gid="function")
    labels = []
    for mark in cut.marks:
        _mark_value(ax, mark, theme)
        if mark.finding.kind is Kind.JUMP:
            labels += _pair(mark, mark.below, mark.above)
        elif mark.finding.kind is Kind.HOLE and mark.below == mark.above:
            labels += _pair(mark, mark.below, mark.above)[1:]
    return _central(labels, cut)


def _slope_panel(ax: Axes, scene: Scene, theme: Theme) -> list[Label]:
    """Draw the derivative and the one-sided slopes; return the labels that are to be put."""
    cut = scene.cut
    low, high = cut.slopes
    room = 0.12 * (high - low)
    _frame(ax, cut, (low - room, high + room), theme)
    ax.axhline(0.0, color=theme.faint, linewidth=0.6, zorder=1)
    for t, y in cut.derivative:
        ax.plot(t, y, color=theme.ink, linewidth=1.3, zorder=3, gid="derivative")
    labels = []
    for mark in cut.marks:
        if mark.finding.kind in OF_SLOPE:
            for slope in dict.fromkeys(mark.slopes):
                if np.isfinite(slope):
                    _dot(ax, mark.t, slope, "o", theme, hollow=True)
                elif not np.isnan(slope):
                    at, marker = ((low - room, "v"), (high + room, "^"))[slope > 0]
                    _dot(ax, mark.t, at, marker, theme)
            pair = _pair(mark, *np.clip(mark.slopes, low - room / 2, high + room / 2))
            labels += pair if mark.slopes[0] != mark.slopes[1] else pair[1:]
    ax.set_ylabel(f"d/d{cut.line.axis}")
    return _central(labels, cut)


def _frame(ax: Axes, cut: Cut, heights: tuple[float, float], theme: Theme) -> None:
    """Set the limits, grey out where the function has no value, and lead the eye along every mark."""
    ax.set_xlim(cut.span)
    ax.set_ylim(heights)
    _ticks(ax)
    width = cut.span[1] - cut.span[0]
    ends = [cut.span[0], *(e for t, _ in cut.function for e in (t[0], t[-1])), cut.span[1]]
    for a, b in zip(ends[::2], ends[1::2], strict=True):
        if b - a > width / 200:
            ax.axvspan(
                a, b, facecolor=theme.undefined, edgecolor=theme.faint, hatch="////", linewidth=0, zorder=0
            )
    for mark in cut.marks:
        pole = mark.finding.kind is Kind.POLE
        ax.axvline(
            mark.t,
            color=theme.finding,
            linestyle="--" if pole else ":",
            linewidth=1.0 if pole else 0.7,
            alpha=1.0 if pole else 0.7,
            zorder=1.5,
        )


def _ticks(ax: Axes) -> None:
    """Use few round ticks, so that their numbers stay apart."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def _mark_value(ax: Axes, mark: Mark, theme: Theme) -> None:
    kind = mark.finding.kind
    if kind not in OF_SLOPE:
        low, high = ax.get_ylim()
        for limit in {mark.below, mark.above}:
            apart = mark.value is None or abs(limit - mark.value) > 0.01 * (high - low)
            if np.isfinite(limit) and apart and kind is not Kind.EDGE:
                _dot(ax, mark.t, limit, "o", theme, hollow=True)
    if mark.value is not None:
        _dot(ax, mark.t, mark.value, FILLED.get(kind, "o"), theme)


def _dot(ax: Axes, t: float, y: float, marker: str, theme: Theme, hollow: bool = False) -> None:
    ax.plot(
        [t],
        [y],
        marker=marker,
        markersize=4.6 if marker != "|" else 9,
        markerfacecolor=theme.paper if hollow else theme.finding,
        markeredgecolor=theme.finding,
        markeredgewidth=1.1,
        linestyle="none",
        zorder=5,
        clip_on=False,
        gid="mark",
    )


def _pair(mark: Mark, below: float, above: float) -> list[Label]:
    texts = beside(mark)
    return [
        Label(mark.t, float(y), text.replace("oo", "∞").replace("-", "−"), side)
        for text, y, side in zip(texts, (below, above), (-1, 1), strict=True)
        if text and np.isfinite(y)
    ]


def _central(labels: list[Label], cut: Cut) -> list[Label]:
    """Return the labels of the marks nearest to the middle."""
    low, high = cut.span
    chosen: list[float] = []
    for t in sorted({label.t for label in labels}, key=lambda t: abs(t - (low + high) / 2)):
        if len(chosen) < LABELLED and all(abs(t - other) >= APART * (high - low) for other in chosen):
            chosen.append(t)
    return [label for label in labels if label.t in chosen]


# --- the map


def _map_panel(ax: Axes, scene: Scene, plane: Plane, theme: Theme) -> None:
    """Draw the function over two names, the places of the findings, and the line of the cut."""
    from matplotlib import patheffects, ticker

    ax.set_facecolor(theme.undefined)
    levels = ticker.MaxNLocator(12).tick_values(*plane.heights)
    z = np.ma.masked_invalid(plane.z)
    beyond = (bool(z.min() < levels[0]), bool(z.max() > levels[-1]))
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max"}.get(beyond, "both")
    filled = ax.contourf(plane.x, plane.y, z, levels=levels, cmap="cividis", extend=extend, antialiased=False)
    bar: Any = ax.figure.colorbar(filled, ax=ax, pad=0.02, fraction=0.06)
    bar.outline.set_visible(False)
    bar.locator = ticker.MaxNLocator(6)
    bar.update_ticks()
    for finding, trace in plane.traces:
        dash = _dash(scene, finding)
        cased = [patheffects.withStroke(linewidth=3.0, foreground="#000000")]
        if trace.joined:
            ax.plot(
                trace.x,
                trace.y,
                color="#ffffff",
                linewidth=1.3,
                linestyle=dash,
                path_effects=cased,
                gid="place",
            )
        else:
            single = trace.x.size == 1
            ax.plot(
                trace.x, trace.y, linestyle="none", gid="place", zorder=4,
                marker=FILLED.get(finding.kind, "o") if single else "o", markersize=6.0 if single else 1.2,
                color=theme.finding if single else "#ffffff", markeredgecolor="#ffffff",
                markeredgewidth=0.9 if single else 0.0,
            )  # fmt: skip
    line, (a, b) = scene.cut.line, scene.cut.span
    ends = line.at(np.array([a, b]))
    x, y = (np.broadcast_to(ends[n], (2,)) for n in plane.names)
    cased = [patheffects.withStroke(linewidth=2.2, foreground="#ffffff")]
    ax.plot(
        x, y, color="#b0307a", linewidth=1.1, linestyle=(0, (4, 2)), path_effects=cased, zorder=3, gid="cut"
    )
    ax.set_xlim(plane.x[0], plane.x[-1])
    ax.set_ylim(plane.y[0], plane.y[-1])
    _ticks(ax)
    ax.set_xlabel(plane.names[0])
    ax.set_ylabel(plane.names[1])


def _dash(scene: Scene, finding: Finding) -> Any:
    """Return how the lines of a finding's place are broken, the same in the map and in the key."""
    shown = list(dict.fromkeys(f.at + f.kind for f in scene.findings))
    place = finding.at + finding.kind
    return DASHES[shown.index(place) % len(DASHES)] if place in shown else DASHES[0]


# --- the key


def _key(scene: Scene, theme: Theme) -> tuple[list[Any], list[str]]:
    """Return what the key shows and says: the function, its surrogates, its findings."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Line2D([], [], color=theme.ink, linewidth=1.5)]
    names = ["the function as written"]
    for model, color, dash in zip(scene.cut.models, theme.surrogates, DASHES, strict=False):
        stroke = Line2D([], [], color=color, linestyle=dash, linewidth=1.1)
        handles.append((Patch(color=color, alpha=0.2, linewidth=0), stroke) if model.band else stroke)
        names.append(_wrapped(price(model)))
    for finding in scene.findings[:KEYED]:
        handles.append(_finding_handle(scene, finding, theme))
        names.append(_wrapped(key(finding)))
    for said in unsaid(scene, KEYED):
        handles.append(Line2D([], [], linestyle="none"))
        names.append(said)
    return handles, names


def _finding_handle(scene: Scene, finding: Finding, theme: Theme) -> Any:
    from matplotlib import patheffects
    from matplotlib.lines import Line2D

    if finding.kind is Kind.FLAT:
        return Line2D([], [], linestyle="none")
    if scene.plane is not None and any(f is finding and t.joined for f, t in scene.plane.traces):
        cased = [patheffects.withStroke(linewidth=3.0, foreground="#000000")]
        return Line2D(
            [], [], color="#ffffff", linewidth=1.3, linestyle=_dash(scene, finding), path_effects=cased
        )
    if finding.kind is Kind.POLE:
        return Line2D([], [], color=theme.finding, linestyle="--", linewidth=1.0)
    hollow = finding.kind in (Kind.JUMP, Kind.HOLE)
    return Line2D(
        [], [], color=theme.finding, linestyle="none", marker=FILLED.get(finding.kind, "o"), markersize=4.6,
        markerfacecolor=theme.paper if hollow else theme.finding, markeredgewidth=1.1,
    )  # fmt: skip


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, KEY, subsequent_indent="  ")[:3])
