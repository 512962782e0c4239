"""The states hosts are put into, as shell that runs on them before their SSH server starts.

Programs that cannot run in a namespace (auditd needs the kernel's audit, clamd its signatures) are stood in for by a process
of their name: that is all the probe sees of them. Nothing changes the clock or a setting of the kernel that all share.
"""

from dataclasses import dataclass

STAND_IN = """\
stand_in() { cp /bin/sleep "/opt/$1" && "/opt/$1" 1000000 & }
package() {
  mkdir -p "/tmp/$1/DEBIAN"
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: test <test@localhost>\\nDescription: test\\n' "$1" "$2" \\
    >"/tmp/$1/DEBIAN/control"
  dpkg-deb --build "/tmp/$1" "/tmp/$1.deb" && dpkg --install --force-unsafe-io "/tmp/$1.deb"
  rm -r "/tmp/$1" "/tmp/$1.deb"
}
signatures() { printf 'ClamAV-VDB:01 Jan 2024 00-00 +0000:27000:2000000:90:%032d:sig:test:%s' 0 "$2" >"/var/lib/clamav/$1"; }
put_first() { { cat; cat "$1"; } >"$1.new"; cat "$1.new" >"$1"; rm "$1.new"; }
"""
_OLD_PACKAGE = """\
old=$(awk -v RS= '/\\nArchitecture: all\\n/ && !/\\n(Pre-)?Depends: / {print $2; exit}' /var/lib/apt/lists/*security*Packages)
test -n "$old"
dpkg-query -W "$old" 2>/dev/null && exit 1
package "$old" 0~test
printf '%s\\n' "$old" >/opt/old-package
"""
"""Whatever the archive holds today: one package of which security has a newer version than the one installed."""

NEGLECTED = f"""\
{_OLD_PACKAGE}
mkdir -p /var/lib/apt/periodic
touch /var/lib/apt/periodic/update-success-stamp
touch -d '10 days ago 1 hour ago' /run/reboot-required
printf 'linux-image-test\\n' >/run/reboot-required.pkgs
put_first /etc/ssh/sshd_config <<'END'
PermitRootLogin yes
PasswordAuthentication yes
PermitEmptyPasswords yes
MaxAuthTries 10
X11Forwarding yes
LoginGraceTime 0
ClientAliveInterval 0
LogLevel QUIET
MACs +hmac-md5,hmac-sha1-96
END
useradd --non-unique --uid 0 --no-create-home --shell /bin/bash toor
for name in pi dormant; do useradd --shell /bin/bash "$name"; done
printf 'toor:Mat-khau-1\\npi:raspberry\\ndormant:Mat-khau-2\\n' | chpasswd --crypt-method SHA512
printf 'root:Mat-khau-3\\n' | chpasswd --crypt-method MD5
useradd --shell /bin/bash nobodys
passwd --delete nobodys
chage --lastday "$(date -d '500 days ago' +%F)" dormant
perl -e 'open F, ">>/var/log/lastlog"; close F; open F, "+</var/log/lastlog"; binmode F;
  seek F, 292 * getpwnam("dormant"), 0; print F pack("l a32 a256", time - 400 * 86400 - 3600, "pts/0", "")'
usermod --append --groups sudo pi
usermod --append --groups sudo dormant
printf '%%sudo ALL=(ALL:ALL) NOPASSWD: ALL\\n' >/etc/sudoers.d/group
chmod 440 /etc/sudoers.d/group
chmod 666 /etc/passwd
chmod 644 /etc/shadow
printf 'APT::Periodic::Update-Package-Lists "0";\\nAPT::Periodic::Unattended-Upgrade "0";\\n' >/etc/apt/apt.conf.d/20auto-upgrades
apt-mark hold nftables
signatures daily.cvd "$(($(date +%s) - 30 * 86400 - 60))"
stand_in clamd
printf 'telnet stream tcp nowait root /usr/sbin/tcpd /usr/sbin/telnetd\\n' >/etc/inetd.conf
inetd
printf 'listen=YES\\nlisten_ipv6=NO\\nbackground=YES\\nsecure_chroot_dir=/run/empty\\n' >/etc/vsftpd.conf
mkdir /run/empty
vsftpd /etc/vsftpd.conf
perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 6379, Listen => 1) or die; sleep 1000000' &
package anydesk 1.0
package qbittorrent 1.0
printf 'server 198.18.255.254 iburst\\n' >/etc/chrony/chrony.conf
chronyd -x
mkdir -p /etc/systemd
printf '[Journal]\\nStorage=volatile\\n' >/etc/systemd/journald.conf
printf 1 >/proc/sys/net/ipv4/ip_forward
for place in /proc/sys/net/ipv4/conf/*/accept_redirects /proc/sys/net/ipv4/conf/*/accept_source_route; do printf 1 >"$place"; done
printf 0 >/proc/sys/net/ipv4/tcp_syncookies
"""
"""Everything a machine can be that nobody looks after."""

KEPT = """\
mkdir -p /var/lib/apt/periodic
touch /var/lib/apt/periodic/update-success-stamp
mkdir -p "/lib/modules/$(uname -r)"
: >"/lib/modules/$(uname -r)/modules.dep"
: >"/lib/modules/$(uname -r)/modules.builtin"
put_first /etc/ssh/sshd_config <<'END'
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
MaxAuthTries 4
X11Forwarding no
LoginGraceTime 30
ClientAliveInterval 300
ClientAliveCountMax 2
LogLevel VERBOSE
END
printf 'root:!\\n' | chpasswd --encrypted
nft -f - <<'END'
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iifname "lo" accept
    tcp dport 22 accept
  }
}
END
printf 'APT::Periodic::Update-Package-Lists "1";\\nAPT::Periodic::Unattended-Upgrade "1";\\n' >/etc/apt/apt.conf.d/20auto-upgrades
cron
signatures daily.cld "$(($(date +%s) - 86400 - 60))"
stand_in clamd
stand_in clamonacc
stand_in auditd
printf '*.* @@198.18.255.254:6514\\n' >/etc/rsyslog.d/away.conf
rsyslogd
printf 'minlen = 14\\nminclass = 4\\n' >/etc/security/pwquality.conf
printf 'deny = 5\\nunlock_time = 43200\\n' >/etc/security/faillock.conf
put_first /etc/pam.d/common-auth <<'END'
auth required pam_faillock.so preauth
END
sed -i -e 's/success=1 default=ignore/success=2 default=ignore/' \\
  -e '/^auth.*pam_deny/i auth [default=die] pam_faillock.so authfail' /etc/pam.d/common-auth
put_first /etc/pam.d/common-password <<'END'
password required pam_pwhistory.so remember=10
END
sed -i -e 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 90/' -e 's/^PASS_MIN_DAYS.*/PASS_MIN_DAYS 1/' /etc/login.defs
useradd --shell /bin/bash officer
printf 'officer:Mat-khau-Dai-1\\n' | chpasswd
printf 'TMOUT=300\\nreadonly TMOUT\\nexport TMOUT\\n' >/etc/profile.d/tmout.sh
mkdir -p /etc/modprobe.d
printf 'install usb-storage /bin/false\\nblacklist usb-storage\\n' >/etc/modprobe.d/usb.conf
for place in /proc/sys/net/ipv4/conf/*/accept_redirects /proc/sys/net/ipv4/conf/*/accept_source_route; do printf 0 >"$place"; done
for place in /proc/sys/net/ipv6/conf/*/accept_redirects /proc/sys/net/ipv6/conf/*/accept_source_route; do printf 0 >"$place"; done
printf 1 >/proc/sys/net/ipv4/tcp_syncookies
printf '%s\\n' 'local stratum 3' 'allow 127.0.0.1' 'port 11123' 'cmdport 0' 'bindaddress 127.0.0.1' 'pidfile /run/source.pid' \\
  >/run/source.conf
chronyd -x -f /run/source.conf
printf 'server 127.0.0.1 port 11123 iburst minpoll 2 maxpoll 3\\n' >/etc/chrony/chrony.conf
chronyd -x
"""
"""The same machine well kept; its clock follows a server of its own, which steers nothing."""

BARE = """\
dpkg --purge clamav-daemon clamav-freshclam clamav-base clamdscan unattended-upgrades openbsd-inetd telnetd inetutils-telnetd \\
  vsftpd chrony
sed -i '/security/d' /etc/apt/sources.list
touch -d '20 days ago 1 hour ago' /var/lib/apt/lists/*Release
rm -f /etc/apt/sources.list.d/*
nft flush ruleset
"""
"""No protection, no security source, package lists three weeks old, nothing but an SSH server."""

CLOSED = """\
rm -rf /etc/os-release /usr/lib/os-release
chmod 600 /etc/passwd /etc/inetd.conf /etc/apt/sources.list /etc/ssh/sshd_config /etc/rsyslog.conf /var/lib/dpkg/status
chmod 700 /var/lib/apt/lists /etc/ssh/sshd_config.d /var/lib/clamav
rsyslogd
chmod 700 /etc/security /etc/pam.d /etc/profile.d /etc/chrony
chmod 600 /etc/login.defs /etc/profile /etc/bash.bashrc /etc/nsswitch.conf
mount -o remount,hidepid=2 /proc
mount -t tmpfs -o mode=700 tmpfs /proc/sys
"""
"""Ordinary accounts can read next to nothing."""

MANAGED = """\
mkdir -p /var/lib/apt/periodic
touch /var/lib/apt/periodic/update-success-stamp
for release in "$(uname -r)" "$(uname -r | sed 's/^[0-9]*/99/')"; do
  mkdir -p "/lib/modules/$release"
  : >"/lib/modules/$release/modules.dep"
done
hostname debian
package mdatp 101.0
stand_in wdavdaemon
cat >/usr/bin/mdatp <<'END'
#!/bin/sh
cat <<'JSON'
{"realTimeProtectionEnabled": {"value": true}, "passiveModeEnabled": {"value": false}, "licensed": true,
 "orgId": "11111111-2222-3333-4444-555555555555", "definitionsUpdated": "EPOCH000", "healthy": true, "appVersion": "101.0"}
JSON
END
sed -i "s/EPOCH/$(($(date +%s) - 3600))/" /usr/bin/mdatp
chmod 755 /usr/bin/mdatp
"""
"""A product of our own making that answers as Defender for Endpoint is documented to answer."""


@dataclass(frozen=True)
class Step:
    """A later state of the same host."""

    name: str
    script: str
    accounts: tuple[str, ...] = ("root",)
    releases: tuple[str, ...] = ("11", "12", "13")


@dataclass(frozen=True)
class State:
    """A host to be made: what it starts with, who asks it, what changes afterwards."""

    name: str
    start: str
    accounts: tuple[str, ...]
    upgraded: bool = False
    releases: tuple[str, ...] = ("11", "12", "13")
    steps: tuple[Step, ...] = ()

    @property
    def script(self) -> str:
        """With the functions the states use."""
        return STAND_IN + self.start


_NO_RULES = "ufw disable; nft flush ruleset; iptables -F; iptables -X; iptables -P INPUT ACCEPT;"
_FIREWALLD = """
mkdir -p /run/dbus
dbus-daemon --system --fork --nopidfile
firewalld >/dev/null 2>&1
until firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done
"""
_ASKERS = ("helper", "listed", "audit")
STATES = (
    State("neglected", NEGLECTED, ("root", "helper", "listed", "audit")),
    State("kept", KEPT, ("root", "helper", "listed", "audit"), upgraded=True),
    State(
        "bare",
        BARE,
        ("root", "audit"),
        steps=(
            Step("ufw", "ufw allow 22/tcp; ufw --force enable"),
            Step("ufw-off", _NO_RULES, releases=("12",)),
            Step("firewalld", f"{_NO_RULES}{_FIREWALLD}"),
            Step("firewalld-off", f"kill $(cat /run/firewalld.pid); sleep 1; {_NO_RULES}", releases=("12",)),
            Step(
                "iptables",
                "test ! -e /run/firewalld.pid || kill $(cat /run/firewalld.pid); sleep 1;"
                f"{_NO_RULES} iptables -A INPUT -p tcp --dport 22 -j ACCEPT; iptables -P INPUT DROP",
            ),
            Step("unclear", f"{_NO_RULES} iptables -A INPUT -p tcp --dport 23 -j DROP", releases=("12",)),
        ),
    ),
    State(
        "closed",
        CLOSED,
        ("helper", "listed", "audit"),
        releases=("12",),
        steps=(Step("no-clock", "chmod 700 /bin/date", ("audit",)),),
    ),
    State(
        "managed",
        MANAGED,
        ("root",),
        releases=("12",),
        steps=(
            Step("sudo-wants-tty", "printf 'Defaults requiretty\\n' >/etc/sudoers.d/tty", _ASKERS, ("12",)),
            Step("sudo-wants-password", "sed -i s/NOPASSWD:// /etc/sudoers.d/helper; rm /etc/sudoers.d/tty", _ASKERS, ("12",)),
        ),
    ),
)
