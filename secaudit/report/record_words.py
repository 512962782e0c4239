"""What is never done to a machine, and which records its own system makes when it is asked: in words, for previews and sheets."""

from typing import Literal

from secaudit.messages import Message, msg

NEVER: tuple[Message, ...] = (
    msg("Nothing is installed, and no program is copied to the machine."),
    msg("The script writes no file, not even a temporary one, and changes no setting; it lives in memory and ends by itself."),
    msg("Nothing is downloaded or refreshed from the machine, and no name server, domain or directory is asked."),
    msg("No password, hash, key, command line of a program or content of a user's file leaves the machine."),
    msg("No terminal is asked for, no port is forwarded, and your agent is not passed on."),
    msg("Before the host key is confirmed, neither a key nor a password is offered."),
)

_POSIX: tuple[Message, ...] = (
    msg("SSH server, in auth.log, secure or the journal: connection and login with account, source address and key fingerprint."),
    msg("Session: opened and closed by PAM; systemd-logind makes a session, and a user manager with /run/user for its duration."),
    msg("Tables of logins: no wtmp entry without a terminal; lastlog only where PAM is set so; a refused login in btmp."),
    msg("Message of the day: pam_motd may make /run/motd.dynamic anew; the message itself is not shown."),
    msg("Auditor (auditd), where it runs: USER_AUTH, USER_LOGIN, USER_START, USER_END, and EXECVE by its rules."),
    msg("Services: timedatectl wakes a service of systemd that ends by itself."),
    msg("Package tools: dnf5 and yum write their own log; rpm of old releases opens its database with shared memory as root."),
    msg(
        "Package tools of SUSE: zypper makes a folder under /var/tmp and takes it away again, as root it may renew its rpm index."
    ),
)
_SUDO: tuple[Message, ...] = (
    msg(
        "sudo: a line for each of its commands (7 to 15 in a visit) with account and time in the same log, or "
        "one refusal where it is not allowed without a password."
    ),
)
_WINDOWS: tuple[Message, ...] = (
    msg("Security log: 4624 logon (type 3 with a key, type 8 with a password) and 4634 logoff; 4625 when refused."),
    msg(
        "Security log: 4672 when the account is an administrator; 4624 of the SSH server's own accounts named sshd_ and a number."
    ),
    msg("Security log: 4688 where process creation is audited, with the command line where the policy says so."),
    msg("OpenSSH/Operational: event 4 with account, source address and key fingerprint."),
    msg("Windows PowerShell log: 400 and 403 for start and end of the engine, 600 for its providers."),
    msg("PowerShell/Operational: 4103 where modules are logged; 4104 with the whole script where script blocks are logged."),
    msg("Antivirus (AMSI) sees the script and may report -EncodedCommand: that is why the digest stands here."),
    msg("Profile: at the very first login of the account Windows makes its folder under C:\\Users."),
    msg(
        "PowerShell itself: a test file __PSScriptPolicyTest_ in the account's TEMP, gone at once, and its own start-up profile."
    ),
)


_POSIX_ALERT: tuple[Message, ...] = (
    msg("Programs: sshd, the account's shell with -c 'exec sh -s', then sh -s and its children (systemctl, apt, ss ...)."),
    msg("With sudo: sudo -n -l, then sudo -n timeout with fixed commands, about ten on each machine."),
    msg("The script begins with: # secaudit probe for POSIX systems"),
)
_WINDOWS_ALERT: tuple[Message, ...] = (
    msg(
        "Programs: sshd.exe, the default shell where one is set (cmd.exe /c), then powershell.exe with exactly the command below."
    ),
    msg("Alerts that fit: encoded PowerShell command (4688, Sysmon 1), script block (4104), PowerShell started by sshd.exe."),
    msg("Script blocks of event 4104: the decoded command, and the script that begins with: # secaudit probe for Windows"),
)
NOT_OURS: tuple[Message, ...] = (
    msg("another source address, or a time outside the window"),
    msg("another port than those named here, or a machine outside the networks named here"),
    msg("another account, or a login with another key fingerprint"),
    msg("a command line whose SHA-256 is not one of this sheet"),
    msg("a file, a service or a task that the account makes on a machine"),
    msg("a connection that a machine opens itself because of us: the script opens none"),
)
"""What a monitoring centre should go on treating as an alert, also during the window."""


def how_it_looks(platform: Literal["posix", "windows"]) -> tuple[Message, ...]:
    """What monitoring on a machine sees of us."""
    return _WINDOWS_ALERT if platform == "windows" else _POSIX_ALERT


def what_is_recorded(platform: Literal["posix", "windows"], *, sudo: bool = False) -> tuple[Message, ...]:
    """Records and traces that the system itself makes; with ``sudo`` also those of sudo."""
    if platform == "windows":
        return _WINDOWS
    return (*_POSIX, *_SUDO) if sudo else _POSIX
