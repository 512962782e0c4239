"""axe-core, a checker of accessibility: fetched by npm as this machine is set up to, pinned by its digest, never committed."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

PACKAGE = "axe-core@4.10.3"
INTEGRITY = "sha512-Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg=="

RUN = """axe.run(document, {resultTypes: ["violations"], selectors: false, rules: {"color-contrast": {enabled: %s}}})
  .then(found => found.violations
  .filter(one => one.impact === "serious" || one.impact === "critical")
  .map(one => one.impact + " " + one.id + ": " + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")
    + " (" + one.nodes.length + ") " + (one.nodes[0].any.concat(one.nodes[0].all)[0] || {message: ""}).message))"""


def run(*, contrast: bool) -> str:
    """Finds everything serious or critical that the page in the browser shows; contrast takes longer than all the rest."""
    return RUN % str(contrast).lower()


def why_not() -> str:
    """Why it cannot be had here; empty when it can."""
    if shutil.which("npm") is None:
        return "npm is missing, which fetches the accessibility checker: apt-get install --no-install-recommends npm"
    return ""


def fetch(folder: Path) -> str:
    """The script, from a package whose digest is the pinned one."""
    subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True, capture_output=True, timeout=120)
    (package,) = folder.glob("axe-core-*.tgz")
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    assert f"sha512-{digest}" == INTEGRITY, "the package is not the one that was pinned"
    with tarfile.open(package) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode("utf-8")
