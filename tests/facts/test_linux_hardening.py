"""Kernel, disks, boot, files, sessions and media of a Linux machine: what was read, and nothing besides."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, MissingReason

KERNEL = (
    "kernel/randomize_va_space=2\nkernel/kptr_restrict=1\nkernel/dmesg_restrict=1\nkernel/yama/ptrace_scope=1\n"
    "net/ipv4/tcp_syncookies=1\nnet/ipv4/ip_forward=0\nnx=yes\n"
)
NET = "conf=ipv4 all 0 0 0\nconf=ipv4 default 0 0 0\nconf=ipv4 card 0 0 0\nconf=ipv6 all 0 0 0\nconf=ipv6 card 0 0 0\n"


def value(fact):
    return fact.value if isinstance(fact, Known) else fact.reason


@pytest.mark.parametrize(
    ("fact", "old", "new", "expected"),
    [
        ("exploit.aslr", "", "", True),
        ("exploit.aslr", "va_space=2", "va_space=1", False),
        ("exploit.aslr", "va_space=2", "va_space=x", MissingReason.ERROR),
        ("exploit.dep", "", "", True),
        ("exploit.dep", "nx=yes", "nx=no", False),
        ("exploit.dep", "nx=yes", "nx=yes\nnoexec=off", False),
        ("exploit.dep", "nx=yes\n", "", MissingReason.UNSUPPORTED),
        ("kernel.pointers_hidden", "kptr_restrict=1", "kptr_restrict=0", False),
        ("kernel.messages_restricted", "", "", True),
        ("kernel.tracing_limited", "ptrace_scope=1", "ptrace_scope=none", False),
        ("kernel.tracing_limited", "kernel/yama/ptrace_scope=1\n", "", MissingReason.ERROR),
        ("kernel.syncookies", "", "", True),
        ("kernel.forwarding", "", "", False),
        ("kernel.forwarding", "ip_forward=0", "ip_forward=1", True),
        ("kernel.forwarding", "ipv6 card 0", "ipv6 card 1", True),
        ("kernel.redirects", "", "", False),
        ("kernel.redirects", "ipv4 card 0 0", "ipv4 card 0 1", True),
        # a machine that forwards asks both, one that does not either
        ("kernel.redirects", "ipv4 card 0 0", "ipv4 card 1 1", False),
        ("kernel.redirects", "ipv4 all 0 0", "ipv4 all 0 1", True),
        ("kernel.redirects", "ipv6 card 0 0", "ipv6 card 0 1", True),
        ("kernel.redirects", "ipv6 card 0 0", "ipv6 card 1 1", False),
        ("kernel.source_route", "", "", False),
        ("kernel.source_route", "ipv4 card 0 0 0", "ipv4 card 0 0 1", False),
        ("kernel.source_route", "ipv4 all 0 0 0", "ipv4 all 0 0 1\nconf=ipv4 card 0 0 1", True),
        ("kernel.source_route", "ipv4 card 0 0 0", "ipv4 card 0 0 -1", False),
        ("kernel.redirects", "ipv4 card 0 0 0", "ipv4 card 0 ? 0", MissingReason.ERROR),
        ("kernel.redirects", "conf=ipv4 all 0 0 0\n", "", MissingReason.ERROR),
    ],
)  # fmt: skip
def test_kernel_settings(posix, fact, old, new, expected):
    body = KERNEL + NET
    assert old in body
    assert value(posix(kernel_settings=body.replace(old, new, 1) if old else body)[fact]) == expected


def test_a_new_card_would_get_the_default_where_there_is_none_yet(posix):
    body = KERNEL + NET.replace("conf=ipv4 card 0 0 0\n", "").replace("ipv4 default 0 0", "ipv4 default 0 1")
    assert value(posix(kernel_settings=body)["kernel.redirects"]) is True


@pytest.mark.parametrize(
    ("body", "profiles", "kind", "enforcing"),
    [
        ("looked=yes\nselinux=1\n", SectionStatus.ABSENT, "selinux", True),
        ("looked=yes\nselinux=0\n", SectionStatus.ABSENT, "selinux", False),
        ("looked=yes\nselinux=\n", SectionStatus.ABSENT, "selinux", MissingReason.ERROR),
        ("looked=yes\napparmor=Y\n", "looked=yes\n(enforce)=3\n(complain)=1\n", "apparmor", True),
        ("looked=yes\napparmor=Y\n", "looked=yes\n(complain)=4\n", "apparmor", False),
        ("looked=yes\napparmor=Y\n", SectionStatus.DENIED, "apparmor", MissingReason.DENIED),
        ("looked=yes\napparmor=N\n", SectionStatus.ABSENT, "none", False),
        ("looked=yes\nlsm=capability,smack\n", SectionStatus.ABSENT, MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("", SectionStatus.ABSENT, MissingReason.ERROR, MissingReason.ERROR),
    ],
)
def test_mandatory_access_control(posix, body, profiles, kind, enforcing):
    facts = posix(mac=body, apparmor=profiles)
    assert value(facts["mac.kind"]) == kind
    assert value(facts["mac.enforcing"]) == enforcing


def block(name, device, uuid="", below="", removable=0, label=""):
    return f"block={name}\t{device}\t{removable}\t{uuid}\t{label}\t{below}\n"


SDA = block("sda", "8:0") + "part=sda1\t8:1\tsda\npart=sda2\t8:2\tsda\n"
LUKS = block("dm-0", "253:0", "CRYPT", "sda1")
ROOT = "mount={}\text4\tsystem\t{}\n"


@pytest.mark.parametrize(
    ("body", "encrypted"),
    [
        (ROOT.format("8:1", "/dev/sda1") + SDA, False),
        (ROOT.format("253:0", "/dev/mapper/r") + SDA + block("dm-0", "253:0", "CRYPT", "sda1", label="r"), True),
        (ROOT.format("253:1", "/dev/dm-1") + SDA + LUKS + block("dm-1", "253:1", "LVM", "dm-0"), True),
        (ROOT.format("253:1", "/dev/dm-1") + SDA + LUKS + block("dm-1", "253:1", "LVM", "dm-0,sda2"), False),
        # btrfs has a number of its own: the device is found by its name
        (ROOT.format("0:30", "/dev/mapper/r") + SDA + block("dm-0", "253:0", "CRYPT", "sda1", label="r"), True),
        (ROOT.format("0:30", "-") + SDA, MissingReason.UNSUPPORTED),
        (ROOT.format("253:1", "/dev/dm-1") + block("dm-1", "253:1", "LVM", "dm-7"), MissingReason.UNSUPPORTED),
        (ROOT.format("253:1", "/dev/dm-1") + block("dm-1", "253:1", "LVM", "dm-1"), MissingReason.UNSUPPORTED),
        (SDA, MissingReason.ERROR),
        ("", MissingReason.ERROR),
    ],
)  # fmt: skip
def test_encryption_is_followed_down_to_the_disk(posix, body, encrypted):
    assert value(posix(storage=body)["disk.encrypted"]) == encrypted


def test_volumes_leave_out_what_starts_the_machine_and_what_can_be_pulled_out(posix):
    body = ROOT.format("8:2", "/dev/sda2") + "mount=8:1\tvfat\tboot\t/dev/sda1\nmount=8:17\tvfat\tdata\t/dev/sdb1\n"
    body += "mount=7:0\tsquashfs\tdata\t/dev/loop0\nmount=0:44\tzfs\tdata\t-\n" + SDA
    body += block("sdb", "8:16", removable=1) + "part=sdb1\t8:17\tsdb\n"
    fact = posix(storage=body)["disk.volumes"]
    assert fact.value == [{"name": "sda2", "system": True, "encrypted": False}, {"name": "zfs", "system": False}]
    assert fact.missing_fields == {"encrypted": MissingReason.UNSUPPORTED}


@pytest.mark.parametrize(
    ("body", "secure"),
    [
        ("efi=yes\nsecure=   6   0   0   0   1\n", True),
        ("efi=yes\nsecure=   6   0   0   0   0\n", False),
        ("efi=no\n", False),
        ("efi=yes\n", MissingReason.ABSENT),
        ("efi=yes\nsecure= 6 0 0 0\n", MissingReason.ABSENT),
        ("", MissingReason.ABSENT),
        (SectionStatus.DENIED, MissingReason.DENIED),
    ],
)
def test_secure_boot(posix, body, secure):
    assert value(posix(boot=body)["boot.secure"]) == secure


@pytest.mark.parametrize(
    ("line", "loose"),
    [
        ("640 0 42 /etc/shadow", []),
        ("644 0 42 /etc/shadow", ["/etc/shadow"]),
        ("660 0 42 /etc/shadow", ["/etc/shadow"]),
        ("640 5 42 /etc/shadow", ["/etc/shadow"]),
        ("600 0 0 /etc/ssh/ssh_host_rsa_key", []),
        ("644 0 0 /etc/ssh/ssh_host_rsa_key", ["/etc/ssh/ssh_host_rsa_key"]),
        ("775 0 0 /etc/cron.d", ["/etc/cron.d"]),
        ("666 0 0 /etc/cron.d/a b", ["/etc/cron.d/a b"]),
        ("1730 0 101 /var/spool/cron/crontabs", []),
        ("4755 0 0 /etc/profile", []),
        ("zzz 0 0 /etc/x", MissingReason.ERROR),
        ("644 0", MissingReason.ERROR),
    ],
)
def test_modes_of_system_files(posix, line, loose):
    assert value(posix(file_modes=f"644 0 0 /etc/passwd\n{line}\n")["files.loose"]) == loose
    assert value(posix(file_modes=f"{line}\n")["files.loose"]) is MissingReason.ERROR


DMI = "product_serial={}\nproduct_uuid={}\n"
UUID = "1ab00000-0000-4000-8000-000000011001"


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (DMI.format("LAB1234", UUID), True),
        (DMI.format("To be filled by O.E.M.", UUID), True),
        (DMI.format("Default string", "03000200-0400-0500-0006-000700080009"), False),
        ("product_serial=0\n", MissingReason.ABSENT),
        (SectionStatus.DENIED, MissingReason.DENIED),
    ],
)
def test_a_machine_with_a_number_of_its_own(posix, body, known):
    assert value(posix(dmi=body)["machine.identifiable"]) == known


def test_hardware(posix):
    body = "memory-kb=8012345\nsys_vendor=Lab  Maker\nproduct_name=To be filled by O.E.M.\n"
    body += "mac=02:AB:00:00:00:09\nmac=bad\nmac=00:00:00:00:00:00\n"
    facts = posix(hardware=body)
    assert value(facts["machine.memory_mb"]) == 7824
    assert value(facts["machine.vendor"]) == "Lab Maker"
    assert value(facts["machine.model"]) is MissingReason.ABSENT
    assert value(facts["machine.mac"]) == ["02:ab:00:00:00:09"]
    assert value(posix(hardware="")["machine.memory_mb"]) is MissingReason.ERROR


@pytest.mark.parametrize(
    ("body", "blocked"),
    [
        ("install=usb_storage nothing\n", True),
        ("blacklist=usb_storage\n", True),
        ("blacklist=uas\n", False),
        ("install=usb_storage other\n", False),
        ("install=usb_storage nothing\nloaded=usb_storage\n", False),
        ("install=usb_storage nothing\nbuiltin=usb-storage\n", False),
        ("denied=/etc/modprobe.d/x.conf\n", MissingReason.DENIED),
        ("tool=usbguard\n", MissingReason.UNSUPPORTED),
    ],
)
def test_usb_storage(posix, body, blocked):
    processes = "uid=0\n0\tcron\n" + ("0\tusbguard-daemon\n" if "usbguard" in body else "")
    units = "cron.service loaded active running\n"
    facts = posix(media="looked=yes\nmodules=read\nbuiltin=read\n" + body, processes=processes, units=units)
    assert value(facts["media.storage_blocked"]) == blocked


IDLE, LOCK, DELAY = (
    f"/org/gnome/desktop/{key}" for key in ("session/idle-delay", "screensaver/lock-enabled", "screensaver/lock-delay")
)
LOCKED = f"database=local\nlock=local\t{IDLE}\nlock=local\t{LOCK}\nlock=local\t{DELAY}\n"


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("", MissingReason.UNSUPPORTED),
        ("session=gnome\n", MissingReason.UNSUPPORTED),
        (f"session=gnome\n{LOCKED}", 300),
        (f"session=ubuntu-xorg\n{LOCKED}key=local\t{IDLE}=600\nkey=local\t{DELAY}=30\n", 630),
        (f"session=gnome\n{LOCKED}key=local\t{IDLE}=0\n", 0),
        (f"session=gnome\n{LOCKED}key=local\t{LOCK}=false\n", 0),
        (f"session=gnome\n{LOCKED}key=local\t{IDLE}=never\n", MissingReason.ERROR),
        (f"session=gnome\nsession=plasma\n{LOCKED}", MissingReason.UNSUPPORTED),
        # a database no profile names is nobody's
        (f"session=gnome\n{LOCKED}".replace("database=local", "database=other"), MissingReason.UNSUPPORTED),
        (f"session=gnome\n{LOCKED}denied=local\n", MissingReason.DENIED),
        (f"session=gnome\n{LOCKED}".replace(f"lock=local\t{IDLE}\n", ""), MissingReason.UNSUPPORTED),
    ],
)
def test_screen_lock(posix, body, seconds):
    assert value(posix(desktop="looked=yes\n" + body)["session.lock_seconds"]) == seconds


def test_nothing_starts_from_media_without_a_desktop(posix):
    def off(desktop, media):
        return value(posix(desktop="looked=yes\n" + desktop, media="looked=yes\n" + media)["media.autorun_off"])

    fixed = "session=gnome\ndatabase=local\nlock=local\t/org/gnome/desktop/media-handling/autorun-never\n"
    fixed += "key=local\t/org/gnome/desktop/media-handling/autorun-never={}\n"
    assert off("", "") is True
    assert off("", "tool=usbmount\n") is MissingReason.UNSUPPORTED
    assert off("session=gnome\n", "") is MissingReason.UNSUPPORTED
    assert (off(fixed.format("true"), ""), off(fixed.format("false"), "")) == (True, False)


@pytest.mark.parametrize(
    ("body", "seconds", "names"),
    [
        ("tmout=900\n", 900, []),
        ("", 0, []),
        ("tmout=900\ntmout=0\n", 0, []),
        ("tmout=other\n", MissingReason.UNSUPPORTED, []),
        ("denied=/etc/profile.d/x.sh\ntmout=900\n", MissingReason.DENIED, []),
        ("gdm=AutomaticLoginEnable=true\ngdm=AutomaticLogin=an\nlightdm=binh\ngetty=chi\n", 0, ["an", "binh", "chi"]),
        ("gdm=AutomaticLoginEnable=false\ngdm=AutomaticLogin=an\n", 0, []),
        ("gdm=TimedLoginEnable=True\ngdm=TimedLogin=an\n", 0, ["an"]),
        ("denied=/etc/lightdm/lightdm.conf\n", 0, MissingReason.DENIED),
    ],
)
def test_shell_time_out_and_automatic_logins(posix, body, seconds, names):
    facts = posix(sessions="looked=yes\n" + body)
    assert value(facts["session.shell_timeout_seconds"]) == seconds
    assert value(facts["login.automatic"]) == names


@pytest.mark.parametrize(
    ("body", "signing"),
    [
        ("", MissingReason.UNSUPPORTED),
        ("samba=read\n", False),
        ("samba=read\nsamba-serversigning=mandatory\n", True),
        ("samba=read\nsamba-serversigning=auto\n", False),
        ("samba=read\nsamba=include\nsamba-serversigning=mandatory\n", MissingReason.UNSUPPORTED),
        ("samba=read\nsamba-serverrole=activedirectorydomaincontroller\n", MissingReason.UNSUPPORTED),
        ("samba=denied\n", MissingReason.DENIED),
    ],
)
def test_signed_messages_of_samba(posix, body, signing):
    assert value(posix(media="looked=yes\n" + body)["settings.smb_signing"]) == signing
