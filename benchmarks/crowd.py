"""The machines of a run over a whole province on loopback: what stands at each address, how it must end, the lab behind it."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from secaudit.lab.answers import answer_names, platform_of
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.process import captured_answer
from secaudit.lab.server import LabServer
from secaudit.model.outcome import Sight
from secaudit.transport.base import HostKey

EXPECTED: dict[Misbehaviour, Sight] = {
    Misbehaviour.SILENT: Sight.TIMEOUT,
    Misbehaviour.DRIP: Sight.TIMEOUT,
    Misbehaviour.DRIP_OUTPUT: Sight.TIMEOUT,
    Misbehaviour.HANG_AUTH: Sight.TIMEOUT,
    Misbehaviour.HANG_EXEC: Sight.TIMEOUT,
    Misbehaviour.ENDLESS_BANNER: Sight.BANNER,
    Misbehaviour.GARBAGE: Sight.BANNER,
    Misbehaviour.CLOSE_AT_ACCEPT: Sight.BANNER,
    Misbehaviour.OTHER_KEY: Sight.HOST_KEY,
    Misbehaviour.CLOSE_AFTER_KEX: Sight.AUTH,
    Misbehaviour.REFUSE_AUTH: Sight.AUTH,
    Misbehaviour.REFUSE_SESSION: Sight.CHANNEL,
    Misbehaviour.SHELL_EXITS: Sight.SHELL,
    Misbehaviour.ENDLESS_OUTPUT: Sight.TRUNCATED,
    Misbehaviour.NO_END_MARKER: Sight.TRUNCATED,
    Misbehaviour.CLOSE_IN_ANSWER: Sight.TRUNCATED,
    Misbehaviour.STDERR_FLOOD: Sight.SEEN,
}


@dataclass(frozen=True)
class Range:
    """The machines of a run: the same number gives the same machines."""

    count: int
    agencies: int
    bad: float
    """Percent that misbehave, and percent that listen nowhere."""

    def kind(self, number: int) -> str:
        """What stands at that place: a misbehaviour, ``refuses``, or the name of an answer."""
        step = max(round(100 / self.bad), 2) if self.bad else 0
        if step and number % step == 0:
            kinds = list(EXPECTED)
            return kinds[number // step % len(kinds)].value
        if step and number % step == step // 2:
            return "refuses"
        names = answer_names()
        return names[number % len(names)]

    def address(self, number: int) -> str:
        """Every agency has a network of its own."""
        return f"{self.network(number % self.agencies)}.{10 + number // self.agencies}"

    def network(self, agency: int) -> str:
        return f"127.{20 + agency // 250}.{agency % 250}"

    def name(self, number: int) -> str:
        return f"dv{number % self.agencies:04}-m{number // self.agencies:03}"

    def expected(self, number: int) -> Sight:
        kind = self.kind(number)
        if kind == "refuses":
            return Sight.REFUSED
        return EXPECTED[Misbehaviour(kind)] if kind in set(Misbehaviour) else Sight.SEEN

    def machines(self) -> dict[str, Machine]:
        """The lab's map."""
        names = answer_names()
        found = {}
        for number in range(self.count):
            kind = self.kind(number)
            if kind in set(Misbehaviour):
                found[self.address(number)] = Machine(answer=names[number % len(names)], misbehave=Misbehaviour(kind))
            elif kind != "refuses":
                found[self.address(number)] = Machine(answer=kind)
        return found

    def write(self, folder: Path, port: int, closed: int) -> None:
        """The inventory: one file per agency."""
        (folder / "agencies").mkdir(parents=True)
        (folder / "province.yaml").write_text(
            f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {port}}}}}\n", encoding="utf-8"
        )
        names = answer_names()
        for agency in range(min(self.agencies, self.count)):
            lines = [
                f"agency: {{id: dv{agency:04}, name: Đơn vị số {agency}, tier: commune, networks: [{self.network(agency)}.0/24],",
                "  submission: {accepted_on: 2026-11-01}}",
                "endpoints:",
            ]
            for number in range(agency, self.count, self.agencies):
                kind = self.kind(number)
                windows = platform_of(kind if kind in names else names[number % len(names)]) == "windows"
                way = f", access: {{port: {closed}}}" if kind == "refuses" else ""
                lines.append(
                    f"  - {{id: {self.name(number)}, os: {'windows' if windows else 'linux'}, "
                    f"kind: {'workstation' if windows else 'server'}, serial: SN{number:06}, "
                    f"place: Phòng số {number % 7}, address: {self.address(number)}{way}}}"
                )
            (folder / "agencies" / f"dv{agency:04}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def serve(folder: Path, machines: Range, client: HostKey) -> None:
    """The child: the lab; says its port, ends with stdin."""
    with LabServer(
        machines.machines(),
        folder=folder / "lab",
        client_keys=[client],
        answerer=captured_answer,
        platform_of=platform_of,
        wildcard=True,
    ) as lab:
        print(json.dumps({"port": lab.port}), flush=True)
        sys.stdin.read()
    os._exit(0)
