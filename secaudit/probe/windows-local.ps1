# Asked in a local audit only: over SSH newer Windows refuses it. The update agent's own cache, never the network.
# Definitions of the antivirus come several times a day and say nothing of the system: they are counted apart.
Section 'search' {
    foreach ($table in @(Box {
                $searcher = (New-Object -ComObject Microsoft.Update.Session).CreateUpdateSearcher()
                $searcher.Online = $false
                $found = $searcher.Search("IsInstalled=0 and IsHidden=0 and Type='Software'")
                $count = 0
                $definitions = 0
                for ($i = 0; $i -lt $found.Updates.Count; $i++) {
                    $isDefinition = $false
                    $categories = $found.Updates.Item($i).Categories
                    for ($j = 0; $j -lt $categories.Count; $j++) {
                        if ($categories.Item($j).CategoryID -eq 'e0789628-ce08-4437-be74-2495b842f43b') { $isDefinition = $true }
                    }
                    if ($isDefinition) { $definitions++ } else { $count++ }
                }
                @{ code = [int]$found.ResultCode; count = $count; definitions = $definitions }
            } $null 90)) { $table }
}
