"""What is asked of a machine and how its answer is framed: the scripts, their composition, the frame."""

from secaudit.probe.compose import Platform, Request, bootstrap, bootstrap_digest, compose, new_nonce, platform_for, show
from secaudit.probe.frame import FrameError, added_section, frame
from secaudit.probe.privileges import PRIVILEGES, Privilege
from secaudit.probe.recipe import recipe

__all__ = [
    "PRIVILEGES",
    "FrameError",
    "Platform",
    "Privilege",
    "Request",
    "added_section",
    "bootstrap",
    "bootstrap_digest",
    "compose",
    "frame",
    "new_nonce",
    "platform_for",
    "recipe",
    "show",
]
