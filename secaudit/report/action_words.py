"""What to do about a check that is not passed, in a few words: on the list of first things and on the sheet for a pencil.

A check that has none here is called by its title: what has to be true in the end.
"""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, msg, msgc
from secaudit.report.texts import Wording

_WORDS: Mapping[str, Message] = MappingProxyType(
    {
        "protection.installed": msgc("to do", "install anti-malware"),
        "protection.active": msgc("to do", "switch on and update the anti-malware"),
        "protection.managed": msgc("to do", "connect the anti-malware to the central console"),
        "protection.realtime": msgc("to do", "switch on real-time protection"),
        "protection.signatures-fresh": msgc("to do", "update the anti-malware signatures"),
        "protection.known-product": msgc("to do", "replace the unknown anti-malware by a known product"),
        "protection.one-active": msgc("to do", "remove the second anti-malware that scans in real time"),
        "protection.tamper": msgc("to do", "switch on the anti-malware's protection against being switched off"),
        "protection.edr": msgc("to do", "install an EDR"),
        "protection.siem": msgc("to do", "install an EDR and connect it to the SIEM"),
        "protection.shared": msgc("to do", "share monitoring data with the cybersecurity centre"),
        "patch.os-supported": msgc("to do", "replace the operating system, which gets no more patches"),
        "patch.support-ending": msgc("to do", "plan the replacement of the operating system"),
        "patch.security-pending": msgc("to do", "install the waiting security patches"),
        "patch.windows-current": msgc("to do", "install the monthly Windows patches"),
        "patch.windows-months": msgc("to do", "install the monthly Windows patches"),
        "patch.recent": msgc("to do", "install the Windows updates"),
        "patch.restart": msgc("to do", "restart the machine"),
        "patch.restart-waiting": msgc("to do", "restart the machine"),
        "patch.update-policy": msgc("to do", "switch Windows Update on"),
        "patch.windows-automatic": msgc("to do", "set updates to install themselves"),
        "patch.automatic": msgc("to do", "set security patches to install themselves"),
        "patch.security-source": msgc("to do", "set up a source of security patches"),
        "access.remote-control": msgc("to do", "remove the programs for remote control"),
        "access.rdp-nla": msgc("to do", "switch Remote Desktop off or ask for network level authentication"),
        "access.rdp-off": msgc("to do", "switch Remote Desktop off"),
        "access.root-login": msgc("to do", "forbid remote login as root with a password"),
        "access.empty-passwords-ssh": msgc("to do", "forbid remote login with an empty password"),
        "access.password-login": msgc("to do", "switch off remote login with a password"),
        "access.winrm": msgc("to do", "switch WinRM off"),
        "access.winrm-unencrypted": msgc("to do", "switch off unencrypted WinRM logins"),
        "access.sources-limited": msgc("to do", "allow administration from named addresses only"),
        "accounts.admin-count": msgc("to do", "reduce the administrator accounts"),
        "accounts.admin-password-age": msgc("to do", "change the administrators' passwords"),
        "accounts.default-accounts": msgc("to do", "disable the default accounts"),
        "accounts.empty-password": msgc("to do", "give every account a password"),
        "accounts.idle": msgc("to do", "disable the accounts nobody uses"),
        "accounts.never-expires": msgc("to do", "let passwords expire"),
        "accounts.standard-user": msgc("to do", "make an ordinary account for daily work"),
        "accounts.uid0": msgc("to do", "take full rights from other accounts than root"),
        "accounts.sudo-nopasswd": msgc("to do", "ask for a password before full rights"),
        "boot.secure": msgc("to do", "switch Secure Boot on"),
        "disk.encrypted": msgc("to do", "encrypt the system disk"),
        "disk.volumes": msgc("to do", "encrypt all disks"),
        "evidence.consistent": msgc("to do", "clear up what contradicts itself about the machine"),
        "lockout.threshold": msgc("to do", "lock accounts after wrong passwords"),
        "lockout.threshold-server": msgc("to do", "lock accounts after wrong passwords"),
        "logging.active": msgc("to do", "switch the system log on"),
        "logging.windows-active": msgc("to do", "switch the event log on"),
        "logging.size": msgc("to do", "enlarge the security log"),
        "logging.retention": msgc("to do", "keep logs longer"),
        "login.automatic": msgc("to do", "switch off the automatic login"),
        "media.autorun": msgc("to do", "switch AutoRun off"),
        "network.firewall": msgc("to do", "switch the firewall on"),
        "network.firewall-profiles": msgc("to do", "switch the firewall on in every profile"),
        "network.smb1": msgc("to do", "switch SMBv1 off"),
        "network.smb1-client": msgc("to do", "switch the SMBv1 client off"),
        "network.smb-signing": msgc("to do", "ask for signatures in file sharing"),
        "network.clear-text-ports": msgc("to do", "close FTP, Telnet and rsh"),
        "network.open-stores": msgc("to do", "close the data stores that are open to the network"),
        "network.llmnr": msgc("to do", "switch LLMNR off"),
        "password.min-length": msgc("to do", "ask for longer passwords"),
        "password.max-age": msgc("to do", "have passwords changed in time"),
        "password.strong-hash": msgc("to do", "store passwords safely"),
        "services.insecure": msgc("to do", "switch off telnet, rsh, ftp and tftp"),
        "services.unneeded": msgc("to do", "switch off the services nobody needs"),
        "session.screen-lock": msgc("to do", "let the screen lock itself"),
        "session.screen-lock-laptop": msgc("to do", "let the screen lock itself"),
        "session.screen-lock-server": msgc("to do", "let the screen lock itself"),
        "settings.uac": msgc("to do", "switch user account control on"),
        "settings.wdigest": msgc("to do", "switch WDigest off"),
        "settings.lm-level": msgc("to do", "refuse LM and old NTLM"),
        "settings.blank-passwords": msgc("to do", "forbid network logins without a password"),
        "settings.laps": msgc("to do", "manage the local administrator's password by LAPS"),
        "settings.lsa-protection": msgc("to do", "protect the process that holds passwords"),
        "software.office-supported": msgc("to do", "replace the old Microsoft Office"),
        "software.unwanted": msgc("to do", "remove cracks, file sharing and mining programs"),
        "files.loose": msgc("to do", "close the rights on system files"),
        "exploit.aslr": msgc("to do", "switch ASLR on"),
        "exploit.dep": msgc("to do", "switch DEP on"),
        "kernel.forwarding": msgc("to do", "switch off the forwarding of packets"),
        "mac.enforcing": msgc("to do", "enforce SELinux or AppArmor"),
        "time.synchronised": msgc("to do", "synchronise the clock"),
        "time.windows-synchronised": msgc("to do", "synchronise the clock"),
    }
)


def action_words(check: str, title: Wording) -> Wording:
    """What to do about ``check``; ``title`` says what has to be true in the end."""
    return _WORDS.get(check, title)


def action_sentence(check: str, title: Wording, machines: int) -> Message:
    """The same with the number of machines it is to be done on."""
    if check in _WORDS:
        return msg("{action} on {count} machines", action=_WORDS[check], count=machines)
    return msg("put in order on {count} machines: {title}", title=title, count=machines)


def has_words(check: str) -> bool:
    """Whether a check has words of its own."""
    return check in _WORDS
