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
        """Path of the markdown summary over both modes."""
        return self.root / "combined_summary.md"

    @property
    def metadata(self) -> Path:
        """Path of environment, digests and arguments of the run."""
        return self.root / "eval_metadata.json"

    @property
    def html(self) -> Path:
        """Path of the self-contained report."""
        return self.root / "report.html"

    @property
    def manifest(self) -> Path:
        """Path of the digests of every file and the Merkle root over the samples."""
        return self.root / "manifest.json"

    @property
    def signature(self) -> Path:
        """Path of the manifest's Ed25519 signature, in base64."""
        return self.root / "manifest.json.sig"

    @property
    def statement(self) -> Path:
        """Path of the in-toto statement about the manifest."""
        return self.root / "statement.intoto.json"

    @property
    def envelope(self) -> Path:
        """Path of the statement in a signed DSSE envelope."""
        return self.root / "statement.dsse.json"

    @property
    def tasks(self) -> Path:
        """Path of the tasks with the prompts and tests of the run."""
        return self.root / "tasks.jsonl"

    @property
    def prompts(self) -> Path:
        """Path of the prompts as the models saw them."""
        return self.root / "prompts.jsonl"

    @property
    def answers(self) -> Path:
        """Path of the verdicts on samples from files, in the order of the files."""
        return self.root / "verdicts.jsonl"

    @property
    def config(self) -> Path:
        """Path of the configuration of this directory."""
        return self.root / "config.json"

    @property
    def progress(self) -> Path:
        """Path of the live progress, for other programs."""
        return self.root / "progress.json"

    @property
    def work(self) -> Path:
        """Folder of append-only working files."""
        return self.root / "work"

    @property
    def lock(self) -> Path:
        """Path of the file that the one process which writes has locked."""
        return self.work / "run.lock"

    @property
    def facts(self) -> Path:
        """Path of facts that sessions collect for the metadata at the run's end."""
        return self.work / "facts.json"

    @property
    def samples_log(self) -> Path:
        """Path of the append-only log of generated samples."""
        return self.work / "samples.jsonl"

    @property
    def prompts_log(self) -> Path:
        """Path of the append-only log of the prompts that models saw."""
        return self.work / "prompts.jsonl"

    @property
    def verdicts_log(self) -> Path:
        """Path of the append-only log of verdicts."""
        return self.work / "verdicts.jsonl"

    def names(self) -> set[str]:
        """Return the names of all files and folders that a run has in its directory."""
        paths = (
            *(self.summary, self.metadata, self.html, self.manifest, self.signature),
            *(self.statement, self.envelope, self.tasks, self.prompts, self.answers),
            *(self.config, self.progress, self.work),
        )
        return {path.name for path in paths} | {mode.value for mode in Mode}
