"""The catalog: everything under ``checks/``, loaded and linted.

Checks, level rules, plans, protection products, lifecycle tables, mappings of console exports and of lists of
machines.

Files are found by folder. ``load_catalog`` refuses what could falsify a figure: a file that does not fit its model, an
expression that does not compile, two rule sets for one day, a pattern that finds protection everywhere. ``lint_catalog``
adds the rules for authors: lengths, both languages, references, cases for every verdict.
``console_profiles`` and ``list_profiles`` add the mappings a workspace made of its own exports and lists.
``with_overrides`` puts a workspace's own parameters in place of the catalog's.
"""

from secaudit.catalog.consoles import CONSOLES_FOLDER, console_problems, console_profiles
from secaudit.catalog.lists import LISTS_FOLDER, checked_list_profile, list_profiles
from secaudit.catalog.load import lint_catalog, load_catalog
from secaudit.catalog.overrides import PARAMETERS_FILE, override_problems, with_overrides
from secaudit.catalog.skeleton import write_skeleton

__all__ = [
    "CONSOLES_FOLDER",
    "LISTS_FOLDER",
    "PARAMETERS_FILE",
    "checked_list_profile",
    "console_problems",
    "console_profiles",
    "lint_catalog",
    "list_profiles",
    "load_catalog",
    "override_problems",
    "with_overrides",
    "write_skeleton",
]
