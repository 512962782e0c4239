"""Which of an agency's machines a row without an id is about, so that one machine is not declared twice. Pure."""

from collections.abc import Collection, Mapping, Sequence

from secaudit.inventory.merge_fields import normal
from secaudit.model.identifiers import real_serial, real_uuid
from secaudit.model.identity import Identity, Likeness, compare

_Machine = Mapping[str, object]


class Machines:
    """The machines of one agency's file by what a row can be recognised by."""

    def __init__(self, items: Sequence[object]) -> None:
        """``items`` as they stand under ``endpoints``."""
        self._items: dict[int, _Machine] = {}
        self._by_number: dict[str, list[int]] = {}
        self._by_name: dict[str, list[int]] = {}
        self._by_content: dict[object, list[int]] = {}
        for index, item in enumerate(items):
            if isinstance(item, Mapping):
                self.add(index, item)

    def add(self, index: int, machine: _Machine) -> None:
        """One more, or what is known of it by now."""
        self._items[index] = machine
        identity = identity_of(machine)
        for number in {f"uuid {identity.uuid_key}", f"serial {identity.serial_key}"} - {"uuid ", "serial "}:
            self._by_number.setdefault(number, []).append(index)
        for name in {host_name(machine.get("hostname")), host_name(machine.get("id"))} - {""}:
            self._by_name.setdefault(name, []).append(index)
        self._by_content.setdefault(content_of(machine), []).append(index)

    def same(self, machine: _Machine) -> tuple[int, ...]:
        """Those that are this machine by UUID or serial number; else those with its host name that nothing tells apart."""
        identity = identity_of(machine)
        numbers = (f"uuid {identity.uuid_key}", f"serial {identity.serial_key}")
        near = {index for number in numbers for index in self._by_number.get(number, ())}
        found = [index for index in sorted(near) if compare(identity_of(self._items[index]), identity) is Likeness.SAME]
        if found:
            return tuple(found)
        named = sorted(set(self._by_name.get(host_name(machine.get("hostname")), ())))
        return tuple(index for index in named if compare(identity_of(self._items[index]), identity) is not Likeness.OTHER)

    def alike(self, machine: _Machine, given: Collection[str]) -> tuple[int, ...]:
        """Those that say exactly the same and did not stand in the workbook when it went out: this very row made them."""
        found = self._by_content.get(content_of(machine), ())
        return tuple(index for index in found if self._items[index].get("id") not in given)


def identity_of(machine: _Machine) -> Identity:
    """What a row says of which machine it is; fillers say nothing."""
    uuid, serial = machine.get("uuid"), machine.get("serial")
    return Identity(
        real_uuid(uuid) or "" if isinstance(uuid, str) else "", real_serial(serial) or "" if isinstance(serial, str) else ""
    )


def host_name(text: object) -> str:
    """One spelling of a host name: small letters, without domain."""
    return text.strip().casefold().rsplit("\\", 1)[-1].split(".", 1)[0] if isinstance(text, str) else ""


def content_of(machine: _Machine) -> object:
    """Everything but the id, in one form; what is said expressly and means the same as nothing does not count."""
    usual = {"status": "in_use", "ownership": "agency"}
    return normal({key: value for key, value in machine.items() if key != "id" and usual.get(key) != value})
