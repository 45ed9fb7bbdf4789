"""Search for tasks in a corpus, such as the training data of a fine-tune."""

from evalpkg.contamination.compare import Finding, Findings, compare
from evalpkg.contamination.record import read_touched, write_findings

__all__ = ["Finding", "Findings", "compare", "read_touched", "write_findings"]
