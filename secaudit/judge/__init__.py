"""Facts and checks into findings: pure, without clock, file or network.

``Judge(checks).judge(endpoint, facts)`` gives one finding per check; ``run_cases(check)`` runs the proof that stands beside
a check.
"""

from secaudit.judge.cases import run_cases
from secaudit.judge.judge import Judge

__all__ = ["Judge", "run_cases"]
