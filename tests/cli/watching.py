"""Runs secaudit while the interpreter reports everything it is about to do with sockets, files and programs."""

import json
import os
import sys
from pathlib import Path

_KINDS = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.mkdir", "os.rename", "os.remove")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> None:
    """First argument: file for the events; the others go to secaudit."""
    events: list[list[str]] = []
    target, sys.argv = Path(sys.argv[1]), ["secaudit", *sys.argv[2:]]

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
            events.append([event, str(arguments[0])])
        elif event == "socket.connect":
            events.append([event, f"{arguments[0].type.name} {arguments[1]}"])
        elif event.startswith(_KINDS) and event != "socket.__new__":
            events.append([event, repr(arguments)])

    sys.addaudithook(note)
    from secaudit.cli.app import main as run

    try:
        run()
    finally:
        found = list(events)  # what follows is the test's own
        target.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
