"""A preview as a sheet that can be read on a console, printed and handed to an agency."""

from collections import Counter
from collections.abc import Sequence

from secaudit.messages import Message, literal, msg, msgc
from secaudit.pipeline.previewing import AgencyPlan, NotAsked, Offer, OfferKind, Planned, Preview, Spared
from secaudit.probe import Platform
from secaudit.report.probe_words import what_is_read
from secaudit.report.record_words import NEVER, what_is_recorded
from secaudit.report.sheet import Block, Grid, Heading, Items, Paragraph, Sheet, Verbatim
from secaudit.report.texts import Wording

DETAILED_UP_TO = 40
"""So many machines are shown one by one without being asked for: an agency's preview; more would hide the summary."""
_EXAMPLES = 8

PLATFORM_WORDS: dict[Platform, Message] = {
    "posix": msgc("platform", "Linux"),
    "windows": msgc("platform", "Windows"),
}
SPARED_WORDS: dict[Spared, Message] = {
    Spared.FRESH: msgc("not asked", "evidence is fresh"),
    Spared.NO_WAY_IN: msgc("not asked", "no way in is declared"),
    Spared.ISOLATED: msgc("not asked", "isolated machine, never connected to"),
    Spared.RETIRED: msgc("not asked", "no longer in use"),
    Spared.CLOSED: msgc("not asked", "the agency no longer exists"),
}


def preview_sheet(found: Preview, *, detail: bool | None = None) -> Sheet:
    """The sheet; each machine is shown when ``detail`` says so, or when it says nothing and they are few."""
    each = detail or (detail is None and len(found.machines) <= DETAILED_UP_TO)
    each_spared = detail or (detail is None and len(found.not_asked) <= DETAILED_UP_TO)
    blocks = [
        *_summary(found),
        *_agencies(found, each=each),
        *_login(found),
        *_sent(found),
        *_read(found),
        *_records(found),
        *_spared(found, each=each_spared),
    ]
    return Sheet(msg("What a scan would do"), tuple(blocks))


def size_words(count: int) -> Message:
    """Bytes for people: kilobytes from a thousand on."""
    if count < 1000:
        return msg("{count} bytes", count=count)
    if count < 2_000_000:
        return msg("{count} kB", count=round(count / 1000))
    return msg("{count} MB", count=round(count / 1_000_000))


def duration_words(seconds: float) -> Message:
    """A time for people: rounded up, because nobody plans with tenths."""
    whole = max(int(-(-seconds // 1)), 1)
    if whole < 120:
        return msg("{count} seconds", count=whole)
    return msg("{count} minutes", count=-(-whole // 60))


def offer_words(offer: Offer) -> Message:
    """One credential, without anything secret."""
    match offer.kind:
        case OfferKind.PASSWORD:
            return msg("a password, asked for at the prompt when the scan begins and kept nowhere")
        case OfferKind.AGENT if not offer.usable:
            return msg("keys of your SSH agent: none runs here")
        case OfferKind.AGENT:
            return msg("keys of your SSH agent (ssh-add -l lists them), at most five for each machine")
    if not offer.usable:
        return msg("key file {file}: not there or not a private key, a scan will refuse it", file=offer.source)
    if offer.fingerprint is None:
        return msg("key file {file}: its fingerprint is known once the passphrase is given", file=offer.source)
    shown = {"file": offer.source, "type": offer.key_type, "fingerprint": offer.fingerprint}
    if offer.encrypted:
        return msg("key file {file} ({type}, needs a passphrase): {fingerprint}", **shown)
    return msg("key file {file} ({type}): {fingerprint}", **shown)


def offered_to(offer: Offer, machines: int) -> Message:
    """The credential, and for how many machines it is where it is not for all of them."""
    if offer.machines == machines:
        return offer_words(offer)
    return msg("{credential} – for {count} machines and jump hosts", credential=offer_words(offer), count=offer.machines)


def _summary(found: Preview) -> list[Block]:
    machines, known = found.machines, found.logged_in
    out, back = sum(m.bytes_out for m in known), sum(m.bytes_back for m in known)
    lab = sum(machine.lab for machine in machines)
    items: list[Wording] = [
        msg("Made at {moment}. Nothing was sent: no connection, no question, no lock, no file.", moment=found.made_at),
        msg("{count} machines of {agencies} agencies would be asked.", count=len(machines), agencies=_agency_count(found)),
        msg(
            "{known} of them have an enrolled host key and would be logged in to; at the other {unknown} the connection ends "
            "before anything is offered.",
            known=len(known),
            unknown=len(machines) - len(known),
        ),
        msg(
            "To them go {out} and about {back} come back, before what SSH itself adds.",
            out=size_words(out),
            back=size_words(back),
        ),
        msg(
            "About {time} in all: at most {flight} connections at once, {rate} new ones a second.",
            time=duration_words(found.seconds),
            flight=found.limits.in_flight,
            rate=f"{found.limits.per_second:g}",
        ),
        msg(
            "Into one network at most {network} at once ({province} where provincial offices are), through one jump host {jump}.",
            network=found.limits.per_network,
            province=found.limits.per_province_network,
            jump=found.limits.per_jump,
        ),
        msg(
            "One machine is busy for about {typical} and cut off after {deadline}; an answer may have {bytes}.",
            typical=duration_words(max((machine.seconds for machine in machines), default=0)),
            deadline=duration_words(found.limits.endpoint_seconds),
            bytes=size_words(found.limits.answer_bytes),
        ),
        msg("{count} machines would not be asked.", count=len(found.not_asked)),
    ]
    if lab:
        items.append(msg("lab data: {count} of the machines asked stand for no real machine", count=lab))
    return [Heading(msg("In short")), Items(tuple(items))]


def _agency_count(found: Preview) -> int:
    return sum(1 for plan in found.agencies if plan.machines)


def _agencies(found: Preview, *, each: bool) -> list[Block]:
    asked = [plan for plan in found.agencies if plan.machines]
    if not asked:
        return []
    head = (
        msg("Agency"),
        msgc("scan", "Asked"),
        msg("Key enrolled"),
        msg("By jump host"),
        msg("Windows"),
        msg("Linux"),
        msg("kB out"),
        msg("kB back"),
    )
    blocks: list[Block] = [Heading(msg("Machines by agency")), Grid(head, tuple(_agency_row(plan) for plan in asked))]
    if not each:
        return [*blocks, Paragraph(msg("Each machine with address and account: add --detail, or name an agency with --agency."))]
    for plan in asked:
        blocks += [
            Heading(literal(f"{plan.agency.name} ({plan.agency.id})"), 2),
            Items(tuple(_machine_words(machine) for machine in plan.machines)),
        ]
    return blocks


def _agency_row(plan: AgencyPlan) -> tuple[Wording | int, ...]:
    known = [machine for machine in plan.machines if machine.enrolled]
    platforms = Counter(machine.platform for machine in plan.machines)
    return (
        literal(f"{plan.agency.name} ({plan.agency.id})"),
        len(plan.machines),
        len(known),
        sum(machine.via is not None for machine in plan.machines),
        platforms["windows"],
        platforms["posix"],
        round(sum(machine.bytes_out for machine in known) / 1000),
        round(sum(machine.bytes_back for machine in known) / 1000),
    )


def _machine_words(machine: Planned) -> Message:
    way = msg("directly") if machine.via is None else msg("through the jump host {via}", via=machine.via)
    platform: Message = PLATFORM_WORDS[machine.platform]
    if not machine.platform_sure:
        platform = msg("{platform} assumed, its SSH banner decides", platform=platform)
    key: Message = msg("host key not enrolled: it will not be logged in to")
    if machine.enrolled:
        key = msg("host key enrolled {fingerprints}", fingerprints=", ".join(machine.enrolled))
    basis = msg("as last time") if machine.measured else msg("typical")
    return msg(
        "{id}: {address}, port {port}, {way}; {platform}; account {user}; {key}; {out} out, about {back} back ({basis})",
        id=machine.endpoint,
        address=machine.address,
        port=str(machine.port),
        way=way,
        platform=platform,
        user=machine.user,
        key=key,
        out=size_words(machine.bytes_out),
        back=size_words(machine.bytes_back),
        basis=basis,
    )


def _login(found: Preview) -> list[Block]:
    users = Counter(machine.user for machine in found.machines)
    accounts = tuple(msg("account {user}: {count} machines", user=user, count=count) for user, count in users.most_common())
    offers: tuple[Wording, ...] = tuple(offered_to(offer, len(found.machines)) for offer in found.offers)
    if not offers:
        offers = (msg("nothing: no key, agent or password was named, so no machine will let us in"),)
    sudo = (
        msg("With sudo -n: what only root may read is asked by single fixed commands (docs/access-recipe.md), never by a shell.")
        if found.sudo
        else msg("Without sudo: what only root may read stays unknown.")
    )
    return [
        Heading(msg("As whom, and with what")),
        Items(accounts) if accounts else Paragraph(msg("Nobody is logged in.")),
        Paragraph(msg("Offered in this order, only to a machine whose host key is enrolled and proved:")),
        Items(offers),
        Paragraph(sudo),
    ]


def _sent(found: Preview) -> list[Block]:
    blocks: list[Block] = [
        Heading(msg("What is sent")),
        Paragraph(
            msg(
                "One connection per machine carries one command and one script on its standard input. Digests are of the script "
                "with its number, drawn anew for each machine, set to zeros; secaudit probe show prints every byte."
            )
        ),
    ]
    for script in found.scripts:
        sent = {"platform": PLATFORM_WORDS[script.platform], "size": script.size, "command": len(script.command)}
        blocks += [
            Heading(PLATFORM_WORDS[script.platform], 2),
            Paragraph(msg("Command of {command} characters, script of {size} bytes. The command:", **sent)),
            Verbatim(script.command),
            Paragraph(msg("SHA-256 of the command, then of the script:")),
            Verbatim(script.command_digest),
            Verbatim(script.digest),
        ]
    return blocks


def _read(found: Preview) -> list[Block]:
    blocks: list[Block] = [Heading(msg("What is read"))]
    for script in found.scripts:
        blocks.append(Heading(PLATFORM_WORDS[script.platform], 2))
        for heading, sections in what_is_read(script.platform):
            lines = tuple(msg("{section}: {what}", section=name, what=text) for name, text in sections.items())
            blocks += [Paragraph(msg("{heading}:", heading=heading)), Items(lines)]
    return blocks


def _records(found: Preview) -> list[Block]:
    blocks: list[Block] = [
        Heading(msg("What is never done")),
        Items(NEVER),
        Heading(msg("Records that the machine's own system makes")),
    ]
    for script in found.scripts:
        blocks += [Heading(PLATFORM_WORDS[script.platform], 2), Items(what_is_recorded(script.platform, sudo=found.sudo))]
    return [*blocks, Paragraph(msg("Afterwards the run lists each machine with what came of it: secaudit runs show."))]


def _spared(found: Preview, *, each: bool) -> list[Block]:
    if not found.not_asked:
        return []
    rows = []
    for why in Spared:
        names = [machine.endpoint for machine in found.not_asked if machine.why is why]
        if names:
            rows.append((SPARED_WORDS[why], len(names), examples(names, _EXAMPLES)))
    blocks: list[Block] = [
        Heading(msg("Not asked")),
        Grid((msg("Reason"), msg("Machines"), msg("Examples")), tuple(rows)),
    ]
    if each:
        blocks.append(Items(tuple(_spared_words(machine) for machine in found.not_asked)))
    return blocks


def _spared_words(machine: NotAsked) -> Message:
    if machine.detail:
        return msg("{id}: {why} ({detail})", id=machine.endpoint, why=SPARED_WORDS[machine.why], detail=machine.detail)
    return msg("{id}: {why}", id=machine.endpoint, why=SPARED_WORDS[machine.why])


def examples(names: Sequence[str], most: int) -> Wording:
    """The first names, and how many more there are."""
    if len(names) <= most:
        return literal(", ".join(names))
    return msg("{names} and {count} more", names=", ".join(names[:most]), count=len(names) - most)
