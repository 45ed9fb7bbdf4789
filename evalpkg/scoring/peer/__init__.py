"""Run ``human-eval-rust`` 3.0.0 as another scorer, and explain where its verdicts differ."""

from evalpkg.scoring.peer.comparison import Disagreement, PeerComparison, compare
from evalpkg.scoring.peer.faults import PeerFault, Question, question
from evalpkg.scoring.peer.runner import PeerSettings, PeerVerdict, peer_verdicts, require_consent
from evalpkg.scoring.peer.table import render

__all__ = [
    "Disagreement",
    "PeerComparison",
    "PeerFault",
    "PeerSettings",
    "PeerVerdict",
    "Question",
    "compare",
    "peer_verdicts",
    "question",
    "render",
    "require_consent",
]
