"""The monitoring centre's plan as a sheet for a ticket or a letter."""

from collections.abc import Sequence

from secaudit.messages import Message, literal, msg, msgc
from secaudit.pipeline.preview_sheet import PLATFORM_WORDS, duration_words, examples, offer_words
from secaudit.pipeline.soc import Reach, SocPlan, contact_of
from secaudit.report.record_words import NOT_OURS, how_it_looks, what_is_recorded
from secaudit.report.sheet import Block, Grid, Heading, Items, Paragraph, Sheet, Verbatim
from secaudit.report.texts import Wording


def soc_sheet(plan: SocPlan) -> Sheet:
    """Window, sources, targets, what it looks like, and what is none of ours."""
    blocks = [*_window(plan), *_sources(plan), *_targets(plan), *_login(plan), *_alerts(plan)]
    return Sheet(msg("Announced scan: for the monitoring centre"), tuple(blocks))


def _window(plan: SocPlan) -> list[Block]:
    found, limits = plan.preview, plan.preview.limits
    items: list[Wording] = [
        msg("From {start} to {end} (Vietnamese time, UTC+7).", start=plan.window.start, end=plan.window.end),
        msg("Contact: {contact}", contact=plan.contact or msg("not stated; name it with --contact")),
        msg("{count} machines, {known} of them are logged in to.", count=len(found.machines), known=len(found.logged_in)),
        msg(
            "At most {flight} connections at once, {rate} new ones a second, {deadline} for one machine.",
            flight=limits.in_flight,
            rate=f"{limits.per_second:g}",
            deadline=duration_words(limits.endpoint_seconds),
        ),
        msg("When every machine answers as before, it takes about {time}.", time=duration_words(found.seconds)),
    ]
    if plan.window.start.timestamp() + found.seconds > plan.window.end.timestamp():
        items.append(msg("The window is shorter than that: what is left waits for the next one."))
    return [Heading(msg("When and how fast")), Items(tuple(items))]


def _sources(plan: SocPlan) -> list[Block]:
    if plan.given:
        how: Message = msg("These addresses were named by whoever announces the scan.")
    else:
        how = msg(
            "Found from this computer's routes as they are now, without sending a packet; no name was looked up. A router that "
            "rewrites addresses on the way shows another one: ask the network officer, or name it with --source."
        )
    blocks: list[Block] = [Heading(msg("From where")), Items(tuple(literal(source) for source in plan.sources)), Paragraph(how)]
    if plan.unknown_source:
        blocks.append(
            Paragraph(msg("For {count} machines no address could be told: a name, or no route.", count=plan.unknown_source))
        )
    jumps = sorted({reach.jump for reach in plan.reaches if reach.jump is not None})
    if jumps:
        blocks += [Paragraph(msg("Machines behind a jump host see its address instead:")), Items(tuple(map(literal, jumps)))]
    return blocks


def _targets(plan: SocPlan) -> list[Block]:
    head = (msg("Agency"), msg("Machines"), msgc("scan", "Target"), msg("Ports"), msg("Seen from"), msg("Agency's contact"))
    rows: dict[tuple[str, str | None, str | None], list[Reach]] = {}
    for reach in plan.reaches:
        # An agency without networks would fill pages with its addresses: one row for all that are seen from one place.
        alone = None if reach.single and reach.endpoint is None else reach.endpoint or reach.target
        rows.setdefault((reach.agency.id, alone, reach.seen_from), []).append(reach)
    return [Heading(msg("Where to")), Grid(head, tuple(_target_row(reaches) for reaches in rows.values()))]


def _target_row(reaches: Sequence[Reach]) -> tuple[Wording | int, ...]:
    first = reaches[0]
    name = f"{first.agency.name} ({first.agency.id})"
    return (
        literal(name if first.endpoint is None else f"{first.endpoint} – {name}"),
        sum(len(reach.machines) for reach in reaches),
        examples([reach.target for reach in reaches], 3),
        literal(", ".join(str(port) for port in sorted({port for reach in reaches for port in reach.ports}))),
        literal(first.seen_from or "–"),
        literal(contact_of(first.agency) or "–"),
    )


def _login(plan: SocPlan) -> list[Block]:
    users = sorted({machine.user for machine in plan.preview.machines})
    offers: tuple[Wording, ...] = tuple(offer_words(offer) for offer in plan.preview.offers)
    return [
        Heading(msg("As whom, and with what")),
        Items(tuple(msg("account {user}", user=user) for user in users)),
        Items(offers or (msg("nothing: no key, agent or password was named, so no machine will let us in"),)),
    ]


def _alerts(plan: SocPlan) -> list[Block]:
    unknown = len(plan.preview.machines) - len(plan.preview.logged_in)
    general: list[Wording] = [
        msg("Alerts that fit: many SSH connections from one source in a short time, one login on each of many machines."),
        msg("At {count} machines whose host key is not enrolled the connection ends before a login (preauth).", count=unknown),
        msg("A refused login is not tried again in the same run."),
    ]
    blocks: list[Block] = [Heading(msg("What it looks like")), Items(tuple(general))]
    for script in plan.preview.scripts:
        blocks += [
            Heading(PLATFORM_WORDS[script.platform], 2),
            Items((*how_it_looks(script.platform), *what_is_recorded(script.platform, sudo=plan.preview.sudo))),
            Paragraph(msg("The command, its SHA-256, and that of the script with a number of zeros:")),
            Verbatim(script.command),
            Verbatim(script.command_digest),
            Verbatim(script.digest),
            Paragraph(
                msg("The script carries a number drawn anew for each machine: allow by the command's digest, source and window.")
            ),
        ]
    return [*blocks, Heading(msg("What is not ours, also during the window")), Items(NOT_OURS)]
