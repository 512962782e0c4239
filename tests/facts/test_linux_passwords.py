"""Password rules, lockout and second factors: what stands in the stack of PAM counts, and nothing else does."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason

NOW = 1_795_400_000
TODAY = NOW // 86_400
NEW = "ID=debian\nVERSION_ID=13\n"
UNIX = "| password\t[success=1,default=ignore]\tpam_unix.so\t\n| password\trequisite\tpam_deny.so\t\n"
AUTH = "| auth\trequired\tpam_unix.so\t\n"
ACCOUNT = "| account\trequired\tpam_unix.so\t\n"
QUALITY = "| password\trequisite\tpam_pwquality.so\t{}\n"
DEFS = "looked=yes\nread=login.defs\nset=login.defs\tPASS_MAX_DAYS\t{}\nset=login.defs\tPASS_MIN_DAYS\t{}\n"
LOCK = "| auth\trequired\tpam_faillock.so\tpreauth{0}\n" + AUTH + "| auth\t[default=die]\tpam_faillock.so\tauthfail{0}\n"


def pam(password=UNIX, auth=AUTH, account=ACCOUNT, **more):
    files = {"passwd": password, "login": auth + account, "sshd": auth + account, **more}
    return "".join(f"file {name}\n{text}" for name, text in files.items())


def value(fact):
    return fact.value if isinstance(fact, Known) else fact.reason


@pytest.mark.parametrize(
    ("stack", "settings", "length", "classes"),
    [
        (UNIX, "", 6, 0),
        ("| password\trequired\tpam_unix.so\tminlen=9\n", "", 9, 0),
        # a file of settings whose module nobody calls sets nothing
        (UNIX, "minlen=14 minclass=4", 6, 0),
        (QUALITY.format("") + UNIX, "", 8, 0),
        (QUALITY.format("") + UNIX, "minlen=14 minclass=4", 14, 4),
        (QUALITY.format("minlen=10") + UNIX, "minlen=14", 10, 0),
        (QUALITY.format("") + UNIX, "minlen=14 dcredit=-1 ucredit=-1 lcredit=-1 ocredit=-1", 14, 4),
        (QUALITY.format("") + UNIX, "minlen=14 dcredit=1 ucredit=2", 11, 0),
        (QUALITY.format("") + UNIX, "minlen=3", 6, 0),
        (QUALITY.format("") + UNIX, "minlen=14 enforcing=0", 6, 0),
        (QUALITY.format("").replace("requisite", "optional") + UNIX, "minlen=14", 6, 0),
        # asked after the password is stored, it refuses nothing
        (UNIX + QUALITY.format(""), "minlen=14", 6, 0),
        (QUALITY.format("").replace("pwquality", "cracklib") + UNIX, "minlen=20", 6, 0),
        ("| password\trequired\tpam_cracklib.so\tminlen=14 dcredit=0 ucredit=0 lcredit=0 ocredit=-1\n" + UNIX, "", 14, 1),
        ("| password\trequired\tpam_passwdqc.so\tmin=disabled,disabled,disabled,disabled,14\n" + UNIX, "", 14, 4),
        ("| password\trequired\tpam_passwdqc.so\t\n" + UNIX, "", 7, 1),
        ("| password\trequired\tpam_passwdqc.so\tmin=disabled,disabled\n" + UNIX, "", MissingReason.ERROR, MissingReason.ERROR),
        (QUALITY.format("") + UNIX, "minlen=other", MissingReason.ERROR, MissingReason.ERROR),
        # skipped for accounts that are not of this machine, and only for those
        (QUALITY.format("") + "| password\t[default=1,success=ok]\tpam_localuser.so\t\n" + UNIX, "minlen=14", 14, 0),
        (
            "| password\t[success=1,default=ignore]\tpam_localuser.so\t\n" + QUALITY.format("") + UNIX,
            "minlen=14",
            MissingReason.UNSUPPORTED,
            MissingReason.UNSUPPORTED,
        ),
        ("| password\t[success=1,default=ignore]\tpam_systemd_home.so\t\n" + QUALITY.format("") + UNIX, "minlen=14", 14, 0),
        (QUALITY.format("conf") + UNIX, "", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("| password\trequired\tpam_strange.so\t\n" + UNIX, "", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("| password\trequisite\tpam_deny.so\t\n", "", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("| @include\tcommon-password\n", "", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
    ],
)
def test_length_and_kinds_of_characters(posix, stack, settings, length, classes):
    policy = "looked=yes\nread=pwquality\n"
    policy += "".join("set=pwquality\t{}\t{}\n".format(*word.split("=")) for word in settings.split())
    facts = posix(pam=pam(stack), password_policy=policy, os_release=NEW)
    assert value(facts["password.min_length"]) == length
    assert value(facts["password.min_classes"]) == classes


def test_settings_that_may_not_be_read_are_denied_only_where_they_count(posix):
    policy = "looked=yes\ndenied=pwquality\n"
    asked = posix(pam=pam(QUALITY.format("") + UNIX), password_policy=policy, os_release=NEW)
    assert value(asked["password.min_length"]) is MissingReason.DENIED
    assert value(posix(pam=pam(), password_policy=policy)["password.min_length"]) == 6
    denied = pam("| @include\tcommon-password\n") + "denied common-password\n"
    assert value(posix(pam=denied, password_policy=policy)["password.min_length"]) is MissingReason.DENIED


@pytest.mark.parametrize(
    ("system", "settings", "length"),
    [
        ("ID=centos\nVERSION_ID=7\n", "", 6),
        ('ID="rhel"\nVERSION_ID="7.9"\n', "minlen=14", 10),
        ("ID=amzn\nVERSION_ID=2\n", "minlen=14 dcredit=0 ucredit=0 lcredit=0 ocredit=0", 14),
        ("ID=rhel\nVERSION_ID=8.10\n", "minlen=14", 14),
        ("ID=rocky\nVERSION_ID=9.4\n", "", 8),
        ("ID=debian\n", "", 8),
        (SectionStatus.DENIED, "minlen=14", MissingReason.DENIED),
    ],
)
def test_older_systems_give_credit_for_kinds_of_characters_by_themselves(posix, system, settings, length):
    """minlen = 14 of CentOS 7 lets ten characters through when they are of four kinds."""
    policy = "looked=yes\nread=pwquality\n"
    policy += "".join("set=pwquality\t{}\t{}\n".format(*word.split("=")) for word in settings.split())
    facts = posix(pam=pam(QUALITY.format("") + UNIX), password_policy=policy, os_release=system)
    assert value(facts["password.min_length"]) == length


RED_HAT = (
    "| auth\trequired\tpam_faillock.so\tpreauth\n| auth\tsufficient\tpam_unix.so\t\n"
    "| auth\trequired\tpam_faillock.so\tauthfail\n| auth\trequired\tpam_deny.so\t\n"
    "| account\trequired\tpam_faillock.so\t\n| account\trequired\tpam_unix.so\t\n"
    "| password\trequisite\tpam_pwquality.so\t\n| password\t[default=1,ignore=ignore,success=ok]\tpam_localuser.so\t\n"
    "| password\trequisite\tpam_pwhistory.so\t\n| password\tsufficient\tpam_unix.so\t\n"
    "| password\t[success=1,default=ignore]\tpam_localuser.so\t\n| password\tsufficient\tpam_sss.so\t\n"
    "| password\trequired\tpam_deny.so\t\n"
)


def test_the_stacks_of_red_hat_with_a_directory_are_followed(posix):
    """What authselect writes for sssd, faillock and pwhistory; another account file for sshd than for the console."""
    login = "| auth\tsubstack\t{0}\t\n| auth\tinclude\tpostlogin\t\n| account\tinclude\t{0}\t\n"
    files = {
        "passwd": "| password\tsubstack\tsystem-auth\t\n| password\tsubstack\tpostlogin\t\n",
        "login": login.format("system-auth"),
        "sshd": login.format("password-auth"),
        "system-auth": RED_HAT,
        "password-auth": RED_HAT,
        "postlogin": "| session\toptional\tpam_umask.so\t\n",
    }
    policy = "looked=yes\nset=pwquality\tminlen\t12\nset=pwhistory\tremember\t7\n"
    policy += "set=faillock\tdeny\t5\nset=faillock\tunlock_time\t900\n"

    def facts():
        stacks = "".join(f"file {name}\n{text}" for name, text in files.items())
        return posix(pam=stacks, password_policy=policy, os_release="ID=rocky\nVERSION_ID=9.4\n")

    names = ("password.min_length", "password.history", "lockout.threshold", "lockout.minutes")
    assert [value(facts()[name]) for name in names] == [12, 7, 5, 15]
    files["password-auth"] = RED_HAT.replace("pam_faillock", "pam_env")
    assert value(facts()["lockout.threshold"]) == 0


def test_includes_are_followed_and_a_ring_of_them_ends(posix):
    files = pam("| password\tinclude\tsystem-auth\t\n", **{"system-auth": QUALITY.format("minlen=12") + UNIX})
    assert value(posix(pam=files, password_policy="looked=yes\n", os_release=NEW)["password.min_length"]) == 12
    ring = pam("| password\tsubstack\ta\t\n", a="| password\tinclude\tb\t\n", b="| password\tinclude\ta\t\n")
    assert value(posix(pam=ring, password_policy="looked=yes\n")["password.min_length"]) is MissingReason.ERROR
    wide = pam("| password\tinclude\ta\t\n" * 300, a="| password\trequired\tpam_env.so\t\n" * 300)
    assert value(posix(pam=wide, password_policy="looked=yes\n")["password.min_length"]) is MissingReason.ERROR


@pytest.mark.parametrize(
    ("stack", "policy", "history"),
    [
        (UNIX, "", 0),
        (UNIX.replace("pam_unix.so\t", "pam_unix.so\tremember=5"), "", 5),
        ("| password\trequired\tpam_pwhistory.so\tremember=12\n" + UNIX, "", 12),
        ("| password\trequired\tpam_pwhistory.so\t\n" + UNIX, "", 10),
        ("| password\trequired\tpam_pwhistory.so\t\n" + UNIX, "set=pwhistory\tremember\t24\n", 24),
        ("| password\toptional\tpam_pwhistory.so\tremember=12\n" + UNIX, "", 0),
        (UNIX, "set=pwhistory\tremember\t24\n", 0),
    ],
)
def test_earlier_passwords(posix, stack, policy, history):
    assert value(posix(pam=pam(stack), password_policy="looked=yes\n" + policy)["password.history"]) == history


PASSWD = "root\t0\tshadow\t/bin/bash\nan\t1000\tshadow\t/bin/bash\nsvc\t5\tshadow\t/usr/sbin/nologin\n"
PASSWD += "khoa\t1001\tshadow\t/bin/bash\n"
STATES = "root\tset\nan\tset\nsvc\tset\nkhoa\tlocked\n"


def ages(**accounts):
    rows = "".join(f"days={name}\t{TODAY - 3}\t{least}\t{most}\t\n" for name, (least, most) in accounts.items())
    return rows + "looked=yes\n"


@pytest.mark.parametrize(
    ("defaults", "accounts", "most", "least"),
    [
        ((60, 1), {"an": (1, 60)}, 60, 1),
        ((60, 1), {"an": (1, 90), "root": (2, 30)}, 90, 1),
        ((60, 1), {"an": (0, 99999)}, 0, 0),
        ((60, 1), {"an": ("", "")}, 0, 0),
        ((60, 1), {"svc": (0, 99999)}, 60, 1),
        # what nobody logs in with may be as old as it likes
        ((60, 1), {"khoa": (0, 99999)}, 60, 1),
        ((60, 1), {"khoa": (0, 99999), "an": (0, 90)}, 90, 0),
        ((60, 1), {}, 60, 1),
        ((99999, 0), {"an": (7, 30)}, 0, 0),
        ((-1, 0), {}, 0, 0),
    ],
)
def test_days_are_the_weakest_of_what_new_and_old_accounts_have(posix, defaults, accounts, most, least):
    given = {"password_policy": DEFS.format(*defaults), "accounts": PASSWD, "passwords": STATES}
    facts = posix(password_ages=ages(**accounts), **given)
    assert value(facts["password.max_age_days"]) == most
    assert value(facts["password.min_age_days"]) == least


def test_days_of_an_account_that_has_expired_do_not_count(posix):
    given = {"password_policy": DEFS.format(60, 1), "accounts": PASSWD, "passwords": STATES}
    for expires, most in ((TODAY, 60), (TODAY + 1, 0)):
        row = f"days=an\t{TODAY - 3}\t1\t99999\t{expires}\nlooked=yes\n"
        assert value(posix(password_ages=row, **given)["password.max_age_days"]) == most
    unread = posix(password_ages=ages(an=(1, 99999)), **{**given, "passwords": SectionStatus.DENIED})
    assert value(unread["password.max_age_days"]) is MissingReason.DENIED


def test_days_without_the_shadow_file_are_known_only_where_they_cannot_be_weaker(posix):
    weak = posix(password_policy=DEFS.format(99999, 0), password_ages=SectionStatus.DENIED)
    assert (value(weak["password.max_age_days"]), value(weak["password.min_age_days"])) == (0, 0)
    strong = posix(password_policy=DEFS.format(60, 1), accounts=PASSWD, password_ages=SectionStatus.DENIED)
    assert value(strong["password.max_age_days"]) is value(strong["password.min_age_days"]) is MissingReason.DENIED
    none = posix(password_policy="looked=yes\n", accounts=PASSWD, password_ages=ages())
    assert value(none["password.max_age_days"]) is MissingReason.ABSENT
    odd = posix(password_policy=DEFS.format("other", "other"), accounts=PASSWD, password_ages=ages())
    assert value(odd["password.max_age_days"]) is MissingReason.ERROR


@pytest.mark.parametrize(
    ("kinds", "strong"),
    [
        (["y", "gy", "2b", "7", "6", "5"], True),
        ([], True),
        (["y", "1"], False),
        (["des"], False),
        (["other"], False),
        (["2x"], False),
    ],
)
def test_hashes(posix, kinds, strong):
    rows = "".join(f"hash=a{number}\t{kind}\n" for number, kind in enumerate(kinds))
    assert value(posix(password_ages=rows + "looked=yes\n")["password.strong_hash"]) is strong
    assert value(posix(password_ages=rows)["password.strong_hash"]) is MissingReason.ERROR
    assert value(posix(password_ages=rows + "garbage\nlooked=yes\n")["password.strong_hash"]) is MissingReason.ERROR


@pytest.mark.parametrize(
    ("auth", "policy", "threshold", "minutes"),
    [
        (AUTH, "set=faillock\tdeny\t5\n", 0, MissingReason.ABSENT),
        (LOCK.format(""), "", 3, 10),
        (LOCK.format(""), "set=faillock\tdeny\t5\nset=faillock\tunlock_time\t901\n", 5, 16),
        (LOCK.format(""), "set=faillock\tunlock_time\tnever\n", 3, 0),
        (LOCK.format(" deny=4 unlock_time=1800"), "set=faillock\tdeny\t9\n", 4, 30),
        (LOCK.format(" deny=0"), "", 0, MissingReason.ABSENT),
        # failures that are written down and never looked at lock nobody
        ("| auth\t[default=die]\tpam_faillock.so\tauthfail\n", "", 0, MissingReason.ABSENT),
        ("| auth\trequired\tpam_faillock.so\tpreauth\n", "", 0, MissingReason.ABSENT),
        ("| auth\trequired\tpam_tally2.so\tdeny=5 unlock_time=600\n", "", 5, 10),
        ("| auth\trequired\tpam_tally2.so\t\n", "", 0, MissingReason.ABSENT),
        (LOCK.format(""), "set=faillock\tunlock_time\tother\n", MissingReason.ERROR, MissingReason.ERROR),
        (LOCK.format(" conf"), "", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
        ("| auth\tinclude\tnowhere\t\n", "", MissingReason.UNSUPPORTED, MissingReason.UNSUPPORTED),
    ],
)
def test_lockout(posix, auth, policy, threshold, minutes):
    facts = posix(pam=pam(auth=auth), password_policy="looked=yes\nread=faillock\n" + policy)
    assert value(facts["lockout.threshold"]) == threshold
    assert value(facts["lockout.minutes"]) == minutes


def test_the_weakest_way_to_log_in_counts(posix):
    stacks = pam(auth=LOCK.format("")) + "file lightdm\n" + AUTH + ACCOUNT
    assert value(posix(pam=stacks, password_policy="looked=yes\n")["lockout.threshold"]) == 0
    looks = ACCOUNT + "| account\trequired\tpam_faillock.so\t\n"
    auth = AUTH + "| auth\t[default=die]\tpam_faillock.so\tauthfail\n"
    # the account stack only forgets failures
    assert value(posix(pam=pam(auth=auth, account=looks), password_policy="looked=yes\n")["lockout.threshold"]) == 0


PRE, FAIL, SUCC = (f"| auth\t{{}}\tpam_faillock.so\t{word} deny=5\n" for word in ("preauth", "authfail", "authsucc"))
JUMP = "| auth\t[success={},default={}]\tpam_unix.so\t\n"
DENY = "| auth\trequisite\tpam_deny.so\t\n| auth\trequired\tpam_permit.so\t\n"
ENOUGH = "| auth\tsufficient\tpam_unix.so\t\n"


@pytest.mark.parametrize(
    ("auth", "threshold"),
    [
        # Debian: pam_deny ends the stack before the line that writes failures down
        (PRE.format("required") + JUMP.format(1, "ignore") + DENY + FAIL.format("[default=die]"), MissingReason.UNSUPPORTED),
        (PRE.format("required") + JUMP.format(2, "ignore") + FAIL.format("[default=die]") + DENY, 5),
        # the right password is enough before anybody looks
        (ENOUGH + PRE.format("required") + FAIL.format("required"), MissingReason.UNSUPPORTED),
        (PRE.format("required") + ENOUGH + FAIL.format("required") + DENY, 5),
        (JUMP.format(1, "bad") + FAIL.format("[default=die]") + SUCC.format("sufficient") + DENY, 5),
        (
            JUMP.format(2, "bad")
            + FAIL.format("[default=die]")
            + SUCC.format("sufficient")
            + "| auth\trequired\tpam_permit.so\t\n",
            MissingReason.UNSUPPORTED,
        ),
        (PRE.format("required").replace("deny=5", "deny=9") + ENOUGH + FAIL.format("required"), 9),
        (PRE.format("required").replace("deny=5", "deny=0") + ENOUGH + FAIL.format("required"), 0),
        # a finger is another way in; guessing does not become free by it
        (PRE.format("required") + ENOUGH.replace("unix", "fprintd") + ENOUGH + FAIL.format("required") + DENY, 5),
        ("| auth\tsufficient\tpam_succeed_if.so\t\n" + PRE.format("required") + ENOUGH + FAIL.format("required") + DENY, 5),
        (
            "| auth\t[success=1,default=ignore]\tpam_succeed_if.so\t\n"
            + PRE.format("required")
            + ENOUGH
            + FAIL.format("required"),
            MissingReason.UNSUPPORTED,
        ),
        (PRE.format("hearsay") + ENOUGH + FAIL.format("required") + DENY, MissingReason.UNSUPPORTED),
        (ENOUGH + "| auth\trequired\tpam_tally2.so\tdeny=5\n", MissingReason.UNSUPPORTED),
    ],
)
def test_lockout_follows_the_order_of_the_stack(posix, auth, threshold):
    assert value(posix(pam=pam(auth=auth), password_policy="looked=yes\n")["lockout.threshold"]) == threshold


@pytest.mark.parametrize(
    ("line", "methods", "found"),
    [
        ("", "any", []),
        ("| auth\trequired\tpam_google_authenticator.so\t\n", "any", ["google-authenticator"]),
        ("| auth\trequired\tpam_google_authenticator.so\tnullok\n", "any", []),
        ("| auth\tsufficient\tpam_u2f.so\t\n", "any", []),
        ("", "publickey,password publickey", []),
        ("", "publickey,keyboard-interactive", ["sshd:publickey,keyboard-interactive"]),
    ],
)
def test_second_factors(posix, line, methods, found):
    sshd = "binary=/usr/sbin/sshd\nversion=OpenSSH_9.2p1\nsettings=2\n"
    effective = f"loglevel INFO\nauthenticationmethods {methods}\n"
    config = "file /etc/ssh/sshd_config\n"
    facts = posix(pam=pam(auth=AUTH + line), sshd=sshd, sshd_effective=effective, sshd_config=config)
    assert facts["login.second_factor"].value == found
    assert isinstance(posix(pam=pam(auth=AUTH + line), sshd=SectionStatus.ABSENT)["login.second_factor"], Missing)


SSHD = "binary=/usr/sbin/sshd\nversion=OpenSSH_9.2p1\nsettings=2\n"
GOOGLE = "| auth\trequired\tpam_google_authenticator.so\t\n"
SUBSTACK = "| auth\tsubstack\tsystem-auth\t\n"


@pytest.mark.parametrize(
    ("auth", "found"),
    [
        (GOOGLE + AUTH, True),
        (JUMP.format(1, "ignore") + DENY + GOOGLE, True),
        (ENOUGH + DENY + GOOGLE, False),
        ("| auth\tinclude\tsystem-auth\t\n" + GOOGLE, False),
        # a decision in a substack ends no more than the substack
        (SUBSTACK + GOOGLE, True),
        ("| auth\t[success=1,default=ignore]\tpam_access.so\t\n" + GOOGLE + AUTH, False),
        ("| auth\t[success=ok,default=1]\tpam_succeed_if.so\t\n" + GOOGLE + AUTH, False),
        ("| auth\t[success=1,default=ignore]\tpam_access.so\t\n" + SUBSTACK + AUTH + GOOGLE, True),
        ("| auth\t[success=2,default=ignore]\tpam_access.so\t\n" + SUBSTACK + GOOGLE + AUTH, False),
        # instead of the password, not beside it
        ("| auth\t[success=done,default=die]\tpam_google_authenticator.so\t\n" + AUTH, False),
        ("| auth\t[success=1,default=ignore]\tpam_google_authenticator.so\t\n" + AUTH, False),
        (AUTH, False),
    ],
)
def test_a_factor_that_can_be_passed_by_is_none(posix, auth, found):
    files = {"system-auth": ENOUGH + "| auth\trequired\tpam_deny.so\t\n", "sudo": GOOGLE + AUTH}
    facts = posix(
        pam=pam(auth=auth, **files),
        sshd=SSHD,
        sshd_effective="loglevel INFO\nauthenticationmethods any\n",
        sshd_config="file /etc/ssh/sshd_config\n",
    )
    assert value(facts["login.second_factor"]) == (["google-authenticator"] if found else [])
