# The collector, PowerShell 2.0 and later. Runs the probe in memory, seals what it printed, and writes one answer; nothing else.
param([string]$Probe)
$ProgressPreference = 'SilentlyContinue'
$ErrorActionPreference = 'Stop'
$Agency = '@AGENCY@'
$Period = '@PERIOD@'
$Courier = '@COURIER@'
$Each = '@EACH@'
$Token = '@TOKEN@'
$Certificate = '@CERTIFICATE@'
$Begin = '-----BEGIN SECAUDIT ANSWER-----'
$End = '-----END SECAUDIT ANSWER-----'
$Plain = [Text.Encoding]::ASCII
# Every byte is one letter of this table: what others wrote stays as it is.
$Bytewise = [Text.Encoding]::GetEncoding(28591)

function Tell([string]$line) { Write-Host $line }
function Hex([byte[]]$bytes) { [BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant() }
function Digest([byte[]]$bytes) { Hex ([Security.Cryptography.SHA256]::Create().ComputeHash($bytes)) }

# What tells this machine from others; copies of one disk differ by their names.
function OwnNumber {
    $own = ''
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\Microsoft\Cryptography')
    if ($null -ne $key) {
        $own = "$($key.GetValue('MachineGuid'))"
        $key.Close()
    }
    "$own`n$([Environment]::MachineName)"
}

function Printed([string]$script) {
    $writer = New-Object IO.StringWriter
    $before = [Console]::Out
    [Console]::SetOut($writer)
    try { [void](& ([ScriptBlock]::Create($script))) }
    finally { [Console]::SetOut($before) }
    $writer.ToString()
}

function Packed([byte[]]$bytes) {
    $stream = New-Object IO.MemoryStream
    $zip = New-Object IO.Compression.GZipStream -ArgumentList $stream, ([IO.Compression.CompressionMode]::Compress), $true
    $zip.Write($bytes, 0, $bytes.Length)
    $zip.Close()
    [Convert]::ToBase64String($stream.ToArray())
}

# AES-256 in CBC mode, its key with RSA to the certificate of the province: CMS, RFC 5652.
function Sealed([byte[]]$bytes) {
    [void][Reflection.Assembly]::LoadWithPartialName('System.Security')
    $raw = [Convert]::FromBase64String($Certificate)
    $to = New-Object Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, $raw)
    $aes = New-Object Security.Cryptography.Oid -ArgumentList '2.16.840.1.101.3.4.1.42', 'aes256'
    $algorithm = New-Object Security.Cryptography.Pkcs.AlgorithmIdentifier -ArgumentList $aes, 256
    $content = New-Object Security.Cryptography.Pkcs.ContentInfo -ArgumentList (, $bytes)
    $envelope = New-Object Security.Cryptography.Pkcs.EnvelopedCms -ArgumentList $content, $algorithm
    $kind = [Security.Cryptography.Pkcs.SubjectIdentifierType]::IssuerAndSerialNumber
    $envelope.Encrypt((New-Object Security.Cryptography.Pkcs.CmsRecipient -ArgumentList $kind, $to))
    $envelope.Encode()
}

function Block([string]$machine) {
    $random = New-Object byte[] 16
    (New-Object Security.Cryptography.RNGCryptoServiceProvider).GetBytes($random)
    $nonce = Hex $random
    $time = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
    $script = $Probe.Replace("`r`n", "`n").Replace('@NONCE@', $nonce)
    $printed = Printed $script
    if (-not $printed.TrimEnd().EndsWith("##SECAUDIT $nonce stop")) { throw 'viec doc thong tin bi dung giua chung; hay chay lai' }
    $name = [regex]::Replace([Environment]::MachineName, '[^ -~]', '?')
    $lines = @(
        'secaudit-answer: 1',
        "agency: $Agency",
        "period: $Period",
        "courier: $Courier",
        "machine: $machine",
        "time: $time",
        "nonce: $nonce",
        'platform: windows',
        "name: $name",
        "body: $(Packed ([Text.Encoding]::UTF8.GetBytes($printed)))"
    )
    $text = [string]::Join("`n", [string[]]$lines) + "`n"
    $code = New-Object Security.Cryptography.HMACSHA256 -ArgumentList (, $Plain.GetBytes($Token))
    $text += "mac: $(Hex ($code.ComputeHash($Plain.GetBytes($text))))`n"
    $sealed = [byte[]](Sealed ($Plain.GetBytes($text)))
    $head = @(
        $Begin,
        'Version: 1',
        "Agency: $Agency",
        "Period: $Period",
        "Courier: $Courier",
        "Machine: $machine",
        "Time: $time",
        "Digest: $(Digest $sealed)",
        '',
        [Convert]::ToBase64String($sealed, [Base64FormattingOptions]::InsertLineBreaks),
        $End,
        ''
    )
    [string]::Join("`r`n", [string[]]$head)
}

# Blocks of other machines, and whatever else stands there; a block without end stays.
function Others([string]$old, [string]$machine) {
    $ordinal = [StringComparison]::Ordinal
    $kept = New-Object Text.StringBuilder
    $at = 0
    while (($to = $old.IndexOf($End, $at, $ordinal)) -ge 0) {
        $to += $End.Length
        while ($to -lt $old.Length -and "`r`n".IndexOf($old[$to]) -ge 0) { $to++ }
        $from = $old.LastIndexOf($Begin, $to - 1, $to - $at, $ordinal)
        if ($from -ge 0 -and $old.IndexOf("Machine: $machine", $from, $to - $from, $ordinal) -ge 0) {
            [void]$kept.Append($old, $at, $from - $at)
        }
        else { [void]$kept.Append($old, $at, $to - $at) }
        $at = $to
    }
    [void]$kept.Append($old, $at, $old.Length - $at)
    $text = $kept.ToString()
    if ($text -ne '' -and $text[$text.Length - 1] -ne [char]10) { $text += "`r`n" }
    $text
}

# The old file stays until the new one is whole.
function WriteWhole([string]$path, [string]$text) {
    $fresh = "$path.new"
    $bytes = $Bytewise.GetBytes($text)
    $file = New-Object IO.FileStream -ArgumentList $fresh, ([IO.FileMode]::Create), ([IO.FileAccess]::Write), ([IO.FileShare]::None), 65536, ([IO.FileOptions]::WriteThrough)
    try { $file.Write($bytes, 0, $bytes.Length) }
    finally { $file.Close() }
    try { [IO.File]::Replace($fresh, $path, "$path.old") }
    catch {
        [IO.File]::Delete($path)
        [IO.File]::Move($fresh, $path)
    }
    [IO.File]::Delete("$path.old")
}

# The file that marks the answers as being written goes with the process that holds it, whatever becomes of it.
function Held([string]$path) {
    $mark = "$path.lock"
    for ($tries = 0; $tries -lt 30; $tries++) {
        try {
            return (New-Object IO.FileStream -ArgumentList $mark, ([IO.FileMode]::CreateNew), ([IO.FileAccess]::Write), ([IO.FileShare]::None), 8, ([IO.FileOptions]::DeleteOnClose))
        }
        catch {
            if ($tries -gt 2 -and -not ([IO.File]::Exists($mark) -or [IO.Directory]::Exists($mark))) { return $null }
            [Threading.Thread]::Sleep(1000)
        }
    }
    return $null
}

# Into the file of the agency, or into one of this machine's own where the other cannot be had; gives its path.
function Save([string]$folder, [string]$machine, [string]$block) {
    $common = [IO.Path]::Combine($folder, "tra-loi-$Agency-$Period.txt")
    if ($Each -eq 'no') {
        $held = Held $common
        if ($null -ne $held) {
            try {
                $old = ''
                # Where the file is gone, the last writer ended between two steps and left it under another name.
                foreach ($path in @("$common.new", "$common.old", $common)) {
                    if (-not [IO.File]::Exists($path)) { continue }
                    $found = [IO.File]::ReadAllText($path, $Bytewise)
                    if ($path -eq $common -or $found.TrimEnd().EndsWith($End)) { $old = $found }
                }
                WriteWhole $common ((Others $old $machine) + $block)
                return $common
            }
            catch { Tell "Khong ghi duoc tep chung: $($_.Exception.Message)" }
            finally { $held.Close() }
        }
    }
    $own = [IO.Path]::Combine($folder, "tra-loi-$Agency-$Period-$($machine.Substring(0, 12)).txt")
    WriteWhole $own $block
    return $own
}

# Where to, when the place beside this file cannot be written or does not last.
function AskPlace {
    $desk = [Environment]::GetFolderPath('Desktop')
    if ($desk -eq '' -or -not [IO.Directory]::Exists($desk)) { $desk = $env:USERPROFILE }
    Tell ''
    Tell 'CHU Y: khong mang tep tra loi bang USB chua quet ma doc; USB lay ma doc giua cac may.'
    Tell 'Khong luu duoc tep tra loi ben canh tep nay. Go thu muc de luu roi nhan Enter.'
    $typed = Read-Host "De trong de luu vao $desk"
    $typed = "$typed".Trim().Trim('"')
    if ($typed -eq '') { $desk } else { $typed }
}

function Collect {
    Tell "Dang doc thong tin may $([Environment]::MachineName), mat den vai phut."
    Tell 'Khong cai dat, khong thay doi gi tren may. Dung dong cua so nay.'
    $machine = (Digest ([Text.Encoding]::UTF8.GetBytes("${Courier}:$(OwnNumber)"))).Substring(0, 32)
    $block = Block $machine
    $person = [Environment]::UserInteractive -and -not $env:SECAUDIT_TO
    $folder = $env:SECAUDIT_TO
    if (-not $folder) { $folder = [IO.Path]::GetDirectoryName($env:SECAUDIT_FILE) }
    # Opened inside a zip: what is written there is lost when the zip is closed.
    if ($person -and $folder -match '\\(Temp|Tmp)(\\|$)') { $folder = AskPlace }
    while ($true) {
        try {
            $path = Save $folder $machine $block
            break
        }
        catch {
            Tell "Khong ghi duoc vao thu muc ${folder}: $($_.Exception.Message)"
            if (-not $person) { return 3 }
            $folder = AskPlace
        }
    }
    Tell ''
    Tell "XONG. Tep tra loi da ma hoa: $path"
    Tell 'Gui tep nay theo to huong dan (van ban dien tu, thu dien tu hoac Zalo).'
    return 0
}

$code = 1
try { $code = Collect }
catch {
    Tell ''
    Tell "KHONG THANH CONG: $($_.Exception.Message)"
    Tell 'Chua ghi gi. Bao lai dong tren cho nguoi gui bo thu thap.'
}
if ($code -eq 3) { Tell 'KHONG THANH CONG: khong ghi duoc tep tra loi. Chay lai va chi ro thu muc: TEN-TEP.cmd "THU-MUC"' }
# After a double click the window closes with its last line.
$clicked = "$env:SECAUDIT_LINE".IndexOf([IO.Path]::GetFileName($env:SECAUDIT_FILE)) -ge 0
if ($clicked -and $env:SECAUDIT_WAIT -eq 'yes' -and [Environment]::UserInteractive) { [void](Read-Host 'Nhan Enter de dong cua so nay') }
[Environment]::Exit($code)
