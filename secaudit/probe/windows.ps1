# secaudit probe for Windows, PowerShell 2.0 and later. Read-only: writes no file, changes no setting, asks no network.
# Values are registry data, WMI properties, numbers and SIDs, never texts that depend on the display language.
# Every section is UTF-8 JSON in base64 between lines that carry a number drawn for this machine and this run.
$ProgressPreference = 'SilentlyContinue'
$ErrorActionPreference = 'Stop'
$Mark = '##SECAUDIT @NONCE@'
$Limit = 131072
$Watch = [Diagnostics.Stopwatch]::StartNew()
$Last = 100
$Machine = [Microsoft.Win32.Registry]::LocalMachine
$Users = [Microsoft.Win32.Registry]::Users
$Plain = [Globalization.CultureInfo]::InvariantCulture
$Zero = New-Object DateTime -ArgumentList 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)

function Put([string]$line) {
    [Console]::Out.Write($line + "`n")
    [Console]::Out.Flush()
}

# ---------------------------------------------------------------- JSON (PowerShell 2.0 has none)

function JsonText([string]$text) {
    $b = New-Object Text.StringBuilder
    [void]$b.Append('"')
    foreach ($c in $text.ToCharArray()) {
        $n = [int]$c
        if ($n -lt 32 -or $n -gt 126 -or $n -eq 34 -or $n -eq 92) { [void]$b.Append('\u' + $n.ToString('x4')) }
        else { [void]$b.Append($c) }
    }
    [void]$b.Append('"')
    return $b.ToString()
}

function Json($value) {
    if ($null -eq $value) { return 'null' }
    if ($value -is [bool]) { if ($value) { return 'true' } else { return 'false' } }
    if ($value -is [string]) { return JsonText $value }
    if ($value -is [byte] -or $value -is [int16] -or $value -is [uint16] -or $value -is [int] -or $value -is [uint32] -or
        $value -is [long] -or $value -is [uint64]) { return $value.ToString($Plain) }
    if ($value -is [Collections.IDictionary]) {
        $pairs = @()
        foreach ($key in @($value.Keys | Sort-Object)) { $pairs += ((JsonText "$key") + ':' + (Json $value[$key])) }
        return '{' + [string]::Join(',', [string[]]$pairs) + '}'
    }
    if ($value -is [Collections.IEnumerable]) {
        $items = @()
        foreach ($item in $value) { $items += (Json $item) }
        return '[' + [string]::Join(',', [string[]]$items) + ']'
    }
    return JsonText "$value"
}

# ---------------------------------------------------------------- reading

# Why a reading failed, from the whole chain of exceptions; codes, not messages.
function Why($problem) {
    for ($depth = 0; $null -ne $problem -and $depth -lt 10; $depth++) {
        $kind = $problem.GetType().Name
        if ($kind -eq 'TimeoutException') { return 'timeout' }
        if ($kind -eq 'SecurityException' -or $kind -eq 'UnauthorizedAccessException') { return 'denied' }
        if ($kind -eq 'ManagementException') {
            $code = [int]$problem.ErrorCode
            if ($code -eq -2147217405) { return 'denied' }
            if ($code -eq -2147217394 -or $code -eq -2147217392 -or $code -eq -2147217406) { return 'absent' }
        }
        if ($kind -eq 'COMException' -and $problem.ErrorCode -eq -2147024891) { return 'denied' }
        if ($kind -eq 'Win32Exception' -and ($problem.NativeErrorCode -eq 5 -or $problem.NativeErrorCode -eq 1314)) { return 'denied' }
        # What a cmdlet reported and the preference made an end of has its cause in the record alone.
        if ($kind -eq 'ActionPreferenceStopException') {
            if ("$($problem.ErrorRecord.FullyQualifiedErrorId)".StartsWith('NoMatchingEventsFound')) { return 'absent' }
            $problem = $problem.ErrorRecord.Exception
        }
        else { $problem = $problem.InnerException }
    }
    return 'error'
}

# Values of one key: a table, nothing when the key does not exist, 'denied' when it may not be read.
function Reg([string]$path, [string[]]$names, $root = $Machine) {
    try {
        $key = $root.OpenSubKey($path)
        if ($null -eq $key) { return $null }
        $table = @{}
        foreach ($name in $names) {
            $value = $key.GetValue($name)
            if ($null -ne $value) { $table[$name] = $value }
        }
        $key.Close()
        return $table
    }
    catch { return (Why $_.Exception) }
}

# Many keys at once, a line each: "name|path|value,value".
function Keys([string]$asked) {
    $table = @{}
    foreach ($line in $asked.Split("`n")) {
        $part = $line.Trim().Split('|')
        $table[$part[0]] = Reg $part[1] $part[2].Split(',')
    }
    return $table
}

function RegNames([string]$path, $root = $Machine) {
    $key = $root.OpenSubKey($path)
    if ($null -eq $key) { return }
    $names = $key.GetSubKeyNames()
    $key.Close()
    return $names
}

# A question that may fail without costing its section the rest: its table, or why it could not be had.
function Ask([scriptblock]$body) {
    try { & $body } catch { Why $_.Exception }
}

# Work in a time box: what hangs is left behind, and the process ends itself at the end of the script.
function Box([scriptblock]$code, $given, [int]$seconds) {
    if ($Watch.Elapsed.TotalSeconds -gt $Last) { throw (New-Object TimeoutException) }
    $box = [System.Management.Automation.PowerShell]::Create()
    [void]$box.AddScript('param($code, $given) $ErrorActionPreference = "Stop"; & ([ScriptBlock]::Create($code)) $given')
    [void]$box.AddArgument($code.ToString())
    [void]$box.AddArgument($given)
    $job = $box.BeginInvoke()
    if (-not $job.AsyncWaitHandle.WaitOne($seconds * 1000, $false)) { throw (New-Object TimeoutException) }
    return $box.EndInvoke($job)
}

function Wmi([string]$space, [string]$query, [int]$seconds) {
    Box { param($ask) Get-WmiObject -Namespace $ask[0] -Query $ask[1] } @($space, $query) $seconds
}

# The named properties of every row.
function Rows([string]$query, [string]$space = 'root\cimv2') {
    $names = ($query -replace '^SELECT (.*) FROM .*$', '$1').Split(',')
    foreach ($row in @(Wmi $space $query 20)) {
        if ($null -eq $row) { continue }
        $table = @{}
        foreach ($name in $names) { $table[$name.Trim()] = $row.($name.Trim()) }
        $table
    }
}

# Those whose part of the registry is loaded are logged in.
function Hives { return @($Users.GetSubKeyNames() | Where-Object { $_ -match '^S-1-(5-21|12-1)-[0-9-]+$' }) }

function Epoch($moment) { return [long][Math]::Floor(($moment.ToUniversalTime() - $Zero).TotalSeconds) }

# WMI writes moments as yyyymmddHHMMSS.ffffff+UUU; the year 1601 stands for "never" and comes out negative.
function WmiEpoch($text) {
    if ($null -eq $text -or "$text" -eq '') { return $null }
    try { return (Epoch ([Management.ManagementDateTimeConverter]::ToDateTime("$text"))) } catch { return $null }
}

# One framed section; a body gives a table, or nothing when its source does not exist.
function Section([string]$name, [scriptblock]$body) {
    Put "`n$Mark begin $name"
    $status = 'ok'
    try {
        $table = & $body
        if ($null -eq $table) { $status = 'absent' }
        else {
            $bytes = [Text.Encoding]::UTF8.GetBytes((Json $table))
            $text = [Convert]::ToBase64String($bytes, [Base64FormattingOptions]::InsertLineBreaks)
            if ($text.Length -gt $Limit) { $status = 'truncated' } else { Put $text.Replace("`r", '') }
        }
    }
    catch { $status = (Why $_.Exception) }
    Put "`n$Mark end $name $status 0 $Limit"
}

# ---------------------------------------------------------------- questions

Put "`n$Mark start windows 1"

Section 'clock' { @{ now = (Epoch ([DateTime]::UtcNow)) } }

Put "`n$Mark beat"

Section 'about' {
    $me = [Security.Principal.WindowsIdentity]::GetCurrent()
    $roles = New-Object Security.Principal.WindowsPrincipal -ArgumentList $me
    @{
        admin = $roles.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
        user = [Environment]::UserName
        computer = [Environment]::MachineName
        powershell = $PSVersionTable.PSVersion.ToString()
        language_mode = "$($ExecutionContext.SessionState.LanguageMode)"
        bits = [IntPtr]::Size * 8
        wow64 = ($null -ne $env:PROCESSOR_ARCHITEW6432)
    }
}

Section 'os' {
    @{
        version = (Reg 'SOFTWARE\Microsoft\Windows NT\CurrentVersion' @('ProductName', 'CurrentVersion', 'CurrentBuildNumber', 'UBR',
                'EditionID', 'InstallationType', 'DisplayVersion', 'ReleaseId', 'CSDVersion', 'InstallDate'))
        product = (Reg 'SYSTEM\CurrentControlSet\Control\ProductOptions' @('ProductType'))
        machine = (Reg 'SOFTWARE\Microsoft\Cryptography' @('MachineGuid'))
    }
}

Section 'settings' {
    $control = 'SYSTEM\CurrentControlSet\Control'
    $services = 'SYSTEM\CurrentControlSet\Services'
    $policy = 'SOFTWARE\Policies\Microsoft'
    $windows = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
    $logon = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon'
    $devices = "$policy\Windows\RemovableStorageDevices"
    $table = Keys @"
uac|$windows\Policies\System|EnableLUA,ConsentPromptBehaviorAdmin,LocalAccountTokenFilterPolicy,InactivityTimeoutSecs
rdp|$control\Terminal Server|fDenyTSConnections
rdp_tcp|$control\Terminal Server\WinStations\RDP-Tcp|UserAuthentication,PortNumber
rdp_policy|$policy\Windows NT\Terminal Services|fDenyTSConnections,UserAuthentication
smb_server|$services\LanmanServer\Parameters|SMB1,RequireSecuritySignature
smb1_driver|$services\srv|Start
smb1_client|$services\mrxsmb10|Start
lsa|$control\Lsa|LmCompatibilityLevel,RestrictAnonymous,RestrictAnonymousSAM,RunAsPPL,LimitBlankPasswordUse
lsa_policy|$policy\Windows\System|RunAsPPL
wdigest|$control\SecurityProviders\WDigest|UseLogonCredential
dns_client|$policy\Windows NT\DNSClient|EnableMulticast
laps_cloud|SOFTWARE\Microsoft\Policies\LAPS|BackupDirectory
laps_policy|$windows\Policies\LAPS|BackupDirectory
laps_legacy|$policy Services\AdmPwd|AdmPwdEnabled
laps_client|$logon\GPExtensions\{D76B9641-3288-4f75-942D-087DE603E3EA}|
winlogon|$logon|AutoAdminLogon,DefaultUserName
explorer|$windows\Policies\Explorer|NoDriveTypeAutoRun,NoAutorun
usb_driver|$services\USBSTOR|Start
uas_driver|$services\UASPStor|Start
media|$devices|Deny_All
media_disks|$devices\{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}|Deny_Read,Deny_Write
winrm|$windows\WSMAN\Service|allow_unencrypted,auth_basic
winrm_policy|$policy\Windows\WinRM\Service|AllowUnencryptedTraffic,AllowBasic
powershell|$policy\Windows\PowerShell\ScriptBlockLogging|EnableScriptBlockLogging
secure_boot|$control\SecureBoot\State|UEFISecureBootEnabled
firmware|$control|PEFirmwareType
memory|$control\Session Manager\Memory Management|MoveImages
mitigation|$control\Session Manager\kernel|MitigationOptions
time|$services\W32Time\Parameters|Type,NtpServer
time_policy|$policy\W32Time\Parameters|Type,NtpServer
log|$services\EventLog\Security|MaxSize,Retention
log_policy|$policy\Windows\EventLog\Security|MaxSize,Retention
log_forward|$policy\Windows\EventLog\EventForwarding\SubscriptionManager|1,2,3,4
office|SOFTWARE\Microsoft\Office\ClickToRun\Configuration|ProductReleaseIds
office_15|SOFTWARE\Microsoft\Office\15.0\ClickToRun\Configuration|ProductReleaseIds
"@
    try { $table['cloud_joined'] = @(RegNames "$control\CloudDomainJoin\JoinInfo" | Where-Object { $_ }).Length } catch { }
    $table
}

# waiting: moments at which servicing wrote that a package waits for a restart (event 4, newest first), and the log's first record.
Section 'reboot' {
    $update = 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired'
    $renames = Reg 'SYSTEM\CurrentControlSet\Control\Session Manager' @('PendingFileRenameOperations')
    if ($renames -is [hashtable]) {
        $renames = @{ count = @($renames['PendingFileRenameOperations'] | Where-Object { $_ }).Count }
    }
    @{
        windows_update = (Reg $update @())
        component_servicing = (Reg 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending' @())
        file_renames = $renames
        active_name = (Reg 'SYSTEM\CurrentControlSet\Control\ComputerName\ActiveComputerName' @('ComputerName'))
        next_name = (Reg 'SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName' @('ComputerName'))
        update_exe = (Reg 'SOFTWARE\Microsoft\Updates' @('UpdateExeVolatile'))
        waiting = (Ask {
                [void][Reflection.Assembly]::LoadWithPartialName('System.Core')
                $name = 'System.Diagnostics.Eventing.Reader'
                $times = @()
                $first = $null
                foreach ($xpath in @("*[System[Provider[@Name='Microsoft-Windows-Servicing'] and EventID=4]]", '*')) {
                    $query = New-Object "$name.EventLogQuery" -ArgumentList 'Setup', ([Diagnostics.Eventing.Reader.PathType]::LogName), $xpath
                    $query.ReverseDirection = ($xpath -ne '*')
                    $reader = New-Object "$name.EventLogReader" -ArgumentList $query
                    for ($count = 0; $count -lt 50; $count++) {
                        $event4 = $reader.ReadEvent([TimeSpan]::FromSeconds(5))
                        if ($null -eq $event4) { break }
                        if ($xpath -eq '*') { $first = (Epoch $event4.TimeCreated); break }
                        $times += (Epoch $event4.TimeCreated)
                    }
                    $reader.Dispose()
                }
                @{ times = $times; first = $first; full = ($times.Count -ge 50) }
            })
    }
}

# Rules that let others in at the ports of remote administration, or at every port.
function Rules([string]$path, [string]$ports) {
    try {
        $key = $Machine.OpenSubKey($path)
        if ($null -eq $key) { return $null }
        $rows = @()
        foreach ($name in $key.GetValueNames()) {
            $rule = "$($key.GetValue($name))"
            if ($rule -notmatch '\|Dir=In\|' -or $rule -notmatch '\|Active=TRUE\|' -or $rule -notmatch '\|Action=Allow\|') { continue }
            if ($rule -match '\|(AppPkgId|PFN)=') { continue } # for the container of one app alone
            if ($rule -match "\|LPort=($ports)\|" -or $rule -match '\|LPort2_10=' -or ($rule -notmatch '\|LPort' -and
                    ($rule -notmatch '\|App=' -or $rule -match '\|App=(System|[^|]*\\(svchost|sshd)\.exe)\|'))) {
                $rows += ($rule -replace '\|(Name|Desc|EmbedCtxt)=[^|]*', '')
            }
        }
        return @{ rows = $rows }
    }
    catch { return (Why $_.Exception) }
}

Section 'firewall' {
    $table = @{}
    $local = 'SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
    $policy = 'SOFTWARE\Policies\Microsoft\WindowsFirewall'
    $asked = @('EnableFirewall', 'DefaultInboundAction', 'AllowLocalPolicyMerge')
    foreach ($name in @('DomainProfile', 'StandardProfile', 'PublicProfile')) {
        $new = $name.Replace('Standard', 'Private') # its name in policies since Vista
        $table[$name] = @{ local = (Reg "$local\$name" $asked); policy = (Reg "$policy\$new" $asked)
            legacy = (Reg "$policy\$name" $asked); mdm = (Reg "$local\Mdm\$new" $asked); mdm_legacy = (Reg "$local\Mdm\$name" $asked) }
    }
    $rdp = Reg 'SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp' @('PortNumber')
    $ports = '22|3389|5985|5986'
    if ($rdp -is [hashtable]) { $ports += "|$($rdp['PortNumber'])" }
    $table['rules'] = (Rules "$local\FirewallRules" $ports)
    $table['policy_rules'] = (Rules "$policy\FirewallRules" $ports)
    $table['mdm_rules'] = (Rules "$local\Mdm\FirewallRules" $ports)
    $table
}

# Numbers of ServiceController: 1 stopped, 4 running. Where the service manager refuses, the registry still names services.
Section 'services' {
    $rows = @()
    try {
        foreach ($service in @(Get-Service)) { $rows += @{ name = $service.ServiceName; state = [int]$service.Status } }
        $from = 'manager'
    }
    catch {
        $from = 'registry'
        foreach ($name in @(RegNames 'SYSTEM\CurrentControlSet\Services')) {
            $key = Reg "SYSTEM\CurrentControlSet\Services\$name" @('Type')
            if ($key -is [hashtable] -and ([int]$key['Type'] -band 48) -ne 0) { $rows += @{ name = $name; state = $null } }
        }
    }
    @{ from = $from; rows = $rows }
}

Section 'processes' {
    $seen = @{}
    foreach ($process in @(Get-Process)) { $seen[$process.ProcessName] = 1 }
    @{ names = @($seen.Keys) }
}

Section 'updates' {
    @{
        policy = (Reg 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU' @('NoAutoUpdate', 'AUOptions', 'UseWUServer'))
        server = (Reg 'SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate' @('WUServer'))
        mdm = (Reg 'SOFTWARE\Microsoft\PolicyManager\current\device\Update' @('AllowAutoUpdate', 'UpdateServiceUrl'))
        old_settings = (Reg 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update' @('AUOptions'))
        service = (Reg 'SYSTEM\CurrentControlSet\Services\wuauserv' @('Start'))
    }
}

Section 'vendors' {
    $kaspersky = @()
    foreach ($root in @('SOFTWARE\Wow6432Node\KasperskyLab\protected', 'SOFTWARE\KasperskyLab\protected')) {
        foreach ($name in @(RegNames $root)) {
            if ($name) { $kaspersky += @{ key = $name; data = (Reg "$root\$name\Data" @('LastSuccessfulUpdate'))
                    about = (Reg "$root\$name\environment" @('ProductVersion')) } }
        }
    }
    @{
        kaspersky = $kaspersky
        eset = (Reg 'SOFTWARE\ESET\ESET Security\CurrentVersion\Info' @('ProductVersion', 'ScannerVersion'))
        defender = (Reg 'SOFTWARE\Microsoft\Windows Defender\Signature Updates' @('AVSignatureApplied'))
        sense = (Reg 'SOFTWARE\Microsoft\Windows Advanced Threat Protection\Status' @('OnboardingState'))
    }
}

# Screen lock and autorun of those logged in; the account that asks is marked.
Section 'hives' {
    $rows = @()
    $me = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    $lock = @('ScreenSaveActive', 'ScreenSaverIsSecure', 'ScreenSaveTimeOut', 'SCRNSAVE.EXE')
    foreach ($sid in @(Hives)) {
        # A hive that a service or task has loaded has no numbered session.
        $seats = @(RegNames "$sid\Volatile Environment" $Users | Where-Object { $_ -match '^[0-9]+$' })
        $rows += @{ own = ($sid -eq $me); seated = ($seats.Length -gt 0)
            desktop = (Reg "$sid\Control Panel\Desktop" $lock $Users)
            policy = (Reg "$sid\Software\Policies\Microsoft\Windows\Control Panel\Desktop" $lock $Users)
            explorer = (Reg "$sid\Software\Microsoft\Windows\CurrentVersion\Policies\Explorer" @('NoDriveTypeAutoRun') $Users) }
    }
    @{ rows = $rows }
}

# Names of installed programs, of the machine and of those logged in; updates are left out.
Section 'software' {
    $places = @(@($Machine, 'SOFTWARE'), @($Machine, 'SOFTWARE\Wow6432Node'))
    foreach ($sid in @(Hives)) { $places += , @($Users, "$sid\Software") }
    $table = @{ names = @(); office = @(); unread = 0 }
    foreach ($place in $places) {
        $path = $place[1] + '\Microsoft\Windows\CurrentVersion\Uninstall'
        $keys = @()
        try { $keys = @(RegNames $path $place[0]) } catch { $table['unread']++ }
        foreach ($name in $keys) {
            if (-not $name) { continue }
            $item = Reg "$path\$name" @('DisplayName', 'SystemComponent', 'ParentKeyName') $place[0]
            if ($item -is [string]) { $table['unread']++; continue }
            if ($null -eq $item -or -not $item['DisplayName'] -or $item['ParentKeyName']) { continue }
            if ($item['SystemComponent'] -ne 1) { $table['names'] += "$($item['DisplayName'])" }
            if ($name -match '^\{9[0-9A-F]{7}-[0-9A-F-]+0FF1CE\}$') { $table['office'] += $name }
        }
    }
    $table
}

# Ports that others may reach.
Section 'network' {
    $net = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    $open = @{ tcp = $net.GetActiveTcpListeners(); udp = $net.GetActiveUdpListeners() }
    $seen = @{}
    foreach ($kind in @('tcp', 'udp')) {
        foreach ($end in $open[$kind]) { if (-not [Net.IPAddress]::IsLoopback($end.Address)) { $seen["$kind $($end.Port)"] = 1 } }
    }
    @{ listening = @($seen.Keys) }
}

# WMI from here on, the quick ones first.

Section 'system' {
    $table = @{}
    foreach ($row in @(Wmi 'root\cimv2' 'SELECT * FROM Win32_OperatingSystem' 20)) {
        $table['product_type'] = $row.ProductType
        $table['dep'] = $row.DataExecutionPrevention_SupportPolicy
        $table['booted'] = (WmiEpoch $row.LastBootUpTime)
    }
    $table
}

Section 'hardware' {
    $table = @{}
    foreach ($row in @(Wmi 'root\cimv2' 'SELECT UUID, IdentifyingNumber FROM Win32_ComputerSystemProduct' 20)) {
        $table['uuid'] = $row.UUID
        $table['product_serial'] = $row.IdentifyingNumber
    }
    foreach ($row in @(Wmi 'root\cimv2' 'SELECT SerialNumber FROM Win32_BIOS' 20)) { $table['serial'] = $row.SerialNumber }
    $ask = 'SELECT Manufacturer, Model, TotalPhysicalMemory, PartOfDomain FROM Win32_ComputerSystem'
    foreach ($row in @(Rows $ask)) { $table['computer'] = $row }
    $table['cards'] = @(Rows 'SELECT MACAddress, PNPDeviceID FROM Win32_NetworkAdapter WHERE PhysicalAdapter = True')
    $table
}

# Workstations only; whether the registered program still exists tells an orphaned entry from a product. Network paths are not tried.
Section 'wsc' {
    $table = @{}
    foreach ($class in @('AntiVirusProduct', 'FirewallProduct')) {
        $rows = @()
        foreach ($row in @(Wmi 'root\SecurityCenter2' "SELECT * FROM $class" 20)) {
            if ($null -eq $row) { continue }
            $path = "$($row.pathToSignedProductExe)"
            $exists = $null
            if ($path -ne '' -and -not $path.StartsWith('\\') -and $path -notmatch '^[A-Za-z]{2,}:') {
                $exists = [IO.File]::Exists([Environment]::ExpandEnvironmentVariables($path.Trim('"')))
            }
            $rows += @{ name = $row.displayName; state = $row.productState; guid = $row.instanceGuid; path = $path
                exists = $exists; timestamp = $row.timestamp }
        }
        $table[$class] = $rows
    }
    $table
}

# The date is read from the property itself: the display of PowerShell depends on the language.
Section 'hotfixes' {
    $newest = $null
    $count = 0
    $unread = 0
    $ids = @()
    foreach ($row in @(Wmi 'root\cimv2' 'SELECT HotFixID, InstalledOn FROM Win32_QuickFixEngineering' 30)) {
        if ($null -eq $row) { continue }
        $count++
        $ids += "$($row.HotFixID)"
        $text = "$($row.psbase.Properties['InstalledOn'].Value)"
        $at = $null
        try {
            if ($text -match '^[0-9A-Fa-f]{16}$') { $at = Epoch ([DateTime]::FromFileTimeUtc([Convert]::ToInt64($text, 16))) }
            else {
                $style = [Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
                $at = Epoch ([DateTime]::ParseExact($text, [string[]]@('M/d/yyyy', 'yyyyMMdd'), $Plain, $style))
            }
        }
        catch { $unread++ }
        if ($null -ne $at -and ($null -eq $newest -or $at -gt $newest)) { $newest = $at }
    }
    @{ count = $count; unread = $unread; newest = $newest; ids = $ids }
}

# Installed licences by id: that of extended security updates is one of them.
Section 'licences' {
    $rows = @()
    $query = 'SELECT ID, LicenseStatus FROM SoftwareLicensingProduct WHERE PartialProductKey <> null'
    foreach ($row in @(Wmi 'root\cimv2' $query 20)) {
        if ($null -ne $row) { $rows += @{ id = "$($row.ID)"; status = $row.LicenseStatus } }
    }
    @{ rows = $rows }
}

# Accounts of this machine alone; administrators by their path, so that no domain is asked who they are.
Section 'accounts' {
    if ((Reg 'SYSTEM\CurrentControlSet\Control\ProductOptions' @('ProductType'))['ProductType'] -eq 'LanmanNT') { return }
    $sid = New-Object Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544'
    $group = @($sid.Translate([Security.Principal.NTAccount]).Value.Split('\'))[-1]
    Box {
        param($given)
        $rows = @()
        $policy = @{}
        $found = ([ADSI]'WinNT://.').psbase.Children
        [void]$found.SchemaFilter.Add('user')
        foreach ($user in $found) {
            $of = $user.psbase.Properties
            $id = New-Object Security.Principal.SecurityIdentifier -ArgumentList ([byte[]]$of['objectSid'].Value), 0
            $row = @{ sid = $id.Value; name = "$($of['Name'].Value)"; flags = $of['UserFlags'].Value; age = $of['PasswordAge'].Value }
            $at = $of['LastLogin'].Value
            if ($at -is [DateTime]) { $row['login'] = [long][Math]::Floor(($at.ToUniversalTime() - $given[1]).TotalSeconds) }
            $rows += $row
            foreach ($name in @('MinPasswordLength', 'MaxPasswordAge', 'MinPasswordAge', 'PasswordHistoryLength',
                    'MaxBadPasswordsAllowed', 'AutoUnlockInterval')) { $policy[$name] = $of[$name].Value }
        }
        $members = @()
        foreach ($member in @(([ADSI]"WinNT://./$($given[0]),group").psbase.Invoke('Members'))) {
            $members += "$($member.GetType().InvokeMember('ADsPath', 'GetProperty', $null, $member, $null))"
        }
        @{ users = $rows; policy = $policy; members = $members }
    } @($group, $Zero) 30
}

# Of the program's table only identifiers and settings are kept.
Section 'audit' {
    $start = New-Object Diagnostics.ProcessStartInfo -ArgumentList ([Environment]::SystemDirectory + '\auditpol.exe'), '/get /category:* /r'
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $run = [Diagnostics.Process]::Start($start)
    try { $text = "$(Box { param($from) $from.ReadToEnd() } $run.StandardOutput 20)" }
    finally { if (-not $run.WaitForExit(2000)) { $run.Kill() } }
    if ($run.ExitCode -ne 0) { throw (New-Object ComponentModel.Win32Exception -ArgumentList $run.ExitCode) }
    $rows = @()
    foreach ($hit in [regex]::Matches($text, '\{([0-9A-Fa-f-]{36})\},([^,\r\n]*)')) {
        $rows += @{ id = $hit.Groups[1].Value; setting = $hit.Groups[2].Value }
    }
    @{ rows = $rows }
}

# The newest or oldest record of a log, or why it cannot be had.
function Record([hashtable]$ask) {
    try {
        $one = @(Box { param($ask) Get-WinEvent @ask -MaxEvents 1 } $ask 15)[0]
        return @{ id = $one.Id; at = (Epoch $one.TimeCreated) }
    }
    catch { return (Why $_.Exception) }
}

Section 'logs' {
    $time = "*[System[Provider[@Name='Microsoft-Windows-Time-Service'] and (EventID=35 or EventID=36 or EventID=37)]]"
    @{
        security = (Record @{ LogName = 'Security'; Oldest = $true })
        system = (Record @{ LogName = 'System'; Oldest = $true })
        synced = (Record @{ LogName = 'System'; FilterXPath = $time })
    }
}

Section 'volumes' {
    $ask = 'SELECT DriveLetter, ProtectionStatus FROM Win32_EncryptableVolume'
    $fixed = @()
    foreach ($drive in [IO.DriveInfo]::GetDrives()) { if ([int]$drive.DriveType -eq 3) { $fixed += $drive.Name } }
    @{ system = $env:SystemDrive; fixed = $fixed; rows = @(Rows $ask 'root\cimv2\Security\MicrosoftVolumeEncryption') }
}

Section 'neighbours' {
    $ask = 'SELECT IPAddress, LinkLayerAddress, State FROM MSFT_NetNeighbor WHERE AddressFamily = 2'
    @{ rows = @(Rows $ask 'root\StandardCimv2') }
}

#@LOCAL@

# Last, with time of its own: this provider may hang while another product is active.
$Last = 200
Section 'defender' {
    $table = $null
    foreach ($row in @(Wmi 'root\Microsoft\Windows\Defender' 'SELECT * FROM MSFT_MpComputerStatus' 25)) {
        if ($null -eq $row) { continue }
        $table = @{
            signature_updated = (WmiEpoch $row.AntivirusSignatureLastUpdated)
        }
        foreach ($name in @('AMRunningMode', 'AMServiceEnabled', 'AntivirusEnabled', 'RealTimeProtectionEnabled',
                'OnAccessProtectionEnabled', 'AntivirusSignatureAge', 'AntivirusSignatureVersion', 'AMProductVersion',
                'IsTamperProtected')) {
            $table[$name] = $row.$name
        }
    }
    $table
}

Section 'clock-end' { @{ now = (Epoch ([DateTime]::UtcNow)) } }

Put "`n$Mark stop"
[Environment]::Exit(0)
