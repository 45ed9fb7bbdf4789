"""Whether a corpus, such as a fine-tune's training data, holds the tasks that it is tested on."""

from evalpkg.contamination.compare import Finding, Findings, compare
from evalpkg.contamination.record import read_touched, write_findings

__all__ = ["Finding", "Findings", "compare", "read_touched", "write_findings"]
