"""The place of every file of a run. No other module spells these file names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evalpkg.models import Mode, Role


@dataclass(frozen=True, slots=True)
class RunLayout:
    """Paths inside one output directory."""

    root: Path

    def samples(self, mode: Mode, role: Role) -> Path:
        """Return the path of the final rows of one model in one mode."""
        return self.root / mode.value / f"{role.value}_model_samples.jsonl"

    def metrics(self, mode: Mode) -> Path:
        """Return the path of the metrics of one mode."""
        return self.root / mode.value / "metrics.json"

    def comparison(self, mode: Mode) -> Path:
        """Return the path of the markdown report of one mode."""
        return self.root / mode.value / "comparison_report.md"

    @property
    def summary(self) -> Path:
        """Markdown summary over both modes."""
        return self.root / "combined_summary.md"

    @property
    def metadata(self) -> Path:
        """Environment, digests and arguments of the run."""
        return self.root / "eval_metadata.json"

    @property
    def html(self) -> Path:
        """The self-contained report."""
        return self.root / "report.html"

    @property
    def manifest(self) -> Path:
        """Digests of every file, and the Merkle root over the samples."""
        return self.root / "manifest.json"

    @property
    def signature(self) -> Path:
        """Ed25519 signature of the manifest, in base64."""
        return self.root / "manifest.json.sig"

    @property
    def statement(self) -> Path:
        """The result as an in-toto statement about the manifest."""
        return self.root / "statement.intoto.json"

    @property
    def envelope(self) -> Path:
        """The statement in a signed DSSE envelope."""
        return self.root / "statement.dsse.json"

    @property
    def tasks(self) -> Path:
        """The tasks as they were asked and tested."""
        return self.root / "tasks.jsonl"

    @property
    def prompts(self) -> Path:
        """The prompts as the models saw them."""
        return self.root / "prompts.jsonl"

    @property
    def answers(self) -> Path:
        """Verdicts on samples from files, in the order of the files."""
        return self.root / "verdicts.jsonl"

    @property
    def config(self) -> Path:
        """The configuration that this directory belongs to."""
        return self.root / "config.json"

    @property
    def progress(self) -> Path:
        """Live progress, for other programs to read."""
        return self.root / "progress.json"

    @property
    def work(self) -> Path:
        """Append-only working files."""
        return self.root / "work"

    @property
    def facts(self) -> Path:
        """Facts that sessions found out about the run, for the metadata at its end."""
        return self.work / "facts.json"

    @property
    def samples_log(self) -> Path:
        """Append-only log of generated samples."""
        return self.work / "samples.jsonl"

    @property
    def prompts_log(self) -> Path:
        """Append-only log of the prompts that models were shown."""
        return self.work / "prompts.jsonl"

    @property
    def verdicts_log(self) -> Path:
        """Append-only log of verdicts."""
        return self.work / "verdicts.jsonl"
