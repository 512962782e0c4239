"""Reads an SSH configuration and what it includes into blocks; runs nothing, asks no network, follows OpenSSH's own care."""

import glob
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from secaudit.errors import Problem, UsageError
from secaudit.messages import Message, clean, msg
from secaudit.transport.ssh_config_words import NO, Block, Condition, Entry, Place, check_value, expanded, words_of

_MAX_BYTES = 1024 * 1024
_MAX_DEPTH = 8
_MAX_FILES = 64
_MAX_PROBLEMS = 100
_LINE = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+|$)(.*)", re.DOTALL)

_HONOURED = frozenset(
    {"hostname", "port", "user", "identityfile", "identitiesonly", "hostkeyalias", "proxyjump", "proxycommand", "identityagent"}
)
_OF_HOST_KEYS = frozenset(
    {"stricthostkeychecking", "userknownhostsfile", "globalknownhostsfile", "nohostauthenticationforlocalhost", "checkhostip"}
    | {"verifyhostkeydns", "updatehostkeys", "revokedhostkeys", "hostkeyalgorithms", "casignaturealgorithms"}
)
_OF_COMMANDS = frozenset({"proxycommand", "knownhostscommand", "localcommand", "permitlocalcommand", "proxyusefdpass"})
_WITHOUT_MEANING = frozenset(
    {"serveraliveinterval", "serveralivecountmax", "tcpkeepalive", "controlmaster", "controlpath", "controlpersist", "sendenv"}
    | {"setenv", "forwardagent", "forwardx11", "forwardx11trusted", "forwardx11timeout", "localforward", "remoteforward"}
    | {"dynamicforward", "clearallforwardings", "exitonforwardfailure", "gatewayports", "requesttty", "loglevel", "logverbose"}
    | {"visualhostkey", "compression", "addkeystoagent", "hashknownhosts", "escapechar", "enableescapecommandline", "batchmode"}
    | {"connecttimeout", "connectionattempts", "ipqos", "remotecommand", "sessiontype", "stdinnull", "streamlocalbindmask"}
    | {"streamlocalbindunlink", "forkafterauthentication", "numberofpasswordprompts", "syslogfacility", "xauthlocation"}
    | {"permitremoteopen", "rekeylimit", "fingerprinthash", "ignoreunknown", "usekeychain", "tag", "obscurekeystroketiming"}
)
"""Conveniences of an interactive session: a scan does without them, and nobody misses them."""


class Reader:
    """Reads files into blocks, collecting what is wrong."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._files = 0
        self.blocks: list[Block] = []
        self.problems: list[Problem] = []
        self.faults: list[Problem] = []

    def file(self, path: Path, outer: tuple[Condition, ...], depth: int, *, needed: bool) -> None:
        """One file, whose settings hold where all of ``outer`` does."""
        text = _text_of(path, needed=needed)
        if text is None:
            return
        self._files += 1
        conditions = outer
        for number, line in enumerate(text.splitlines(), start=1):
            place = Place(str(path), number)
            if len(self.faults) >= _MAX_PROBLEMS:
                return
            try:
                conditions = self._line(line, place, outer, conditions, depth)
            except ValueError as error:
                self.faults.append(_fault(place, line, str(error)))

    def _line(
        self, line: str, place: Place, outer: tuple[Condition, ...], conditions: tuple[Condition, ...], depth: int
    ) -> tuple[Condition, ...]:
        """The conditions that hold after this line."""
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            return conditions
        if not stripped.isprintable() and not stripped.replace("\t", " ").isprintable():
            raise ValueError("it holds control characters")
        found = _LINE.fullmatch(line.rstrip())
        keyword = found[1].lower() if found else ""
        # A command is the rest of its line, whatever quotes stand in it.
        words = [] if found is None else [found[2]] if keyword.endswith("command") else list(words_of(found[2]))
        if found is None or not words or (len(words) == 1 and not words[0] and keyword.endswith("command")):
            raise ValueError("a line has a keyword and a value")
        if keyword == "host":
            return (*outer, Condition("typed", tuple(words)))
        if keyword == "match":
            return (*outer, *self._criteria(words, place))
        if keyword == "include":
            self._include(words, place, conditions, depth)
        else:
            self._setting(keyword, found[1], words, place, conditions)
        return conditions

    def _setting(self, keyword: str, written: str, words: list[str], place: Place, conditions: tuple[Condition, ...]) -> None:
        value = words[0]
        if keyword == "identityagent" and value.lower() != "none":
            self._not_honoured(written, place, msg("the agent of this session is asked; start secaudit with the other one"))
        elif keyword == "identityfile" and "${" in value:
            self._not_honoured(written, place, msg("write the path without variables of the environment"))
        elif keyword in _HONOURED:
            if len(words) > 1:
                raise ValueError(f"{written} has one value")
            check_value(keyword, written, value)
            self._keep(Entry(keyword, value, place), conditions)
        if keyword in _OF_HOST_KEYS:
            self._not_honoured(written, place, msg("host keys are always checked, against the known_hosts of the workspace"))
        elif keyword in _OF_COMMANDS:
            if value.lower() not in (*NO, "none"):
                self._not_honoured(written, place, msg("no command of an SSH configuration is ever run"))
        elif keyword not in _HONOURED and keyword not in _WITHOUT_MEANING:
            self._not_honoured(written, place, msg("see docs/access.md for what is honoured"))

    def _keep(self, entry: Entry, conditions: tuple[Condition, ...]) -> None:
        if self.blocks and self.blocks[-1].conditions is conditions:
            self.blocks[-1] = Block(conditions, (*self.blocks[-1].entries, entry))
        else:
            self.blocks.append(Block(conditions, (entry,)))

    def _criteria(self, words: list[str], place: Place) -> Iterator[Condition]:
        left = list(words)
        while left:
            word = left.pop(0)
            negated, kind = word.startswith("!"), word.removeprefix("!").lower()
            if kind == "all":
                yield Condition("all", negated=negated)
                continue
            if kind in ("canonical", "final"):
                left = [word, *left]  # they take no value; nothing after them could be understood by itself
            elif kind in ("host", "originalhost", "user") and left:
                yield Condition(kind, tuple(left.pop(0).split(",")), negated)
                continue
            hint = msg("no command of an SSH configuration is ever run") if kind == "exec" else msg("use a Host block instead")
            self._not_honoured(f"Match {clean(kind, limit=30)}", place, hint)
            yield Condition("never")
            return

    def _include(self, words: list[str], place: Place, conditions: tuple[Condition, ...], depth: int) -> None:
        if depth >= _MAX_DEPTH:
            raise ValueError(f"files include each other more than {_MAX_DEPTH} deep")
        for word in words:
            if "${" in word or "%" in word or (word.startswith("~") and not word.startswith("~/")):
                self._not_honoured("Include", place, msg("write the path without variables of the environment"))
                continue
            pattern = expanded(word, self._home)
            if not pattern.is_absolute():
                pattern = self._home / ".ssh" / pattern
            for found in sorted(glob.glob(str(pattern))):  # noqa: PTH207 - an absolute pattern
                if self._files >= _MAX_FILES:
                    raise ValueError(f"more than {_MAX_FILES} files are included")
                self.file(Path(found), conditions, depth + 1, needed=False)

    def _not_honoured(self, written: str, place: Place, hint: Message) -> None:
        if len(self.problems) < _MAX_PROBLEMS:
            self.problems.append(
                Problem(
                    msg("{keyword} of the SSH configuration is not honoured", keyword=clean(written, limit=60)),
                    path=place.path,
                    line=place.line,
                    hint=hint,
                )
            )


def _text_of(path: Path, *, needed: bool) -> str | None:
    """The text; None for a missing file. As OpenSSH does, refuse one that somebody else may have written."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise UsageError(msg("this is no SSH configuration file"), where=str(path), hint=_LEAVE_OUT)
            if sys.platform != "win32" and (state.st_uid not in (0, os.geteuid()) or state.st_mode & 0o022):
                raise UsageError(
                    msg("other accounts of this computer can write the SSH configuration"),
                    where=str(path),
                    hint=msg("look through it, then take the right away: chmod go-w; or leave it out with --no-ssh-config"),
                )
            data = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        if not needed:
            return None
        raise UsageError(msg("there is no such SSH configuration"), where=str(path), hint=_LEAVE_OUT) from None
    except OSError as error:
        what = msg("the SSH configuration cannot be read: {reason}", reason=error.strerror or "error")
        raise UsageError(what, where=str(path), hint=_LEAVE_OUT) from error
    if len(data) > _MAX_BYTES:
        raise UsageError(msg("the SSH configuration is too large"), where=str(path), hint=_LEAVE_OUT)
    return data.decode("utf-8", "replace")


_LEAVE_OUT = msg("name another file with --ssh-config, or leave it out with --no-ssh-config")


def _fault(place: Place, line: str, reason: str) -> Problem:
    return Problem(
        msg("this line of the SSH configuration cannot be understood: {reason}", reason=reason),
        path=place.path,
        line=place.line,
        found=clean(line.strip(), limit=60),
        hint=msg("correct it, or leave the file out with --no-ssh-config"),
    )
