# secaudit probe for Windows, PowerShell 2.0 and later. Read-only: writes no file, changes no setting, asks no network.
# Values are registry data, WMI properties, numbers and SIDs, never texts that depend on the display language.
# Every section is UTF-8 JSON in base64 between lines that carry a number drawn for this machine and this run.
$ProgressPreference = 'SilentlyContinue'
$ErrorActionPreference = 'Stop'
$Mark = '##SECAUDIT @NONCE@'
$Limit = 131072
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
        if ($kind -eq 'Win32Exception' -and $problem.NativeErrorCode -eq 5) { return 'denied' }
        $problem = $problem.InnerException
    }
    return 'error'
}

# Values of one key under HKEY_LOCAL_MACHINE: a table, nothing when the key does not exist, 'denied' when it may not be read.
function Reg([string]$path, [string[]]$names) {
    try {
        $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($path)
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

function RegNames([string]$path) {
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($path)
    if ($null -eq $key) { return }
    $names = $key.GetSubKeyNames()
    $key.Close()
    return $names
}

# A question that may fail without costing its section the rest: its table, or why it could not be had.
function Ask([scriptblock]$body) {
    try { & $body } catch { Why $_.Exception }
}

# A script in a time box: what hangs is left behind, and the process ends itself at the end of the script.
function Box([string]$code, [object[]]$arguments, [int]$seconds) {
    $box = [System.Management.Automation.PowerShell]::Create()
    [void]$box.AddScript($code)
    foreach ($argument in $arguments) { [void]$box.AddArgument($argument) }
    $job = $box.BeginInvoke()
    if (-not $job.AsyncWaitHandle.WaitOne($seconds * 1000, $false)) { throw (New-Object TimeoutException) }
    return $box.EndInvoke($job)
}

function Wmi([string]$space, [string]$query, [int]$seconds) {
    Box 'param($s, $q) $ErrorActionPreference = "Stop"; Get-WmiObject -Namespace $s -Query $q' @($space, $query) $seconds
}

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
    $server = 'SYSTEM\CurrentControlSet\Control\Terminal Server'
    $policy = 'SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'
    @{
        uac = (Reg 'SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' @('EnableLUA', 'ConsentPromptBehaviorAdmin'))
        rdp = (Reg $server @('fDenyTSConnections'))
        rdp_tcp = (Reg "$server\WinStations\RDP-Tcp" @('UserAuthentication'))
        rdp_policy = (Reg $policy @('fDenyTSConnections', 'UserAuthentication'))
        smb_server = (Reg 'SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters' @('SMB1'))
        smb1_driver = (Reg 'SYSTEM\CurrentControlSet\Services\srv' @('Start'))
        smb1_client = (Reg 'SYSTEM\CurrentControlSet\Services\mrxsmb10' @('Start'))
    }
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

Section 'firewall' {
    $table = @{}
    foreach ($name in @('DomainProfile', 'StandardProfile', 'PublicProfile')) {
        $table[$name] = @{
            local = (Reg "SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\$name" @('EnableFirewall', 'DefaultInboundAction'))
            policy = (Reg "SOFTWARE\Policies\Microsoft\WindowsFirewall\$name" @('EnableFirewall', 'DefaultInboundAction'))
        }
    }
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
            if ($name) { $kaspersky += @{ key = $name; data = (Reg "$root\$name\Data" @('LastSuccessfulUpdate')) } }
        }
    }
    @{
        kaspersky = $kaspersky
        eset = (Reg 'SOFTWARE\ESET\ESET Security\CurrentVersion\Info' @('ProductVersion', 'ScannerVersion'))
        sense = (Reg 'SOFTWARE\Microsoft\Windows Advanced Threat Protection\Status' @('OnboardingState'))
    }
}

# WMI from here on, the quick ones first.

Section 'system' {
    $table = @{}
    foreach ($row in @(Wmi 'root\cimv2' 'SELECT ProductType, LastBootUpTime FROM Win32_OperatingSystem' 20)) {
        $table['product_type'] = $row.ProductType
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
#@LOCAL@

# Last: this provider may hang while another product is active.
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
