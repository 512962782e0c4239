"""``python -m secaudit.lab.guard PROGRAM ...``: runs a program that must not outlive whoever asked for it.

The owner holds the other end of stdin. When that end closes, the program is ended: also when the owner was killed and could
end nothing itself. Works the same on every system; imports nothing of ours, because it starts before every server.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from types import FrameType

_PATIENCE_SECONDS = 5.0


def guard(command: Sequence[str]) -> int:
    """Run ``command`` until it ends or stdin does; its exit status, 127 when it cannot be started."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 - what the lab composed, no shell
    except OSError as error:
        sys.stderr.write(f"{error.strerror}\n")
        return 127

    def ended(_number: int, _frame: FrameType | None) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, ended)
    threading.Thread(target=_end_with_stdin, args=(child,), daemon=True).start()
    return child.wait()


def _end_with_stdin(child: "subprocess.Popen[bytes]") -> None:
    # Not through the buffered reader: its lock, held by a waiting thread, is fatal when the interpreter ends.
    while os.read(0, 1024):
        pass
    child.terminate()
    try:
        child.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    raise SystemExit(guard(sys.argv[1:]))
