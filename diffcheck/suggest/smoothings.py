# ruff: noqa: E501 - one row of the table is one line
"""The table of smooth surrogates: what may stand in for abs, relu, max, sign ... and what it costs.

A row is a claim about functions of real arguments, for every mu > 0: the class of the surrogate, an
interval that holds surrogate minus target, a Lipschitz constant of its gradient in the 2-norm of the
arguments, its curvature. `prove.py` proves the rows of one variable, docs/proofs.md the others, each in the
section that the row names; `tests/test_smoothings.py` walks all of them and samples every claim at 30 digits,
so a new row is tested unasked.

The best possible: where slopes jump by J, a surrogate that is off by at most eps and has an L-Lipschitz
gradient obeys eps*L >= J**2/16 (second difference at h = J/(2*L): J*h - 4*eps <= L*h**2).  The centred
Huber row attains it for abs (J = 2, eps*L = 1/4).  Near a jump of height J no continuous surrogate is
closer than J/2, so those rows have no interval. Rows of one target stand best first: infinitely smooth,
convex and numerically stable before the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

from diffcheck.verdict import CINF, Smoothness

__all__ = ["SMOOTHINGS", "TARGETS", "Smoothing", "Target"]

C1 = Smoothness(1)
C2 = Smoothness(2)


@dataclass(frozen=True, slots=True)
class Target:
    """A function that is replaced, in the expression language.

    text: its meaning in terms of ``params``; a variadic target is folded from two arguments.
    domain: what the rows ask of the parameters, as text ("" when nothing).
    closed: what is not negative wherever the target has a value.
    through: how a change of the arguments passes: "monotone" (nondecreasing and nonexpansive in the maximum
        norm),
        "nonexpansive" (changes by at most as much as its arguments), "root" (nondecreasing and
        T(a + e) <= T(a) + T(e)), or "" when nothing is claimed.
    """

    name: str
    params: tuple[str, ...]
    text: str
    domain: str = ""
    closed: tuple[str, ...] = ()
    through: str = ""
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Smoothing:
    """One surrogate of one target.

    template: the surrogate in the target's parameters and mu; a variadic row folds ``template`` from the
        left,
        unless ``each`` is set: then every argument goes through ``each`` and the results into the function
        ``template``, in which COUNT is their number.
    smoothness: class for every mu > 0 on the target's domain.
    error: interval (low, high) that holds surrogate minus target, or None when no uniform bound exists.
        A variadic row's interval may use n, the number of arguments.
    tight: whether both ends are attained or approached, so that no smaller interval holds.
    lipschitz: Lipschitz constant of the gradient in the free arguments, or None when unbounded or not
        claimed.
    curvature: "convex", "concave" or "neither" in the free arguments, "" when it depends.
    monotone: nondecreasing in every argument.
    positive: never negative.
    fallback: offered only where no row before it can be, as they overflow.
    between: two ends that the surrogate never leaves, or None.
    order: "same" when the surrogate is a strictly increasing function of the target, so that it orders all points
        alike; "zero" when both have their only minimum at u = 0; "moved" when the target's minimum at 0 moves.
    mean_error: the integral of |surrogate - target| over u where no uniform bound exists.
    proof: the section of docs/proofs.md that proves what `prove.py` does not; "" when it proves the row.
    sampled: the claims ("error", "lipschitz_gradient", "convex") that are sampled only.
    note: a statement about the row itself, true in all surroundings; what stands in `...` is in the target's parameters.
    zero: zero where the target is, and nowhere else.
    exact: the condition under which the surrogate equals the target, "" when there is none to name.
    beside: a bound of |surrogate - target| at every point, where no uniform one exists.
    whole: a loss of its own, which people use in the target's place; offered only where the target is the whole loss.
    """

    target: str
    name: str
    template: str
    smoothness: Smoothness
    error: tuple[str, str] | None
    lipschitz: str | None
    curvature: str
    source: str
    note: str = ""
    tight: bool = True
    monotone: bool = False
    positive: bool = False
    between: tuple[str, str] | None = None
    fallback: bool = False
    each: str = ""
    order: str = ""
    mean_error: str | None = None
    proof: str = ""
    sampled: tuple[str, ...] = ()
    whole: bool = False
    zero: bool = False
    exact: str = ""
    beside: str = ""

    def text(self, count: int = 2) -> str:
        """Return the template for ``count`` arguments u1, u2, ... of a variadic target, or as it stands."""
        target = TARGETS[self.target]
        if not target.variadic:
            return self.template
        if self.each:
            parts = ", ".join(self.each.replace("ITEM", f"u{i}") for i in range(1, count + 1))
            return self.template.replace("ALL", parts).replace("COUNT", str(count))
        folded = "u1"
        for i in range(2, count + 1):
            folded = self.template.replace("LEFT", f"({folded})").replace("RIGHT", f"u{i}")
        return folded


_TARGETS = (
    Target("abs", ("u",), "abs(u)", through="nonexpansive"),
    Target("relu", ("u",), "relu(u)", through="monotone"),
    Target("max2", ("u", "v"), "max(u, v)", through="monotone"),
    Target("max", (), "max", through="monotone", variadic=True),
    Target("pinball", ("u", "q"), "max(q*u, (q - 1)*u)", domain="0 < q < 1", through="nonexpansive"),
    Target("clip", ("u", "lo", "hi"), "clip(u, lo, hi)", domain="lo <= hi", through="monotone"),
    Target("clip_any", ("u", "lo", "hi"), "clip(u, lo, hi)", through="monotone"),
    Target("norm", ("ss",), "sqrt(ss)", domain="ss >= 0, a sum of squares"),
    Target("relu2", ("u",), "relu(u)**2"),
    Target("insensitive", ("u", "e"), "max(abs(u) - e, 0)", domain="e >= 0", through="nonexpansive"),
    Target("huber", ("u", "d"), "where(abs(u) <= d, u**2/2, d*abs(u) - d**2/2)", domain="d > 0"),
    Target("abspow", ("u", "p"), "abs(u)**p", domain="0 < p <= 1"),
    Target("signedpow", ("u", "p"), "sign(u)*abs(u)**p", domain="0 < p < 1"),
    Target("normpow", ("ss", "p"), "ss**p", domain="0 < p <= 1/2 and ss >= 0, a sum of squares"),
    Target("quotient", ("a", "ss"), "a/ss", domain="ss > 0, a sum of squares"),
    Target("quadrant", ("g", "h"), "relu(g)*relu(h)"),
    Target("asin", ("u",), "asin(u)", domain="-1 <= u <= 1", closed=("1 - u", "1 + u")),
    Target("acos", ("u",), "acos(u)", domain="-1 <= u <= 1", closed=("1 - u", "1 + u")),
    Target("asinroot", ("u",), "asin(sqrt(u))", domain="0 <= u <= 1", closed=("u", "1 - u")),
    Target("sqrt", ("u",), "sqrt(u)", domain="u >= 0", closed=("u",), through="root"),
    Target("cbrt", ("u",), "cbrt(u)"),
    Target("power", ("u", "p"), "u**p", domain="u >= 0 and 0 < p < 1", closed=("u",)),
    Target("log", ("u",), "log(u)", domain="u > 0", closed=("u",)),
    Target("reciprocal", ("u",), "1/u", domain="u != 0"),
    Target("sign", ("u",), "sign(u)"),
    Target("heaviside", ("u",), "heaviside(u)"),
    Target("floor", ("u",), "floor(u)"),
    Target("round", ("u",), "round(u)"),
    Target("where", ("g", "a", "b"), "where(g > 0, a, b)"),
)

TARGETS: dict[str, Target] = {target.name: target for target in _TARGETS}

# Where torch switches to the linear branch it leaves a jump of 2e-9; the language's softplus does not switch.
_SOFTPLUS = "Chen and Mangasarian 1996, Comput. Optim. Appl. 5; Dugas et al. 2000, NIPS"
_CHKS = "Chen and Harker 1993, Kanzow 1996, Smale 1987"
_HUBER = "Huber 1964, Ann. Math. Statist. 35"
_CHARBONNIER = "Charbonnier et al. 1994, ICIP"
_PSEUDO = "Hartley and Zisserman 2003, Multiple View Geometry, appendix 6"
_ZANG = "Zang 1980, Math. Programming 19"
_PINAR = "Pinar and Zenios 1994, SIAM J. Optim. 4; Rennie 2005 (smooth hinge)"
_DIRECT = "elementary; prove.py or docs/proofs.md"

_GAUSS = "convolution with a normal density; docs/proofs.md"
_BARTLETT = "Bartlett, Jordan and McAuliffe 2006, J. Amer. Statist. Assoc. 101"

_HUBER_U = "where(abs(u) <= mu, u**2/(2*mu), abs(u) - mu/2)"
_SOFT = "mu*softplus(({})/mu)"
_ROOT = "sqrt(({})**2 + 4*mu**2)"
# E relu(v + mu*Z)**2, Z standard normal.
_NORMAL2 = (
    "((({0})**2 + mu**2)*(1 + erf(({0})/(mu*sqrt(2))))/2 + ({0})*mu*exp(-({0})**2/(2*mu**2))/sqrt(2*pi))"
)
# E of the Huber function of u + mu*Z, in differences that are 0 far out: u**2 never meets another u**2 there.
_ERF, _EXP = "erf(({})/(mu*sqrt(2)))", "({0})*exp(-({0})**2/(2*mu**2))"
_APART = f"({_ERF.format('u + d')} - {_ERF.format('u - d')})"
_NORMAL_HUBER = (
    f"((d**2 + mu**2)*{_APART} + u*(u*{_APART}))/4 + d*u*({_ERF.format('u + d')} + {_ERF.format('u - d')})/2"
    f" + mu*({_EXP.format('u + d')} - {_EXP.format('u - d')})/(2*sqrt(2*pi)) - d**2/2"
)

SMOOTHINGS: tuple[Smoothing, ...] = (
    # --- |u|
    Smoothing("abs", "pseudo-Huber", "sqrt(u**2 + mu**2) - mu", CINF, ("-mu", "0"), "1/mu", "convex", _PSEUDO, positive=True, order="same", zero=True),
    Smoothing("abs", "log-cosh", "u + mu*softplus(-2*u/mu) - mu*log(2)", CINF, ("-mu*log(2)", "0"), "1/mu", "convex", "Green 1990, IEEE Trans. Med. Imaging 9", "`mu*log(cosh(u/mu))` in a form that does not overflow", positive=True, order="same", zero=True),
    Smoothing("abs", "centred Huber", f"{_HUBER_U} + mu/4", C1, ("-mu/4", "mu/4"), "1/mu", "convex", _HUBER, positive=True, order="same"),
    Smoothing("abs", "Huber", _HUBER_U, C1, ("-mu/2", "0"), "1/mu", "convex", _HUBER, "the Moreau envelope of `abs(u)`", positive=True, order="same", zero=True),
    Smoothing("abs", "square root", "sqrt(u**2 + mu**2)", CINF, ("0", "mu"), "1/mu", "convex", _CHARBONNIER, "some texts write eps for mu**2", positive=True, order="same"),
    Smoothing("abs", "arctangent", "2/pi*u*atan(u/mu)", CINF, ("-2*mu/pi", "0"), "4/(pi*mu)", "convex", _DIRECT, positive=True, order="same", zero=True),
    Smoothing("abs", "tanh product", "u*tanh(u/mu)", CINF, ("-0.27847*mu", "0"), "2/mu", "neither", _DIRECT, positive=True, tight=False, order="same", zero=True),
    Smoothing("abs", "erf product", "u*erf(u/mu)", CINF, ("-0.24038*mu", "0"), "4/(sqrt(pi)*mu)", "neither", _DIRECT, positive=True, tight=False, order="same", zero=True),
    # --- max(u, 0)
    Smoothing("relu", "softplus", "mu*softplus(u/mu)", CINF, ("0", "mu*log(2)"), "1/(4*mu)", "convex", _SOFTPLUS, positive=True, monotone=True),
    Smoothing("relu", "CHKS", "(u + sqrt(u**2 + 4*mu**2))/2", CINF, ("0", "mu"), "1/(4*mu)", "convex", _CHKS, "tails heavier than those of softplus", positive=True, monotone=True),
    Smoothing("relu", "smooth hinge", "where(u <= 0, 0, where(u <= mu, u**2/(2*mu), u - mu/2))", C1, ("-mu/2", "0"), "1/mu", "convex", _PINAR, "the Moreau envelope of `relu(u)`", positive=True, monotone=True, order="same", exact="u <= 0"),
    Smoothing("relu", "quadratic", "where(u <= -mu, 0, where(u < mu, (u + mu)**2/(4*mu), u))", C1, ("0", "mu/4"), "1/(2*mu)", "convex", _ZANG, positive=True, monotone=True, exact="abs(u) >= mu"),
    Smoothing("relu", "SiLU", "u*sigmoid(u/mu)", CINF, ("-0.27847*mu", "0"), "1/(2*mu)", "neither", "Elfwing et al. 2018, Neural Networks 107", tight=False),
    Smoothing("relu", "GELU", "u*(1 + erf(u/(mu*sqrt(2))))/2", CINF, ("-0.16998*mu", "0"), "2/(sqrt(2*pi)*mu)", "neither", "Hendrycks and Gimpel 2016, arXiv:1606.08415", tight=False),
    Smoothing("relu", "squared hinge", "relu(u)**2", C1, None, "2", "convex", _BARTLETT, "a loss of its own: the error grows without bound", monotone=True, order="same", proof="Losses of their own", whole=True),
    Smoothing("relu", "modified Huber", "where(u <= 0, 0, where(u <= 2, u**2, 4*u - 4))", C1, None, "2", "convex", "Zhang 2004, ICML; scikit-learn modified_huber", "a loss of its own: the error grows without bound", monotone=True, order="same", proof="Losses of their own", whole=True),
    Smoothing("relu", "logistic", "softplus(u - 1)", CINF, ("-1", "log(1 + exp(-1))"), "1/4", "convex", _BARTLETT, "a loss of its own: log(1 + exp(-z)) for the hinge of 1 - z", monotone=True, proof="Losses of their own", whole=True),
    # --- max(u, v), max(u1, ..., un)
    Smoothing("max2", "softplus", "v + mu*softplus((u - v)/mu)", CINF, ("0", "mu*log(2)"), "1/(2*mu)", "convex", "Boyd and Vandenberghe 2004, 3.1.5", "`mu*logsumexp(u/mu, v/mu)`", monotone=True),
    Smoothing("max2", "CHKS", "(u + v + sqrt((u - v)**2 + 4*mu**2))/2", CINF, ("0", "mu"), "1/(2*mu)", "convex", _CHKS, monotone=True),
    Smoothing("max2", "quadratic", "where(u - v <= -mu, v, where(u - v < mu, v + (u - v + mu)**2/(4*mu), u))", C1, ("0", "mu/4"), "1/mu", "convex", _ZANG, monotone=True, exact="abs(u - v) >= mu"),
    Smoothing("max2", "lowered softplus", "v + mu*softplus((u - v)/mu) - mu*log(2)", CINF, ("-mu*log(2)", "0"), "1/(2*mu)", "convex", "Boyd and Vandenberghe 2004, 3.1.5", monotone=True),
    Smoothing("max", "log-sum-exp", "mu*logsumexp(ALL)", CINF, ("0", "mu*log(n)"), "1/(2*mu)", "convex", "Nesterov 2005, Math. Programming 103", monotone=True, each="ITEM/mu", proof="Log-sum-exp"),
    Smoothing("max", "lowered log-sum-exp", "mu*logsumexp(ALL) - mu*log(COUNT)", CINF, ("-mu*log(n)", "0"), "1/(2*mu)", "convex", "Nesterov 2005, Math. Programming 103", "`mu` times the logarithm of the mean of the exponentials", monotone=True, each="ITEM/mu", proof="Log-sum-exp"),
    Smoothing("max", "nested CHKS", "(LEFT + RIGHT + sqrt((LEFT - RIGHT)**2 + 4*mu**2))/2", CINF, ("0", "(n - 1)*mu"), None, "convex", _CHKS, "depends on the order of the arguments", tight=False, monotone=True, proof="Nested maxima"),
    # --- pinball: q*u above zero, (q - 1)*u below
    Smoothing("pinball", "smooth pinball", "q*u + mu*softplus(-u/mu)", CINF, ("0", "mu*log(2)"), "1/(4*mu)", "convex", "Zheng 2011, Int. J. Mach. Learn. Cybern. 2", order="moved"),
    Smoothing("pinball", "CHKS pinball", "((2*q - 1)*u + sqrt(u**2 + 4*mu**2))/2", CINF, ("0", "mu"), "1/(4*mu)", "convex", _CHKS, order="moved"),
    Smoothing("pinball", "Huber quantile", f"where(u >= 0, q, 1 - q)*{_HUBER_U}", C1, ("-mu*max(q, 1 - q)/2", "0"), "max(q, 1 - q)/mu", "convex", "Dabney et al. 2018, AAAI", order="zero", proof="Pinball, in pieces"),
    Smoothing("pinball", "Moreau pinball", "where(u > q*mu, q*u - q**2*mu/2, where(u < (q - 1)*mu, (q - 1)*u - (1 - q)**2*mu/2, u**2/(2*mu)))", C1, ("-mu*max(q, 1 - q)**2/2", "0"), "1/mu", "convex", "Chen 2007, J. Comput. Graph. Stat. 16", "the Moreau envelope of the pinball loss", order="zero", proof="Pinball, in pieces"),
    # --- max(u, 0)**2, for methods that use the second derivative
    Smoothing("relu2", "cubic", "where(u <= -mu, 0, where(u < mu, (u + mu)**3/(6*mu), u**2 + mu**2/3))", C2, ("0", "mu**2/3"), "2", "convex", _DIRECT, positive=True, monotone=True, exact="u <= -mu"),
    Smoothing("relu2", "normal mean", _NORMAL2.format("u"), CINF, ("0", "mu**2"), "2", "convex", _GAUSS, "the mean over normal noise of deviation mu in `u`", monotone=True, proof="Squares of relu, smoother"),
    # --- max(|u| - e, 0)
    Smoothing("insensitive", "double softplus", "mu*softplus((u - e)/mu) + mu*softplus((-u - e)/mu)", CINF, ("0", "mu*(log(2) + log(1 + exp(-2*e/mu)))"), "1/(2*mu)", "convex", "Lee, Hsieh and Huang 2005, IEEE Trans. Knowl. Data Eng. 17", proof="Insensitive to small errors"),
    Smoothing("insensitive", "double smooth hinge", "where(abs(u) <= e, 0, where(abs(u) <= e + mu, (abs(u) - e)**2/(2*mu), abs(u) - e - mu/2))", C1, ("-mu/2", "0"), "1/mu", "convex", _PINAR, order="same", proof="Insensitive to small errors", exact="abs(u) <= e"),
    # --- the Huber function, for methods that use the second derivative
    Smoothing("huber", "pseudo-Huber", "d**2*(sqrt(1 + (u/d)**2) - 1)", CINF, ("-d**2/2", "0"), "1", "convex", _PSEUDO, "a loss of its own, with the slopes of the Huber loss far out", order="same", proof="Huber, smoother"),
    Smoothing("huber", "log-cosh", "d*(u + d*softplus(-2*u/d) - d*log(2))", CINF, ("-d**2*(log(2) - 1/2)", "0"), "1", "convex", "Green 1990, IEEE Trans. Med. Imaging 9", "a loss of its own, with the slopes of the Huber loss far out", order="same", proof="Huber, smoother"),
    Smoothing("huber", "normal mean", _NORMAL_HUBER, CINF, ("0", "mu**2/2"), "1", "convex", _GAUSS, "the mean over normal noise of deviation mu in `u`", order="same", proof="Huber, smoother", tight=False),
    # --- clip(u, lo, hi)
    Smoothing("clip", "softplus difference", f"lo + {_SOFT.format('u - lo')} - {_SOFT.format('u - hi')}", CINF, ("-mu*log(2)", "mu*log(2)"), "1/(4*mu)", "neither", _SOFTPLUS, "the smooth clip stays between its ends", between=("lo", "hi"), monotone=True, proof="Clips"),
    Smoothing("clip", "CHKS difference", f"(lo + hi + {_ROOT.format('u - lo')} - {_ROOT.format('u - hi')})/2", CINF, ("-mu", "mu"), "1/(4*mu)", "neither", _CHKS, "the smooth clip stays between its ends", between=("lo", "hi"), monotone=True, proof="Clips"),
    Smoothing("clip", "nested softplus", "hi - mu*softplus((hi - lo - mu*softplus((u - lo)/mu))/mu)", CINF, ("-mu*log(2)", "mu*log(2)"), None, "neither", _SOFTPLUS, "finite where `u` overflows; the smooth clip may pass `lo` by mu*log(2)", fallback=True, tight=False, monotone=True, proof="Clips"),
    Smoothing("clip_any", "nested softplus", "hi - mu*softplus((hi - lo - mu*softplus((u - lo)/mu))/mu)", CINF, ("-mu*log(2)", "mu*log(2)"), None, "", _SOFTPLUS, "ends in any order; the smooth clip may pass `lo` by mu*log(2)", tight=False, monotone=True, proof="Clips"),
    # --- a Euclidean norm sqrt(ss), ss a sum of squares
    Smoothing("norm", "square root", "sqrt(ss + mu**2)", CINF, ("0", "mu"), "1/mu", "convex", _CHARBONNIER, positive=True, order="same"),
    Smoothing("norm", "pseudo-Huber", "sqrt(ss + mu**2) - mu", CINF, ("-mu", "0"), "1/mu", "convex", _PSEUDO, positive=True, order="same", zero=True),
    Smoothing("norm", "Huber of the norm", "where(ss <= mu**2, ss/(2*mu), sqrt(ss) - mu/2)", C1, ("-mu/2", "0"), "1/mu", "convex", _HUBER, positive=True, order="same", zero=True),
    # --- |u|**p, roots
    Smoothing("abspow", "regularised power", "(u**2 + mu**2)**(p/2)", CINF, ("0", "mu**p"), "p*mu**(p - 2)", "", "Lai and Wang 2011, SIAM J. Optim. 21", order="same", proof="Powers"),
    Smoothing("abspow", "shifted power", "(u**2 + mu**2)**(p/2) - mu**p", CINF, ("-mu**p", "0"), "p*mu**(p - 2)", "", "Lai and Wang 2011, SIAM J. Optim. 21", order="same", proof="Powers", zero=True),
    Smoothing("normpow", "regularised power", "(ss + mu**2)**p", CINF, ("0", "mu**(2*p)"), "2*p*mu**(2*p - 2)", "", "Lai and Wang 2011, SIAM J. Optim. 21", order="same", proof="Powers"),
    Smoothing("normpow", "shifted power", "(ss + mu**2)**p - mu**(2*p)", CINF, ("-mu**(2*p)", "0"), "2*p*mu**(2*p - 2)", "", "Lai and Wang 2011, SIAM J. Optim. 21", order="same", proof="Powers", zero=True),
    Smoothing("signedpow", "algebraic power", "u*(u**2 + mu**2)**((p - 1)/2)", CINF, ("-(1 - p)*mu**p", "(1 - p)*mu**p"), "(1 - p)*(0.8587 + 0.2423*p)*mu**(p - 2)", "neither", _DIRECT, tight=False, order="same", proof="Powers with the sign of their base", zero=True),
    Smoothing("quotient", "regularised quotient", "a/(ss + mu**2)", CINF, None, None, "", "Tikhonov 1963, Soviet Math. Dokl. 4", "where `ss` vanishes, the quotient is its numerator over mu**2"),
    Smoothing("quadrant", "softplus product", "mu**2*softplus(g/mu)*softplus(h/mu)", CINF, None, None, "", _SOFTPLUS, "the error of the product grows with either factor"),
    Smoothing("quadrant", "CHKS product", "(g + sqrt(g**2 + 4*mu**2))*(h + sqrt(h**2 + 4*mu**2))/4", CINF, None, None, "", _CHKS, "the error of the product grows with either factor"),
    # --- inverse sine and cosine: an infinite slope at -1 and 1, where a sine inside turns back
    Smoothing("asin", "shrunk argument", "asin(u/(1 + mu))", CINF, ("-acos(1/(1 + mu))", "acos(1/(1 + mu))"), "1/(mu*(mu + 2))**(3/2)", "neither", _DIRECT, monotone=True, order="same", proof="Inverse sine and cosine"),
    Smoothing("acos", "shrunk argument", "acos(u/(1 + mu))", CINF, ("-acos(1/(1 + mu))", "acos(1/(1 + mu))"), "1/(mu*(mu + 2))**(3/2)", "neither", _DIRECT, order="same", proof="Inverse sine and cosine"),
    Smoothing("asinroot", "rounded arc", "asin(sqrt((u + mu**2)/(1 + 2*mu**2)))", CINF, ("-atan(mu/sqrt(1 + mu**2))", "atan(mu/sqrt(1 + mu**2))"), "1/(4*(mu**2*(1 + mu**2))**(3/2))", "neither", _DIRECT, monotone=True, order="same", proof="Inverse sine of a root"),
    Smoothing("asinroot", "raised arc", "asin(sqrt((u + mu**2)/(1 + mu**2)))", CINF, ("0", "atan(mu)"), None, "", _DIRECT, "still infinitely steep where `u` is 1", order="same", proof="Inverse sine of a root"),
    Smoothing("sqrt", "raised root", "sqrt(u + mu)", CINF, ("0", "sqrt(mu)"), "1/(4*mu**(3/2))", "concave", _DIRECT, "the root's slope is at most 1/(2*sqrt(mu))", positive=True, monotone=True, order="same"),
    Smoothing("sqrt", "shifted root", "sqrt(u + mu) - sqrt(mu)", CINF, ("-sqrt(mu)", "0"), "1/(4*mu**(3/2))", "concave", _DIRECT, positive=True, monotone=True, order="same", zero=True),
    Smoothing("sqrt", "root with a quadratic start", "where(u >= mu, sqrt(u), sqrt(mu)*(3/8 + 3*u/(4*mu) - u**2/(8*mu**2)))", C2, ("0", "3*sqrt(mu)/8"), "1/(4*mu**(3/2))", "concave", _DIRECT, positive=True, monotone=True, order="same", exact="u >= mu"),
    Smoothing("cbrt", "algebraic", "u/(u**2 + mu**2)**(1/3)", CINF, ("-0.38744*mu**(1/3)", "0.38744*mu**(1/3)"), "0.61375*mu**(-5/3)", "neither", _DIRECT, tight=False, monotone=True, order="same", zero=True),
    # --- where the domain ends, or a denominator vanishes inside it
    Smoothing("power", "raised power", "(u + mu)**p", CINF, ("0", "mu**p"), "p*(1 - p)*mu**(p - 2)", "concave", _DIRECT, "the power is smooth where its base is 0, too", monotone=True, order="same", proof="Edges of the domain"),
    Smoothing("power", "shifted power", "(u + mu)**p - mu**p", CINF, ("-mu**p", "0"), "p*(1 - p)*mu**(p - 2)", "concave", _DIRECT, monotone=True, order="same", proof="Edges of the domain", zero=True),
    Smoothing("log", "raised logarithm", "log(u + mu)", CINF, None, "1/mu**2", "concave", _DIRECT, "the logarithm alone: never below; no uniform bound, as it falls to -oo; off by at most mu/c where its argument is c or more", monotone=True, order="same", proof="Edges of the domain"),
    Smoothing("reciprocal", "Tikhonov quotient", "u/(u**2 + mu**2)", CINF, None, "(3 + 2*sqrt(2))/(4*mu**3)", "neither", "Tikhonov 1963, Soviet Math. Dokl. 4", "the quotient alone: never larger in size; no uniform bound, as it has a pole; off by at most mu**2/c**3 where the denominator is c or more in size"),
    # --- steps: no continuous function is uniformly close to a jump
    Smoothing("sign", "tanh", "tanh(u/mu)", CINF, None, "4/(3*sqrt(3)*mu**2)", "neither", _DIRECT, monotone=True, mean_error="2*mu*log(2)", beside="2*exp(-2*abs(u)/mu)"),
    Smoothing("sign", "algebraic", "u/sqrt(u**2 + mu**2)", CINF, None, "48/(25*sqrt(5)*mu**2)", "neither", _DIRECT, monotone=True, mean_error="2*mu", beside="mu**2/(2*u**2)"),
    Smoothing("heaviside", "sigmoid", "sigmoid(u/mu)", CINF, None, "1/(6*sqrt(3)*mu**2)", "neither", _DIRECT, monotone=True, mean_error="2*mu*log(2)", beside="exp(-abs(u)/mu)"),
    Smoothing("heaviside", "algebraic", "(1 + u/sqrt(u**2 + mu**2))/2", CINF, None, "24/(25*sqrt(5)*mu**2)", "neither", _DIRECT, monotone=True, mean_error="mu", beside="mu**2/(4*u**2)"),
    Smoothing("heaviside", "logistic", "softplus(u)/log(2)", CINF, None, "1/(4*log(2))", "convex", _BARTLETT, "a loss of its own: convex and never below, the error grows without bound", monotone=True, proof="Losses of their own", whole=True),
    Smoothing("floor", "Abel staircase", "u - 1/2 + atan(sin(2*pi*u)/(1 + mu - cos(2*pi*u)))/pi", CINF, None, None, "neither", "Fourier series of the sawtooth, Abel sums; DLMF 1.8", "the staircase alone: |error| integrates to `mu*(mu + 2)*(1 + log(1 + 2/mu))/(2*pi**2*(1 + mu))` at most over each step"),
    Smoothing("round", "Abel staircase", "u - atan(sin(2*pi*u)/(1 + mu + cos(2*pi*u)))/pi", CINF, None, None, "neither", "Fourier series of the sawtooth, Abel sums; DLMF 1.8", "the staircase alone: |error| integrates to `mu*(mu + 2)*(1 + log(1 + 2/mu))/(2*pi**2*(1 + mu))` at most over each step"),
    Smoothing("where", "sigmoid blend", "b + (a - b)*sigmoid(g/mu)", CINF, None, None, "", _DIRECT, beside="abs(a - b)*exp(-abs(g)/mu)"),
    Smoothing("where", "algebraic blend", "b + (a - b)*(1 + g/sqrt(g**2 + mu**2))/2", CINF, None, None, "", _DIRECT, beside="abs(a - b)*mu**2/(4*g**2)"),
)  # fmt: skip
