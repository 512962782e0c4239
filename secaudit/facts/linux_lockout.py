"""When an account is locked, and what a login asks for beside the password (sections pam, password-policy).

The stacks are run with answers of our own: a module that a jump passes over, or that comes after the decision, does nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from secaudit.facts.linux_passwords import UNIX, setting, settings_of
from secaudit.facts.pam import Rule, services, stack
from secaudit.facts.pam_run import BAD, GOOD, IGNORED, action, run
from secaudit.facts.reading import NotReadError, Parser, Reading, decimal
from secaudit.model.fact import FactValue, Known, MissingReason

_FAILLOCK_DENY, _FAILLOCK_SECONDS = 3, 600
_LOOKS = ("preauth", "authsucc")
_TALLIES = ("pam_tally2", "pam_tally")
_FACTORS = {
    "pam_google_authenticator": "google-authenticator",
    "pam_u2f": "u2f",
    "pam_oath": "oath",
    "pam_duo": "duo",
    "pam_yubico": "yubico",
    "pam_radius_auth": "radius",
    "pam_privacyidea": "privacyidea",
    "pam_securid": "securid",
    "pam_pkcs11": "pkcs11",
    "pam_p11": "pkcs11",
}
_OTHER_PROOFS = ("pam_fprintd", "pam_systemd_home", "pam_sss_gss", "pam_gdm", "pam_ecryptfs")
"""Ask for something else than the stored password: whoever guesses does not have it."""
_LOGINS = ("sshd", "login", "gdm-password", "lightdm", "sddm")
_MAX_OTHERS = 40


@dataclass(frozen=True, slots=True)
class _Lockout:
    """``threshold`` 0: never."""

    threshold: int
    minutes: int


def _lockouts(reading: Reading) -> list[_Lockout]:
    present = [name for name in _LOGINS if name in services(reading)]
    if not present:
        reading.fail(MissingReason.UNSUPPORTED, "pam", "no service for logins is known")
    return [_lockout(reading, name) for name in present]


def _lockout(reading: Reading, service: str) -> _Lockout:
    """pam_faillock counts where its failures are written down and looked at; pam_tally2 where it has a limit.

    Its line in the account stack only forgets failures and refuses nobody.
    """
    rules = stack(reading, service, "auth")
    tally = next((rule for rule in rules if rule.module in _TALLIES and rule.decides), None)
    if tally is not None:
        if not _refuses(rules, lambda rule: rule is tally):
            reading.fail(MissingReason.UNSUPPORTED, "pam", f"{tally.module} may be passed over")
        return _Lockout(tally.number("deny") or 0, (tally.number("unlock_time") or 0) // 60)
    fails = [number for number, rule in enumerate(rules) if _faillock(rule, "authfail")]
    looks = [rule for rule in rules if _faillock(rule, *_LOOKS) and rule.decides]
    if not fails or not looks:
        return _Lockout(0, 0)
    if any("conf" in rule.arguments for rule in (*(rules[number] for number in fails), *looks)):
        reading.fail(MissingReason.UNSUPPORTED, "pam", "pam_faillock reads its settings from another file")
    if not (_written(rules, frozenset(fails)) and _refuses(rules, lambda rule: rule.module == "pam_faillock")):
        reading.fail(MissingReason.UNSUPPORTED, "pam", "pam_faillock stands where it may be passed over")
    failures = [rules[number] for number in fails]
    limit = max(_deny(reading, rule) for rule in looks)
    times = [_seconds(reading, rule) for rule in (*failures, *looks)]
    shortest = min((seconds for seconds in times if seconds), default=0)
    return _Lockout(max(limit, *(_deny(reading, rule) for rule in failures)) if limit > 0 else 0, -(-shortest // 60))


def _faillock(rule: Rule, *words: str) -> bool:
    return rule.module == "pam_faillock" and any(word in rule.arguments for word in words)


def _deny(reading: Reading, rule: Rule) -> int:
    given = rule.number("deny")
    return max(setting(reading, "faillock", "deny", _FAILLOCK_DENY) if given is None else given, 0)


def _seconds(reading: Reading, rule: Rule) -> int:
    text = rule.text("unlock_time") or settings_of(reading, "faillock").get("unlock_time", str(_FAILLOCK_SECONDS))
    seconds = 0 if text == "never" else decimal(text)
    if seconds is None:
        reading.fail(MissingReason.ERROR, "password-policy", "unlock_time is no number")
    return seconds


def _neither(rule: Rule, other: str) -> str:
    """Answer of a module that does not judge the password; one that would let in by itself is another way in."""
    if rule.module == "pam_deny":
        return BAD
    return IGNORED if action(rule, GOOD) == "done" and rule.module != "pam_permit" else other


def _written(rules: list[Rule], fails: frozenset[int]) -> bool:
    """A wrong password comes to the line that writes failures down."""
    wrong = (*UNIX, *_OTHER_PROOFS, *_FACTORS)
    for other in (GOOD, IGNORED):
        ended = run(rules, lambda rule, other=other: BAD if rule.module in wrong else _neither(rule, other))  # type: ignore[misc]
        if ended is None or not ended[1] & fails:
            return False
    return True


def _refuses(rules: list[Rule], locked: Callable[[Rule], bool]) -> bool:
    """The right password does not open a locked account."""
    for other in (GOOD, IGNORED):

        def answer(rule: Rule, other: str = other) -> str:
            if locked(rule):
                return BAD
            return GOOD if rule.module in (*UNIX, *_FACTORS) else _neither(rule, other)

        ended = run(rules, answer)
        if ended is None or ended[0]:
            return False
    return True


def threshold(reading: Reading) -> FactValue:
    """The weakest of all ways to log in: somebody tries there."""
    found = [one.threshold for one in reading.once(_lockouts)]
    return Known(0 if 0 in found else max(found), "pam")


def minutes(reading: Reading) -> FactValue:
    """The shortest time; 0 only where every way waits for an administrator."""
    found = reading.once(_lockouts)
    if any(one.threshold == 0 for one in found):
        reading.fail(MissingReason.ABSENT, "pam", "accounts are not locked")
    return Known(min((one.minutes for one in found if one.minutes), default=0), "pam")


def factors(reading: Reading) -> list[str]:
    """Second factors of PAM that a login cannot pass by; one that lets accounts without a secret through does not count.

    What sudo asks for stands before other rights, not before a login.
    """
    found: set[str] = set()
    unread: NotReadError | None = None
    for service in _LOGINS:
        if service not in services(reading):
            continue
        try:
            rules = stack(reading, service, "auth")
        except NotReadError as error:
            unread = error
            continue
        for module in {rule.module for rule in rules} & _FACTORS.keys():
            open_to_all = any("nullok" in rule.arguments for rule in rules if rule.module == module)
            if not open_to_all and _needed(rules, module):
                found.add(_FACTORS[module])
    if unread is not None:
        raise unread
    return sorted(found)


def _needed(rules: list[Rule], factor: str) -> bool:
    """Neither the password without the factor lets in, nor the factor without the password, whatever one of the others says."""
    if sum(rule.module not in (*UNIX, factor) for rule in rules) > _MAX_OTHERS:
        return False
    return not any(
        ended is None or ended[0]
        for others in _others(rules, factor)
        for password, second in ((GOOD, BAD), (BAD, GOOD))
        if password == GOOD or any(rule.module in UNIX for rule in rules)
        for ended in (run(rules, _login(factor, password, second, others)),)
    )


def _others(rules: list[Rule], factor: str) -> Iterator[Callable[[Rule], str]]:
    """Answers of modules that are neither: all content, all silent, or one of them different from the rest."""
    yield lambda _: GOOD
    yield lambda _: IGNORED
    for one in rules:
        if one.module not in (*UNIX, factor):
            yield lambda rule, one=one: BAD if rule is one else GOOD  # type: ignore[misc]
            yield lambda rule, one=one: IGNORED if rule is one else GOOD  # type: ignore[misc]
            yield lambda rule, one=one: GOOD if rule is one else IGNORED  # type: ignore[misc]


def _login(factor: str, password: str, second: str, others: Callable[[Rule], str]) -> Callable[[Rule], str]:
    def answer(rule: Rule) -> str:
        if rule.module == factor:
            return second
        if rule.module in UNIX:
            return password
        return BAD if rule.module == "pam_deny" else GOOD if rule.module == "pam_permit" else others(rule)

    return answer


PARSERS: dict[str, Parser] = {
    "lockout.threshold": threshold,
    "lockout.minutes": minutes,
}
