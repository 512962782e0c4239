"""The progress display of a scan: what matters is read on every console."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from secaudit.cli.progress import ScanDisplay, bars
from secaudit.model.inventory import Endpoint
from secaudit.resources import translator


@pytest.mark.parametrize("columns", [70, 80, 100, 120, 160])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_how_many_of_how_many_is_whole_whatever_the_width(language, columns):
    written = io.StringIO()
    console = Console(file=written, width=columns, force_terminal=True, color_system=None, legacy_windows=False)
    session = SimpleNamespace(err=console, text=translator(language).text)
    with bars(session) as progress:
        display = ScanDisplay(session, progress)
        display.begun(20_000)
        for number in range(1_187):
            display.deferred(Endpoint(id=f"m{number}", kind="server"))
        display._counts.update(seen=14_210, refused=204, unseen=1_230)
        progress.update(display._task, completed=15_644)
        display._show(0)
        progress.refresh()
    last = written.getvalue().split("\r")[-1]
    assert "15644/20000" in last
    assert "14210" in last, "the seen come first among the words"
