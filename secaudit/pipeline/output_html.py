"""The report as a folder of pages: an overview, a page for each agency, and lists of everything."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from secaudit.pipeline.outputs import Job
from secaudit.pipeline.report_folder import Stage, staged
from secaudit.pipeline.site import machines_of, site_of
from secaudit.pipeline.site_agencies import agencies_being_written, draw_apart
from secaudit.pipeline.uncollected import uncollected
from secaudit.report.site import Site
from secaudit.report.site_html import SiteRenderer


@uncollected()
def write(job: Job, folder: Path) -> None:
    """All pages, made one by one so that they never are in memory together; the old folder stays until the new one is whole."""
    listed = machines_of(job.measured)
    with staged(folder) as stage:
        # Before the processes part: whatever this one looks at afterwards, it has to have for itself.
        site = site_of(job)
        _write_folder(job, stage, site, listed)


def _write_folder(job: Job, stage: Stage, site: Site, listed: Mapping[str, str]) -> None:
    order = [row.id for row in site.overview.agencies]
    of_agency: dict[str, list[str]] = {agency: [] for agency in order}
    for machine, agency in listed.items():
        of_agency[agency].append(machine)
    homes = [(agency, f"{agency}.html", ids) for agency, ids in of_agency.items()]
    renderer = SiteRenderer(site, job.translator, job.templates)
    # Alone, before the others begin: together they would need more memory than there may be.
    draw_apart(renderer.charts, stage.folder, len(listed))
    with agencies_being_written(job, stage.folder, listed) as work:
        # The search of the overview leads to the parts of the list of systems.
        _write_all(stage, renderer.systems())
        work.advance()
        _write_all(stage, [("index.html", renderer.index(homes))])
        work.advance()
        for page in _pages(renderer):
            _write_all(stage, [page])
            work.advance()
        written = {one.agency: one for one in work.written()}
        for one in written.values():
            for name, size in one.files:
                stage.note(name, size)
        _write_all(stage, renderer.machines([line for agency in order for line in written[agency].lines]))


def _pages(renderer: SiteRenderer) -> Iterator[tuple[str, str]]:
    yield from renderer.checks()
    yield "unknowns.html", renderer.unknowns()
    yield "history.html", renderer.history()


def _write_all(stage: Stage, pages: Iterable[tuple[str, str]]) -> None:
    for name, text in pages:
        stage.write(name, text.encode("utf-8"))
