"""Machines for searches: listeners on loopback addresses of the test's own."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Listener:
    """Accepts connections at one address, says something and closes; remembers what it was sent."""

    def __init__(self, address: str, port: int, says: bytes = b"", *, endless: bool = False, replies: bytes = b"") -> None:
        self.heard = bytearray()
        self.connections = 0
        self._says, self._endless, self._replies = says, endless, replies
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address, port))
        self._socket.listen(128)
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            connection.sendall(self._says)
            while self._endless:
                connection.sendall(self._says)
            while data := connection.recv(4096):
                self.heard += data
                connection.sendall(self._replies)
                if self._replies:
                    return  # answered and closed, as web servers of old do

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextlib.contextmanager
def listening(*machines: tuple[str, int, bytes]) -> Iterator[list[Listener]]:
    """Listeners at (address, port) that greet with the bytes given."""
    found: list[Listener] = []
    try:
        for address, port, says in machines:
            found.append(Listener(address, port, says))
        yield found
    finally:
        for one in found:
            one.close()
