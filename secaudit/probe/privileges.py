"""What only root can answer on a POSIX machine: fixed command lines, and the sudoers file that allows exactly these.

``posix.sh`` runs the same lines (a test compares them, word by word), so that nothing else has to be allowed. Rules that
every line keeps, because sudo joins the words of a call with blanks before it compares:

- no word holds a blank, else a caller could split it anew and make another program of it: ``awk 'NF > 1 {...}' /etc/shadow``
  would also allow ``awk NF '>' 1 ... /etc/shadow``, which prints every hash;
- every program stands with its full path in a folder that only root writes; ``timeout`` of root ends it, because the account
  could not end a process of root;
- no two lines share seconds and program, so that the probe sees in sudo's own list which of them are allowed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secaudit.errors import ProbeError
from secaudit.messages import msg

TIMEOUT = "/usr/bin/timeout"
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_AWK = "/usr/bin/awk"
_FIND = "/usr/bin/find"
_DMI = "/sys/class/dmi/id"
_NUMBERED = '{print(FILENAME":"FNR":"$0)}'
_HASHES = (
    'NF>1{h=$2;k="";sub(/^[!*]+/,"",h);if(h~/^[$][A-Za-z0-9-]+[$]/){split(h,p,"$");k=length(p[2])<12?p[2]:"other"}'
    'else{if(h~/^_/)k="bsdi";if(length(h)==13&&h!~"[^./0-9A-Za-z]")k="des"}'
    'print($1":"($2==""?"empty":$2~/^[!*]/?"locked":"set")":"k":"$3":"$4":"$5":"$8)}'
)
_KEYS = (
    'BEGIN{q=sprintf("%c",39)}'
    "FILENAME~/mounts$/{split($0,m,OFS);"
    'if(m[3]~/^(autofs|nfs|cifs|smb|fuse[.]|ceph|glusterfs|afs)/&&m[2]!="/")w[++c]=m[2];next}'
    '$7~/(nologin|false|true|sync|halt|shutdown)$/||$6!~"^/"||200<++t{next}'
    '{r=index($6,q);for(i=1;i<=c;i++)if(index($6"/",w[i]"/")==1)r=1;f="test"OFS"-s"OFS""q""$6"/.ssh/authorized_keys";'
    'if(r){print("far="$1)}else{if(system(f""q)==0||system(f"2"q)==0)print("key="$1)}}'
)


@dataclass(frozen=True, slots=True)
class Privilege:
    """One command line, at each of the places where distributions keep the program."""

    section: str
    """Section of the answer it serves."""
    seconds: int
    """After which root's own timeout ends it."""
    programs: tuple[str, ...]
    arguments: tuple[str, ...]
    why: str
    """Why an ordinary account cannot ask this, and what the audit account comes to know by it."""
    when: str = ""
    """Empty: on every machine that has the program; else what must be so."""

    def lines(self) -> list[tuple[str, ...]]:
        """The words sudo is given, one line for each place."""
        return [(TIMEOUT, str(self.seconds), program, *self.arguments) for program in self.programs]


def _files(section: str, seconds: int, names: Sequence[str], why: str, *, when: str = "") -> Privilege:
    words = ("-L", *names, "-maxdepth", "1", "-type", "f", "-exec", _AWK, _NUMBERED, "{}", "+")
    return Privilege(section, seconds, (_FIND,), words, why, when)


def _product(seconds: int, program: str, *arguments: str) -> Privilege:
    return Privilege(
        "products", seconds, (program,), arguments, "the product answers root alone: its state and versions", "it is installed"
    )


PRIVILEGES: tuple[Privilege, ...] = (
    Privilege(
        "processes", 10, (_FIND,),
        ("/proc", "-maxdepth", "2", "-name", "status", "-exec", "/bin/grep", "-hE", "^(Name|PPid|Pid|Uid):", "{}", "+"),
        "processes of others are hidden: names and numbers, no command line", "/proc is mounted with hidepid",
    ),
    Privilege(
        "system-updates", 60, ("/usr/bin/yum",), ("-q", "-C", "--disableexcludes=all", "check-update"),
        "the cache of the system is root's: pending updates", "yum is the package tool",
    ),
    Privilege(
        "system-updates", 61, ("/usr/bin/yum",), ("-q", "-C", "--disableexcludes=all", "updateinfo", "list", "security"),
        "the cache of the system is root's: pending security updates", "yum is the package tool",
    ),
    Privilege(
        "system-updates", 60, ("/usr/bin/dnf5",), ("-q", "-C", "--setopt=disable_excludes=*", "check-update"),
        "the cache of the system is root's: pending updates", "dnf5 is the package tool",
    ),
    Privilege(
        "system-updates", 61, ("/usr/bin/dnf5",), ("-q", "-C", "--setopt=disable_excludes=*", "advisory", "list", "--security"),
        "the cache of the system is root's: pending security updates", "dnf5 is the package tool",
    ),
    Privilege(
        "dmi", 5, (_FIND,),
        (f"{_DMI}/product_serial", f"{_DMI}/product_uuid", "-exec", _AWK, '{print(FILENAME"="$0)}', "{}", "+"),
        "the kernel shows both numbers to root alone", "the firmware has them",
    ),
    Privilege(
        "passwords", 5, (_AWK,), ("-F:", _HASHES, "/etc/shadow"),
        "root's file: names, state of the password, kind of the hash, days; no hash",
    ),
    Privilege(
        "sshd-effective", 10, ("/usr/sbin/sshd",), ("-T", "-C", "user=root,host=localhost,addr=0.0.0.0"),
        "the server reads its host keys before it tells its settings: the settings", "sshd is installed",
    ),
    Privilege(
        "sshd-effective", 11, ("/usr/sbin/sshd",), ("-T",),
        "the same for servers that do not take the first form", "the first form failed",
    ),
    _files(
        "sshd-config", 7,
        ("/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d", "/etc/crypto-policies/back-ends/opensshserver.config"),
        "some distributions close these files: the text of the configuration", when="one of the files is closed",
    ),
    Privilege(
        "firewall-zones", 10, ("/usr/bin/firewall-cmd",), ("--get-default-zone",),
        "firewalld asks remote accounts for a password: a name", "firewalld is installed",
    ),
    Privilege(
        "firewall-zones", 11, ("/usr/bin/firewall-cmd",), ("--list-all-zones",),
        "firewalld asks remote accounts for a password: the zones with their rules", "firewalld is installed",
    ),
    Privilege(
        "nft", 15, ("/usr/sbin/nft",), ("-nn", "list", "ruleset"),
        "the kernel shows rules to root alone: all rules with their addresses", "nft is installed",
    ),
    Privilege(
        "iptables", 15, ("/usr/sbin/iptables", "/sbin/iptables"), ("-S", "INPUT"),
        "the kernel shows rules to root alone: the rules of INPUT", "iptables is installed",
    ),
    Privilege(
        "kesl", 20, ("/opt/kaspersky/kesl/bin/kesl-control", "/usr/bin/kesl-control"), ("--app-info",),
        "the product answers root and its own groups alone: its state and versions", "it is installed",
    ),
    Privilege(
        "password-ages", 15, (_AWK,), ("-F:", _KEYS, "/proc/self/mounts", "/etc/passwd"),
        "homes are closed to others: whose authorized_keys is not empty, nothing of the keys",
    ),
    _files(
        "sudoers", 6, ("/etc/sudoers", "/etc/sudoers.d", "/usr/etc/sudoers", "/usr/etc/sudoers.d"),
        "root's files: the text of sudo's rules",
    ),
    Privilege(
        "apparmor", 6, (_AWK,), ("{print$NF}", "/sys/kernel/security/apparmor/profiles"),
        "the kernel lists profiles to root alone: their modes, no names", "AppArmor is there",
    ),
    Privilege(
        "audit-rules", 10, ("/usr/sbin/auditctl", "/sbin/auditctl"), ("-l",),
        "the kernel shows its audit to root alone: the rules", "auditctl is installed",
    ),
    Privilege(
        "audit-rules", 11, ("/usr/sbin/auditctl", "/sbin/auditctl"), ("-s",),
        "the kernel shows its audit to root alone: on or off", "auditctl is installed",
    ),
    _product(10, "/opt/eset/eea/bin/upd", "--list-modules"),
    _product(10, "/opt/eset/efs/bin/upd", "--list-modules"),
    _product(10, "/opt/drweb.com/bin/drweb-ctl", "baseinfo"),
    _product(10, "/opt/bitdefender-security-tools/bin/bduitool", "get", "ps"),
    _product(10, "/opt/sentinelone/bin/sentinelctl", "control", "status"),
    _product(11, "/opt/sentinelone/bin/sentinelctl", "management", "status"),
    _product(12, "/opt/sentinelone/bin/sentinelctl", "version"),
    _product(10, "/opt/CrowdStrike/falconctl", "-g", "--version", "--rfm-state"),
    _product(10, "/opt/traps/bin/cytool", "info", "query"),
    Privilege(
        "products", 7, (_AWK,), ("/^status=/", "/var/ossec/var/run/wazuh-agentd.state"),
        "Wazuh closes its folder: one line of its state", "it is installed",
    ),
)  # fmt: skip
"""In the order in which the probe asks."""


SERVES: Mapping[str, tuple[str, ...]] = {
    "processes": ("protection.products", "services.*", "logging.*", "accounts.*", "software.remote_control"),
    "system-updates": ("patch.*",),
    "dmi": ("machine.serial", "machine.uuid", "machine.identifiable"),
    "passwords": ("accounts.empty_password", "accounts.login", "accounts.admins", "accounts.default_enabled"),
    "sshd-effective": ("sshd.*", "access.sources_limited", "accounts.login", "accounts.admins"),
    "sshd-config": ("sshd.*", "access.sources_limited", "login.second_factor"),
    "firewall-zones": ("firewall.active", "firewall.kind", "access.sources_limited"),
    "nft": ("firewall.active", "firewall.kind", "access.sources_limited"),
    "iptables": ("firewall.active", "firewall.kind", "access.sources_limited"),
    "kesl": ("protection.products",),
    "password-ages": ("accounts.login", "accounts.admins", "accounts.default_enabled", "password.*"),
    "sudoers": ("accounts.admins", "accounts.login", "sudo.nopasswd"),
    "apparmor": ("mac.enforcing",),
    "audit-rules": ("logging.process_creation",),
    "products": ("protection.products",),
}
"""Section -> the facts that lack something without it."""


def sudoers(user: str) -> str:
    """The file for /etc/sudoers.d; ProbeError for a name that is none."""
    if _USER.fullmatch(user) is None:
        raise ProbeError(
            msg("{name} is no name of a Linux account", name=user),
            where="sudoers",
            hint=msg("use small letters, digits, - and _; the first must be a letter"),
        )
    rows = [
        f"Defaults:{user} env_reset, !env_keep, !setenv, !requiretty, !insults",
        f"Defaults:{user} secure_path=/usr/sbin\\:/usr/bin\\:/sbin\\:/bin",
    ]
    for one in PRIVILEGES:
        rows += ["", f"# {', '.join(SERVES[one.section])}: {one.why}" + (f" (asked when {one.when})" if one.when else "")]
        rows += [f"{user} ALL=(root) NOPASSWD: {command(line)}" for line in one.lines()]
    return "\n".join(rows) + "\n"


def command(words: Sequence[str]) -> str:
    """A command line as sudoers writes it: nothing in it is a pattern.

    Raises ValueError for a word with a blank, which sudo could not tell from two words.
    """
    path, *arguments = words
    if any(re.search(r"[\s\\#]", word) or not word for word in words):
        raise ValueError(f"sudo cannot hold this command line to its words: {words}")
    # One backslash for sudo's own signs and for those of its patterns; a backslash itself would need four.
    return " ".join([path, *(re.sub(r"([,:=*?\[\]])", r"\\\1", word) for word in arguments)])
