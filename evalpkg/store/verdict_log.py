"""The log of verdicts, ``work/verdicts.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


class VerdictLog(RecordLog[ScoredSample]):
    """Verdicts in the order written, including retries of infrastructure errors."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, SCORED)

    def by_key(self, samples: Mapping[SampleKey, Sample]) -> dict[SampleKey, ScoredSample]:
        """Read the judgement that counts for each of ``samples``.

        This is the first final one, or else the last infrastructure error. Judgements of another
        completion than the sample's are left out.
        """
        chosen: dict[SampleKey, ScoredSample] = {}
        digests: dict[SampleKey, str] = {}
        for one in self.read():
            sample = samples.get(one.key)
            if sample is None:
                continue
            if one.key not in digests:
                digests[one.key] = sha256_hex(sample.completion)
            earlier = chosen.get(one.key)
            if one.completion_sha256 == digests[one.key] and (earlier is None or not earlier.final):
                chosen[one.key] = one
        return chosen

    def missing(
        self, samples: Mapping[SampleKey, Sample], *, retry_infra: bool = True
    ) -> list[SampleKey]:
        """List the samples still to judge, in the order given.

        Args:
            samples: all generated samples.
            retry_infra: True if samples that ended in an infrastructure error are judged again.
        """
        chosen = self.by_key(samples)
        return [
            key for key in samples if key not in chosen or (retry_infra and not chosen[key].final)
        ]
