"""The catalog: everything under ``checks/``, loaded and linted.

Checks, level rules, plans, protection products, lifecycle tables, mappings of console exports and of lists of
machines.

Files are found by folder. ``load_catalog`` refuses what could falsify a figure: a file that does not fit its model, an
expression that does not compile, two rule sets for one day, a pattern that finds protection everywhere. ``lint_catalog``
adds the rules for authors: lengths, both languages, references, cases for every verdict.
``console_profiles`` and ``list_profiles`` add the mappings a workspace made of its own exports and lists.
``with_overrides`` puts a workspace's own parameters in place of the catalog's, ``with_plans`` its own plans beside them.
"""

from secaudit.catalog.consoles import CONSOLES_FOLDER, console_problems, console_profiles
from secaudit.catalog.lists import LISTS_FOLDER, checked_list_profile, list_profiles
from secaudit.catalog.load import lint_catalog, load_catalog
from secaudit.catalog.overrides import PARAMETERS_FILE, override_problems, with_overrides
from secaudit.catalog.own_plans import PLANS_FOLDER, checked_plan, own_plan_problems, plan_called, plan_names, with_plans
from secaudit.catalog.plan_skeleton import write_plan_skeleton
from secaudit.catalog.skeleton import write_skeleton

__all__ = [
    "CONSOLES_FOLDER",
    "LISTS_FOLDER",
    "PARAMETERS_FILE",
    "PLANS_FOLDER",
    "checked_list_profile",
    "checked_plan",
    "console_problems",
    "console_profiles",
    "lint_catalog",
    "list_profiles",
    "load_catalog",
    "override_problems",
    "own_plan_problems",
    "plan_called",
    "plan_names",
    "with_overrides",
    "with_plans",
    "write_plan_skeleton",
    "write_skeleton",
]
