"""What somebody who took over the account with the recipe's sudoers file may try, as shell that this account runs."""

import shlex

_SSHD = "/usr/bin/timeout 10 /usr/sbin/sshd -T -C user=root,host=localhost,addr=0.0.0.0"
_NFT = "/usr/bin/timeout 15 /usr/sbin/nft -nn list ruleset"
ATTEMPTS = (
    "id",
    "-s",
    "-i",
    "-e /etc/sudoers",
    "-u audit id",
    "-g shadow cat /etc/shadow",
    "cat /etc/shadow",
    "/usr/bin/timeout 5 /bin/sh",
    "/usr/bin/timeout 5 /usr/bin/awk",
    "/usr/bin/timeout 5 /usr/bin/awk -F: '{print}' /etc/shadow",
    "/usr/bin/timeout 5 /usr/bin/awk -F: 'NF>1{h=$2;print}' /etc/shadow",
    "/usr/bin/timeout 6 /usr/bin/awk '{print$NF}' /etc/shadow",
    "/usr/bin/timeout 15 /usr/sbin/nft flush ruleset",
    "/usr/bin/timeout 15 /usr/sbin/nft -nn list ruleset inet",
    "/usr/bin/timeout 15 /usr/sbin/nft -f /etc/shadow",
    "/usr/bin/timeout 15 /usr/sbin/iptables -S",
    "/usr/bin/timeout 15 /usr/sbin/iptables -F INPUT",
    f"{_SSHD} -f /tmp/mine",
    "/usr/bin/timeout 11 /usr/sbin/sshd -Tf/tmp/mine",
    "/usr/bin/timeout 11 /usr/sbin/sshd",
    "/usr/bin/timeout 10 /usr/bin/find /proc -maxdepth 2 -name status -delete",
    "/usr/bin/timeout 6 /usr/bin/find -L /etc/sudoers -exec /bin/sh '{}' +",
    "/usr/bin/timeout 5 /usr/bin/find /sys/class/dmi/id/product_serial -exec /bin/cat /etc/shadow '{}' +",
    f"LD_PRELOAD=/tmp/mine.so {_NFT}",
    f"-u nobody {_NFT}",
    f"{_NFT} ''",
)
"""Arguments of ``sudo -n`` that the file must not allow; the last has one word more, an empty one."""
BEYOND = "\n".join(f"sudo -n {one} </dev/null && echo allowed: {shlex.quote(one)}" for one in ATTEMPTS) + "\necho tried"
ENVIRONMENT = f"""\
mkdir -p /tmp/mine
printf '#!/bin/sh\\nid >/tmp/mine/ran\\n' >/tmp/mine/nft
cp /tmp/mine/nft /tmp/mine/timeout
chmod 755 /tmp/mine/nft /tmp/mine/timeout
cd /tmp/mine
export PATH=/tmp/mine:$PATH BASH_ENV=/tmp/mine/nft ENV=/tmp/mine/nft
export LD_PRELOAD=/tmp/mine/x.so AWKPATH=/tmp/mine PYTHONPATH=/tmp/mine
sudo -n {_NFT} >/dev/null 2>&1 && echo allowed
sudo -n timeout 15 /usr/sbin/nft -nn list ruleset >/dev/null 2>&1 && echo allowed
ls /tmp/mine
"""
"""The allowed command in an environment and a folder of the caller's choice: nothing there may be run."""
TAKE_BACK = """\
sh /opt/recipe >/dev/null
test "$(grep -c '^# secaudit begin' /etc/ssh/sshd_config.d/50-secaudit.conf)" = 1
sed -n '/^# 6[.]/,$s/^#   //p' /opt/recipe | grep -v reload | sh -e
test ! -e /home/listed
! id listed >/dev/null 2>&1
! grep -rl -e listed -e secaudit /etc/ssh /etc/sudoers /etc/sudoers.d /etc/passwd /etc/shadow /etc/group
/usr/sbin/sshd -t
visudo -c >/dev/null
echo taken back
"""
"""The recipe run again, its last step as it stands there behind comment signs, and a look at what is left.

Reloading the server needs an init, which the hosts do not have.
"""
