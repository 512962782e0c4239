"""Helps and answers that many questions share."""

from secaudit.inventory.questions import Choice
from secaudit.messages import msg, msgc

DAY_HELP = msg("Day, month, year, such as 31/10/2026. Leave it blank when it is not known.")
MONTH_HELP = msg("Month and year are enough, such as 12/2026.")
IDS_HELP = msg("Codes, one a line.")
YES_NO_HELP = msg("Yes or no; leave it blank when it is not known.")
NUMBER_HELP = msg("Number of the paper as it stands on it, such as 12/QĐ-UBND.")
AUTHORITY_HELP = msg("Who signed the paper.")

YES = Choice("true", msgc("choice", "Yes"))
NO = Choice("false", msgc("choice", "No"))
UNKNOWN = msgc("choice", "Not known")
"""What people write instead of leaving a cell blank."""
