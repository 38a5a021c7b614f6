"""Periodic equations: polynomials in sines and cosines of commensurable angles, and other periodic functions.

With t = tan(theta/2), cos(n*theta) + i*sin(n*theta) = ((1 + i*t)/(1 - i*t))**n, so a trigonometric
polynomial becomes a rational function of t whose real zeros, and the order at t = oo (theta = pi), are all
its zeros in one period.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import sympy as sp
from flint import arb, ctx, fmpq

from diffcheck.algebra.roots.compact import Budget, Stuck, zeros_between
from diffcheck.algebra.roots.identify import guesses
from diffcheck.algebra.roots.jets import constant, constant_sign, is_zero_constant, jet, nonzero
from diffcheck.algebra.roots.kernels import commensurable
from diffcheck.algebra.roots.model import PRECISION, Family, Root, RootSet

__all__ = ["Angle", "angle_of", "periodic_roots", "trigonometric_roots"]

MOST_HARMONICS = 12

Solver = Callable[[sp.Expr, sp.Symbol], RootSet]


@dataclass(frozen=True, slots=True)
class Angle:
    """theta = slope*x + shift; every sine and cosine of f has an argument n*theta."""

    theta: sp.Expr
    slope: sp.Expr
    shift: sp.Expr
    multiples: dict[sp.Expr, int]

    @property
    def period(self) -> sp.Expr:
        """Return the period 2*pi/|slope| in x."""
        return 2 * sp.pi / abs(self.slope)


def angle_of(f: sp.Expr, x: sp.Symbol) -> Angle | None:
    """Return the common angle when x occurs only inside sines and cosines of commensurable linear angles."""
    waves = [part for part in f.atoms(sp.sin, sp.cos) if part.has(x)]
    arguments = sorted({part.args[0] for part in waves}, key=sp.default_sort_key)
    if not waves or f.xreplace({wave: sp.Dummy() for wave in waves}).has(x):
        return None
    shared = commensurable(arguments)
    if shared is None:
        return None
    theta, numbers = shared
    slope = theta.diff(x)
    if slope.has(x) or slope == 0:
        return None
    shift = sp.expand(theta - slope * x)
    return Angle(theta, slope, shift, dict(zip(arguments, numbers, strict=True)))


def _rational_in(f: sp.Expr, x: sp.Symbol, angle: Angle, t: sp.Symbol) -> sp.Expr | None:
    """Return f as a rational function of t = tan(theta/2), or None when it is none."""
    table: dict[sp.Expr, sp.Expr] = {}
    for part in f.atoms(sp.sin, sp.cos):
        if not part.has(x):
            continue
        n = angle.multiples[part.args[0]]
        if abs(n) > MOST_HARMONICS:
            return None
        real, imaginary = sp.expand((1 + sp.I * t) ** (2 * abs(n))).as_real_imag()
        top = real if part.func is sp.cos else sp.sign(n) * imaginary
        table[part] = top / (1 + t**2) ** abs(n)
    return sp.together(f.xreplace(table))


def _trimmed(expr: sp.Expr, t: sp.Symbol) -> sp.Poly | None:
    """Return a polynomial whose leading coefficient is proved not to vanish."""
    if not expr.is_polynomial(t):
        return None
    coefficients = [sp.expand(c) for c in sp.Poly(expr, t).all_coeffs()]
    while coefficients:
        found = constant_sign(coefficients[0])
        if found is None:
            return None
        if found:
            break
        coefficients.pop(0)
    coefficients = [sp.S.Zero if is_zero_constant(c) else c for c in coefficients]
    return sp.Poly(coefficients, t) if coefficients else sp.Poly(0, t)


def trigonometric_roots(f: sp.Expr, x: sp.Symbol, angle: Angle, solve: Solver) -> RootSet | None:
    """Return the zeros of a rational function of sin(n*theta), cos(n*theta); None for another shape."""
    t = sp.Symbol("t", real=True)
    fraction = _rational_in(f, x, angle, t)
    if fraction is None:
        return None
    tops = [_trimmed(sp.expand(part), t) for part in sp.fraction(sp.cancel(fraction))]
    top, bottom = tops
    if top is None or bottom is None or bottom.is_zero:
        return None
    if top.is_zero:
        return RootSet(how="identity", everywhere=True)
    inner = solve(top.as_expr(), t)
    if not inner.complete:
        return None
    found = [_at_angle(f, x, angle, root) for root in inner.roots]
    at_infinity = bottom.degree() - top.degree()
    if at_infinity > 0:
        place = (sp.pi - angle.shift) / angle.slope
        found.append(Root(place, constant(place, PRECISION), None, at_infinity, lambda p: constant(place, p)))
    families = tuple(_merged(found, angle.period))
    return RootSet(families=families, how="rational in the tangent of half the angle")


def _at_angle(f: sp.Expr, x: sp.Symbol, angle: Angle, root: Root) -> Root:
    """Return the x with tan(theta/2) = t, -pi < theta < pi."""

    def refine(prec: int) -> arb:
        ball = root.refine(prec + 16)
        with ctx.workprec(prec + 32):
            return (2 * ball.atan() - constant(angle.shift, prec + 32)) / constant(angle.slope, prec + 32)

    ball = refine(PRECISION)
    if not ball.is_finite():
        raise Stuck("a root without a number")
    exact = (2 * sp.atan(root.exact) - angle.shift) / angle.slope if root.exact is not None else None
    for guess in guesses(ball):
        # Within one period the zeros of f are far apart compared with the ball.
        if is_zero_constant(f.subs(x, guess)) and constant(guess, PRECISION).overlaps(ball):
            exact = guess
    return Root(exact, ball, None, root.multiplicity, refine)


def _merged(roots: list[Root], period: sp.Expr) -> list[Family]:
    """Join families that together repeat with a fraction of the period."""
    roots = sorted(roots, key=lambda root: root.ball.mid().fmpq())
    count = len(roots)
    if (
        count > 1
        and len({root.multiplicity for root in roots}) == 1
        and all(r.exact is not None for r in roots)
    ):
        gaps = [b.exact - a.exact for a, b in pairwise(roots)]  # type: ignore[operator]
        if all(is_zero_constant(sp.expand(gap - period / count)) for gap in gaps):
            return [Family(_plainest(roots), sp.nsimplify(period / count, rational=False))]
    return [Family(root, period) for root in roots]


def _plainest(roots: list[Root]) -> Root:
    return min(roots, key=lambda root: (abs(root.ball.mid().fmpq()), root.ball < 0))


def periodic_roots(f: sp.Expr, x: sp.Symbol, angle: Angle) -> RootSet:
    """Return the zeros of any analytic function of sines and cosines of one angle: one period is searched."""
    length = constant(angle.period, PRECISION)
    f_jet = jet(f, x)
    start = next((s for s in (fmpq(-1, 7), fmpq(-2, 9), fmpq(-5, 13)) if nonzero(f_jet(arb(s), 1)[0])), None)
    if start is None:
        return RootSet(complete=False, how="no point to start a period from")
    stop = (start + length).upper().fmpq() + fmpq(1, 1 << 40)
    try:
        found = zeros_between(f, x, start, stop, Budget())
        inside = [root for root in found if _before(root, start + length)]
    except Stuck as stuck:
        return RootSet(complete=False, how=str(stuck))
    return RootSet(families=tuple(_merged(inside, angle.period)), how="one period by subdivision")


def _before(root: Root, end: arb) -> bool:
    if root.ball < end:
        return True
    if root.ball > end:
        return False
    raise Stuck("a root at the end of the period")
