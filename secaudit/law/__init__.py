"""System x procedure x day -> where a decision stands, what is due and who decides.

Pure functions of their arguments: procedures, time limits, public holidays and transition dates are data (``checks/law``); the
day comes in as a value.
"""

from secaudit.law.authorities import authorities
from secaudit.law.chain import Ground, chain_of, levels_of, procedure_for
from secaudit.law.exposure import Exposure, exposure_of, omission
from secaudit.law.limits import Calendars, last_submission, limits_of
from secaudit.law.offices import Offices, self_appraisals
from secaudit.law.periods import Due, dates_between, later, period_of, undated
from secaudit.law.working_days import WorkingDays

__all__ = [
    "Calendars",
    "Due",
    "Exposure",
    "Ground",
    "Offices",
    "WorkingDays",
    "authorities",
    "chain_of",
    "dates_between",
    "exposure_of",
    "last_submission",
    "later",
    "levels_of",
    "limits_of",
    "omission",
    "period_of",
    "procedure_for",
    "self_appraisals",
    "undated",
]
