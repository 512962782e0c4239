"""The catalog: checks, level rules, plans, protection products and lifecycle tables under ``checks/``, loaded and linted.

Files are found by folder. ``load_catalog`` refuses what could falsify a figure: a file that does not fit its model, an
expression that does not compile, two rule sets for one day, a pattern that finds protection everywhere. ``lint_catalog``
adds the rules for authors: lengths, both languages, references, cases for every verdict.
"""

from secaudit.catalog.load import lint_catalog, load_catalog

__all__ = ["lint_catalog", "load_catalog"]
