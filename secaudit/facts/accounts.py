"""Accounts of a Linux machine (sections accounts, passwords): names, numbers and states, never a password or its hash."""

from dataclasses import dataclass

from secaudit.facts.reading import Parser, Reading, decimal
from secaudit.model.fact import FactValue, Known, MissingReason

_NO_LOGIN = ("nologin", "false", "sync", "halt", "shutdown", "true", "git-shell")
_STATES = ("set", "locked", "empty")


@dataclass(frozen=True, slots=True)
class Account:
    """One line of /etc/passwd; ``field`` is the state of its own password field."""

    name: str
    uid: int
    field: str
    shell: str

    @property
    def can_log_in(self) -> bool:
        """Its shell is one; an empty field means the standard shell."""
        return self.shell.rpartition("/")[2] not in _NO_LOGIN


def _accounts(reading: Reading) -> list[Account]:
    found: list[Account] = []
    for line in reading.lines("accounts"):
        words = line.split("\t")
        uid = decimal(words[1]) if len(words) == 4 else None
        if words == [""] or words[0][:1] in ("+", "-", "#"):
            continue
        if uid is None or not words[0]:
            reading.fail(MissingReason.ERROR, "accounts", "a line of the list of accounts cannot be read")
        found.append(Account(words[0], uid, words[2], words[3]))
    if not found:
        reading.fail(MissingReason.ERROR, "accounts", "the list of accounts is empty")
    return found


def _states(reading: Reading) -> dict[str, str]:
    """Account -> set, locked or empty."""
    states: dict[str, str] = {}
    for line in reading.lines("passwords"):
        name, tab, state = line.partition("\t")
        if tab and state in _STATES:
            states[name] = state
        elif line:
            reading.fail(MissingReason.ERROR, "passwords", "a line of the list of passwords cannot be read")
    if not states:
        reading.fail(MissingReason.ERROR, "passwords", "the list of passwords is empty")
    return states


def accounts(reading: Reading) -> list[Account]:
    """All accounts of /etc/passwd; NotReadError when the list did not come whole."""
    return reading.once(_accounts)


def can_log_in(reading: Reading) -> frozenset[str]:
    """Names of accounts with a usable shell."""
    return frozenset(account.name for account in accounts(reading) if account.can_log_in)


def state_of(reading: Reading, account: Account) -> str:
    """Set, locked or empty; NotReadError when that stands in the file that was not read."""
    if account.field != "shadow":
        if account.field not in _STATES:
            reading.fail(MissingReason.ERROR, "accounts", "a line of the list of accounts cannot be read")
        return account.field
    state = reading.once(_states).get(account.name)
    if state is None:
        reading.fail(MissingReason.ABSENT, "passwords", "the account has no line there")
    return state


def uid0(reading: Reading) -> FactValue:
    """All names of the number 0."""
    return Known([account.name for account in reading.once(_accounts) if account.uid == 0], "accounts")


def empty_password(reading: Reading) -> FactValue:
    """Accounts whose password is empty; needs both files."""
    states = reading.once(_states)
    names = [
        account.name
        for account in reading.once(_accounts)
        if (states.get(account.name) if account.field == "shadow" else account.field) == "empty"
    ]
    return Known(names, "passwords")


PARSERS: dict[str, Parser] = {
    "accounts.uid0": uid0,
    "accounts.empty_password": empty_password,
}
