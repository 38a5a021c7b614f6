"""Checks of the answer: verdict, class, cases and findings follow from the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import mpmath

from diffcheck.certificate import Cell, RegionStep, WallStep
from diffcheck.errors import InputError
from diffcheck.verdict import CINF, D1, OTHERWISE, Smoothness, Verdict
from diffcheck.verify.claims import Check, Claim, Status
from diffcheck.verify.sidewise import Germ, number_of, read_germ, real
from diffcheck.verify.walls import Refused, Unknown, holding, witness_point

__all__ = ["check_findings", "check_verdict"]

SHOWN = mpmath.mpf(10) ** -30


def check_verdict(claim: Claim, steps: Sequence[Check]) -> Iterator[Check]:
    """Check that the class is the worst of all points and regions, and the verdict what the classes say.

    It is proved when all steps are; that a function is not differentiable also when one witness is.
    """
    label = f"verdict {claim.report['verdict']}, class {claim.report['class'] or 'that of the functions'}"
    try:
        _follow(claim)
        yield _weighed(claim, steps, label)
    except (ValueError, Refused) as reason:
        yield Check(label, Status.FAILED, str(reason))


def _weighed(claim: Claim, steps: Sequence[Check], label: str) -> Check:
    weak = sum(s.status is not Status.PROVED for s in steps)
    if not weak:
        return Check(label, Status.PROVED, "follows from the steps, all of which are proved")
    rests = f"follows from the steps, {weak} of which {'is' if weak == 1 else 'are'} not proved"
    shown = {s.place for s in steps if s.at_witness}
    bad = [
        f"wall {w.number}"
        for w in claim.certificate.walls
        for i, c in enumerate(w.cells)
        if not Smoothness.parse(c.smoothness).differentiable and (w.number, i) in shown
    ] + [
        " and ".join(t.equations)
        for i, t in enumerate(claim.certificate.thin)
        if not Smoothness.parse(t.smoothness).differentiable and i in shown
    ]
    if bad and not claim.one_term and claim.report["verdict"] == Verdict.NOT_DIFFERENTIABLE:
        return Check(label, Status.PROVED, f"the witness on {bad[0]} is proved; the class {rests}")
    return Check(label, Status.SAMPLED, rests)


def _follow(claim: Claim) -> None:
    verdict = claim.report["verdict"]
    worst = min((g for g, _ in _points(claim)), default=CINF)
    regions = claim.certificate.regions
    classes = [Smoothness.parse(r.smoothness) for r in regions]
    if claim.unknown and verdict != Verdict.NOT_DIFFERENTIABLE:
        _follow_for_functions(claim, classes)
        return
    if verdict == Verdict.NOT_DIFFERENTIABLE and claim.report["class"] is None:
        # Something that stays open may be worse; that some point fails is all that is claimed.
        if worst.differentiable:
            raise Refused("no point of the certificate fails")
        return
    stated = Smoothness.parse(str(claim.report["class"]))
    if not regions or min(classes) != stated:
        raise Refused("the class is not that of the worst region of the constants")
    if worst != stated:
        raise Refused(f"the worst point is of class {worst}")
    answers = {c.differentiable for c in classes}
    wanted = Verdict.CONDITIONAL if len(answers) > 1 else _answer(stated)
    if verdict != wanted:
        raise Refused(f"the classes mean {wanted}")
    cases = [(c["condition"], c["verdict"], c["class"]) for c in claim.report["cases"]]
    if cases != (
        [(r.condition or OTHERWISE, _answer(c), str(c)) for r, c in zip(regions, classes, strict=True)]
        if len(answers) > 1
        else []
    ):
        raise Refused("the cases are not the regions")
    for region, grade in zip(regions, classes, strict=True):
        _check_region(claim, region, grade, [r.condition for r in regions if r.condition])


def _follow_for_functions(claim: Claim, classes: Sequence[Smoothness]) -> None:
    """A loss of unknown functions: differentiable where they are and the certificate is, and nothing is said else."""
    if claim.report["verdict"] != Verdict.CONDITIONAL or not any(c.differentiable for c in classes):
        raise Refused("whether it is differentiable depends on the functions")
    wanted = [
        (Verdict.DIFFERENTIABLE, str(D1)) if c.differentiable else (_answer(c), str(c)) for c in classes
    ]
    cases = [(c["verdict"], c["class"]) for c in claim.report["cases"]]
    if claim.report["class"] is not None or cases != [*wanted, (Verdict.UNDETERMINED, None)]:
        raise Refused("the cases are not what follows by the chain rule")
    ends = {
        f["at"] for f in claim.report["findings"] if f["kind"] == "edge" and {*f["wrt"]} & {*claim.unknown}
    }
    for case in claim.report["cases"]:
        if case["verdict"] == Verdict.DIFFERENTIABLE and not all(end in case["condition"] for end in ends):
            raise Refused("a value may reach the end of the domain")


def _answer(grade: Smoothness) -> Verdict:
    return Verdict.DIFFERENTIABLE if grade.differentiable else Verdict.NOT_DIFFERENTIABLE


def _points(claim: Claim) -> Iterator[tuple[Smoothness, Mapping[str, str]]]:
    """Yield the class at every point of the certificate, and the point."""
    for wall in claim.certificate.walls:
        for cell in wall.cells:
            yield Smoothness.parse(cell.smoothness), cell.witness
    for step in claim.certificate.thin:
        yield Smoothness.parse(step.smoothness), step.rays[0].witness if step.rays else {}
    for closing in claim.certificate.closings:
        yield Smoothness.parse(closing.smoothness), closing.witness


def _check_region(claim: Claim, region: RegionStep, grade: Smoothness, stated: Sequence[str]) -> None:
    """The example satisfies the condition of its region; no point with constants of the region is worse.

    stated: the conditions of all regions; one without a condition is where none of them holds.
    """

    def inside(constants: Mapping[str, Any]) -> bool | None:
        if region.condition:
            return holding((region.condition,), constants)
        found = [holding((c,), constants) for c in stated]
        return False if True in found else None if None in found else True

    if not stated:
        return
    example = {n: number_of(text, {}) for n, text in region.example.items()}
    if inside(example) is False:
        raise Refused(f"the example does not satisfy {region.condition or OTHERWISE}")
    for other, witness in _points(claim):
        constants = {n: number_of(witness[n], {}) for n in claim.constants if n in witness}
        known = {n: v for n, v in constants.items() if v is not None}
        if other < grade and len(known) == len(claim.constants) and inside(known):
            raise Refused(f"a point where {region.condition or OTHERWISE} is of class {other}")


# --- findings


def check_findings(claim: Claim, steps: Sequence[Check]) -> Iterator[Check]:
    """Check that each finding is one of the points of the certificate, with the numbers seen there."""
    proved = {s.place for s in steps if s.at_witness}
    for finding in claim.report["findings"]:
        label = f"finding {finding['kind']} at {finding['at']}"
        if finding["kind"] == "flat":
            continue
        try:
            yield _check_finding(claim, finding, label, proved)
        except (Refused, InputError) as reason:
            yield Check(label, Status.FAILED, str(reason))
        except Unknown as reason:
            yield Check(label, Status.OPEN, str(reason))


def _check_finding(
    claim: Claim, finding: Mapping[str, Any], label: str, proved: set[tuple[int, int] | int | None]
) -> Check:
    place = {n: number_of(text, {}) for n, text in finding["witness"].items()}
    if any(v is None for v in place.values()):
        raise Unknown("its witness is no number")
    for wall in claim.certificate.walls:
        for i, cell in enumerate(wall.cells):
            if cell.kind == finding["kind"] and _same_place(
                place, witness_point(claim, cell.witness, wall.root)
            ):
                _check_numbers(claim, finding, wall, cell)
                status = Status.PROVED if (wall.number, i) in proved else Status.SAMPLED
                return Check(label, status, "a point of the certificate, with its numbers")
    for i, step in enumerate(claim.certificate.thin):
        for ray in step.rays:
            if step.kind == finding["kind"] and _same_place(place, witness_point(claim, ray.witness, None)):
                status = Status.PROVED if i in proved else Status.SAMPLED
                return Check(label, status, "a point of the certificate")
    for closing in claim.certificate.closings:
        if closing.kind == finding["kind"] and _same_place(
            place, witness_point(claim, closing.witness, None)
        ):
            return Check(label, Status.SAMPLED, "a point of the certificate")
    raise Refused("no step of the certificate has this kind at this point")


def _same_place(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return all(_close(v, b.get(n)) for n, v in a.items())


def _close(u: Any, v: Any) -> bool:
    if u is None or v is None:
        return False
    low, high = real(u), real(v)
    return bool(abs(low - high) <= SHOWN * max(1, abs(high)))


def _check_numbers(claim: Claim, finding: Mapping[str, Any], wall: WallStep, cell: Cell) -> None:
    """Compare the limits, slopes or derivatives of a finding with the coefficients of the germs."""
    point = witness_point(claim, cell.witness, wall.root)
    germs = [None if s is None else read_germ(s, point, wall.step) for s in (cell.left, cell.right)]
    for sign, germ, text in zip((-1, 1), germs, (finding["left"], finding["right"]), strict=True):
        if text is None or germ is None or "oo" in text:
            continue
        stated = number_of(text, point)
        seen = _derivative(germ, sign, finding["kind"], cell)
        if stated is None or seen is None:
            continue
        if not _close(seen, stated):
            raise Refused(f"the germs do not give {text} on the {'left' if sign < 0 else 'right'}")


def _derivative(germ: Germ, sign: int, kind: str, cell: Cell) -> Any:
    """Return the limit (jump, hole) or the derivative (corner, break) that a germ has on one side."""
    order = {"jump": 0, "hole": 0, "corner": 1}.get(kind)
    if kind == "break":
        order = int(Smoothness.parse(cell.smoothness).level) + 1
    if order is None:
        return None
    if germ.rest is not None and germ.rest.power <= order:
        return None
    matching = [c for c, size, waves in germ.terms if size.power == order and not waves and size.flat == 0]
    total = mpmath.fsum(real(c) for c in matching)
    return sign**order * mpmath.factorial(order) * total
