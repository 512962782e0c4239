"""State x plan -> measurements: intervals from what is proven to what is still possible, never single figures.

Pure functions of their arguments; shares are exact fractions. Nothing counts as reached because nobody looked: what is not shown
is unknown, an agency that sent nothing or did not count its people keeps a target from being met, machines beyond the declared
list are unknown members.
"""

from secaudit.measure.contradictions import contradictions
from secaudit.measure.fulfilment import UNSTATED
from secaudit.measure.lint import PlanFault, lint_plan, plan_faults
from secaudit.measure.plans import measure
from secaudit.measure.requirements import Assessed, assess_systems, level_taken
from secaudit.measure.variables import AGENCY_INPUTS, ENDPOINT_INPUTS, SYSTEM_INPUTS
from secaudit.measure.waivers import Waivers

__all__ = [
    "AGENCY_INPUTS",
    "ENDPOINT_INPUTS",
    "SYSTEM_INPUTS",
    "UNSTATED",
    "Assessed",
    "PlanFault",
    "Waivers",
    "assess_systems",
    "contradictions",
    "level_taken",
    "lint_plan",
    "measure",
    "plan_faults",
]
