"""The log of verdicts, ``work/verdicts.jsonl``."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from evalpkg.digests import sha256_hex
from evalpkg.models import Extraction, Role, Sample, Verdict, VerdictKind
from evalpkg.store.record_log import RecordLog
from evalpkg.store.records import Codec
from evalpkg.store.shards import SampleKey


def judgement(extraction: Extraction, verdict: Verdict) -> dict[str, Any]:
    """Return the fields of ``Row`` that extraction and verdict fill, by name."""
    return {
        "verdict": verdict.kind,
        "compile_ok": verdict.compile_ok,
        "error_code": verdict.error_code,
        "detail": verdict.detail,
        "program_sha256": verdict.program_sha256,
        "source": extraction.source,
        "extraction_rule": extraction.rule,
        "main_free": extraction.main_free,
    }


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """The result of scoring one sample; fields as in ``Row``.

    Attributes:
        completion_sha256: digest of the completion that was judged; a verdict on another text
            does not count.
        policy_violations: every rule of the policy that the completion breaks.
    """

    role: Role
    task_id: str
    index: int
    completion_sha256: str
    verdict: VerdictKind
    compile_ok: bool | None
    error_code: str | None
    detail: str
    program_sha256: str
    source: str | None
    extraction_rule: str
    main_free: bool
    policy_violations: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        sample: Sample,
        extraction: Extraction,
        verdict: Verdict,
        policy_violations: Iterable[str] = (),
    ) -> Self:
        """Make the judgement on ``sample``."""
        return cls(
            *sample.key,
            sha256_hex(sample.completion),
            **judgement(extraction, verdict),
            policy_violations=tuple(policy_violations),
        )

    @property
    def key(self) -> SampleKey:
        """The sample's identity."""
        return (self.role, self.task_id, self.index)

    @property
    def final(self) -> bool:
        """False for an infrastructure error: such a sample is judged again by the next run."""
        return self.verdict is not VerdictKind.INFRA_ERROR


SCORED = Codec(ScoredSample, "a verdict")


class Verdicts:
    """The judgement that counts of each sample: the first final one, or else the last error.

    Judgements of different completions of one sample are kept apart, because a lost sample may be
    generated again: its judgement counts if it has the same completion.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[SampleKey, str], ScoredSample] = {}

    def add(self, judged: Iterable[ScoredSample]) -> None:
        """Take judgements in the order in which they were written."""
        for one in judged:
            place = (one.key, one.completion_sha256)
            earlier = self._found.get(place)
            if earlier is None or not earlier.final:
                self._found[place] = one

    def of(self, samples: Mapping[SampleKey, Sample]) -> dict[SampleKey, ScoredSample]:
        """Return the judgement of each of ``samples`` that has one, by key in their order."""
        found = (
            (key, self._found.get((key, sha256_hex(sample.completion))))
            for key, sample in samples.items()
        )
        return {key: one for key, one in found if one is not None}

    def missing(self, samples: Mapping[SampleKey, Sample]) -> list[SampleKey]:
        """List the samples without a final judgement, in the order given."""
        chosen = self.of(samples)
        return [key for key in samples if key not in chosen or not chosen[key].final]


class VerdictLog(RecordLog[ScoredSample]):
    """Verdicts in the order written, including retries of infrastructure errors."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SCORED)

    def verdicts(self, wanted: Container[SampleKey]) -> Verdicts:
        """Read the judgements of the samples whose keys are ``wanted``."""
        verdicts = Verdicts()
        verdicts.add(one for one in self.read() if one.key in wanted)
        return verdicts

    def by_key(self, samples: Mapping[SampleKey, Sample]) -> dict[SampleKey, ScoredSample]:
        """Read the judgement that counts for each of ``samples``."""
        return self.verdicts(samples).of(samples)
