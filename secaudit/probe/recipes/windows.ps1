#en Access for the security audit of this Windows machine: account @USER@, key only, read only.
#vi Quyền truy cập để kiểm tra an ninh mạng trên máy Windows này: tài khoản @USER@, chỉ đăng nhập bằng khóa, chỉ đọc.
#en Run in PowerShell 5.1 as administrator (Windows 10, Windows Server 2016 or later), step by step.
#vi Chạy trong PowerShell 5.1 bằng quyền quản trị (Windows 10, Windows Server 2016 trở lên), lần lượt từng bước.
#en Written from documentation; not yet run on a real Windows machine. Try it on one machine first.
#vi Soạn theo tài liệu; chưa chạy trên máy Windows thật. Hãy thử trên một máy trước.
$ErrorActionPreference = 'Stop'

#en 1. OpenSSH server, part of Windows. The program behind it stays as it is: leave HKLM:\SOFTWARE\OpenSSH DefaultShell alone,
#en    the probe works with cmd.exe, Windows PowerShell and PowerShell 7. Where features cannot be fetched (no Windows Update),
#en    install the OpenSSH package of the Win32-OpenSSH project instead.
#vi 1. Máy chủ OpenSSH, có sẵn trong Windows. Không đổi shell mặc định: để nguyên DefaultShell ở HKLM:\SOFTWARE\OpenSSH, kịch
#vi    bản chạy được với cmd.exe, Windows PowerShell và PowerShell 7. Máy không tải được tính năng (không có Windows Update) thì
#vi    cài gói OpenSSH của dự án Win32-OpenSSH.
Get-WindowsCapability -Online -Name 'OpenSSH.Server*' | Where-Object State -ne 'Installed' | Add-WindowsCapability -Online
Set-Service -Name sshd -StartupType Automatic
Start-Service -Name sshd

#en 2. Firewall: only the auditor's address may reach port 22. The rule that Windows adds lets everybody in: it is narrowed
#en    too. Where others administer this machine by SSH, add their addresses to the list.
#vi 2. Tường lửa: chỉ địa chỉ của đoàn kiểm tra vào được cổng 22. Quy tắc Windows tự thêm cho mọi nơi vào: cũng được
#vi    thu hẹp. Nếu có người khác quản trị máy này qua SSH thì thêm địa chỉ của họ vào danh sách.
$from = @FROM@
Get-NetFirewallRule -Name 'OpenSSH-Server-In-TCP' -ErrorAction SilentlyContinue | Set-NetFirewallRule -RemoteAddress $from
Get-NetFirewallRule -Name 'secaudit-ssh' -ErrorAction SilentlyContinue | Remove-NetFirewallRule
New-NetFirewallRule -Name 'secaudit-ssh' -DisplayName 'secaudit SSH' -Direction Inbound -Protocol TCP -LocalPort 22 -Action Allow -RemoteAddress $from

#en 3. The account, with a password that nobody knows and that is written nowhere: it is only needed because Windows wants one.
#vi 3. Tài khoản, với mật khẩu không ai biết và không ghi ở đâu: chỉ vì Windows bắt buộc phải có.
$bytes = New-Object byte[] 32
[Security.Cryptography.RandomNumberGenerator]::Create().GetBytes($bytes)
$password = ConvertTo-SecureString ('aA1!' + [Convert]::ToBase64String($bytes)) -AsPlainText -Force
if (-not (Get-LocalUser -Name '@USER@' -ErrorAction SilentlyContinue)) {
  New-LocalUser -Name '@USER@' -Password $password -PasswordNeverExpires -UserMayNotChangePassword -Description 'secaudit'
}
Remove-Variable -Name @('bytes', 'password')

#en 4. Groups, by number because their names are translated. Choose A or B.
#en    A. Standard account (members of Users), and Event Log Readers, who may read the logs, the security log among them.
#en       Everything from the registry, services, processes, installed programs, ports and updates is read. Reported as
#en       "denied": BitLocker, the audit policy, settings of people who are logged in and, in a session from afar, most of
#en       WMI: Security Center's list of antivirus products, Defender's status, serial number and UUID, licences.
#en       Rights on the WMI name spaces for a standard account are deliberately not part of this recipe: no documentation says
#en       which of them suffice for root\SecurityCenter2 in an SSH session, and it was never seen on a real machine.
#vi 4. Nhóm, ghi bằng số vì tên nhóm được dịch. Chọn A hoặc B.
#vi    A. Tài khoản thường (nhóm Users), thêm Event Log Readers là nhóm được đọc nhật ký, kể cả nhật ký an ninh.
#vi       Đọc được mọi thứ từ registry, dịch vụ, tiến trình, phần mềm đã cài, cổng và bản vá. Báo là "bị từ chối": BitLocker,
#vi       chính sách kiểm toán, thiết lập của người đang đăng nhập và, trong phiên từ xa, phần lớn WMI: danh sách phần mềm diệt
#vi       vi-rút của Security Center, trạng thái Defender, số máy và UUID, giấy phép.
#vi       Cố ý không cấp quyền trên vùng tên WMI cho tài khoản thường: không có tài liệu nào nói quyền nào là đủ để đọc
#vi       root\SecurityCenter2 trong phiên SSH, và chưa thấy trên máy thật.
foreach ($sid in @('S-1-5-32-545', 'S-1-5-32-573')) {
  Add-LocalGroupMember -SID $sid -Member '@USER@' -ErrorAction SilentlyContinue
}
#en    B. Administrator: everything is read. Windows gives an SSH session of an administrator full rights, without asking
#en       again: the private key alone then protects the machine. Take it back after the audit.
#vi    B. Quản trị viên: đọc được tất cả. Phiên SSH của quản trị viên có toàn quyền, không hỏi lại: khi đó chỉ còn khóa riêng
#vi       bảo vệ máy. Hãy gỡ ra sau đợt kiểm tra.
#   Add-LocalGroupMember -SID 'S-1-5-32-544' -Member '@USER@'

#en 5. The key. "restrict" forbids forwarding and terminal; "from" accepts it from these addresses alone. sshd refuses a file
#en    that others may write: administrators and the system alone, by number.
#vi 5. Khóa. "restrict" cấm chuyển tiếp và terminal; "from" chỉ nhận từ các địa chỉ này. sshd từ chối tệp mà người khác ghi
#vi    được: chỉ nhóm quản trị và hệ thống, ghi bằng số.
#en    A. Standard account: a file beside the server's configuration, which the account cannot change (step 6 names it).
#vi    A. Tài khoản thường: tệp nằm cạnh cấu hình máy chủ, tài khoản này không sửa được (bước 6 chỉ tới tệp đó).
$keys = "$env:ProgramData\ssh\secaudit_authorized_keys"
#en    B. Administrator: OpenSSH reads this file for all administrators; the key then opens every account of that group.
#vi    B. Quản trị viên: OpenSSH đọc tệp này cho mọi quản trị viên; khóa này khi đó mở được mọi tài khoản của nhóm.
#   $keys = "$env:ProgramData\ssh\administrators_authorized_keys"
$line = @KEYLINE@
if (-not ((Test-Path $keys) -and (Select-String -LiteralPath $keys -SimpleMatch -Quiet -Pattern $line))) {
  Add-Content -LiteralPath $keys -Value $line -Encoding Ascii
}
icacls.exe $keys /inheritance:r /grant '*S-1-5-32-544:F' /grant '*S-1-5-18:F'

#en 6. The SSH server: this account gets a command's output and nothing else. The block stands at the end, behind the one for
#en    administrators, which keeps its own file of keys.
#vi 6. Máy chủ SSH: tài khoản này chỉ nhận được kết quả lệnh. Khối này đứng cuối, sau khối của nhóm quản trị (khối đó vẫn dùng
#vi    tệp khóa riêng của mình).
$config = "$env:ProgramData\ssh\sshd_config"
if (-not (Select-String -LiteralPath $config -SimpleMatch -Quiet -Pattern '# secaudit begin')) {
  Add-Content -LiteralPath $config -Encoding Ascii -Value @(
    ''
    '# secaudit begin'
    'Match User @USER@'
    '  AuthenticationMethods publickey'
    '  AuthorizedKeysFile __PROGRAMDATA__/ssh/secaudit_authorized_keys'
    '  PasswordAuthentication no'
    '  AllowTcpForwarding no'
    '  AllowAgentForwarding no'
    '  PermitTTY no'
    '# secaudit end'
  )
}
& "$env:SystemRoot\System32\OpenSSH\sshd.exe" -t
Restart-Service -Name sshd

#en 7. The SHA-256 of the host key is what the auditor compares before the first visit.
#vi 7. Mã SHA-256 của khóa máy là để đoàn kiểm tra đối chiếu trước lần đầu kết nối.
Get-ChildItem "$env:ProgramData\ssh\ssh_host_*_key.pub" | ForEach-Object { & "$env:SystemRoot\System32\OpenSSH\ssh-keygen.exe" -lf $_.FullName }

#en 8. To take it all back, as administrator (the profile of the account goes with the third line):
#vi 8. Gỡ bỏ toàn bộ, bằng quyền quản trị (dòng thứ ba xóa luôn hồ sơ của tài khoản):
#   Remove-NetFirewallRule -Name 'secaudit-ssh'
#   $sid = (Get-LocalUser -Name '@USER@').SID.Value
#   Get-CimInstance Win32_UserProfile | Where-Object SID -eq $sid | Remove-CimInstance
#   Remove-LocalUser -Name '@USER@'
#   Remove-Item "$env:ProgramData\ssh\secaudit_authorized_keys"
#   notepad "$env:ProgramData\ssh\sshd_config"                       # secaudit begin ... end
#   notepad "$env:ProgramData\ssh\administrators_authorized_keys"    # B
#   Restart-Service sshd    # Stop-Service sshd; Set-Service sshd -StartupType Disabled
