#en Access for the security audit of this Linux machine: account @USER@, key only, read only.
#vi Quyền truy cập để kiểm tra an ninh mạng trên máy Linux này: tài khoản @USER@, chỉ đăng nhập bằng khóa, chỉ đọc.
#en Run as root, whole or step by step; everything can be run again. The last part takes it all back.
#vi Chạy bằng quyền root, cả tệp hoặc từng bước; chạy lại không sao. Phần cuối là cách gỡ bỏ toàn bộ.
set -eu

#en 1. The account. It has no password at all ("*"), so nobody can guess one; its home belongs to root, so that whoever
#en    takes the account over cannot add a key. On Alpine: adduser -D -s /bin/sh @USER@
#vi 1. Tài khoản. Không có mật khẩu nào ("*") nên không thể dò; thư mục riêng thuộc về root để người chiếm được tài khoản
#vi    cũng không thêm được khóa. Trên Alpine: adduser -D -s /bin/sh @USER@
id @USER@ >/dev/null 2>&1 || useradd --create-home --home-dir /home/@USER@ --shell /bin/sh --comment secaudit @USER@
usermod --password '*' @USER@
chown root:root /home/@USER@
chmod 755 /home/@USER@

#en 2. The key of the auditor. "restrict" forbids forwarding, terminal and start-up files and still lets the probe through
#en    (OpenSSH 7.2 or later); "from" accepts the key from these addresses alone. No forced command: the probe needs none.
#vi 2. Khóa của đoàn kiểm tra. "restrict" cấm chuyển tiếp, cấm cấp terminal và tệp khởi động nhưng vẫn cho kịch bản kiểm tra
#vi    chạy (OpenSSH từ 7.2); "from" chỉ nhận khóa từ các địa chỉ này. Không dùng lệnh ép buộc: không cần.
mkdir -p /home/@USER@/.ssh
cat >/home/@USER@/.ssh/authorized_keys <<'SECAUDIT_KEY'
@KEYLINE@
SECAUDIT_KEY
chown -R root:root /home/@USER@/.ssh
chmod 755 /home/@USER@/.ssh
chmod 644 /home/@USER@/.ssh/authorized_keys

#en 3. sudo: exactly the command lines of the probe, word for word (docs/probe.md says what each is for). Without this part
#en    the audit works too; what only root may read is then reported as "denied". Lines for programs this machine does not
#en    have do nothing; any line may be left out. The file is checked before sudo reads it: it ignores names with a dot.
#en    Of two settings sudo takes the last one it reads, so the file's name sorts behind all others.
#vi 3. sudo: đúng các dòng lệnh của kịch bản kiểm tra, từng chữ một (docs/probe.md ghi rõ mỗi dòng dùng làm gì). Không có
#vi    phần này vẫn kiểm tra được; những gì chỉ root đọc được sẽ báo là "bị từ chối". Dòng của phần mềm không có trên máy
#vi    không có tác dụng gì; có thể bỏ bất kỳ dòng nào. Tệp được kiểm tra trước khi sudo đọc: sudo bỏ qua tên có dấu chấm.
#vi    Khi hai thiết lập khác nhau, sudo lấy cái đọc sau, nên tên tệp được đặt để đứng cuối.
umask 077
cat >/etc/sudoers.d/zz-secaudit.new <<'SECAUDIT_SUDOERS'
@SUDOERS@SECAUDIT_SUDOERS
chmod 440 /etc/sudoers.d/zz-secaudit.new
visudo -c -f /etc/sudoers.d/zz-secaudit.new
mv /etc/sudoers.d/zz-secaudit.new /etc/sudoers.d/zz-secaudit
umask 022

#en 4. The SSH server: this account gets a command's output and nothing else. Where AllowUsers or AllowGroups is used, add
#en    the account there. Old servers that do not read sshd_config.d get the block at the end of sshd_config.
#vi 4. Máy chủ SSH: tài khoản này chỉ nhận được kết quả lệnh, không gì khác. Nếu có dùng AllowUsers hoặc AllowGroups thì thêm
#vi    tài khoản vào đó. Máy chủ cũ không đọc sshd_config.d thì khối này được thêm vào cuối sshd_config.
if grep -qiE '^[[:space:]]*Include[[:space:]]+"?/etc/ssh/sshd_config\.d/' /etc/ssh/sshd_config; then
  mkdir -p /etc/ssh/sshd_config.d
  file=/etc/ssh/sshd_config.d/50-secaudit.conf
  : >"$file"
else
  file=/etc/ssh/sshd_config
fi
grep -q '^# secaudit begin$' "$file" || cat >>"$file" <<'SECAUDIT_SSHD'
# secaudit begin
Match User @USER@
  AuthenticationMethods publickey
  PasswordAuthentication no
  AllowTcpForwarding no
  AllowStreamLocalForwarding no
  AllowAgentForwarding no
  X11Forwarding no
  PermitTunnel no
  PermitTTY no
# secaudit end
SECAUDIT_SSHD
"$(command -v sshd || echo /usr/sbin/sshd)" -t
systemctl reload ssh 2>/dev/null || systemctl reload sshd 2>/dev/null || service ssh reload 2>/dev/null ||
  service sshd reload 2>/dev/null || echo 'reload the SSH server by hand' >&2

#en 5. See for yourself what the account may do: this list and nothing else. The SHA-256 of the host key is what the auditor
#en    compares before the first visit.
#vi 5. Tự xem tài khoản được phép làm gì: đúng danh sách này. Mã SHA-256 của khóa máy là để đoàn kiểm tra đối chiếu trước lần
#vi    đầu kết nối.
sudo -l -U @USER@
for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done

#en 6. To take it all back, as root:
#vi 6. Gỡ bỏ toàn bộ, bằng quyền root:
#   rm -f /etc/sudoers.d/zz-secaudit /etc/ssh/sshd_config.d/50-secaudit.conf
#   sed -i '/^# secaudit begin$/,/^# secaudit end$/d' /etc/ssh/sshd_config
#   systemctl reload ssh || systemctl reload sshd
#   userdel @USER@ && rm -rf /home/@USER@
