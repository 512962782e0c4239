"""System x level rules -> classification: which legal level each information system has, by which clauses.

Pure functions of their arguments. A rule set is data (``checks/levels``); every clause is true, false or unknown, so that
unanswered inputs give a range and the questions to ask, never a guess. What comes out is a proposal: the appraisal decides.
"""

from secaudit.classify.cases import run_level_cases
from secaudit.classify.classifier import Classifier
from secaudit.classify.compare import TOO_LOW, Comparison, compare
from secaudit.classify.inheritance import levels_of_endpoints
from secaudit.classify.inputs import domains, owner_sectors
from secaudit.classify.lint import contradictions, lint_interpretations
from secaudit.classify.outcomes import Outcomes
from secaudit.classify.questions import questions
from secaudit.classify.reach import unreachable

__all__ = [
    "TOO_LOW",
    "Classifier",
    "Comparison",
    "Outcomes",
    "compare",
    "contradictions",
    "domains",
    "levels_of_endpoints",
    "lint_interpretations",
    "owner_sectors",
    "questions",
    "run_level_cases",
    "unreachable",
]
