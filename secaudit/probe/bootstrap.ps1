$ProgressPreference = 'SilentlyContinue'
$mode = "$($ExecutionContext.SessionState.LanguageMode)"
if ($mode -ne 'FullLanguage') { "##SECAUDIT## language $mode" }
else {
    $text = [string]::Join("`n", [string[]]@($input))
    if ($text -eq '') { $text = [Console]::In.ReadToEnd() }
    if ($text.TrimEnd().EndsWith('#SECAUDIT-PAYLOAD-END')) { & ([ScriptBlock]::Create($text)) }
    else { '##SECAUDIT## truncated' }
}
