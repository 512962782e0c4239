"""System x procedure x day -> where a decision stands, what is due and who decides.

Pure functions of their arguments: procedures, time limits, public holidays and transition dates are data (``checks/law``); the
day comes in as a value.
"""
