"""The catalog: checks, level rules, plans, protection products and lifecycle tables under ``checks/``, loaded and linted.

Files are found by folder. ``load_catalog`` refuses what could falsify a figure: a file that does not fit its model, an
expression that does not compile, two rule sets for one day, a pattern that finds protection everywhere. ``lint_catalog``
adds the rules for authors: lengths, both languages, references, cases for every verdict.
``with_overrides`` puts a workspace's own parameters in place of the catalog's.
"""

from secaudit.catalog.load import lint_catalog, load_catalog
from secaudit.catalog.overrides import PARAMETERS_FILE, override_problems, with_overrides
from secaudit.catalog.skeleton import write_skeleton

__all__ = ["PARAMETERS_FILE", "lint_catalog", "load_catalog", "override_problems", "with_overrides", "write_skeleton"]
