"""The log of verdicts, ``work/verdicts.jsonl``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from evalpkg.errors import DataError
from evalpkg.models import Extraction, Role, Sample, Verdict, VerdictKind
from evalpkg.store.files import sha256_hex
from evalpkg.store.log import AppendLog
from evalpkg.store.shards import SampleKey, key_of


@dataclass(frozen=True, slots=True)
class ScoredSample:
    """Everything that scoring found out about one sample.

    Attributes:
        completion_sha256: digest of the completion that was judged; a verdict on another text
            does not count.
        policy_violations: every rule of the policy that the completion breaks.
    """

    role: Role
    task_id: str
    index: int
    completion_sha256: str
    extraction: Extraction
    verdict: Verdict
    policy_violations: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        sample: Sample,
        extraction: Extraction,
        verdict: Verdict,
        policy_violations: Iterable[str] = (),
    ) -> Self:
        """The judgement on ``sample``."""
        digest = sha256_hex(sample.completion)
        violations = tuple(policy_violations)
        return cls(*sample.key, digest, extraction, verdict, violations)

    @property
    def key(self) -> SampleKey:
        """The sample's identity."""
        return (self.role, self.task_id, self.index)

    @property
    def final(self) -> bool:
        """False for an infrastructure error: such a sample is judged again by the next run."""
        return self.verdict.kind is not VerdictKind.INFRA_ERROR


class VerdictLog:
    """Verdicts as they come. A context manager: inside, this process is the writer."""

    def __init__(self, path: Path) -> None:
        self._log = AppendLog(path)

    def append(self, scored: Iterable[ScoredSample]) -> None:
        """Add a batch; when this returns, it is on disk.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes the log.
        """
        self._log.append(_to_json(one) for one in scored)

    def replace(self, scored: Iterable[ScoredSample]) -> None:
        """Put ``scored`` in the place of everything that the log holds, at once or not at all.

        Raises:
            EnvironmentUnfitError: if it could not be written, or another process writes the log.
        """
        self._log.replace(_to_json(one) for one in scored)

    def read(self) -> Iterator[ScoredSample]:
        """Every judgement in the order written: retries of infrastructure errors included.

        Raises:
            DataError: if a line is not a verdict.
        """
        for record in self._log.read():
            try:
                yield _from_json(record)
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(f"{self._log.path}: not a verdict ({error!r})") from error

    def by_key(self, samples: Mapping[SampleKey, Sample]) -> dict[SampleKey, ScoredSample]:
        """The judgement that counts for each of ``samples``.

        The first final one; where there is none, the last infrastructure error. Judgements on
        another completion than the one given are left out.
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
        """Samples still to be judged, in the order given.

        Args:
            samples: everything that was generated.
            retry_infra: whether samples that ended in an infrastructure error count as missing.
        """
        chosen = self.by_key(samples)
        return [
            key for key in samples if key not in chosen or (retry_infra and not chosen[key].final)
        ]

    def close(self) -> None:
        """Stop being the writer."""
        self._log.close()

    def __enter__(self) -> Self:
        self._log.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _to_json(scored: ScoredSample) -> dict[str, Any]:
    verdict, extraction = scored.verdict, scored.extraction
    return {
        "role": scored.role,
        "task_id": scored.task_id,
        "index": scored.index,
        "completion_sha256": scored.completion_sha256,
        "verdict": verdict.kind,
        "compile_ok": verdict.compile_ok,
        "error_code": verdict.error_code,
        "detail": verdict.detail,
        "program_sha256": verdict.program_sha256,
        "source": extraction.source,
        "extraction_rule": extraction.rule,
        "main_free": extraction.main_free,
        "policy_violations": scored.policy_violations,
    }


def _from_json(record: Mapping[str, Any]) -> ScoredSample:
    return ScoredSample(
        *key_of(record),
        completion_sha256=record["completion_sha256"],
        extraction=Extraction(record["source"], record["extraction_rule"], record["main_free"]),
        verdict=Verdict(
            VerdictKind(record["verdict"]),
            record["compile_ok"],
            record["error_code"],
            record["detail"],
            record["program_sha256"],
        ),
        policy_violations=tuple(record["policy_violations"]),
    )
