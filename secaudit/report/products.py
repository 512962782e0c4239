"""Words for products: what they are, and how sure their records are."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, msg, msgc

KINDS: Mapping[str, Message] = MappingProxyType(
    {
        "av": msgc("product kind", "anti-malware"),
        "edr": msgc("product kind", "EDR"),
        "management": msgc("product kind", "management agent, no protection"),
        "hids": msgc("product kind", "watches and reports, no protection"),
        "other": msgc("product kind", "no protection"),
    }
)
STATUSES: Mapping[str, Message] = MappingProxyType(
    {
        "confirmed": msgc("product status", "confirmed"),
        "partial": msgc("product status", "partly confirmed"),
        "unconfirmed": msgc("product status", "not confirmed"),
    }
)
MEANINGS: Mapping[str, Message] = MappingProxyType(
    {
        "confirmed": msg("the record as a whole has a public source"),
        "partial": msg("some of the names have a public source"),
        "unconfirmed": msg(
            "the names are guesses: what they find is shown and proves nothing until they are confirmed on a machine"
        ),
    }
)
