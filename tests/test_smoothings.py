"""Every row of the table of smoothings is a claim; here each claim is sampled at 30 digits, new rows too."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import flint
import mpmath
import numpy as np
import pytest
import sympy as sp

from benchmarks.enclosures import enclosures
from diffcheck.atoms import ATOMS
from diffcheck.language.parse import parse, parse_conditions
from diffcheck.language.tree import NAME, NUMBER, Node
from diffcheck.suggest.prove import Unproved, proof
from diffcheck.suggest.smoothings import SMOOTHINGS, TARGETS, Smoothing

MUS = (mpmath.mpf("0.01"), mpmath.mpf(1), mpmath.mpf(7) / 3)
# In units of mu: dense near the kink, then over several scales.
NEAR = [mpmath.mpf(i) / 16 + mpmath.mpf(1) / 97 for i in range(-64, 64)]
FAR = [s * mpmath.mpf(10) ** e for s in (-1, 1) for e in (-9, -5, -3, 1, 2, 3, 5)]
SLACK = mpmath.mpf(10) ** -20
LEVELS = [mpmath.mpf(n) / 10 for n in (1, 5, 9)]
BOUNDED = [row for row in SMOOTHINGS if row.error is not None]
STEEP = [row for row in SMOOTHINGS if row.lipschitz is not None]
RADIAL = ("norm", "normpow")
CURVED = [row for row in SMOOTHINGS if row.curvature in ("convex", "concave")]

ids = pytest.mark.parametrize


def _id(row: Smoothing) -> str:
    return f"{row.target}: {row.name}"


@cache
def _tree(text: str) -> Node:
    return parse(text)


def value(node: Node, names: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """Evaluate a tree at 30 digits by the table of atoms, `where` lazily."""
    if node.op == NUMBER:
        return mpmath.mpf(node.leaf.numerator) / node.leaf.denominator
    if node.op == NAME:
        return names[node.leaf]
    if node.op == "where":
        return value(node.args[1 if value(node.args[0], names) else 2], names)
    return ATOMS[node.op].mpmath(*(value(a, names) for a in node.args))


@pytest.fixture(autouse=True)
def _thirty_digits():
    with mpmath.workdps(30):
        yield


def _grid(mu: mpmath.mpf) -> list[mpmath.mpf]:
    return [mu * t for t in (*NEAR, *FAR, 0)]


def points(target: str, mu: mpmath.mpf) -> list[dict[str, mpmath.mpf]]:
    """Sample the target's parameters on its domain, the free ones in steps of mu."""
    line = _grid(mu)
    few = [mu * t for t in (-1000, -3, mpmath.mpf(-1) / 2, 0, mpmath.mpf(1) / 3, 2, 1000)]
    several = {
        "max2": lambda: [{"u": u + v, "v": v} for u in line for v in few],
        "max": lambda: [{"u1": a, "u2": b, "u3": c} for a, b, c in itertools.product(few, few, line[::4])],
        "quotient": lambda: [{"a": a, "ss": u * u} for u in line if u for a in few],
        "quadrant": lambda: [{"g": u, "h": v} for u in line for v in few],
        "power": lambda: [{"u": abs(u), "p": p} for u in line for p in LEVELS],
        "log": lambda: [{"u": abs(u)} for u in line if u],
        "reciprocal": lambda: [{"u": u} for u in line if u],
        "asinroot": lambda: [{"u": mpmath.mpf(n) / 128} for n in range(129)],
    }
    if target in several:
        return several[target]()
    if target in ("clip", "clip_any"):
        pairs = [(-mu * w, mu * w) for w in (mpmath.mpf(1) / 8, 1, 10**6)]
        pairs += [(mu, -mu)] if target == "clip_any" else []
        return [{"u": end + u, "lo": lo, "hi": hi} for lo, hi in pairs for end in (lo, hi) for u in line[::2]]
    if target == "pinball":
        return [{"u": u, "q": q} for u in line for q in LEVELS]
    if target == "signedpow":
        return [{"u": u, "p": p} for u in line for p in LEVELS]
    if target == "abspow":
        return [{"u": u, "p": p} for u in line for p in (*LEVELS, mpmath.mpf(1))]
    if target == "norm":
        return [{"ss": u * u} for u in line]
    if target == "sqrt":
        return [{"u": abs(u)} for u in line] + [{"u": mu * mpmath.mpf(10) ** 20}]
    if target == "insensitive":
        return [{"u": e + u, "e": e} for u in line for e in (mpmath.mpf(0), mu / 3, 5 * mu, 1000 * mu)]
    if target == "huber":
        # The normal mean takes differences of squares: thirty digits hold up to 1e9.
        return [{"u": u, "d": d} for u in line for d in map(mpmath.mpf, ("0.3", 1, 4, 9))]
    if target == "normpow":
        return [{"ss": u * u, "p": p / 2} for u in line for p in (*LEVELS, mpmath.mpf(1))]
    if target in ("asin", "acos"):
        return [{"u": mpmath.mpf(n) / 64 - 1} for n in range(129)]
    if target == "where":
        return [{"g": u, "a": a, "b": b} for u in line for a, b in ((1, -1), (u, 0))]
    return [{"u": u} for u in line]


def exact(target: str, at: dict[str, mpmath.mpf]) -> mpmath.mpf:
    """The target itself at a point."""
    if TARGETS[target].variadic:
        return max(at.values())
    return value(_tree(TARGETS[target].text), at)


def ends(row: Smoothing, mu: mpmath.mpf, at: dict[str, mpmath.mpf]) -> list[mpmath.mpf]:
    """The row's interval at one mu."""
    return [value(_tree(text), {"n": mpmath.mpf(len(at)), **at, "mu": mu}) for text in row.error]


@ids("row", [row for row in SMOOTHINGS if row.target in ("floor", "round")], ids=_id)
def test_the_error_of_a_staircase_integrates_to_no_more_than_is_said(row):
    """Over a step, by quadrature; the bound is no more than a seventh too large for mu up to 1."""
    (bound,) = re.findall(r"`([^`]*)`", row.note)
    for mu in ("0.01", "0.1", "1", "10"):
        at = {"mu": mpmath.mpf(mu)}
        half = mpmath.mpf(1) / 2
        knots = [k * mpmath.mpf(mu) for k in (0, 1, 10) if k * mpmath.mpf(mu) < half] + [half]
        start = 0 if row.target == "floor" else half
        found = 2 * mpmath.quad(
            lambda u, at=at, start=start: abs(
                value(_tree(row.text()), {**at, "u": start + u}) - exact(row.target, {"u": start + u})
            ),
            knots,
        )
        most = value(_tree(bound), at)
        assert found <= most
        assert float(mu) > 1 or most <= found * 8 / 7


@ids("row", [row for row in SMOOTHINGS if row.between], ids=_id)
def test_what_stays_between_two_ends_is_never_beyond_them(row):
    """At no sample is the surrogate below the lower or above the upper end."""
    for mu in (mpmath.mpf(1) / 8, mpmath.mpf(3)):
        for at in points(row.target, mu):
            low, high = (value(_tree(end), at) for end in row.between)
            slack = mpmath.mpf(10) ** -25 * (1 + abs(at["u"]) + abs(low))
            assert low - slack <= value(_tree(row.text()), {**at, "mu": mu}) <= high + slack


@ids("row", SMOOTHINGS, ids=_id)
def test_the_texts_of_a_row_are_expressions_in_its_parameters(row):
    """Template, interval and constant parse, and use the target's parameters, mu and n only."""
    target = TARGETS[row.target]
    allowed = {"mu", "n", *target.params, *(("u1", "u2", "u3") if target.variadic else ())}
    texts = [row.text(3), *(row.error or ()), *([row.lipschitz] if row.lipschitz else [])]
    for text in texts:
        assert set(_tree(text).names()) <= allowed
    assert row.source


@ids("row", BOUNDED, ids=_id)
def test_surrogate_minus_target_lies_in_the_interval(row):
    """The stated interval holds at every sample, over nine decades and three mu."""
    for mu in MUS:
        for at in points(row.target, mu):
            off = value(_tree(row.text(len(at))), {**at, "mu": mu}) - exact(row.target, at)
            low, high = ends(row, mu, at)
            slack = SLACK * (1 + max(map(abs, at.values()))) ** 2
            assert low <= 0 <= high
            assert low - slack <= off <= high + slack, (row, mu, at, off)


@ids("row", [row for row in BOUNDED if row.tight], ids=_id)
def test_a_tight_interval_is_nearly_attained_at_both_ends(row):
    """No smaller interval would do: samples come within 1% of its width of each end."""
    mu = mpmath.mpf(1)
    groups: dict[tuple, list[mpmath.mpf]] = {}
    for at in points(row.target, mu):
        off = value(_tree(row.text(len(at))), {**at, "mu": mu}) - exact(row.target, at)
        groups.setdefault(tuple(ends(row, mu, at)), []).append(off)
    for (low, high), offs in groups.items():
        width = high - low
        assert min(offs) <= low + width / 100
        assert max(offs) >= high - width / 100


def many(target: str, mu: float, count: int = 10_000) -> dict[str, list[flint.arb]]:
    """Draw points of the target's domain at all scales, as columns of exact numbers."""
    source = np.random.default_rng(list(target.encode()))
    size = mu * 10.0 ** source.uniform(-3, 3, count)
    normal = source.normal(size=(4, count)) * np.where(source.random(count) < 0.7, mu, size)
    share = source.uniform(0.01, 1, count)
    u, v, w, _ = normal
    drawn = {
        "max2": {"u": u + v, "v": v},
        "max": {"u1": u, "u2": v, "u3": w},
        "pinball": {"u": u, "q": share},
        "clip": {"u": u, "lo": np.minimum(v, w), "hi": np.maximum(v, w)},
        "clip_any": {"u": u, "lo": v, "hi": w},
        "norm": {"ss": u * u},
        "insensitive": {"u": u, "e": abs(v)},
        "huber": {"u": u, "d": abs(v) + mu / 8},
        "abspow": {"u": u, "p": share},
        "signedpow": {"u": u, "p": share},
        "power": {"u": abs(u), "p": share},
        "normpow": {"ss": u * u, "p": share / 2},
        "asin": {"u": 2 * share - 1},
        "acos": {"u": 2 * share - 1},
        "asinroot": {"u": share},
        "sqrt": {"u": abs(u)},
        "log": {"u": abs(u)},
    }
    columns = drawn.get(target, {"u": u})
    return {n: [flint.arb(x) for x in c.tolist()] for n, c in columns.items()}


@ids("row", BOUNDED, ids=_id)
def test_the_interval_holds_at_ten_thousand_points(row):
    """In balls of more than 30 digits: a difference outside would be a disproof."""
    for mu in (1.0, 0.03125):
        columns = many(row.target, mu)
        count = len(next(iter(columns.values())))
        meaning = f"max({', '.join(columns)})" if TARGETS[row.target].variadic else TARGETS[row.target].text
        known = {**columns, "mu": [flint.arb(mu)] * count, "n": [flint.arb(len(columns))] * count}
        ends = [enclosures(_tree(text), known, count) for text in row.error]
        values = [enclosures(_tree(text), known, count) for text in (row.text(len(columns)), meaning)]
        for new, old, low, high in zip(*values, *ends, strict=True):
            slack = flint.arb(10) ** -30 * (1 + abs(new) + abs(old))
            assert new.is_finite()
            assert old.is_finite()
            assert not new - old < low - slack
            assert not new - old > high + slack


def _second_differences(row: Smoothing, mu: mpmath.mpf):
    """Yield (second difference)/step**2 along the free arguments, with the point."""
    template, step = _tree(row.text(3)), mu / 10**4
    directions = {"max2": [{"u": 1}, {"u": 1, "v": -1}], "max": [{"u1": 1, "u2": -1}, {"u1": 1, "u3": 1}]}
    for at in points(row.target, mu)[::3]:
        if row.target in RADIAL:
            continue
        for way in directions.get(row.target, [{"u": 1}]):
            length = sum(c * c for c in way.values())
            if row.target in ("sqrt", "power", "log") and at["u"] < step:
                continue
            if row.target in ("asin", "acos") and 1 - abs(at["u"]) < step:
                continue
            if row.target == "asinroot" and not step <= at["u"] <= 1 - step:
                continue

            def moved(t, at=at, way=way):
                return value(template, {**at, **{k: at[k] + t * c for k, c in way.items()}, "mu": mu})

            yield (moved(step) - 2 * moved(0) + moved(-step)) / (step**2 * length), at


@ids("row", [row for row in SMOOTHINGS if row.zero], ids=_id)
def test_a_row_called_zero_where_its_target_is_vanishes_there_alone(row):
    """Surrogate and target are zero at the same points."""
    template = _tree(row.text(3))
    for mu in map(mpmath.mpf, (1, "0.01")):
        seen = set()
        for at in points(row.target, mu):
            small = abs(value(template, {**at, "mu": mu})) <= SLACK * mu
            assert small == (abs(exact(row.target, at)) <= SLACK * mu), at
            seen.add(small)
        assert seen == {True, False}


@ids("row", [row for row in SMOOTHINGS if row.exact], ids=_id)
def test_a_row_equals_its_target_where_it_says_so(row):
    """The condition holds at some points, and there surrogate and target are one."""
    template, (condition,) = _tree(row.text(3)), parse_conditions(row.exact)
    mu, equal = mpmath.mpf(1) / 3, 0
    for at in points(row.target, mu):
        if value(condition, {**at, "mu": mu}):
            equal += 1
            gap = abs(value(template, {**at, "mu": mu}) - exact(row.target, at))
            assert gap <= SLACK * (1 + abs(exact(row.target, at))), at
    assert equal


@ids("row", [row for row in SMOOTHINGS if row.beside], ids=_id)
def test_where_no_uniform_bound_is_the_bound_at_each_point_holds(row):
    """It holds everywhere but on the jump, and is no more than twice the error somewhere."""
    template, bound = _tree(row.text()), _tree(row.beside)
    assert row.error is None
    mu, best = mpmath.mpf(1) / 7, mpmath.mpf(0)
    for at in points(row.target, mu):
        if at.get("g", at.get("u")):
            off = abs(value(template, {**at, "mu": mu}) - exact(row.target, at))
            limit = value(bound, {**at, "mu": mu})
            assert off <= limit + SLACK, at
            best = max(best, off / limit if limit > SLACK else 0)
    assert best > mpmath.mpf(1) / 2


@ids("row", SMOOTHINGS, ids=_id)
def test_a_note_is_written_in_the_parameters_of_its_target(row):
    """What stands in backquotes is an expression in them and mu."""
    for quoted in row.note.split("`")[1::2]:
        assert set(parse(quoted).names()) <= {*TARGETS[row.target].params, "mu"}


@ids("row", [row for row in STEEP if row.target not in RADIAL], ids=_id)
def test_the_gradient_is_as_lipschitz_as_stated(row):
    """No second difference exceeds the constant, and the constant is reached within 10% somewhere."""
    best = mpmath.mpf(0)
    mu = mpmath.mpf(1)
    for second, at in _second_differences(row, mu):
        stated = value(_tree(row.lipschitz), {**at, "mu": mu})
        assert abs(second) <= stated * (1 + mpmath.mpf("1e-6")) + mpmath.mpf("1e-10"), (row, at)
        best = max(best, abs(second) / stated)
    assert best >= mpmath.mpf("0.9")


@ids("row", [row for row in STEEP if row.target not in RADIAL], ids=_id)
def test_the_constant_scales_with_mu_as_stated(row):
    """The bound holds for a small mu as well as for mu = 1."""
    mu = MUS[0]
    for second, at in itertools.islice(_second_differences(row, mu), 0, None, 4):
        stated = value(_tree(row.lipschitz), {**at, "mu": mu})
        assert abs(second) <= stated * (1 + mpmath.mpf("1e-6")) + mpmath.mpf("1e-8")


@ids("row", [row for row in STEEP if row.target in RADIAL], ids=_id)
def test_a_smooth_norm_has_the_stated_constant_and_is_convex(row):
    """Along random lines through the plane second differences stay in [0, L], or [-L, L] where none is convex."""
    template, mu, step = _tree(row.text()), mpmath.mpf(1), mpmath.mpf("1e-4")
    known = {"mu": mu, "p": mpmath.mpf(1) / 4}
    limit = value(_tree(row.lipschitz), known)
    least = mpmath.mpf(0) if row.curvature == "convex" else -limit
    for k in range(600):
        x, y, angle = mpmath.sin(3 * k) * k / 100, mpmath.cos(7 * k) * k / 150, mpmath.mpf(k)
        dx, dy = mpmath.cos(angle), mpmath.sin(angle)
        f = [
            value(template, {"ss": (x + t * dx) ** 2 + (y + t * dy) ** 2, **known}) for t in (-step, 0, step)
        ]
        second = (f[0] - 2 * f[1] + f[2]) / step**2
        assert least - mpmath.mpf("1e-12") <= second <= limit * (1 + mpmath.mpf("1e-6"))


@ids("row", [row for row in CURVED if row.target not in RADIAL], ids=_id)
def test_convex_rows_are_convex_and_concave_rows_concave(row):
    """Every second difference has the stated sign."""
    sign = 1 if row.curvature == "convex" else -1
    for mu in MUS[1:]:
        assert all(sign * second >= -mpmath.mpf("1e-10") for second, _ in _second_differences(row, mu))


@ids(
    "row", [r for r in SMOOTHINGS if r.curvature == "neither" and TARGETS[r.target].params == ("u",)], ids=_id
)
def test_rows_called_neither_are_neither(row):
    """Second differences of both signs occur."""
    seconds = [second for second, _ in _second_differences(row, mpmath.mpf(1))]
    assert min(seconds) < -mpmath.mpf("1e-6")
    assert max(seconds) > mpmath.mpf("1e-6")


@ids("row", [row for row in SMOOTHINGS if row.monotone], ids=_id)
def test_monotone_rows_do_not_fall(row):
    """A step to the right in any argument never lowers the surrogate."""
    mu = mpmath.mpf(1)
    template = _tree(row.text(3))
    for at in points(row.target, mu)[::2]:
        here = value(template, {**at, "mu": mu})
        for key in at:
            there = value(template, {**at, key: at[key] + mu / 7, "mu": mu})
            assert there >= here - SLACK * (1 + abs(here))


CLAIMS = [row for row in SMOOTHINGS if row.error or row.lipschitz or row.curvature in ("convex", "concave")]
PROOFS = Path(__file__).parent.parent / "docs" / "proofs.md"


@ids("row", [row for row in CLAIMS if not row.proof], ids=_id)
def test_a_row_of_one_variable_is_proved(row):
    """Interval, constant and curvature are proved to the end, and a tight interval is attained within 1%."""
    found = proof(row)
    if row.error is not None:
        at = {"mu": mpmath.mpf(1)}
        low, high = (value(_tree(text), at) for text in row.error)
        slack = (high - low) / 100
        assert float(found.error[0]) <= low + slack
        assert float(found.error[1]) >= high - slack


@ids("row", [row for row in CLAIMS if row.proof], ids=_id)
def test_other_rows_have_a_written_proof(row):
    """docs/proofs.md has the section that the row names."""
    assert f"\n## {row.proof}\n" in PROOFS.read_text(encoding="utf-8")


@ids(
    "change",
    [{"error": ("-mu/3", "0")}, {"lipschitz": "1/(2*mu)"}, {"curvature": "concave"}, {"template": "u**2/mu"}],
)
def test_a_false_claim_is_not_proved(change):
    """Half the interval, half the constant, the wrong curvature, a row that does not scale: refused."""
    (huber,) = (row for row in SMOOTHINGS if (row.target, row.name) == ("abs", "Huber"))
    with pytest.raises(Unproved):
        proof(replace(huber, **change))


@ids(
    ("target", "name", "integral"),
    [(r.target, r.name, r.mean_error) for r in SMOOTHINGS if r.mean_error is not None],
)
def test_the_mean_error_is_the_integral(target, name, integral):
    """Quadrature of |S - T| over the argument gives the stated number."""
    (row,) = (row for row in SMOOTHINGS if (row.target, row.name) == (target, name))

    def off(u):
        return abs(value(_tree(row.template), {"u": u, "mu": mpmath.mpf(1)}) - exact(target, {"u": u}))

    found = mpmath.quad(off, [-mpmath.inf, -1, 0]) + mpmath.quad(off, [0, 1, mpmath.inf])
    assert abs(found - value(_tree(integral), {"mu": mpmath.mpf(1)})) < mpmath.mpf("1e-6")


@ids("row", [row for row in SMOOTHINGS if row.order == "same"], ids=_id)
def test_rows_that_order_alike_do(row):
    """Of two arguments, the one with the larger target has the larger surrogate."""
    mu = mpmath.mpf(1)
    fixed: dict[tuple, list] = {}
    for at in points(row.target, mu)[::3]:
        rest = tuple(sorted((k, v) for k, v in at.items() if k not in ("u", "ss")))
        fixed.setdefault(rest, []).append(at)
    for group in fixed.values():
        pairs = sorted((exact(row.target, at), value(_tree(row.template), {**at, "mu": mu})) for at in group)
        assert all(s0 <= s1 + SLACK * (1 + abs(s1)) for (_, s0), (_, s1) in itertools.pairwise(pairs))


PIECES = {
    ("abs", "Huber"): ("u**2/(2*mu)", "u - mu/2", "mu", 1),
    ("relu", "smooth hinge"): ("u**2/(2*mu)", "u - mu/2", "mu", 1),
    ("relu", "quadratic"): ("(u + mu)**2/(4*mu)", "u", "mu", 1),
    ("sqrt", "root with a quadratic start"): (
        "sqrt(mu)*(3/8 + 3*u/(4*mu) - u**2/(8*mu**2))",
        "sqrt(u)",
        "mu",
        2,
    ),
    ("pinball", "Moreau pinball"): ("u**2/(2*mu)", "q*u - q**2*mu/2", "q*mu", 1),
}


@ids("key", PIECES, ids=": ".join)
def test_the_pieces_join_with_exactly_the_stated_class(key):
    """SymPy: value and derivatives agree at the seam up to the class, and not beyond."""
    inner, outer, seam, order = PIECES[key]
    u, mu, q = sp.symbols("u mu q", positive=True)
    gap = sp.sympify(inner, {"u": u, "mu": mu, "q": q}) - sp.sympify(outer, {"u": u, "mu": mu, "q": q})
    at = sp.sympify(seam, {"mu": mu, "q": q})
    jumps = [sp.simplify(sp.diff(gap, u, k).subs(u, at)) for k in range(order + 2)]
    assert all(jump == 0 for jump in jumps[:-1])
    assert jumps[-1] != 0


def test_smooth_rows_have_a_largest_second_derivative_at_zero():
    """SymPy: rows that bend most at 0 have their second derivative there as constant."""
    u, mu, p = sp.symbols("u mu p", positive=True)
    rows = {
        sp.sqrt(u**2 + mu**2) - mu: 1 / mu,
        mu * sp.log(sp.cosh(u / mu)): 1 / mu,
        2 / sp.pi * u * sp.atan(u / mu): 4 / (sp.pi * mu),
        u * sp.tanh(u / mu): 2 / mu,
        u * sp.erf(u / mu): 4 / (sp.sqrt(sp.pi) * mu),
        mu * sp.log(1 + sp.exp(u / mu)): 1 / (4 * mu),
        (u + sp.sqrt(u**2 + 4 * mu**2)) / 2: 1 / (4 * mu),
        (u**2 + mu**2) ** (p / 2): p * mu ** (p - 2),
    }
    for formula, constant in rows.items():
        assert sp.simplify(sp.diff(formula, u, 2).subs(u, 0) - constant) == 0


def test_the_centred_huber_attains_the_best_possible_product():
    """eps*L >= J**2/16 with J = 2: the centred Huber row has eps*L = 1/4 exactly, no row of abs has less."""
    best = min(
        (
            value(_tree(row.error[1]), {"mu": mpmath.mpf(1)})
            - value(_tree(row.error[0]), {"mu": mpmath.mpf(1)})
        )
        / 2
        * value(_tree(row.lipschitz), {"mu": mpmath.mpf(1)})
        for row in SMOOTHINGS
        if row.target == "abs"
    )
    assert best == mpmath.mpf(1) / 4


@ids(
    "target", ["abs", "relu", "max2", "max", "sign", "heaviside", "clip", "sqrt", "norm", "pinball", "abspow"]
)
def test_common_targets_have_two_rows_best_first(target):
    """A user has a choice, and an infinitely smooth row comes first."""
    rows = [row for row in SMOOTHINGS if row.target == target]
    assert len(rows) >= 2
    assert str(rows[0].smoothness) == "Cinf"
