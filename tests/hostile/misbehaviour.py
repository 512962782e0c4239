"""Machines that misbehave: one table. Tests run every row over real sockets; docs/reach.md shows the same rows.

``python tests/hostile/misbehaviour.py`` writes the table of docs/reach.md anew; a test compares the two.
"""

from dataclasses import dataclass
from pathlib import Path

from secaudit.lab.map import Misbehaviour

DEADLINE = 8
"""Seconds one machine may take in the run of the rows ``test``."""
SHARE = 0.1
"""A deadline holds within this share of itself ..."""
SLACK = 2.0
"""... and these seconds, in which a thread of a busy computer gets its turn."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reach.md"
BEGIN = "<!-- misbehaviour: begin, written by `python tests/hostile/misbehaviour.py` -->"
END = "<!-- misbehaviour: end -->"
AT_ONCE, AT_DEADLINE, AT_BYTES = "at once", "at the deadline", "at the byte limit"


@dataclass(frozen=True)
class Case:
    """One way to misbehave."""

    name: str
    does: str
    """One sentence."""
    sight: str
    """Class it must end in."""
    says: str = ""
    """Must stand in the detail."""
    ends: str = AT_ONCE
    """What ends it."""
    offered: tuple[str, ...] = ("key",)
    """Everything that was offered to it."""
    run: str = "key"
    """Which run asks it: with a key, with a typed password, real shells, imitated Windows, cables of their own (``lab``)."""
    lab: Misbehaviour | None = None
    """The lab's own misbehaviour, where it has one."""
    group: str = ""


def _rows(group: str, *cases: Case) -> tuple[Case, ...]:
    return tuple(Case(**{**vars(case), "group": group}) for case in cases)


NOTHING: tuple[str, ...] = ()
_LATE = "was not finished in time"

CASES: tuple[Case, ...] = (
    *_rows(
        "Connecting",
        Case("refuses", "Nothing listens on the port.", "refused", "refused the connection", offered=NOTHING),
        Case("filtered", "No packet is ever answered, as behind a firewall that drops.", "timeout", "did not answer within",
             AT_DEADLINE, NOTHING),
        Case("filtered-cable", "The same on a real cable: every packet reaches a network card that drops it.", "timeout",
             "did not answer within", AT_DEADLINE, NOTHING, "lab"),
        Case("switched-off", "A machine of our own segment that is off: nobody claims its address.", "no_route", "no way to",
             AT_ONCE, NOTHING, "lab"),
        Case("no-route", "The network says that it has no way there.", "no_route", "no way to", AT_ONCE, NOTHING, "lab"),
        Case("closes-at-accept", "Closes as soon as it has accepted.", "banner", "closed the connection before it identified",
             offered=NOTHING, lab=Misbehaviour.CLOSE_AT_ACCEPT),
        Case("silent", "Accepts and never says a word.", "timeout", "the greeting " + _LATE, AT_DEADLINE, NOTHING,
             lab=Misbehaviour.SILENT),
    ),
    *_rows(
        "Identification",
        Case("drips-identification", "Sends one byte of its identification a second.", "timeout", "the greeting " + _LATE,
             AT_DEADLINE, NOTHING),
        Case("endless-identification", "An identification line that never ends.", "banner", "bytes came before the greeting",
             offered=NOTHING),
        Case("endless-banner", "Lines before the identification, without end.", "banner", "does not speak SSH", offered=NOTHING,
             lab=Misbehaviour.ENDLESS_BANNER),
        Case("slow-banner", "A line before the identification every second, without end.", "timeout", "the greeting " + _LATE,
             AT_DEADLINE, NOTHING),
        Case("closes-in-identification", "Closes in the middle of its identification.", "banner", "does not speak SSH",
             offered=NOTHING),
        Case("garbage", "All 256 byte values, which are no SSH.", "banner", "does not speak SSH", offered=NOTHING,
             lab=Misbehaviour.GARBAGE),
        Case("escapes", "Terminal escapes and markup in place of SSH.", "banner", "does not speak SSH", offered=NOTHING),
        Case("old-protocol", "Speaks only version 1.5 of the protocol.", "protocol", "the key exchange failed", offered=NOTHING),
    ),
    *_rows(
        "Key exchange",
        Case("closes-after-identification", "Closes after its identification.", "protocol", "the key exchange failed",
             offered=NOTHING),
        Case("silent-after-identification", "Falls silent after its identification.", "timeout", "the greeting " + _LATE,
             AT_DEADLINE, NOTHING),
        Case("closes-in-kex", "Closes in the middle of the negotiation.", "protocol", "the key exchange failed", offered=NOTHING),
        Case("silent-in-kex", "Falls silent after its half of the negotiation.", "timeout", "the greeting " + _LATE, AT_DEADLINE,
             NOTHING),
        Case("drips-kex", "Sends one byte of the negotiation a second.", "timeout", "the greeting " + _LATE, AT_DEADLINE,
             NOTHING),
        Case("endless-kex", "Packets that say nothing, without end.", "protocol", "bytes came before the greeting",
             offered=NOTHING),
        Case("slow-endless-kex", "A packet that says nothing every second, without end.", "timeout", "the greeting " + _LATE,
             AT_DEADLINE, NOTHING),
        Case("no-common-kex", "Knows no method of key exchange that we know.", "protocol", "the key exchange failed",
             offered=NOTHING),
        Case("huge-packet", "Announces a packet of four thousand million bytes.", "protocol", "the key exchange failed",
             offered=NOTHING),
        Case("huge-extensions", "Announces four thousand million extensions after the exchange.", "auth", "extensions",
             offered=NOTHING),
        Case("renews-keys", "Exchanges keys again and again.", "channel", "", AT_ONCE),
    ),
    *_rows(
        "Host key",
        Case("unknown-key", "Shows a key that nobody enrolled.", "host_key", "unknown", offered=NOTHING),
        Case("changed-key", "Shows another key than the enrolled one.", "host_key", "changed", offered=NOTHING,
             lab=Misbehaviour.OTHER_KEY),
        Case("revoked-key", "Shows a key that was revoked.", "host_key", "revoked", offered=NOTHING),
        Case("unproved-key", "Shows the enrolled key but does not hold it.", "host_key", "does not hold", offered=NOTHING),
        Case("no-known-kind-of-key", "Has only a kind of host key that we do not know.", "host_key", "no kind of host key",
             offered=NOTHING),
    ),
    *_rows(
        "Login",
        Case("closes-after-kex", "Closes after the key exchange.", "auth", "closed the connection", offered=NOTHING),
        Case("silent-after-kex", "Falls silent after the key exchange.", "timeout", "the login " + _LATE, AT_DEADLINE, NOTHING),
        Case("closes-before-login", "Closes when the login may begin.", "auth", "closed the connection"),
        Case("closes-in-login", "Closes instead of answering the login.", "auth", "closed the connection"),
        Case("hangs-in-login", "Never answers the login.", "timeout", "the login " + _LATE, AT_DEADLINE,
             lab=Misbehaviour.HANG_AUTH),
        Case("endless-login-banner", "Banners during the login, without end.", "protocol", "bytes came before the login"),
        Case("slow-login-banner", "A banner during the login every second, without end.", "timeout", "the login " + _LATE,
             AT_DEADLINE),
        Case("refuses-login", "Refuses the key.", "auth", "login as audit was refused", lab=Misbehaviour.REFUSE_AUTH),
        Case("wants-more", "Accepts the key, then wants something more.", "auth", "login as audit was refused"),
        Case("wants-password", "Takes passwords only; none was given to us.", "auth", "login as audit was refused"),
        Case("refuses-password", "Refuses the password.", "auth", "offered: password", offered=("password",), run="password"),
        Case("demands-new-password", "Answers the password with the demand for a new one.", "auth", "demands a new password",
             offered=("password",), run="password"),
        Case("asks-new-password", "Asks for the password, then for a new one.", "auth",
             "asks for something else than the password", offered=("password", "question: Current password:"), run="password"),
        Case("asks-code", "Asks for a one-time code.", "auth", "asks for something else than the password",
             offered=("password",), run="password"),
        Case("asks-twice", "Asks for the same password again and again.", "auth", "asks for something else than the password",
             offered=("password", "question: Password:"), run="password"),
        Case("asks-nothing", "Sends empty questions without end.", "auth", "questions without end", offered=("password",),
             run="password"),
        Case("asks-everything", "Announces four thousand million questions at once.", "auth", "things at once",
             offered=("password",), run="password"),
        Case("changed-key-password", "Shows another host key, and would take any password.", "host_key", "changed",
             offered=NOTHING, run="password"),
    ),
    *_rows(
        "Session",
        Case("closes-after-login", "Closes after the login.", "channel", "no session was opened"),
        Case("silent-after-login", "Falls silent after the login.", "timeout", "the session " + _LATE, AT_DEADLINE),
        Case("refuses-session", "Opens no session.", "channel", "opens no session", lab=Misbehaviour.REFUSE_SESSION),
        Case("closes-after-session", "Closes when the session is open.", "channel", "closed the connection"),
        Case("silent-after-session", "Falls silent when the session is open.", "timeout", "the command " + _LATE, AT_DEADLINE),
        Case("refuses-command", "Opens a session and runs no command.", "shell", "refused to run a command"),
        Case("hangs-at-command", "Never answers the request to run a command.", "timeout", "the command " + _LATE, AT_DEADLINE,
             lab=Misbehaviour.HANG_EXEC),
        Case("closes-before-first-byte", "Closes before the first byte of the answer.", "channel", "closed the connection"),
        Case("silent-before-first-byte", "Falls silent before the first byte of the answer.", "timeout", "the command " + _LATE,
             AT_DEADLINE),
        Case("asks-back", "Sends requests of its own without end.", "truncated", "more came than an answer may have", AT_BYTES),
    ),
    *_rows(
        "Answer",
        Case("closes-in-answer", "Closes in the middle of the answer.", "truncated", "the connection broke",
             lab=Misbehaviour.CLOSE_IN_ANSWER),
        Case("no-end", "The answer ends in the middle.", "truncated", "the end of the answer is missing",
             lab=Misbehaviour.NO_END_MARKER),
        Case("silent-in-answer", "Falls silent in the middle of the answer.", "truncated", "the time for this machine was over",
             AT_DEADLINE),
        Case("lost-cable", "The cable is pulled in the middle of the answer: nobody says that the connection is gone.",
             "truncated", "the time for this machine was over", AT_DEADLINE, run="lab"),
        Case("lost-cable-at-login", "The cable is pulled before the login.", "timeout", "was not finished in time", AT_DEADLINE,
             NOTHING, "lab"),
        Case("begins-only", "Says that the script began, then nothing.", "timeout", "the script had begun there", AT_DEADLINE),
        Case("drips", "Sends one byte of the answer a second.", "timeout", "before anything useful came", AT_DEADLINE),
        Case("drips-in-answer", "Sends half of the answer, then one byte a second.", "truncated",
             "the time for this machine was over", AT_DEADLINE),
        Case("never-hangs-up", "Answers whole, then holds the session open.", "seen", ends=AT_DEADLINE),
        Case("gigabyte", "One section of 1 GB.", "truncated", "more came than an answer may have", AT_BYTES),
        Case("endless-output", "An answer without end.", "truncated", "more came than an answer may have", AT_BYTES,
             lab=Misbehaviour.ENDLESS_OUTPUT),
        Case("binary-output", "All 256 byte values in place of an answer.", "shell", "did not run the script"),
        Case("escapes-in-answer", "Terminal escapes and broken UTF-8 around and inside the sections.", "seen"),
        Case("echoes", "Sends back what it was sent, as a terminal does.", "shell", "did not run the script"),
        Case("stderr-flood", "3 MB of complaints between the lines of the answer.", "seen"),
        Case("endless-stderr", "Complaints without end.", "truncated", "more came than an answer may have", AT_BYTES),
        Case("clock-ahead", "Its clock is ten years ahead.", "seen"),
        Case("clock-1970", "Its clock stands at the beginning of 1970.", "seen"),
    ),
    *_rows(
        "Shell",
        Case("exits-at-once", "The login shell exits at once.", "shell", "the shell gave no output",
             lab=Misbehaviour.SHELL_EXITS),
        Case("message-of-the-day", "Greets before the answer and says goodbye after it.", "seen"),
        Case("restricted", "A restricted shell (the real rbash).", "shell", "restricted"),
        Case("no-login-shell", "An account that may not log in (the real nologin).", "shell", "account is currently not"),
        Case("sftp-only", "Every login gets a file transfer only.", "shell", "sftp connections only"),
        Case("menu", "A menu that waits for a key.", "timeout", "Press any key", AT_DEADLINE),
        Case("network-gear", "A switch or router with a command language of its own.", "shell", "Invalid input"),
        Case("expired-password", "The account's password has expired.", "shell", "Your password has expired"),
        Case("sudo-alone-tty", "A forced command through a sudo that wants a terminal.", "sudo", "must have a tty"),
        Case("sudo-alone-password", "A forced command through a sudo that wants a password.", "sudo", "a password is required"),
        Case("busybox", "Nothing but busybox as the shell (the real one).", "seen", run="shells"),
        Case("tcsh", "tcsh as the login shell (the real one).", "seen", run="shells"),
        Case("zsh", "zsh as the login shell (the real one).", "seen", run="shells"),
        Case("fish", "fish as the login shell (the real one).", "seen", run="shells"),
        Case("sudo-tty", "sudo wants a terminal.", "seen", run="shells"),
        Case("sudo-password", "sudo wants a password.", "seen", run="shells"),
    ),
    *_rows(
        "Windows (imitated)",
        Case("constrained", "PowerShell runs in constrained language mode.", "shell", "runs in ConstrainedLanguage mode",
             run="windows"),
        Case("cut-stdin", "An old server hands over a multiple of 1,024 bytes of the script only.", "truncated",
             "the script did not arrive whole on the machine", run="windows"),
        Case("no-powershell-cmd", "cmd.exe does not find powershell.exe.", "shell",
             "'powershell.exe' is not recognized as an internal", run="windows"),
        Case("no-powershell-ps", "Windows PowerShell as login shell does not find powershell.exe.", "shell",
             "The term 'powershell.exe' is not", run="windows"),
        Case("no-powershell-pwsh", "pwsh as login shell does not find powershell.exe.", "shell",
             "The term 'powershell.exe' is not", run="windows"),
        Case("antivirus", "The antivirus product refuses the script.", "shell", "blocked by your antivirus software",
             run="windows"),
        Case("slow", "The script begins at once, its first section takes too long.", "timeout", "the script had begun there",
             AT_DEADLINE, run="windows"),
    ),
)  # fmt: skip


def rows_of(run: str) -> tuple[Case, ...]:
    """The rows that one run asks."""
    return tuple(case for case in CASES if case.run == run)


def table() -> str:
    """As docs/reach.md shows it."""
    lines = ["| Phase | What the machine does | Class | Ends | Offered to it | Tier |", "|---|---|---|---|---|---|"]
    for case in CASES:
        offered = ", ".join(case.offered) if case.offered else "nothing"
        tier = "`make lab`" if case.run == "lab" else "`make test`"
        lines.append(f"| {case.group} | {case.does} | `{case.sight}` | {case.ends} | {offered} | {tier} |")
    return "\n".join(lines)


def page_with_table(page: str) -> str:
    """``page`` with the table between its marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
