"""What an agency can do itself about what could not be seen: no commands of ours, nothing it has no hand in."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, msg
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.outcome import Sight

_COLLECT = msg("Run the collector you were given on these machines and send the file back.")
_ON_SITE = msg("Tell the designated unit; somebody has to look at these machines on site.")

SIGHT_ADVICE: Mapping[Sight, Message] = MappingProxyType(
    {
        Sight.NO_WAY_IN: msg("Run the collector you were given on these machines, or add them to the antivirus console."),
        Sight.NOT_ASKED: msg("Nothing for you to do yet: they will be asked. Keep them switched on in working hours."),
        Sight.DNS: msg("Correct the name or address of these machines in your list."),
        Sight.REFUSED: _COLLECT,
        Sight.TIMEOUT: msg(
            "Switch these machines on in working hours; if they were on, run the collector and send the file back."
        ),
        Sight.NO_ROUTE: msg("Check network cable and line, and the address in your list; or run the collector."),
        Sight.BANNER: msg("Check the address in your list: something else answers there. Or run the collector."),
        Sight.HOST_KEY: msg("Tell the designated unit whether these machines were replaced or installed again."),
        Sight.AUTH: msg("Agree with the designated unit on the account for the audit, or run the collector."),
        Sight.CHANNEL: _COLLECT,
        Sight.SHELL: _COLLECT,
        Sight.SUDO: msg(
            "Agree with the designated unit on the rights of the audit account, or run the collector as administrator."
        ),
        Sight.TRUNCATED: msg("The line broke off: run the collector and send the file back."),
        Sight.PROTOCOL: _ON_SITE,
        Sight.IDENTITY: msg(
            "Look which machine stands at this address, and correct the address or the serial number in your list."
        ),
        Sight.INTERNAL: msg("Nothing for you to do: the designated unit asks again."),
        Sight.SEEN: msg("What is known of these machines is too old: switch them on or run the collector again."),
    }
)
"""By the class of the newest attempt."""

CONSOLE_FIRST = msg(
    "Send the export of the antivirus console that shows these machines; run the collector you were given on those it does not "
    "show."
)
"""Where a console is the first way to what nobody has seen."""
COLLECT = _COLLECT
"""Where the collector is."""

DOUBT_ADVICE: Mapping[DoubtKind, Message] = MappingProxyType(
    {
        DoubtKind.KEY_CHANGED: msg(
            "Tell the designated unit whether these machines were replaced or installed again. If nobody changed anything, say "
            "so at once: it may be an incident."
        ),
        DoubtKind.KEY_REVOKED: _ON_SITE,
        DoubtKind.KEY_NOT_HELD: _ON_SITE,
        DoubtKind.OTHER_MACHINE: msg(
            "Look which machine stands at this address, and correct the address or the serial number in your list."
        ),
        DoubtKind.DOUBLED: msg("Check your list: one machine answered for several entries. Strike what is there twice."),
    }
)
"""By the reason why evidence does not count."""

REASON_ADVICE: Mapping[MissingReason, Message] = MappingProxyType(
    {
        MissingReason.ABSENT: msg(
            "Nobody has said it or the machine does not have it: complete your list, or have it looked at on site."
        ),
        MissingReason.DENIED: msg("Run the collector as administrator, or agree on the rights of the audit account."),
        MissingReason.TIMEOUT: msg("The machine was too slow: run the collector again when nobody works on it."),
        MissingReason.UNSUPPORTED: msg(
            "The source does not say it (an old system, or a console that shows only a part): run the collector on the machine."
        ),
        MissingReason.TRUNCATED: msg("The source gave only a part: run the collector on the machine."),
        MissingReason.ERROR: msg("It could not be read: run the collector again; if it stays so, tell the designated unit."),
        MissingReason.NO_WAY_IN: _COLLECT,
        MissingReason.NOT_REACHED: _COLLECT,
        MissingReason.STALE: msg("What is known is too old: switch the machine on or run the collector again."),
        MissingReason.QUARANTINED: _ON_SITE,
        MissingReason.DOUBLED: _ON_SITE,
    }
)
"""By the reason why something on a machine that was seen is not known."""

UNDECLARED_ADVICE = msg("Write in your list which systems run on each machine; the designated unit adds levels and addresses.")
"""Where the inventory does not say what a check asks for; nobody asks a part-time officer for a level or an address."""

READ_ADVICE = msg(
    "These machines were read and cannot say it themselves: nothing to run again; the designated unit looks for another source."
)
"""Where the system of a machine that was read itself does not say it: the collector would come back with the same."""

CONSOLE_ADVICE = msg(
    "The machines cannot say it themselves: send the export of the antivirus console; without one, the designated unit looks on "
    "site."
)
"""The same about protection: there a console may know."""
