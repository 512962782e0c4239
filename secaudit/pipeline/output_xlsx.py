"""The report as a workbook: every table with filters, typed cells and heads that stay in sight."""

from dataclasses import replace
from typing import BinaryIO

from secaudit.messages import msg
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.figure_tables import (
    DRAFT,
    add_actions,
    add_agencies,
    add_course,
    add_method,
    add_systems,
    add_targets,
)
from secaudit.pipeline.publish.finding_rows import machine_findings
from secaudit.pipeline.publish.machine_tables import WANTED, MachineTables
from secaudit.report.sanitise import sanitised
from secaudit.report.table_book import TableBook
from secaudit.report.voice import Voice


def stream(job: Job, file: BinaryIO) -> None:
    """The workbook; machines are walked once and never held together in memory."""
    # What no sheet shows need not be walked: requirements of 2,500 systems are most of the texts.
    document = sanitised(replace(job.overview, standard=None, comparisons=(), newcomers=()))
    footer = msg("{draft} · {plan} · state of {day}", draft=DRAFT, plan=document.header.plan, day=document.header.as_of)
    book = TableBook(Voice(job.translator), footer=footer)
    add_targets(book, document)
    add_agencies(book, document)
    add_systems(book, document)
    tables = MachineTables(book, document.checks)
    tables.fill(machine_findings(job.measured, job.store, job.agencies, verdicts=WANTED))
    add_actions(book, document)
    add_course(book, job.measured, job.past, job.store)
    add_method(book, document)
    book.close(file)
