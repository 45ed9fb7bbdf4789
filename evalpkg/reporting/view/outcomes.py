"""The outcomes of the samples: verdicts, compiler errors, and the policy's vetoes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from evalpkg.models import UNJUDGED, Mode, Role, VerdictKind
from evalpkg.reporting.format import count, percent, plain, plural
from evalpkg.reporting.labels import EXPLAINED, MARK, ROLE, VERDICT
from evalpkg.reporting.rustc_errors import title
from evalpkg.reporting.view.cells import Cell, difference_cell, estimate_cell
from evalpkg.statistics import Metrics, PolicyVeto, RoleMetrics

MOST_FREQUENT = 12
"""Error codes shown; all others share one line."""

POLICY_EXPLAINED = (
    "The policy comes from SigilDERG, the authors of human-eval-rust. It is a list of texts that a"
    " completion must not contain, such as \u201cunsafe\u201d. A sample that contains one keeps its"
    " verdict, but counts as failed in the numbers \u201cwith policy\u201d."
)


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One verdict. ``shares`` are fractions of one, for bars; ``cells`` are the same as text."""

    kind: str
    label: str
    mark: str
    explained: str
    link: str
    counts: dict[Role, str]
    cells: dict[Role, Cell]
    shares: dict[Role, float]
    difference: Cell | None


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One rustc error code. ``shares`` are relative to the largest count of the table."""

    code: str
    title: str
    link: str
    counts: dict[Role, str]
    shares: dict[Role, float]


@dataclass(frozen=True, slots=True)
class VetoLine:
    """One rule of the policy: correct samples it rejected, and all samples that broke it."""

    rule: str
    correct: dict[Role, str]
    samples: dict[Role, str]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policy's vetoes."""

    heading: str
    explained: str
    sentences: tuple[str, ...]
    lines: tuple[VetoLine, ...]


def verdict_lines(metrics: Metrics) -> list[VerdictLine]:
    """Build a line for each verdict that occurred, in the order of ``labels.VERDICT``."""
    shares = {
        role: {v.kind: v for v in own.verdicts if v.count} for role, own in metrics.roles.items()
    }
    differences = {d.kind: d for d in metrics.comparison.verdicts} if metrics.comparison else {}
    lines = []
    for kind, label in VERDICT.items():
        if not any(kind in own for own in shares.values()):
            continue
        known = {role: own.get(kind) for role, own in shares.items()}
        every = {
            role: next(v for v in own.verdicts if v.kind is kind)
            for role, own in metrics.roles.items()
        }
        lines.append(
            VerdictLine(
                kind.value,
                label,
                MARK[kind],
                EXPLAINED[kind],
                f"#verdict={kind.value}",
                {role: count(v.count if v else 0) for role, v in known.items()},
                {role: estimate_cell(v.share) for role, v in every.items()},
                {role: v.share.value or 0.0 for role, v in every.items()},
                difference_cell(differences[kind]) if kind in differences else None,
            )
        )
    return lines


def verdict_heading(metrics: Metrics) -> str:
    """Name the most common failure."""
    worst = {role: _most_common_failure(own) for role, own in metrics.roles.items()}
    if not any(worst.values()):
        return "No sample failed"
    if len(set(worst.values())) == 1:
        kind = next(iter(worst.values()))
        share = [f"{_share(own, kind)} {ROLE[role].lower()}" for role, own in metrics.roles.items()]
        return f"Most failures: {VERDICT[kind] if kind else ''} ({', '.join(share)})"
    said = [
        f"{ROLE[role].lower()} {VERDICT[kind] if kind else 'none'}" for role, kind in worst.items()
    ]
    return f"Most failures: {', '.join(said)}"


def _most_common_failure(own: RoleMetrics) -> VerdictKind | None:
    failed = [v for v in own.verdicts if v.count and v.kind not in (VerdictKind.PASSED, *UNJUDGED)]
    return max(failed, key=lambda v: v.count).kind if failed else None


def _share(own: RoleMetrics, kind: VerdictKind | None) -> str:
    return percent(next(v.share.value for v in own.verdicts if v.kind is kind))


def error_lines(metrics: Metrics) -> list[ErrorLine]:
    """Build a line for each of the most frequent first rustc errors, and one for all others."""
    counts = {
        role: {e.code or "": e.count for e in own.error_codes}
        for role, own in metrics.roles.items()
    }
    total = {
        code: sum(own.get(code, 0) for own in counts.values())
        for code in sorted({code for own in counts.values() for code in own})
    }
    ordered = sorted(total, key=lambda code: -total[code])
    most = max((n for own in counts.values() for n in own.values()), default=1)
    lines = []
    for code in ordered[:MOST_FREQUENT]:
        own = {role: known.get(code, 0) for role, known in counts.items()}
        meaning = title(code) if code else "errors without a rustc code, mostly syntax"
        lines.append(_error_line(plain(code) or "none", meaning, own, most))
    others = ordered[MOST_FREQUENT:]
    if others:
        own = {role: sum(known.get(c, 0) for c in others) for role, known in counts.items()}
        lines.append(_error_line("others", plural(len(others), "further code"), own, most))
    return lines


def _error_line(code: str, meaning: str, counts: Mapping[Role, int], most: int) -> ErrorLine:
    link = "" if code == "others" else f"#verdict=compile_error&code={quote(code)}"
    return ErrorLine(
        code,
        meaning,
        link,
        {role: count(n) for role, n in counts.items()},
        {role: min(1.0, n / most) for role, n in counts.items()},
    )


def error_heading(metrics: Metrics) -> str:
    """Name the most frequent compiler error."""
    lines = error_lines(metrics)
    if not lines:
        return "The compiler refused no program"
    named = next((line for line in lines if line.code not in ("none", "others")), None)
    if named is None:
        return "The compiler refused programs without giving a code"
    return f"Most frequent compiler error: {named.code}" + (
        f", {named.title}" if named.title else ""
    )


def policy_view(metrics: Mapping[Mode, Metrics]) -> PolicyView:
    """Summarise the policy's vetoes, and how many hit correct programs."""
    if Mode.POLICY not in metrics:
        return PolicyView("The policy was not part of this run", "", (), ())
    vetoes = {
        role: own.policy
        for role, own in metrics[Mode.POLICY].roles.items()
        if own.policy is not None
    }
    rejected = sum(veto.vetoed_correct for veto in vetoes.values())
    correct = sum(veto.correct for veto in vetoes.values())
    if rejected:
        part = percent(rejected / correct)
        samples = plural(rejected, "correct sample")
        heading = f"The policy rejected {samples}, {part} of all correct ones"
    else:
        heading = "The policy rejected no correct sample"
    said = tuple(_veto_sentence(role, veto) for role, veto in vetoes.items())
    return PolicyView(heading, POLICY_EXPLAINED, said, tuple(_veto_lines(vetoes)))


def _veto_sentence(role: Role, veto: PolicyVeto) -> str:
    share = f" ({percent(veto.vetoed_share)})" if veto.vetoed_share is not None else ""
    return (
        f"{ROLE[role]}: {count(veto.vetoed_correct)} of {plural(veto.correct, 'correct sample')}"
        f" rejected{share}; {plural(veto.vetoed, 'sample')} of any kind broke a rule."
    )


def _veto_lines(vetoes: Mapping[Role, PolicyVeto]) -> list[VetoLine]:
    known = {role: {rule.rule: rule for rule in veto.rules} for role, veto in vetoes.items()}
    right = {
        name: sum(own[name].correct for own in known.values() if name in own)
        for name in sorted({name for own in known.values() for name in own})
    }
    return [
        VetoLine(
            plain(name),
            {r: count(own[name].correct if name in own else 0) for r, own in known.items()},
            {r: count(own[name].samples if name in own else 0) for r, own in known.items()},
        )
        for name in sorted(right, key=lambda name: -right[name])
    ]
