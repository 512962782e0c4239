"""A wire whose sender never waits for the network."""

import threading
import time
from collections import deque
from typing import cast

from secaudit.transport.wire import Socket, Wire

OUTBOX_BYTES = 64 * 1024 * 1024
"""What may wait to be sent to one jump host; more means that it has stopped reading."""
_SENDER_SECONDS = 30.0


class Outbox(Wire):
    """A wire whose sender never waits: a thread of its own writes, and a peer that stops reading loses the connection."""

    def __init__(self, sock: Socket, limit: int) -> None:
        """Take over ``sock``."""
        super().__init__(sock, limit)
        self._pending: deque[bytes] = deque()
        self._size = 0
        self._changed = threading.Condition()
        self.gone = False
        """Nothing can be sent any more."""
        threading.Thread(target=self._write, name="secaudit-outbox", daemon=True).start()

    def send(self, data: bytes) -> int:
        """All of it, at once; it leaves when the network takes it."""
        with self._changed:
            if not self.gone and self._size + len(data) > OUTBOX_BYTES:
                self.shut("stalled")
            if self.gone:
                raise BrokenPipeError
            self._pending.append(bytes(data))
            self._size += len(data)
            self._changed.notify_all()
        return len(data)

    def recv(self, size: int) -> bytes:
        """As a wire; remembers the end before anybody can ask for the reason."""
        try:
            data = super().recv(size)
        except TimeoutError:
            raise
        except OSError:
            self.shut()
            raise
        if not data:
            self.shut()
        return data

    def grow(self, size: int) -> None:
        """So many bytes more (or less) may come."""
        with self._changed:
            self.limit += size

    def shut(self, reason: str | None = None) -> None:
        """As a wire; ends the writer too."""
        with self._changed:
            self.gone = True
            self._changed.notify_all()
        super().shut(reason)

    @property
    def _sending(self) -> bool:
        return not self.gone

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self.gone)
                if self.gone:
                    return
                data = memoryview(b"".join(self._pending))
                self._pending.clear()
                self._size = 0
            moved = time.monotonic()
            while data:
                try:
                    sent = super().send(cast("bytes", data))
                except TimeoutError:
                    sent = 0
                except OSError:
                    self.shut()
                    return
                if sent:
                    moved = time.monotonic()
                elif not self._sending or time.monotonic() - moved > _SENDER_SECONDS:
                    self.shut("stalled")
                    return
                data = data[sent:]
