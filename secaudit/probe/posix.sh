#!/bin/sh
# secaudit probe for POSIX systems, sent on the standard input of "sh -s".
# Read-only: writes no file, changes no setting, refreshes no package list, asks no name service and no network.
# Answers are framed by lines that carry a number drawn for this machine and this run.
# That number stays in variables of this shell.
# shellcheck disable=SC2329,SC2016  # sections are called by name; awk and dpkg-query fill in what stands in single quotes
K='##SECAUDIT @NONCE@'
SUDO='@SUDO@'
printf '\n%s start posix 1\n' "$K"

LC_ALL=C LANG=C LANGUAGE=C TZ=UTC0
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PAGER=cat SYSTEMD_PAGER='' SYSTEMD_COLORS=0 NO_COLOR=1 TERM=dumb DEBIAN_FRONTEND=noninteractive
export LC_ALL LANG LANGUAGE TZ PATH PAGER SYSTEMD_PAGER SYSTEMD_COLORS NO_COLOR TERM DEBIAN_FRONTEND
unset ENV BASH_ENV CDPATH GREP_OPTIONS APT_CONFIG
umask 077
cd / || exit 1

TAB=$(printf '\t')
# How a section ends: 0 ok, and these.
ABSENT=81 DENIED=82 UNSUPPORTED=83 TIMEOUT=124
# Denied too: sudo refused a command that it had listed, or does not list it.
REFUSED=84 UNLISTED=85

# -------- limits

if timeout -k 1 5 true </dev/null >/dev/null 2>&1; then LIMITER='kill'
elif timeout 5 true </dev/null >/dev/null 2>&1; then LIMITER=plain
elif timeout -t 5 true </dev/null >/dev/null 2>&1; then LIMITER=old
else LIMITER=watch
fi
if [ "$(printf 'abc' | head -c 2 2>/dev/null)" = ab ]; then CUTTER='head'; else CUTTER='dd'; fi
BEGUN=$(date +%s 2>/dev/null)
case $BEGUN in '' | *[!0-9]*) BEGUN=0 ;; esac

# limit SECONDS COMMAND...: run a command without input, end it when its time is over.
limit() {
  limit_seconds=$1
  shift
  case $LIMITER in
    kill) timeout -k 2 "$limit_seconds" "$@" </dev/null ;;
    plain) timeout "$limit_seconds" "$@" </dev/null ;;
    old) timeout -t "$limit_seconds" "$@" </dev/null ;;
    *) watched "$limit_seconds" "$@" ;;
  esac
  limit_code=$?
  case $limit_code in 137 | 143) limit_code=$TIMEOUT ;; esac
  return "$limit_code"
}

# watched SECONDS COMMAND...: the same where no timeout command exists.
watched() {
  watched_seconds=$1
  shift
  "$@" </dev/null &
  watched_job=$!
  (
    trap 'kill "$nap" 2>/dev/null; exit 0' TERM
    sleep "$watched_seconds" &
    nap=$!
    wait "$nap"
    kill "$watched_job"
    sleep 1
    kill -9 "$watched_job"
  ) </dev/null >/dev/null 2>&1 3>&- 5>&- &
  watched_dog=$!
  wait "$watched_job"
  watched_code=$?
  kill "$watched_dog" 2>/dev/null
  wait "$watched_dog" 2>/dev/null
  return "$watched_code"
}

# cut_to BYTES: pass that many bytes and one more, which tells the reader that there was more.
cut_to() {
  if [ "$CUTTER" = head ]; then head -c "$(($1 + 1))"; else dd bs=1 count="$(($1 + 1))" 2>/dev/null; fi
}

# section NAME BYTES FUNCTION: one framed answer. The function's return code says how it ended.
section() {
  printf '\n%s begin %s\n' "$K" "$1"
  section_now=$(date +%s 2>/dev/null)
  case $section_now in '' | *[!0-9]*) section_now=$BEGUN ;; esac
  if [ "$((section_now - BEGUN))" -gt 100 ]; then
    section_code=$TIMEOUT
  else
    section_code=$({ { "$3" </dev/null 2>/dev/null 3>&- 5>&-; printf '%s' "$?" >&3; } | cut_to "$2" >&5 3>&-; } 3>&1)
  fi
  case $section_code in
    0) section_status=ok ;;
    "$ABSENT") section_status=absent ;;
    "$DENIED") section_status=denied ;;
    "$REFUSED") section_status=denied elevation=$DENIED MAY='' ;;
    "$UNLISTED") section_status=denied elevation=$DENIED ;;
    "$UNSUPPORTED") section_status=unsupported ;;
    "$TIMEOUT") section_status=timeout ;;
    *) section_status=error ;;
  esac
  printf '\n%s end %s %s %s %s\n' "$K" "$1" "$section_status" "${section_code:-141}" "$2"
}

say() { printf '%s\n' "$1"; }
have() { command -v "$1" >/dev/null 2>&1; }

# readable FILE: 0 or the reason why not.
readable() {
  [ -r "$1" ] && return 0
  [ -e "$1" ] || return "$ABSENT"
  return "$DENIED"
}

# shut FILE [NAME]: it may not be read; says so.
shut() { [ -r "$1" ] && return 1; printf 'denied=%s\n' "${2:-$1}"; }

# first FILE: its first line, at most 512 bytes of it.
first() { limit 5 dd if="$1" bs=512 count=1 2>/dev/null | head -n 1; }

# -------- root

# ask_leave: what sudo lists for this account; one refusal, and sudo is left alone.
# Only a timeout of root can end a command of root; the oldest kinds take another form and get none.
ROOT=no MAY='' elevation=none
ask_leave() {
  [ "$(id -u)" = 0 ] && ROOT=yes
  [ "$ROOT$SUDO" = noyes ] || return
  elevation=$ABSENT
  have sudo || return
  elevation=$DENIED
  case $LIMITER in kill | plain) ;; *) return ;; esac
  MAY=$(limit 10 sudo -n -l 2>/dev/null 5>&-) || MAY=''
  MAY=$(printf '%s\n' "$MAY" | awk '
    !/^ +\([^)]*(root|ALL)/ { next }
    { sub(/^ +\([^)]*\) */, ""); all = all $0 "\n" }
    /NOPASSWD:/ { sub(/.*NOPASSWD: */, ""); sub(/ PASSWD:.*/, ""); free = free $0 "\n" }
    END { printf "%s", (free == "") ? all : free }')
  [ -z "$MAY" ] || elevation=0
  # Where sudo is slow (it may look up the name of its host), it is not called again.
  [ "$(($(date +%s) - BEGUN))" -lt 9 ] || { elevation=$TIMEOUT && MAY=''; }
}

# may "SECONDS PATH": sudo lists it. No two commands have both in common, so this tells them apart.
may() { case $MAY in *ALL* | *"/usr/bin/timeout $1 "*) true ;; *) false ;; esac }

# rooted SECONDS PROGRAM ARGUMENT...: as root, or as that command line and no other through sudo (secaudit/probe/privileges.py).
rooted() {
  if [ "$ROOT" = yes ]; then
    limit "$@"
    return
  fi
  [ -n "$MAY" ] || return "$DENIED"
  rooted_seconds=$1 rooted_paths=$2
  case $2 in /*) ;; *) rooted_paths="/usr/sbin/$2 /usr/bin/$2 /sbin/$2 /bin/$2 $(command -v "$2")" ;; esac
  for rooted_path in $rooted_paths; do
    [ "$rooted_path" = "$2" ] || [ -x "$rooted_path" ] || continue
    may "$rooted_seconds $rooted_path" || continue
    shift 2
    set -- /usr/bin/timeout "$rooted_seconds" "$rooted_path" "$@"
    rooted_answer=$(limit "$((rooted_seconds + 5))" sudo -n "$@")
    rooted_code=$?
    [ -n "$rooted_answer" ] && printf '%s\n' "$rooted_answer"
    # Code 1 is a refusal or the command's own.
    [ "$rooted_code$rooted_answer" != 1 ] || limit 10 sudo -n -l "$@" >/dev/null || return "$REFUSED"
    return "$rooted_code"
  done
  return "$UNLISTED"
}

# either SECONDS PROGRAM ARGUMENT...: as root where that may be, else as the account itself.
either() {
  rooted "$@"
  case $? in
    8[245]) limit "$@" ;;
    *) return ;;
  esac
}

# -------- the machine

s_clock() {
  printf 'now=%s\n' "$(date +%s)"
  printf 'uptime=%s\n' "$(first /proc/uptime)"
}

s_identity() {
  printf 'hostname=%s\n' "$(uname -n)"
  for f in /etc/machine-id /var/lib/dbus/machine-id; do
    [ -r "$f" ] || continue
    printf 'machine-id=%s\n' "$(first "$f")"
    break
  done
  return 0
}

s_privileges() {
  printf 'uid=%s\n' "$(id -u)"
  printf 'user=%s\n' "${LOGNAME:-${USER:-}}"
}

s_os_release() {
  for f in /etc/os-release /usr/lib/os-release; do
    [ -e "$f" ] || continue
    readable "$f" || return
    limit 5 cat "$f"
    return
  done
  return "$ABSENT"
}

s_kernel() {
  printf 'system=%s\n' "$(uname -s)"
  printf 'release=%s\n' "$(uname -r)"
  printf 'machine=%s\n' "$(uname -m)"
  for f in /run/systemd/container /run/.containerenv /.dockerenv; do
    [ -e "$f" ] && printf 'container=%s\n' "$f"
  done
  for f in /boot/vmlinuz-* /boot/vmlinux-*; do
    [ -e "$f" ] && printf 'image=%s\n' "${f#/boot/}"
  done
  for f in /lib/modules/*/modules.dep; do
    [ -e "$f" ] || continue
    f=${f%/modules.dep}
    printf 'modules=%s\n' "${f##*/}"
  done
  return 0
}

s_dmi() {
  d=/sys/class/dmi/id
  [ -d "$d" ] || return "$ABSENT"
  [ -e "$d/product_serial" ] || return "$DENIED"
  numbers=$(rooted 5 find /sys/class/dmi/id/product_serial /sys/class/dmi/id/product_uuid -exec /usr/bin/awk '{print(FILENAME"="$0)}' {} +)
  code=$?
  [ -n "$numbers" ] || [ "$code" = 0 ] || return "$code"
  for f in product_serial product_uuid; do
    [ -e "$d/$f" ] && printf '%s=%s\n' "$f" "$(say "$numbers" | sed -n -e "s,^[^=]*/$f=,,p" | head -n 1)"
  done
  for f in sys_vendor product_name chassis_type; do
    [ -r "$d/$f" ] && printf '%s=%s\n' "$f" "$(first "$d/$f")"
  done
  return 0
}

# -------- updates

# apt would rebuild its cache file when run as root: an empty name keeps the cache in memory.
# Only versions above the installed one come back; Ubuntu says which of them it still rolls out in phases.
s_apt_updates() {
  have apt || { have apt-get && return "$UNSUPPORTED"; return "$ABSENT"; }
  set -- -q -o Debug::NoLocking=true
  [ "$(id -u)" = 0 ] && set -- "$@" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
  rows=$(limit 60 apt "$@" list --upgradable --all-versions) || return
  say "$rows" | newer_rows
  limit 5 grep -q '^ID.*ubuntu' /etc/os-release || return 0
  names=$(say "$rows" | sed -n -e 's,^\([a-z0-9][a-z0-9+.-]*\)/.*\[upgradable from: .*,\1,p' | head -n 600)
  [ -n "$names" ] || { printf 'phases=read\n'; return 0; }
  # shellcheck disable=SC2086  # a list of package names
  phases=$(limit 20 apt-cache "$@" policy $names) || return
  say "$phases" | awk '
    /^[^ ]/ { name = $1; sub(/:.*/, "", name); candidate = "" }
    $1 == "Candidate:" { candidate = $2 }
    $1 == candidate && $3 == "(phased" { print "phased=" name, $4 + 0 }
    END { print "phases=read" }'
}

newer_rows() {
  awk '
    NF == 0 { key = ""; next }
    { split($1, part, "/") }
    $4 == "[upgradable" { key = part[1] " " $3; print; next }
    key != "" && (key != part[1] " " $3 || $4 ~ /^\[installed/) { key = ""; next }
    key != "" || NR <= 5 { print }'
}

# What Ubuntu Pro would bring: its tools keep lists of those archives apart, for everybody to read.
s_apt_extended() {
  d=/var/lib/ubuntu-advantage/apt-esm
  [ -d "$d/var/lib/apt/lists" ] || return "$ABSENT"
  [ -r "$d/var/lib/apt/lists" ] && [ -x "$d/var/lib/apt/lists" ] || return "$DENIED"
  have stat && have apt || return "$UNSUPPORTED"
  for f in "$d"/var/lib/apt/lists/*Release; do
    [ -e "$f" ] && limit 5 stat -L -c 'list=%Y %n' "$f"
  done
  rows=$(limit 60 apt -q -o Debug::NoLocking=true -o "Dir=$d" -o Dir::State::status=/var/lib/dpkg/status \
    -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= list --upgradable --all-versions) || return
  say "$rows" | newer_rows
}

s_apt_lists() {
  [ -d /var/lib/apt/lists ] || return "$ABSENT"
  [ -r /var/lib/apt/lists ] && [ -x /var/lib/apt/lists ] || return "$DENIED"
  have stat || return "$UNSUPPORTED"
  for f in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists/*Release; do
    [ -e "$f" ] && limit 5 stat -L -c '%Y %n' "$f"
  done
  return 0
}

# Only what names a source; user names and passwords inside addresses are removed here.
s_apt_sources() {
  [ -d /etc/apt ] || return "$ABSENT"
  for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -e "$f" ] || continue
    if [ ! -r "$f" ]; then
      printf 'denied %s\n' "$f"
      continue
    fi
    printf 'file %s\n' "$f"
    limit 5 sed -n -e 's,://[^/ ]*@,://,g' \
      -e '/^[[:space:]]*deb[[:space:]]/s/^[[:space:]]*/| /p' \
      -e '/^[[:space:]]*$/s/.*/|/p' \
      -e '/^[Tt]ypes:/s/^/| /p' -e '/^[Uu][Rr][Ii]s:/s/^/| /p' -e '/^[Ss]uites:/s/^/| /p' -e '/^[Ee]nabled:/s/^/| /p' \
      -e '/^[[:space:]][[:space:]]*[^[:space:]#]/{/^[[:space:]]*deb[[:space:]]/!s/^/| /p;}' "$f" || return
  done
  return 0
}

s_apt_periodic() {
  have apt-config || return "$ABSENT"
  printf 'looked=yes\n'
  limit 10 apt-config dump APT::Periodic Unattended-Upgrade::Origins-Pattern Unattended-Upgrade::Allowed-Origins
}

# The times in dpkg's log are local, so the offset comes first.
s_dpkg_log() {
  [ -e /var/log/dpkg.log ] || [ -e /var/log/dpkg.log.1 ] || return "$ABSENT"
  printf 'zone=%s\n' "$(unset TZ; date +%z)"
  for f in /var/log/dpkg.log.1 /var/log/dpkg.log; do
    [ -e "$f" ] || continue
    [ -r "$f" ] || return "$DENIED"
    limit 10 awk '$3 == "upgrade" { last = $1 " " $2 } END { if (last != "") print "upgrade=" last }' "$f" || return
  done
  return 0
}

s_restart() {
  printf 'looked=yes\n'
  [ -r /proc/stat ] && limit 5 awk '$1 == "btime" { print "boot=" $2 }' /proc/stat
  for f in /run/reboot-required /var/run/reboot-required /run/reboot-needed; do
    [ -e "$f" ] || continue
    printf 'marker=%s\n' "$f"
    have stat && printf 'since=%s\n' "$(limit 5 stat -L -c %Y "$f")"
  done
  for f in /run/reboot-required.pkgs /var/run/reboot-required.pkgs; do
    [ -r "$f" ] || continue
    limit 5 sed -e 's/^/package=/' "$f"
    break
  done
  for f in /boot/vmlinuz-*; do
    [ -e "$f" ] && have stat && limit 5 stat -c 'kernel=%Z %n' "$f"
  done
  return 0
}

# -------- updates: which tool, from where, by itself

# The database that lives on this machine decides, not which programs lie around.
update_tool() {
  if [ -s /var/lib/dpkg/status ]; then echo apt
  elif [ -e /lib/apk/db/installed ] || [ -e /usr/lib/apk/db/installed ]; then echo apk
  elif have zypper && { [ -e /etc/zypp/zypp.conf ] || ! have rpm || limit 5 grep -qi '^ID.*suse' /etc/os-release; } &&
    ! limit 5 grep -qi '^ID.*\(rhel\|fedora\|centos\)' /etc/os-release; then echo zypper
  elif have dnf5; then echo dnf5
  elif have dnf; then echo dnf
  elif have yum; then echo yum
  else echo other
  fi
}

# Pins that keep single packages where they are; those for all packages only prefer one archive to another.
apt_pins() {
  d=/etc/apt/preferences.d
  [ -d "$d" ] && ! { [ -r "$d" ] && [ -x "$d" ]; } && printf 'holds=denied\n'
  for f in "${d%.d}" "$d"/*; do
    case ${f##*/} in ubuntu-*-esm-*) continue ;; preferences | *.pref) ;; *.*) continue ;; esac
    [ -f "$f" ] || continue
    [ -r "$f" ] || { printf 'holds=denied\n'; continue; }
    limit 5 awk '
      function flush(i, n, word) {
        n = (990 < priority || priority < 0) ? split(names, word) : 0
        for (i = 1; i <= n; i++) if (word[i] != "*") print "hold=" word[i]
        names = key = ""; priority = 0 }
      { gsub(/\r/, "") }
      /^[ \t]*$/ { flush(); next }
      /^#/ { next }
      { value = $0 }
      /^[^ \t]/ { key = tolower($0); sub(/[ \t]*:.*/, "", key); sub(/^[^:]*:/, "", value) }
      key == "package" { names = names " " value }
      key == "pin-priority" { priority = value + 0 }
      END { flush() }' "$f" || return
  done
  return 0
}

s_update_tool() {
  tool=$(update_tool)
  printf 'manager=%s\n' "$tool"
  case $tool in
    apt) printf 'holds=packages\n' && apt_pins && return ;;
    apk) set -- /etc/apk/world ;;
    zypper) set -- /etc/zypp/locks ;;
    dnf*) set -- /etc/dnf/plugins/versionlock.list /etc/dnf/versionlock.toml /etc/dnf/dnf.conf /etc/yum.repos.d/*.repo ;;
    yum) set -- /etc/yum/pluginconf.d/versionlock.list /etc/yum.conf /etc/yum.repos.d/*.repo ;;
    *) return 0 ;;
  esac
  printf 'holds=read\n'
  for f in "$@"; do
    [ -e "$f" ] || continue
    [ -r "$f" ] || { printf 'holds=denied\n'; continue; }
    case $f in
      */world) limit 5 sed -n -e 's/^\([^=<>~@[:space:]]*\)[=<~].*/hold=\1/p' "$f" ;;
      */locks) limit 5 sed -n -e 's/^solvable_name:[[:space:]]*/hold=/p' "$f" ;;
      *.toml) limit 5 sed -n -e 's/^name *= *"\([^"]*\)".*/hold=\1/p' "$f" ;;
      *.list) limit 5 sed -n -e '/^[A-Za-z0-9]/s/^/locked=/p' "$f" ;;
      *.repo) limit 5 awk '
        function flush() { if (on && names != "") print "excluded=" names; on = 1; names = key = "" }
        /^[ \t]*[#;]/ || NF == 0 { next }
        /^\[/ { flush(); next }
        { value = $0 }
        /^[A-Za-z_]+[ \t]*=/ { key = tolower($0); sub(/[ \t]*=.*/, "", key); sub(/^[^=]*=[ \t]*/, "", value) }
        key == "enabled" && tolower(value) ~ /^(0|no|false|off)[ \t\r]*$/ { on = 0 }
        key ~ /^exclude(pkgs)?$/ { sub(/^[ \t]+/, "", value); names = names (names == "" ? "" : " ") value }
        END { flush() }' "$f" ;;
      *) limit 5 sed -n -e 's/^exclude\(pkgs\)\{0,1\}[[:space:]]*=[[:space:]]*/excluded=/p' "$f" ;;
    esac || return
  done
  return 0
}

# Names of hosts only: paths, user names, passwords and tokens of the addresses stay on the machine.
s_repositories() {
  case $(update_tool) in
    apt | other) return "$UNSUPPORTED" ;;
    apk)
      readable /etc/apk/repositories || return
      printf 'looked=yes\n'
      limit 5 awk '
        /^[ \t]*#/ || NF == 0 { next }
        { url = $NF; server = "local"
          if (url ~ /^[a-z]+:\/\//) { server = url; sub(/^[a-z]+:\/\//, "", server); sub(/\/.*/, "", server); sub(/.*@/, "", server) }
          n = split(url, part, "/")
          print "repo\t" part[n - 1] "/" part[n] "\ton\t" server }' /etc/apk/repositories
      return ;;
    zypper) set -- /etc/zypp/repos.d/*.repo ;;
    *) set -- /etc/yum.repos.d/*.repo /etc/yum.conf /etc/dnf/dnf.conf ;;
  esac
  printf 'looked=yes\n'
  for f in "$@"; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    limit 5 awk '
      function flush() { if (id != "" && id != "main") print "repo\t" id "\t" on "\t" servers; id = "" }
      /^[ \t]*[#;]/ || NF == 0 { next }
      /^\[/ { flush(); id = $0; sub(/^\[/, "", id); sub(/\].*/, "", id); gsub(/\t/, " ", id); on = "on"; servers = ""; key = ""; next }
      { value = $0 }
      /^[A-Za-z_]+[ \t]*=/ { key = tolower($0); sub(/[ \t]*=.*/, "", key); sub(/^[^=]*=[ \t]*/, "", value) }
      key == "enabled" { on = (tolower(value) ~ /^(0|no|false|off)[ \t\r]*$/) ? "off" : "on" }
      key == "baseurl" || key == "mirrorlist" || key == "metalink" {
        n = split(value, url, /[ \t\r,]+/)
        for (i = 1; i <= n; i++) {
          server = url[i]
          if (server == "") continue
          if (server ~ /^(https?|ftp):\/\//) { sub(/^[a-z]+:\/\//, "", server); sub(/[\/?].*/, "", server); sub(/.*@/, "", server) }
          else server = "local"
          servers = servers (servers == "" ? "" : " ") server
        }
      }
      END { flush() }' "$f" || return
  done
  return 0
}

s_update_automation() {
  printf 'looked=yes\n'
  for f in /usr/share/dnf5/dnf5-plugins/automatic.conf /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf \
    /etc/yum/yum-cron.conf /etc/os-update.conf /usr/etc/os-update.conf /etc/sysconfig/automatic_online_update; do
    [ -e "$f" ] || continue
    [ -r "$f" ] || { printf 'denied %s\n' "$f"; continue; }
    printf 'file %s\n' "$f"
    limit 5 sed -n -e '/^[[:space:]]*\(apply_updates\|upgrade_type\|update_cmd\|UPDATE_CMD\|AOU_ENABLE_CRONJOB\)[[:space:]]*=/s/^/| /p' "$f" || return
  done
  return 0
}

# Nothing is fetched.
s_system_updates() {
  tool=$(update_tool)
  case $tool in
    dnf) dnf_updates ;;
    dnf5 | yum) yum_updates "$tool" ;;
    zypper) zypper_updates ;;
    apk) apk_updates ;;
    *) return "$UNSUPPORTED" ;;
  esac
}

# The program dnf would write its log and a folder; its library writes nothing and reads the cache of the system, whoever asks.
dnf_updates() {
  python=$(limit 5 sed -n -e '1s/^#! *\([^ ]*\).*/\1/p' "$(command -v dnf)")
  [ -x "$python" ] || return "$UNSUPPORTED"
  printf 'tool=dnf\n'
  limit 60 "$python" -c '
import contextlib, os
import dnf, dnf.const, dnf.lock, dnf.rpm, dnf.sack, dnf.yum.misc
dnf.yum.misc.getCacheDir = lambda: "/dev/null"
dnf.lock.build_metadata_lock = contextlib.contextmanager(lambda *a, **k: iter([None]))
dnf.const.LOG_HAWKEY = "null"
load = dnf.sack.Sack.load_repo
dnf.sack.Sack.load_repo = lambda self, repo, **k: load(self, repo, **dict(k, build_cache=False))
base = dnf.Base()
conf = base.conf
conf.read()
conf.substitutions.update_from_etc("/")
conf.substitutions["releasever"] = dnf.rpm.detect_releasever("/") or ""
if conf.cachedir == "/dev/null":
    conf.cachedir = conf.system_cachedir
conf.logdir, conf.cacheonly = "/dev", True
conf.disable_excludes = ["all"]
readable = os.access(conf.cachedir, os.R_OK | os.X_OK)
base.read_all_repos()
repos = list(base.repos.iter_enabled())
for repo in repos:
    repo.skip_if_unavailable = True
base.fill_sack()
for repo in repos:
    if repo.enabled:
        print("repo", repo.id, repo._repo.getTimestamp(), "yes" if repo._repo.getMetadataPath("updateinfo") else "no", sep="\t")
    else:
        print("repo", repo.id, "absent" if readable else "denied", "-", sep="\t")
for name in sorted({p.name for p in base.sack.query().upgrades()}):
    print("update=" + name)
for name in sorted({p.name for p in base.sack.query().upgrades().filterm(advisory_type="security")}):
    print("security=" + name)
print("end=yes")'
}

# cached FOLDERS...: one line per repository with the age of its index, and whether the index names security notices.
cached() {
  for f in "$@"; do
    [ -e "$f" ] || continue
    [ -r "$f" ] || continue
    name=${f%/repomd.xml}
    name=${name%/repodata}
    kind=no
    limit 5 grep -q 'type="updateinfo"' "$f" && kind=yes
    printf 'repo\t%s\t%s\t%s\n' "$(printf '%s' "${name##*/}" | sed -e 's/-[0-9a-f]\{16\}$//')" "$(limit 5 stat -L -c %Y "$f")" "$kind"
  done
}

yum_updates() {
  have stat || return "$UNSUPPORTED"
  printf 'tool=%s\n' "$1"
  if [ "$1" = yum ]; then
    set -- yum /var/cache/yum
    cached /var/cache/yum/*/*/*/repomd.xml
  elif [ "$ROOT" = yes ] || may '60 /usr/bin/dnf5'; then
    set -- dnf5 /var/cache/libdnf5
    cached /var/cache/libdnf5/*/repodata/repomd.xml
  else
    [ -d "$HOME/.cache/libdnf5" ] || { printf 'cache=denied\nend=yes\n' && return; }
    set -- dnf5 "$HOME/.cache/libdnf5"
    cached "$HOME"/.cache/libdnf5/*/repodata/repomd.xml
  fi
  [ -d "$2" ] || { printf 'cache=absent\nend=yes\n' && return; }
  [ -r "$2" ] && [ -x "$2" ] || { printf 'cache=denied\nend=yes\n' && return; }
  # What a configuration leaves out is told as held back.
  if [ "$1" = yum ]; then rows=$(either 60 yum -q -C --disableexcludes=all check-update)
  else rows=$(either 60 dnf5 -q -C '--setopt=disable_excludes=*' check-update)
  fi
  case $? in 0 | 100) ;; *) return ;; esac
  # A long name stands alone on its line, the rest follows on the next.
  say "$rows" | awk '
    /^Obsoleting/ { exit }
    NF == 1 && $1 ~ /\.[a-z0-9_]+$/ { kept = $1; next }
    { row = (kept == "") ? $0 : kept " " $0; kept = ""; n = split(row, word) }
    n == 3 && word[1] ~ /\.(noarch|x86_64|i[3-6]86|aarch64|ppc64le|s390x)$/ { sub(/\.[^.]*$/, "", word[1]); print "update=" word[1] }'
  if [ "$1" = yum ]; then notices=$(either 61 yum -q -C --disableexcludes=all updateinfo list security)
  else notices=$(either 61 dnf5 -q -C '--setopt=disable_excludes=*' advisory list --security)
  fi
  code=$?
  if [ "$code" = 0 ]; then
    say "$notices" | awk '
      $2 ~ /\/Sec\.$/ { name = $3 }
      $2 == "security" { name = ($4 ~ /-/) ? $4 : $3 }
      name != "" { sub(/-[^-]*-[^-]*$/, "", name); print "security=" name; name = "" }'
  else
    printf 'notices=none\n'
  fi
  printf 'end=yes\n'
}

# zypper would fetch what is missing: it is asked only when every repository in use has its cache.
zypper_updates() {
  have stat || return "$UNSUPPORTED"
  printf 'tool=zypper\n'
  cached /var/cache/zypp/raw/*/repodata/repomd.xml
  if [ -d /var/cache/zypp/solv ] && ! { [ -r /var/cache/zypp/solv ] && [ -x /var/cache/zypp/solv ]; }; then
    printf 'cache=denied\nend=yes\n'
    return
  fi
  [ -r /var/cache/zypp ] || { [ -e /var/cache/zypp ] && printf 'cache=denied\nend=yes\n' && return; }
  uncached=$(s_repositories | awk -F '\t' '$1 == "repo" && $3 == "on" { print $2 }' | while read -r name; do
    [ -r "/var/cache/zypp/solv/$name/solv" ] || printf '%s ' "$name"
  done)
  [ -z "$uncached" ] || { printf 'cache=absent\nend=yes\n' && return; }
  export ZYPP_LOGFILE=/dev/null ZYPP_READONLY_HACK=1
  for list in list-patches list-updates; do
    answer=$(limit 60 zypper --non-interactive --no-refresh -x "$list")
    code=$?
    case $code in
      0 | 100 | 101 | 102 | 103) ;;
      5) return "$DENIED" ;;
      6) printf 'cache=none\n' ;;
      *) return "$code" ;;
    esac
    say "$answer" | awk -v list="$list" '
      function attribute(word) { return match($0, " " word "=\"[^\"]*\"") ? substr($0, RSTART + length(word) + 3, RLENGTH - length(word) - 4) : "" }
      BEGIN { RS = "<" }
      /^update kind="/ { sub(/>.*/, "") }
      /^update kind="patch"/ { print ((attribute("category") == "security") ? "security=" : "notice=") attribute("name") }
      /^update kind="package"/ { print "update=" attribute("name") }
      /^\/stream/ { print list "=yes" }'
  done
  printf 'end=yes\n'
}

apk_updates() {
  have apk && have stat || return "$UNSUPPORTED"
  printf 'tool=apk\n'
  for f in /etc/apk/cache/APKINDEX.*.tar.gz /var/cache/apk/APKINDEX.*.tar.gz; do
    [ -r "$f" ] && printf 'repo\t%s\t%s\tno\n' "${f##*/}" "$(limit 5 stat -L -c %Y "$f")"
  done
  rows=$(limit 30 apk --no-network version -l '<') || return
  say "$rows" | awk '
    $1 == "Installed:" { print "looked=yes" }
    $2 == "<" { name = $1; sub(/-[0-9][^-]*-r[0-9]+$/, "", name); print "update=" name }'
  printf 'end=yes\n'
}

# -------- what runs and what is installed

s_units() {
  [ -d /run/systemd/system ] || return "$UNSUPPORTED"
  have systemctl || return "$ABSENT"
  units=$(limit 20 systemctl list-units --all --full --no-legend --no-pager --type=service,socket,timer) || return
  say "$units" | awk '{ if ($1 !~ /[A-Za-z0-9]/) { $1 = ""; $0 = $0; $1 = $1 } print $1, $2, $3, $4 }'
}

s_unit_files() {
  [ -d /run/systemd/system ] || return "$UNSUPPORTED"
  have systemctl || return "$ABSENT"
  units=$(limit 20 systemctl list-unit-files --full --no-legend --no-pager --type=service,socket,timer) || return
  say "$units" | awk '{ print $1, $2 }'
}

# Beside the names: what is held back; with rpm the newest installation and those of parts that only a restart replaces.
s_packages() {
  if have dpkg-query && [ -s /var/lib/dpkg/status ]; then
    printf 'manager=dpkg\n'
    packages=$(limit 20 dpkg-query -W -f '${Status} ${Package}\n') || return
    say "$packages" | awk '
      $1 == "hold" { print "hold=" $4 }
      $3 == "installed" || $3 ~ /^triggers-/ { print $4 }'
  elif have rpm; then
    printf 'manager=rpm\n'
    packages=$(limit 30 rpm -qa --queryformat '%{NAME} %{INSTALLTIME}\n') || return
    say "$packages" | awk '
      $1 != "gpg-pubkey" { print $1; if (newest <= $2 + 0) newest = $2 + 0 }
      $1 ~ /^(kernel|kernel-core|kernel-rt|kernel-default|kernel-uek|kernel-uek-core|glibc|linux-firmware|systemd|dbus|dbus-broker|dbus-daemon|dbus-1|microcode_ctl|ucode-intel)$/ && core[$1] <= $2 + 0 { core[$1] = $2 + 0 }
      END { if (newest) printf "newest=%d\n", newest; for (name in core) printf "core=%s %d\n", name, core[name] }'
  elif have apk; then
    printf 'manager=apk\n'
    for f in /lib/apk/db/installed /usr/lib/apk/db/installed; do
      [ -e "$f" ] || continue
      readable "$f" || return
      limit 20 sed -n -e 's/^P://p' "$f"
      return
    done
    return "$ABSENT"
  else
    return "$ABSENT"
  fi
}

# Names of processes with the number of the account that owns them; threads of the kernel do not count.
s_processes() {
  [ -r /proc/self/status ] || return "$UNSUPPORTED"
  printf 'uid=%s\n' "$(id -u)"
  rows='' code=$DENIED
  if ! [ -r /proc/1/status ]; then
    rows=$(rooted 10 find /proc -maxdepth 2 -name status -exec /bin/grep -hE '^(Name|PPid|Pid|Uid):' {} +)
    code=$?
  fi
  if [ -n "$rows" ]; then printf '%s\n' "$rows"; else limit 10 cat /proc/[0-9]*/status; printf 'Cat: %s\n' "$?"; fi | awk '
    /^Name:/ { name = substr($0, 7) }
    /^PPid:/ { parent = $2 }
    /^Pid:/ { pid = $2 }
    /^Uid:/ { if (parent != 2 && pid != 2 && !seen[$2 "\t" name]++) print $2 "\t" name }
    /^Cat:/ { code = $2 }
    END { exit (code == 1) ? 0 : code }' || return
  [ -n "$rows" ] || [ -r /proc/1/status ] || return "$code"
  return 0
}

s_listening() {
  [ -r /proc/net/tcp ] || return "$UNSUPPORTED"
  printf 'looked=yes\n'
  for f in tcp tcp6 udp udp6; do
    [ -r "/proc/net/$f" ] || continue
    limit 10 awk -v p="$f" '($4 == "0A" && p ~ /tcp/) || ($4 == "07" && p ~ /udp/) { if (!seen[$2]++) print p, $2 }' "/proc/net/$f" || return
  done
}

s_inetd() {
  [ -e /etc/inetd.conf ] || return "$ABSENT"
  readable /etc/inetd.conf || return
  limit 5 awk '/^[ \t]*[A-Za-z0-9]/ { print $1 }' /etc/inetd.conf
}

# -------- protection

# The header of a signature file is its first 512 bytes; its last field is the moment it was made.
s_clamav() {
  [ -d /var/lib/clamav ] || return "$ABSENT"
  [ -x /var/lib/clamav ] || return "$DENIED"
  found=$ABSENT
  for f in daily.cld daily.cvd; do
    [ -e "/var/lib/clamav/$f" ] || continue
    [ -r "/var/lib/clamav/$f" ] || return "$DENIED"
    printf '%s ' "$f"
    limit 5 dd if="/var/lib/clamav/$f" bs=512 count=1 2>/dev/null | tr '\n\r' '  '
    printf '\n'
    found=0
  done
  return "$found"
}

s_mdatp() {
  have mdatp || return "$ABSENT"
  limit 20 mdatp health --output json
}

s_kesl() {
  if [ -e /opt/kaspersky/kesl/bin/kesl-control ]; then answer=$(either 20 /opt/kaspersky/kesl/bin/kesl-control --app-info)
  elif [ -e /usr/bin/kesl-control ]; then answer=$(either 20 /usr/bin/kesl-control --app-info)
  else return "$ABSENT"
  fi
  code=$?
  [ "$code" != 126 ] || return "$DENIED"
  [ "$code" = 0 ] || return "$code"
  say "$answer" | sed -n -e '/^[[:space:]]*[Ll]ast release date/p' -e '/^[[:space:]]*File Threat Protection/p' \
    -e '/^[[:space:]]*Version/p'
}

# -------- firewall

s_firewall() {
  printf 'looked=yes\n'
  for f in ufw firewall-cmd nft iptables ip6tables; do
    have "$f" && printf 'tool=%s\n' "$f"
  done
  have iptables && printf 'iptables=%s\n' "$(limit 5 iptables -V | head -n 1)"
  f=/etc/firewalld/firewalld.conf
  if [ -r "$f" ]; then
    limit 5 sed -n -e 's/^[[:space:]]*DefaultZone=/firewalld-zone=/p' "$f"
  elif [ -e "$f" ] || { [ -d "${f%/*}" ] && ! [ -x "${f%/*}" ]; }; then
    printf 'firewalld=denied\n'
  fi
  d=/etc/firewalld/zones
  printf 'zones=files\n'
  [ -d "$d" ] && ! { [ -r "$d" ] && [ -x "$d" ]; } && printf 'firewalld=denied\n'
  for f in "$d"/*.xml; do
    [ -e "$f" ] || continue
    [ -r "$f" ] || { printf 'firewalld=denied\n'; continue; }
    name=${f##*/}
    limit 5 awk -v name="${name%.xml}" '
      /target *= *.ACCEPT./ || name == "trusted" { open = 1 }
      /<(interface|sou[r]ce) / { bound = 1 }
      END { if (open) print "zone-open=" name, (bound ? "bound" : "free") }' "$f"
  done
  [ -r /etc/ufw/ufw.conf ] && limit 5 sed -n -e 's/^[[:space:]]*ENABLED=/ufw-enabled=/p' /etc/ufw/ufw.conf
  [ -r /etc/default/ufw ] && limit 5 sed -n -e 's/^[[:space:]]*DEFAULT_INPUT_POLICY=/ufw-input=/p' /etc/default/ufw
  [ -r /proc/net/ip_tables_names ] && limit 5 sed -e 's/^/kernel-table=/' /proc/net/ip_tables_names
  [ -r /proc/modules ] && printf 'modules=read\n' && limit 5 sed -n -e 's/^\(nf_tables\|ip_tables\|ip6_tables\) .*/module=\1/p' /proc/modules
  return 0
}

# Zones that traffic comes in by: the default one and those with a sender or a card that is not of containers and guests.
s_firewall_zones() {
  have firewall-cmd || return "$ABSENT"
  default=$(rooted 10 firewall-cmd --get-default-zone) || return
  zones=$(rooted 11 firewall-cmd --list-all-zones) || return
  say "$zones" | awk -v default_zone="$default" '
    function tell() { if (used) print "zone=" name, (target == "" ? "unknown" : target); target = "" }
    /^[^ \t]/ { tell(); name = $1; used = (name == default_zone); if (used) found = 1; next }
    $1 == "target:" { target = $2 }
    $1 == "interfaces:" { for (i = 2; i <= NF; i++) if ($i !~ /^(lo|docker[0-9]+|br-[0-9a-f]+|virbr[0-9]+|podman[0-9]+|cni[0-9-].*)$/) used = 1 }
    $1 ~ /^(sources|ipsets):$/ && $2 != "" { used = 1 }
    END { tell(); if (found) print "end=yes"; else exit 1 }'
}

# Only the shape of the rules leaves the machine: hooks, policies and final verdicts, no address.
s_nft() {
  have nft || return "$ABSENT"
  rules=$(rooted 15 nft -nn list ruleset) || return
  printf 'looked=yes\n'
  say "$rules" | awk '
    $1 == "table" { table = $2 " " $3; next }
    $1 == "chain" { chain = $2; base = ""; rules = 0; verdict = "none"; inside = 1; open = 0; next }
    inside && $1 == "}" { print "chain", table, chain, rules, (open ? "open" : verdict), base; inside = 0; next }
    inside && $1 == "type" { base = $0; gsub(/[;,"]/, " ", base); next }
    inside && NF {
      rules++
      verdict = "other"
      rest = $0
      gsub(/counter packets [0-9]+ bytes [0-9]+/, "", rest)
      gsub(/comment "[^"]*"/, "", rest)
      if (rest ~ /^[ \t]*(drop|reject)/) verdict = "deny"
      if (rest ~ /^[ \t]*accept[ \t]*$/) open = 1
    }'
}

s_iptables() {
  have iptables || return "$ABSENT"
  rules=$(rooted 15 iptables -S INPUT) || return
  say "$rules" | awk '
    $1 == "-P" { policy = $3 }
    $1 == "-A" && $3 == "-j" && $4 == "ACCEPT" && NF == 4 { open = 1 }
    $1 == "-A" { rules++; verdict = ($3 == "-j" && ($4 == "DROP" || $4 == "REJECT")) ? "deny" : "other" }
    END { print "input", policy, rules + 0, (open ? "open" : verdict == "" ? "none" : verdict) }'
}

# -------- sshd

SSHD_WORDS='permitrootlogin|passwordauthentication|permitemptypasswords|maxauthtries|x11forwarding|logingracetime|clientaliveinterval|clientalivecountmax|authenticationmethods'
SSHD_WORDS="$SSHD_WORDS|loglevel|ciphers|macs|kexalgorithms|port|listenaddress|allowusers|authorizedkeysfile|authorizedkeyscommand"

s_sshd() {
  found=$ABSENT
  for f in sshd /usr/sbin/sshd /usr/local/sbin/sshd; do
    f=$(command -v "$f") || continue
    printf 'binary=%s\n' "$f"
    found=0
    break
  done
  have ssh && printf 'version=%s\n' "$(limit 5 ssh -V 2>&1 | head -n 1)"
  [ -e /etc/ssh/sshd_config ] && found=0
  [ -r /etc/hosts.deny ] && limit 5 grep -q '^[[:space:]]*[^#[:space:]]' /etc/hosts.deny && printf 'wrapper=yes\n'
  printf 'settings=2\n'
  return "$found"
}

sshd_lines() {
  awk '
    { word = tolower($0); sub(/^[ \t]+/, "", word); sub(/[ \t=].*/, "", word) }
    word ~ /^(include|match|'"$SSHD_WORDS"')$/ { print "| " $0 }'
}

# Keywords this tool asks for and what steers them; all other lines stay on the machine.
s_sshd_config() {
  [ -e /etc/ssh/sshd_config ] || return "$ABSENT"
  # A folder that may not be listed looks empty; what it holds may win over the main file.
  d=/etc/ssh/sshd_config.d closed=''
  for f in /etc/ssh/sshd_config "$d" "$d"/*.conf; do
    [ -e "$f" ] && ! { [ -r "$f" ] && { [ -f "$f" ] || [ -x "$f" ]; }; } && closed=yes
  done
  if [ -n "$closed" ]; then
    rows=$(rooted 7 find -L /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/crypto-policies/back-ends/opensshserver.config -maxdepth 1 -type f -exec /usr/bin/awk '{print(FILENAME":"FNR":"$0)}' {} +)
    for f in $(say "$rows" | sed -n -e 's/:[0-9]*:.*//p' | sort -u); do
      case $f in */sshd_config | *.conf | *.config) printf 'file %s\n' "$f" ;; *) continue ;; esac
      say "$rows" | sed -n -e "s,^$f:[0-9]*:,,p" | sshd_lines
    done
    [ -z "$rows" ] || return 0
  fi
  [ -d "$d" ] && ! { [ -r "$d" ] && [ -x "$d" ]; } && printf 'denied %s/*.conf\n' "$d"
  # The last one is what Red Hat's own configuration includes.
  for f in /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf /etc/crypto-policies/back-ends/opensshserver.config; do
    [ -e "$f" ] || continue
    if [ ! -r "$f" ]; then
      printf 'denied %s\n' "$f"
      continue
    fi
    printf 'file %s\n' "$f"
    lines=$(limit 5 cat "$f") || return
    say "$lines" | sshd_lines
  done
  return 0
}

s_sshd_effective() {
  f=$(command -v sshd) || return "$ABSENT"
  answer=$(rooted 10 "$f" -T -C user=root,host=localhost,addr=0.0.0.0)
  case $? in
    0) ;;
    8[245]) return ;;
    *) answer=$(rooted 11 "$f" -T) || return "$UNSUPPORTED" ;;
  esac
  say "$answer" | grep -E "^($SSHD_WORDS) "
}

# -------- accounts

# No personal name, nothing of the password itself.
s_accounts() {
  readable /etc/passwd || return
  limit 10 awk -F: 'NF >= 4 {
    state = ($2 == "x") ? "shadow" : ($2 == "") ? "empty" : ($2 ~ /^[!*]/) ? "locked" : "set"
    print $1 "\t" $3 "\t" state "\t" $7 }' /etc/passwd
}

s_passwords() {
  [ -e /etc/shadow ] || return "$ABSENT"
  [ "$shadow_code" = 0 ] || return "$shadow_code"
  say "$shadow" | awk -F: 'NF == 7 { print $1 "\t" $2 }'
}

# Name, state, kind of the hash, days. Without a blank: sudo joins words before it compares.
HASHES='NF>1{h=$2;k="";sub(/^[!*]+/,"",h);if(h~/^[$][A-Za-z0-9-]+[$]/){split(h,p,"$");k=length(p[2])<12?p[2]:"other"}else{if(h~/^_/)k="bsdi";if(length(h)==13&&h!~"[^./0-9A-Za-z]")k="des"}print($1":"($2==""?"empty":$2~/^[!*]/?"locked":"set")":"k":"$3":"$4":"$5":"$8)}'

read_shadow() {
  shadow=$(rooted 5 awk -F: "$HASHES" /etc/shadow 2>/dev/null 5>&-)
  shadow_code=$?
}

# -------- time and logs

s_time() {
  found=$ABSENT
  if [ -d /run/systemd/system ] && have timedatectl; then
    limit 10 timedatectl show -p NTP -p NTPSynchronized && found=0
  fi
  [ -e /run/systemd/timesync/synchronized ] && printf 'timesyncd=synchronized\n' && found=0
  if have chronyc; then
    tracking=$(limit 10 chronyc -n tracking)
    printf 'chrony-leap=%s\n' "$(say "$tracking" | sed -n -e 's/^Leap status *: *//p')" && found=0
    printf 'chrony-reference=%s\n' "$(say "$tracking" | sed -n -e 's/^Reference ID *: *\([0-9A-Fa-f]*\).*/\1/p')"
  fi
  if have ntpq; then
    printf 'ntpq=%s\n' "$(limit 10 ntpq -np | sed -n -e 's/^\*.*/synchronised/p' -e 's/^=.*/answered/p' | tail -n 1)" && found=0
  fi
  return "$found"
}

s_logging() {
  printf 'looked=yes\n'
  [ -d /var/log/journal ] && printf 'journal=directory\n'
  # The last value counts: files of the folders stand above the main file.
  for f in /usr/lib/systemd/journald.conf /etc/systemd/journald.conf /usr/lib/systemd/journald.conf.d/*.conf \
    /run/systemd/journald.conf.d/*.conf /etc/systemd/journald.conf.d/*.conf; do
    [ -e "$f" ] || continue
    readable "$f" || return
    limit 5 sed -n -e 's/^[[:space:]]*Storage[[:space:]]*=[[:space:]]*/storage=/p' "$f" || return
  done
  for f in /etc/rsyslog.conf /etc/rsyslog.d/*.conf; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    printf 'rsyslog=%s\n' "$f"
    limit 5 awk '
      /^[ \t]*#/ { next }
      tolower($0) ~ /type[ \t]*=[ \t]*"om(fwd|relp|gssapi|kafka|http|elasticsearch|amqp1|hiredis|azure[a-z]*)"|:om(relp|gssapi):/ || $0 ~ /^[^:$#][^ \t]*[ \t]+@@?[A-Za-z0-9([]/ { print "remote=rsyslog"; exit }' "$f" || return
  done
  [ -e /etc/syslog-ng/syslog-ng.conf ] && printf 'syslog-ng=yes\n'
  return 0
}

# -------- hardware, kernel, disks

# Only cards with a device behind them: virtual ones have none.
s_hardware() {
  [ -r /proc/meminfo ] || return "$UNSUPPORTED"
  limit 5 sed -n -e 's/^MemTotal: *\([0-9]*\) kB.*/memory-kb=\1/p' /proc/meminfo
  for f in sys_vendor product_name; do
    [ -r "/sys/class/dmi/id/$f" ] && printf '%s=%s\n' "$f" "$(first "/sys/class/dmi/id/$f")"
  done
  for f in /sys/class/net/*/address; do
    [ -e "${f%/address}/device" ] && printf 'mac=%s\n' "$(first "$f")"
  done
  return 0
}

s_kernel_settings() {
  [ -r /proc/sys/kernel/randomize_va_space ] || return "$UNSUPPORTED"
  set --
  for f in kernel/randomize_va_space kernel/kptr_restrict kernel/dmesg_restrict kernel/yama/ptrace_scope \
    net/ipv4/tcp_syncookies net/ipv4/ip_forward; do
    if [ -r "/proc/sys/$f" ]; then set -- "$@" "/proc/sys/$f"
    elif [ ! -e "/proc/sys/$f" ]; then printf '%s=none\n' "$f"
    fi
  done
  limit 5 awk '{ print substr(FILENAME, 11) "=" $1 }' "$@" || return
  set --
  for f in /proc/sys/net/ipv[46]/conf/*/forwarding; do
    [ -r "$f" ] && set -- "$@" "$f" "${f%forwarding}accept_redirects" "${f%forwarding}accept_source_route"
  done
  [ "$#" = 0 ] || limit 5 awk '
    { split(FILENAME, part, "/"); card = part[5] " " part[7]; value[card " " part[8]] = $1 }
    part[8] == "forwarding" { cards[card] = part[5] " " (part[7] ~ /^(all|default|lo)$/ ? part[7] : "card") }
    END { for (card in cards) {
      row = "conf=" cards[card] " " value[card " forwarding"] " " value[card " accept_redirects"] " " value[card " accept_source_route"]
      if (!seen[row]++) print row } }' "$@" || return
  [ -r /proc/cpuinfo ] && limit 5 awk '/^flags/ { print "nx=" ($0 ~ / nx( |$)/ ? "yes" : "no"); exit }' /proc/cpuinfo
  [ -r /proc/cmdline ] && limit 5 grep -q -E '(^| )noexec=off( |$)' /proc/cmdline && printf 'noexec=off\n'
  return 0
}

s_mac() {
  [ -d /sys/module ] || return "$UNSUPPORTED"
  printf 'looked=yes\n'
  [ -r /sys/kernel/security/lsm ] && printf 'lsm=%s\n' "$(first /sys/kernel/security/lsm)"
  [ -e /sys/fs/selinux/enforce ] && printf 'selinux=%s\n' "$(first /sys/fs/selinux/enforce)"
  [ -e /sys/module/apparmor/parameters/enabled ] && printf 'apparmor=%s\n' "$(first /sys/module/apparmor/parameters/enabled)"
  return 0
}

# Mounted file systems without their places (those may name people), and how block devices stand on each other.
s_storage() {
  [ -r /proc/self/mountinfo ] && [ -d /sys/block ] || return "$UNSUPPORTED"
  limit 5 awk '
    { for (i = 7; i < NF; i++) if ($i == "-") break
      place = ($5 == "/") ? "system" : ($5 == "/boot" || $5 == "/boot/efi" || $5 == "/efi") ? "boot" : "data"
      device = ($(i + 2) ~ /^\/dev\//) ? $(i + 2) : "-"
      row = "mount=" $3 "\t" $(i + 1) "\t" place "\t" device
      if ((device != "-" || place == "system" || $(i + 1) == "zfs") && !seen[row]++) print row }' /proc/self/mountinfo || return
  for d in /sys/block/*; do
    case ${d##*/} in loop* | ram* | zram* | sr* | fd*) continue ;; esac
    [ -r "$d/dev" ] || continue
    device='' removable='' uuid='' name='' below=''
    read -r device <"$d/dev"
    [ -r "$d/removable" ] && read -r removable <"$d/removable"
    [ -r "$d/dm/uuid" ] && read -r uuid <"$d/dm/uuid"
    [ -r "$d/dm/name" ] && read -r name <"$d/dm/name"
    for f in "$d"/slaves/*; do
      [ -e "$f" ] && below="$below,${f##*/}"
    done
    printf 'block=%s\t%s\t%s\t%s\t%s\t%s\n' "${d##*/}" "$device" "$removable" "${uuid%%-*}" "$name" "${below#,}"
    for f in "$d"/*/partition; do
      [ -e "$f" ] || continue
      f=${f%/partition}
      read -r device <"$f/dev" && printf 'part=%s\t%s\t%s\n' "${f##*/}" "$device" "${d##*/}"
    done
  done
  return 0
}

# The last of the five bytes of the variable says whether Secure Boot is on.
s_boot() {
  [ -d /sys/firmware ] || return "$UNSUPPORTED"
  if [ -d /sys/firmware/efi ]; then
    printf 'efi=yes\n'
    f=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
    [ -e "$f" ] || return 0
    [ -r "$f" ] || return "$DENIED"
    printf 'secure=%s\n' "$(limit 5 od -An -tu1 -N 5 "$f")"
  elif [ -d /sys/firmware/acpi ] || [ -d /sys/firmware/memmap ]; then
    printf 'efi=no\n'
  else
    return "$UNSUPPORTED"
  fi
}

# -------- logins and their rules

# The table of last logins is read by number: its own tool would ask the name service.
s_last_logins() {
  found=$ABSENT
  if have lastlog2 && [ -e /var/lib/lastlog/lastlog2.db ]; then
    logins=$(limit 10 lastlog2) || return
    printf 'kind=lastlog2\n'
    say "$logins" | awk 'NF > 6 && $(NF - 2) ~ /:.*:/ { print "login=" $1 "\t" $(NF - 4) " " $(NF - 3) " " $(NF - 2) " " $(NF - 1) " " $NF }'
    found=0
  fi
  f=/var/log/lastlog
  [ -e "$f" ] || return "$found"
  readable "$f" || return
  case $(uname -m) in x86_64 | i?86) ;; *) return "$UNSUPPORTED" ;; esac
  have stat && have od || return "$UNSUPPORTED"
  size=$(limit 5 stat -L -c %s "$f") || return
  printf 'kind=lastlog\nwritten=%s\n' "$(limit 5 stat -L -c %Y "$f")"
  for n in $(limit 5 awk -F: '$7 !~ /(nologin|false|true|sync|halt|shutdown)$/ && $3 ~ /^[0-9]+$/ { print $3 }' /etc/passwd | sort -n -u | head -n 64); do
    [ "${#n}" -lt 11 ] && [ "$(((n + 1) * 292))" -le "$size" ] || continue
    printf 'lastlog=%s\t%s\n' "$n" "$(limit 5 od -An -tu4 -j "$((n * 292))" -N 4 "$f")"
  done
  return 0
}

# Groups of the system with their members, and the first group of accounts that may log in.
s_groups() {
  readable /etc/group || return
  limit 5 awk -F: 'NF >= 4 && $3 ~ /^[0-9]+$/ && ($4 != "" || $3 < 1000) { print "group=" $1 "\t" $3 "\t" $4 }' /etc/group || return
  readable /etc/passwd || return
  limit 5 awk -F: 'NF >= 7 && $7 !~ /(nologin|false|true|sync|halt|shutdown)$/ { print "first=" $1 "\t" $4 }' /etc/passwd
}

s_central() {
  printf 'looked=yes\n'
  [ -e /etc/nsswitch.conf ] || return 0
  readable /etc/nsswitch.conf || return
  limit 5 sed -n -e 's/^[[:space:]]*passwd:[[:space:]]*/passwd=/p' /etc/nsswitch.conf
}

# Modules, their controls and the few arguments that count; everything else of a line stays on the machine.
s_pam() {
  [ -d /etc/pam.d ] || [ -d /usr/lib/pam.d ] || return "$UNSUPPORTED"
  for n in passwd login sshd sudo su gdm-password lightdm sddm common-auth common-password common-account \
    system-auth password-auth system-login system-local-login system-remote-login postlogin; do
    for f in "/etc/pam.d/$n" "/usr/etc/pam.d/$n" "/usr/lib/pam.d/$n"; do
      [ -e "$f" ] || continue
      if [ ! -r "$f" ]; then
        printf 'denied %s\n' "$n"
        break
      fi
      printf 'file %s\n' "$n"
      limit 5 awk '
        { line = held $0; held = "" }
        line ~ /\\$/ { sub(/\\$/, " ", line); held = line; next }
        { sub(/#.*/, "", line)
          if (match(line, /\[[^]]*\]/)) {
            control = substr(line, RSTART, RLENGTH); gsub(/[ \t]+/, ",", control)
            line = substr(line, 1, RSTART - 1) control substr(line, RSTART + RLENGTH) }
          count = split(line, word)
          if (count < 2) next
          if (word[1] == "@include") { print "| @include\t" word[2]; next }
          sub(/^-/, "", word[1]); sub(/.*\//, "", word[3])
          kept = ""
          for (i = 4; i <= count; i++)
            if (word[i] ~ /^(minlen|minclass|[ludo]credit|remember|deny|unlock_time|min)=[-a-z0-9,]+$/ || word[i] ~ /^(preauth|authfail|authsucc|nullok|conf=.*)$/) {
              sub(/^conf=.*/, "conf", word[i]); kept = kept " " word[i] }
          print "| " word[1] "\t" word[2] "\t" word[3] "\t" substr(kept, 2) }' "$f" || return
      break
    done
  done
  return 0
}

s_password_policy() {
  printf 'looked=yes\n'
  for f in /usr/etc/login.defs /etc/login.defs /usr/etc/security/*.conf /etc/security/pwquality.conf.d/*.conf \
    /etc/security/pwquality.conf /etc/security/faillock.conf /etc/security/pwhistory.conf; do
    [ -e "$f" ] || continue
    case $f in
      */login.defs) n=login.defs ;;
      *pwquality.conf*) n=pwquality ;;
      */faillock.conf) n=faillock ;;
      */pwhistory.conf) n=pwhistory ;;
      *) continue ;;
    esac
    shut "$f" "$n" && continue
    printf 'read=%s\n' "$n"
    limit 5 awk -v n="$n" '
      { sub(/#.*/, ""); sub(/[ \t]*=[ \t]*/, " ") }
      $1 ~ /^(PASS_MAX_DAYS|PASS_MIN_DAYS|minlen|minclass|[ludo]credit|enforcing|deny|unlock_time|remember)$/ {
        print "set=" n "\t" $1 "\t" ($2 ~ /^(-?[0-9]+|never)$/ ? $2 : "other") }' "$f" || return
  done
  return 0
}

# Shell time-outs and logins without a password, read as text, never run.
s_sessions() {
  printf 'looked=yes\n'
  for f in /etc/profile /etc/profile.d/*.sh /etc/bash.bashrc /etc/bashrc; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    set -- "$@" "$f"
  done
  [ "$#" = 0 ] || limit 5 awk '
    { sub(/#.*/, "") }
    /(^|[^A-Za-z0-9_$])TMOUT=/ {
      value = $0; sub(/.*[^A-Za-z0-9_$]TMOUT=/, "", value); sub(/^TMOUT=/, "", value); gsub(/["\047]/, "", value); sub(/[ \t;&|].*/, "", value)
      print "tmout=" (value ~ /^[0-9]+$/ ? value : "other") }
    /TMOUT:=/ { print "tmout=other" }
    /(^|[ \t;&])unset[ \t]+([^;&]*[ \t])?TMOUT([ \t;&]|$)/ { print "tmout=0" }' "$@" || return
  for f in /etc/gdm3/custom.conf /etc/gdm3/daemon.conf /etc/gdm/custom.conf /etc/lightdm/lightdm.conf /etc/lightdm/lightdm.conf.d/*.conf \
    /usr/share/lightdm/lightdm.conf.d/*.conf /etc/sddm.conf /etc/sddm.conf.d/*.conf /usr/lib/sddm/sddm.conf.d/*.conf; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    case $f in */gdm*) n=gdm ;; */lightdm*) n=lightdm ;; *) n=sddm ;; esac
    limit 5 awk -v n="$n" '
      { sub(/^[ \t]*[#;].*/, ""); sub(/^[ \t]+/, ""); sub(/[ \t]*=[ \t]*/, "=") }
      /^\[/ { part = tolower($1) }
      n == "gdm" && /^(AutomaticLogin|AutomaticLoginEnable|TimedLogin|TimedLoginEnable)=/ { print "gdm=" $1 }
      n == "lightdm" && /^autologin-user=./ { print "lightdm=" substr($1, 16) }
      n == "sddm" && part == "[autologin]" && /^User=./ { print "sddm=" substr($1, 6) }' "$f" || return
  done
  for f in /etc/systemd/system/*getty@*.service.d/*.conf /etc/systemd/system/*getty@*.service /etc/systemd/system/getty.target.wants/*; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    limit 5 awk '/^ExecStart=.*(--autologin[ =]|[ \t]-a[ \t])/ { sub(/.*(--autologin[ =]|[ \t]-a[ \t])[ \t]*/, ""); print "getty=" $1 }' "$f" || return
  done
  return 0
}

# Which desktops are there, and what the administrator fixed for all users of GNOME.
s_desktop() {
  printf 'looked=yes\n'
  for f in /usr/share/xsessions/*.desktop /usr/share/wayland-sessions/*.desktop; do
    [ -e "$f" ] || continue
    f=${f##*/}
    printf 'session=%s\n' "${f%.desktop}"
  done
  [ -r /etc/dconf/profile/user ] && limit 5 sed -n -e 's/^system-db:/database=/p' /etc/dconf/profile/user
  for f in /etc/dconf/db/*.d/*; do
    [ -f "$f" ] || continue
    n=${f#/etc/dconf/db/}
    n=${n%%.d/*}
    shut "$f" "$n" && continue
    limit 5 awk -v n="$n" '
      /^\[/ { part = $1; gsub(/[][]/, "", part) }
      { sub(/[ \t]*=[ \t]*(uint32[ \t]+)?/, "=") }
      part ~ /^org\/gnome\/desktop\/(session|screensaver|media-handling)$/ && /^(idle-delay|lock-enabled|lock-delay|autorun-never)=/ {
        print "key=" n "\t/" part "/" $1 }' "$f" || return
  done
  for f in /etc/dconf/db/*.d/locks/*; do
    [ -f "$f" ] || continue
    n=${f#/etc/dconf/db/}
    n=${n%%.d/*}
    shut "$f" "$n" && continue
    limit 5 awk -v n="$n" '/^\/org\/gnome\/desktop\/(session|screensaver|media-handling)\// { print "lock=" n "\t" $1 }' "$f" || return
  done
  return 0
}

# -------- time, logs, neighbours, files

s_time_sources() {
  printf 'looked=yes\n'
  for f in /etc/systemd/timesyncd.conf /etc/systemd/timesyncd.conf.d/*.conf /usr/lib/systemd/timesyncd.conf.d/*.conf; do
    [ -r "$f" ] && limit 5 sed -n -e 's/^[[:space:]]*NTP=/timesyncd=/p' "$f"
  done
  for f in /etc/chrony.conf /etc/chrony/chrony.conf /etc/chrony/conf.d/*.conf /etc/chrony/sources.d/*.sources /etc/chrony.d/*.conf; do
    [ -r "$f" ] && limit 5 awk '$1 ~ /^(server|pool|peer|refclock)$/ { print "chrony=" ($1 == "refclock" ? "refclock" : $2) }' "$f"
  done
  for f in /etc/ntp.conf /etc/ntpsec/ntp.conf /etc/ntpsec/ntp.d/*.conf; do
    [ -r "$f" ] && limit 5 awk '$1 ~ /^(server|pool|peer)$/ { print "ntp=" $2 }' "$f"
  done
  if [ -d /run/systemd/system ] && have timedatectl; then
    limit 10 timedatectl show-timesync -p SystemNTPServers -p LinkNTPServers -p FallbackNTPServers
  fi
  return 0
}

# How long logs are kept, and how far back records reach.
s_log_keeping() {
  printf 'looked=yes\n'
  set --
  for f in /etc/logrotate.conf /usr/etc/logrotate.conf /etc/logrotate.d/rsyslog /etc/logrotate.d/syslog /etc/logrotate.d/syslog-ng; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    set -- "$@" "$f"
  done
  [ "$#" = 0 ] || limit 5 awk '
    { sub(/#.*/, "") }
    /\{/ { if ($0 ~ /^[ \t]*\{/) names = names " "; else names = names " " $0; if (names ~ /\/var\/log\/(syslog|messages|auth\.log|secure)([ \t{"]|$)/) print "rotate=block"; else print "rotate=other"; names = ""; inside = 1; next }
    inside && /\}/ { print "rotate=end"; inside = 0; next }
    /^[ \t]*\// && !inside { names = names " " $0; next }
    $1 ~ /^(hourly|daily|weekly|monthly|yearly|rotate|maxage|size|maxsize)$/ { print "rotate=" $1 " " ($2 ~ /^[0-9]+[kMG]?$/ ? $2 : "") }' "$@" || return
  for f in /usr/lib/systemd/journald.conf /etc/systemd/journald.conf /usr/lib/systemd/journald.conf.d/*.conf \
    /run/systemd/journald.conf.d/*.conf /etc/systemd/journald.conf.d/*.conf; do
    [ -e "$f" ] || continue
    readable "$f" || return
    limit 5 sed -n -e 's/^[[:space:]]*\(MaxRetentionSec\|SystemMaxUse\)[[:space:]]*=[[:space:]]*/\1=/p' "$f" || return
  done
  for f in /var/log/journal/*/system@*.journal; do
    [ -e "$f" ] && printf 'journal=%s\n' "${f##*-}"
  done | sort | head -n 1
  have stat || return 0
  set --
  for f in /var/log/syslog* /var/log/messages* /var/log/auth.log* /var/log/secure*; do
    [ -f "$f" ] && set -- "$@" "$f"
  done
  [ "$#" = 0 ] || limit 5 stat -c 'written=%Y' "$@" | sort | head -n 1
  return 0
}

s_neighbours() {
  [ -r /proc/net/arp ] || return "$UNSUPPORTED"
  printf 'looked=yes\n'
  limit 5 awk 'NR > 1 && $3 != "0x0" && $6 !~ /^(docker|virbr|veth|br-|cni|flannel|lxc)/ { print $1, $4 }' /proc/net/arp || return
  have ip || return 0
  limit 5 ip -6 neigh show | awk '$3 !~ /^(docker|virbr|veth|br-|cni|flannel|lxc)/ && $4 == "lladdr" && $NF !~ /FAILED|INCOMPLETE/ { print $1, $5 }'
  return 0
}

s_file_modes() {
  have stat || return "$UNSUPPORTED"
  set --
  for f in /etc/passwd /etc/passwd- /etc/group /etc/group- /etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow- /etc/sudoers /etc/sudoers.d \
    /etc/ssh/sshd_config /etc/ssh/ssh_host_*_key /etc/crontab /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly \
    /etc/cron.monthly /var/spool/cron/crontabs /etc/cron.d/* /etc/profile /etc/ld.so.preload /boot/grub/grub.cfg /boot/grub2/grub.cfg /root; do
    [ -e "$f" ] && set -- "$@" "$f"
  done
  limit 5 stat -L -c '%a %u %g %n' "$@"
}

# What keeps removable storage out, and whether shared folders ask for signed messages.
s_media() {
  printf 'looked=yes\n'
  for f in /etc/modprobe.d/*.conf /run/modprobe.d/*.conf /usr/lib/modprobe.d/*.conf /lib/modprobe.d/*.conf; do
    [ -e "$f" ] || continue
    shut "$f" && continue
    limit 5 awk '{ gsub(/-/, "_", $2) }
      $2 ~ /^(usb_storage|uas)$/ && $1 == "blacklist" { print "blacklist=" $2 }
      $2 ~ /^(usb_storage|uas)$/ && $1 ~ /^install$/ { print "install=" $2 " " ($3 ~ /\/(true|false)$/ ? "nothing" : "other") }' "$f" || return
  done
  [ -r /proc/modules ] && printf 'modules=read\n' && limit 5 sed -n -e 's/^\(usb_storage\|uas\) .*/loaded=\1/p' /proc/modules
  f=/lib/modules/$(uname -r)/modules.builtin
  [ -r "$f" ] && printf 'builtin=read\n' && limit 5 sed -n -e 's,.*/\(usb-storage\|uas\)\.ko.*,builtin=\1,p' "$f"
  for f in usbguard usbmount udiskie udevil automount; do
    have "$f" && printf 'tool=%s\n' "$f"
  done
  f=/etc/samba/smb.conf
  [ -e "$f" ] || return 0
  [ -r "$f" ] || { printf 'samba=denied\n'; return 0; }
  printf 'samba=read\n'
  limit 5 awk '
    { line = tolower($0); gsub(/[ \t]/, "", line) }
    line ~ /^\[/ { part = line }
    line ~ /^include=/ { print "samba=include" }
    part == "[global]" && line ~ /^(serversigning|serverrole)=/ { print "samba-" line }' "$f"
}

# Programs that come past the package manager.
s_apps() {
  printf 'looked=yes\n'
  for f in /snap/*/current /var/lib/snapd/snap/*/current /var/lib/flatpak/app/*/current; do
    [ -e "$f" ] || continue
    f=${f%/current}
    printf 'app=%s\n' "${f##*/}"
  done
  return 0
}

# -------- what root alone reads

s_password_ages() {
  [ -e /etc/shadow ] || return "$ABSENT"
  [ "$shadow_code" = 0 ] || return "$shadow_code"
  readable /etc/passwd || return
  limit 10 awk -F: "$HASHES" /etc/passwd | awk -F: '$3 != "" { print "hash=" $1 "\t" $3 }' || return
  say "$shadow" | awk -F: '
    NF == 7 && $3 != "" { print "hash=" $1 "\t" $3 }
    NF == 7 && ($3 != "" || $2 == "empty" || $7 != "") { print "days=" $1 "\t" $4 "\t" $5 "\t" $6 "\t" $7 }'
  # Homes on other machines are left alone: a look could mount them or wait for them.
  rooted 15 awk -F: 'BEGIN{q=sprintf("%c",39)}FILENAME~/mounts$/{split($0,m,OFS);if(m[3]~/^(autofs|nfs|cifs|smb|fuse[.]|ceph|glusterfs|afs)/&&m[2]!="/")w[++c]=m[2];next}$7~/(nologin|false|true|sync|halt|shutdown)$/||$6!~"^/"||200<++t{next}{r=index($6,q);for(i=1;i<=c;i++)if(index($6"/",w[i]"/")==1)r=1;f="test"OFS"-s"OFS""q""$6"/.ssh/authorized_keys";if(r){print("far="$1)}else{if(system(f""q)==0||system(f"2"q)==0)print("key="$1)}}' /proc/self/mounts /etc/passwd || return
  printf 'looked=yes\n'
}

# Who may become whom, with or without a password; commands leave as "all", "some" or "shell" only.
s_sudoers() {
  printf 'looked=yes\n'
  have sudo && printf 'sudo=yes\n'
  [ -e /etc/doas.conf ] || [ -e /usr/local/etc/doas.conf ] && printf 'doas=yes\n'
  have pkexec && printf 'pkexec=yes\n'
  # SUSE keeps the file of the distribution below /usr; a sudo whose rules are nowhere has them in a place of its own.
  main=''
  for f in /etc/sudoers /usr/etc/sudoers; do
    [ -e "$f" ] && main=$f && break
  done
  if [ -z "$main" ]; then
    have sudo && printf 'include=other\n'
    return 0
  fi
  rules=$(rooted 6 find -L /etc/sudoers /etc/sudoers.d /usr/etc/sudoers /usr/etc/sudoers.d -maxdepth 1 -type f -exec /usr/bin/awk '{print(FILENAME":"FNR":"$0)}' {} +)
  code=$?
  case $code in 0 | 1) ;; *) return "$code" ;; esac
  say "$rules" | sort -t: -k1,1 -k2,2n | awk -v main="$main" '
    function other() { if (!told++) print "include=other" }
    function kind(one, name, open) {
      if (one == "ALL") return "all"
      if (one ~ /^[A-Z][A-Z0-9_]*$/) return "alias"
      gsub(/\\[*?[]/, "", one); name = one; sub(/[ \t].*/, "", name); open = (name == one || one ~ /[ \t].*[*?\[]/)
      if (name ~ /[*?\[]|\/$|^\^/ || (name == "sudoedit" && open)) return "shell"
      if (name ~ /\/(sh|bash|dash|zsh|ksh|busybox|su|sudo|vi|n?vim|vim\.[a-z]+|ed|emacs|nano|less|more|man|find|[gm]?awk|python[0-9.]*|perl|ruby|env|visudo|passwd|tee|cp|mv|dd|chmod|chown|docker|podman|xargs|nsenter|unshare|chroot|systemd-run)$/) return "shell"
      return (open && name ~ /\/(tar|apt|apt-get|aptitude|dpkg|dnf|dnf5|yum|rpm|zypper|apk|snap|pip[0-9.]*|git|ssh|rsync|crontab|mount|timeout)$/) ? "shell" : "some" }
    NF == 0 { next }
    { file = $0; if (!sub(/:[0-9]+:.*/, "", file) || file ~ /:/) { other(); next }
      name = file; sub(/.*\//, "", name) }
    (file ~ /\/etc\/sudoers$/) ? file != main : name ~ /[.]|~$/ { next }
    { sub(/^[^:]*:[0-9]+:/, ""); line = held $0; held = "" }
    line ~ /\\$/ { sub(/\\$/, " ", line); held = line; next }
    line ~ /^[ \t]*[#@]include/ { split(line, word); if (word[2] !~ /^(\/usr)?\/etc\/sudoers\.d\/?$/) other(); next }
    { sub(/(^|[ \t])#([^0-9].*|$)/, "", line); gsub(/\\ /, "\\040", line); gsub(/\\,/, "\\054", line); sub(/^[ \t]+/, "", line) }
    line == "" { next }
    line ~ /^Defaults/ {
      if (line ~ /!authenticate/) print "default=" (line ~ /^Defaults[ \t]/ ? "all" : "some")
      if (line ~ /[ \t,!](target|root|runas)pw([ \t,]|$)/) print "default=" (line ~ /^Defaults[ \t]/ && line !~ /!(target|root|runas)pw/ ? "target" : "some")
      next }
    line ~ /^(User|Runas|Host|Cmnd|Cmd)_Alias/ { if (line ~ /^User_/) { sub(/^User_Alias[ \t]+/, "", line); gsub(/[ \t]/, "", line); print "alias=" line }; next }
    { at = index(line, "="); if (!at) next
      who = substr(line, 1, at - 1); gsub(/[ \t]*,[ \t]*/, ",", who); if (who ~ /^"/) other(); split(who, word); who = word[1]
      rest = substr(line, at + 1); gsub(/sha(224|256|384|512)[ \t]*:[ \t]*[A-Za-z0-9+\/=]+/, "", rest)
      bare = rest; gsub(/\([^)]*\)|\\:/, "", bare); if (bare ~ /:[ \t]*[A-Za-z0-9_.,!+-]+[ \t]*=/) other()
      count = split(rest, piece, ","); runas = "root"; tag = "ask"
      depth = ""
      for (i = 1; i <= count; i++) {
        one = depth piece[i]
        if (one ~ /^[ \t]*\([^)]*$/) { depth = one ","; continue }
        depth = ""
        if (match(one, /^[ \t]*\([^)]*\)/)) {
          runas = substr(one, 1, RLENGTH); one = substr(one, RLENGTH + 1); gsub(/^[ \t]*\(|:.*|\)$|[ \t]/, "", runas)
          if (runas == "") runas = "self"
          many = split(runas, word, ",")
          for (j = 1; j <= many; j++) if (word[j] !~ /^(ALL|#[0-9]+|[a-z_][A-Za-z0-9_.@$-]*)$/) other() }
        while (match(one, /^[ \t]*([A-Z_]+[ \t]*=[ \t]*("[^"]*"|[^ \t"]+)[ \t]|[A-Z_]+[ \t]*:)/)) {
          if (one ~ /^[ \t]*NOPASSWD[ \t]*:/) tag = "free"; else if (one ~ /^[ \t]*PASSWD[ \t]*:/) tag = "ask"
          one = substr(one, RSTART + RLENGTH) }
        gsub(/^[ \t]+|[ \t]+$/, "", one)
        if (one == "" || one ~ /^!/) continue
        row = "rule=" who "\t" runas "\t" tag "\t" kind(one)
        if (row !~ /some$/ || !had[row]++) print row } }'
}

s_apparmor() {
  [ -e /sys/kernel/security/apparmor/profiles ] || return "$ABSENT"
  modes=$(rooted 6 awk '{print$NF}' /sys/kernel/security/apparmor/profiles) || return
  printf 'looked=yes\n'
  say "$modes" | awk '$1 != "" { count[$1]++ } END { for (mode in count) print mode "=" count[mode] }'
}

# Only rules that record starts of programs, without names, and what switches recording off.
s_audit_rules() {
  have auditctl || { printf 'looked=yes\ntool=no\n'; return 0; }
  rules=$(rooted 10 auditctl -l) || return
  state=$(rooted 11 auditctl -s) || return
  printf 'looked=yes\n'
  say "$state" | sed -n -e 's/^\(AUDIT_STATUS: *\)\{0,1\}enabled[ =]\([0-9]\).*/enabled=\2/p'
  say "$rules" | awk '
    $1 ~ /^-[aA]$/ && $2 ~ /^(never,task|task,never)$/ { print "stop=task" }
    /-S [^ ]*execve/ { row = ""; for (i = 1; i <= NF; i++) if ($(i - 1) == "-F") { one = $i; if (one !~ /^(auid|arch)/) sub(/[!=<>&].*/, "", one); row = row " " one } else if ($(i - 1) == "-a") row = row " " $i
      print "execve=" substr(row, 2) }'
}

# told PRODUCT PATTERN SECONDS PROGRAM ARGUMENT...: the lines of its answer that match. In a closed folder only root finds it.
told() {
  told_name=$1 told_pattern=$2 told_place=$4
  shift 2
  while ! [ -e "$told_place" ] && [ -n "$told_place" ]; do told_place=${told_place%/*}; done
  [ "$told_place" = "$2" ] || ! [ -x "${told_place:-/}" ] || return 0
  told_answer=$(rooted "$@")
  told_code=$?
  case $told_code in
    126 | 127) return 0 ;;
    8[245]) denied=$told_code ;;
    0) say "$told_answer" | awk -v name="$told_name" -v pattern="$told_pattern" '$0 ~ pattern { print name "\t" $0 }' ;;
    *) printf '%s\tfailed\n' "$told_name" ;;
  esac
  found=0
}

# The products' own words: only the lines that are understood, no licence, no name of an account.
s_products() {
  [ "$ROOT" = yes ] || [ -n "$MAY" ] || return "$DENIED"
  found=$ABSENT denied=''
  told eset '^EM002' 10 /opt/eset/eea/bin/upd --list-modules
  told eset '^EM002' 10 /opt/eset/efs/bin/upd --list-modules
  told drweb '^(Virus database timestamp|Core engine version)' 10 /opt/drweb.com/bin/drweb-ctl baseinfo
  told bitdefender '^ *(Antimalware status|Last security content update|Product version)' 10 /opt/bitdefender-security-tools/bin/bduitool get ps
  told sentinelone '^Agent state' 10 /opt/sentinelone/bin/sentinelctl control status
  told sentinelone '^Connectivity' 11 /opt/sentinelone/bin/sentinelctl management status
  told sentinelone '^Agent version' 12 /opt/sentinelone/bin/sentinelctl version
  told crowdstrike '^(version|rfm-state)' 10 /opt/CrowdStrike/falconctl -g --version --rfm-state
  told cortex '^ *(Agent Version|Content Version)' 10 /opt/traps/bin/cytool info query
  if [ -d /var/ossec ]; then
    state=$(rooted 7 awk '/^status=/' /var/ossec/var/run/wazuh-agentd.state)
    case $? in
      0) found=0 && say "$state" | sed -n -e "s/^status=/wazuh${TAB}status=/p" ;;
      8[245]) found=0 denied=$DENIED ;;
    esac
  fi
  return "${denied:-$found}"
}

# -------- order

# The sum of all limits stays under 512 KiB.
all_sections() {
  section clock 1024 s_clock
  printf '\n%s beat\n' "$K"
  section privileges 1024 s_privileges
  section identity 2048 s_identity
  section os-release 8192 s_os_release
  section kernel 8192 s_kernel
  section units 32768 s_units
  section unit-files 24576 s_unit_files
  section packages 81920 s_packages
  section restart 4096 s_restart
  section accounts 24576 s_accounts
  section sshd 2048 s_sshd
  section time 4096 s_time
  section logging 8192 s_logging
  section listening 8192 s_listening
  section inetd 4096 s_inetd
  section firewall 4096 s_firewall
  section clamav 4096 s_clamav
  section mdatp 8192 s_mdatp
  section apt-sources 8192 s_apt_sources
  section apt-periodic 8192 s_apt_periodic
  section apt-lists 6144 s_apt_lists
  section dpkg-log 1024 s_dpkg_log
  section update-tool 4096 s_update_tool
  section repositories 6144 s_repositories
  section update-automation 2048 s_update_automation
  section apt-extended 8192 s_apt_extended
  section apt-updates 32768 s_apt_updates
  section hardware 1024 s_hardware
  section kernel-settings 2048 s_kernel_settings
  section mac 512 s_mac
  section storage 6144 s_storage
  section boot 256 s_boot
  section last-logins 2048 s_last_logins
  section groups 6144 s_groups
  section central 512 s_central
  section pam 8192 s_pam
  section password-policy 2048 s_password_policy
  section sessions 2048 s_sessions
  section desktop 2048 s_desktop
  section time-sources 2048 s_time_sources
  section log-keeping 2048 s_log_keeping
  section neighbours 6144 s_neighbours
  section file-modes 4096 s_file_modes
  section media 1024 s_media
  section apps 2048 s_apps
  section processes 24576 s_processes
  section system-updates 24576 s_system_updates
  section dmi 4096 s_dmi
  read_shadow
  section passwords 16384 s_passwords
  section sshd-effective 4096 s_sshd_effective
  section sshd-config 8192 s_sshd_config
  section firewall-zones 2048 s_firewall_zones
  section nft 8192 s_nft
  section iptables 1024 s_iptables
  section kesl 4096 s_kesl
  section password-ages 12288 s_password_ages
  section sudoers 4096 s_sudoers
  section apparmor 256 s_apparmor
  section audit-rules 1024 s_audit_rules
  section products 4096 s_products
}

main() {
  exec 5>&1
  ask_leave
  all_sections
  if [ "$elevation" != none ]; then
    section elevation 64 s_elevation
  fi
  section clock-end 1024 s_clock
  printf '\n%s stop\n' "$K"
}

s_elevation() { return "$elevation"; }

main
exit 0
