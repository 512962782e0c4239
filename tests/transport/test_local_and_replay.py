"""The same protocol without a network: a child process, and answers from files."""

import os
import sys
import threading
import time
from dataclasses import dataclass

import pytest

from secaudit.model.outcome import Sight
from secaudit.transport import Abandoned, Cut, Target, TransportFailure
from secaudit.transport.base import diagnostics
from secaudit.transport.local import LocalTransport, local_version
from secaudit.transport.replay import ReplayTransport

TARGET = Target("localhost", 22, "nobody")
PYTHON = f'"{sys.executable}"' if os.name == "nt" else f"'{sys.executable}'"


@dataclass(frozen=True)
class Run:
    code: str
    stdin: bytes = b""

    @property
    def command(self):
        return f'{PYTHON} -c "{self.code}"'


def ask(request, *, seconds=20.0, max_bytes=1 << 20, transport=None):
    transport = transport or LocalTransport()
    return transport.execute(TARGET, lambda _: request, deadline=time.monotonic() + seconds, max_bytes=max_bytes)


def test_a_child_answers():
    reply = ask(
        Run("import sys; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d * 2); sys.stderr.write('hm')", b"ab" * 200_000)
    )
    assert reply.stdout == b"ab" * 400_000
    assert (reply.stderr, reply.exit_status, reply.cut) == ("hm", 0, None)
    assert reply.server_version == local_version()


def test_a_child_that_reads_nothing_and_fails():
    reply = ask(Run("import sys; sys.exit(3)", b"x" * 1_000_000))
    assert (reply.stdout, reply.exit_status) == (b"", 3)


def test_a_child_that_never_ends_is_ended_at_the_deadline():
    began = time.monotonic()
    reply = ask(Run("import time; print('early', flush=True); time.sleep(60)"), seconds=1.5)
    assert reply.cut is Cut.DEADLINE
    assert reply.stdout.strip() == b"early"
    assert time.monotonic() - began < 15


def test_a_child_that_floods_is_ended_at_the_budget():
    reply = ask(Run("while True: print('x' * 10000)"), max_bytes=50_000)
    assert reply.cut is Cut.BYTES
    assert len(reply.stdout) <= 50_000


def test_abandoning_ends_the_child():
    transport = LocalTransport()
    threading.Timer(0.5, transport.abandon).start()
    with pytest.raises(Abandoned):
        ask(Run("import time; time.sleep(60)"), seconds=50, transport=transport)
    with pytest.raises(Abandoned):
        ask(Run("print(1)"), transport=transport)


def test_replay(tmp_path):
    (tmp_path / "127.20.1.1.out").write_bytes(b"nonce @N@")
    transport = ReplayTransport(tmp_path, adapt=lambda stdout, request: stdout.replace(b"@N@", request.stdin))
    target = Target("127.20.1.1", 22, "u")
    reply = transport.execute(target, lambda _: Run("", b"7"), deadline=time.monotonic() + 5, max_bytes=100)
    assert reply.stdout == b"nonce 7"
    assert transport.execute(target, lambda _: Run("", b"7"), deadline=0, max_bytes=3).cut is Cut.BYTES


@pytest.mark.parametrize("host", ["127.20.1.2", "../secret", "..", "a/b", ""])
def test_replay_without_a_file(tmp_path, host):
    (tmp_path.parent / "secret.out").write_bytes(b"outside")
    with pytest.raises(TransportFailure) as caught:
        ReplayTransport(tmp_path).execute(Target(host, 22, "u"), lambda _: Run(""), deadline=0, max_bytes=100)
    assert caught.value.sight is Sight.NO_WAY_IN


def test_diagnostics_are_harmless_and_without_serialised_progress():
    clixml = b'before\r\n#< CLIXML\r\n<Objs Version="1.1"><Obj S="progress"/></Objs>\r\nafter \x1b[31mred\xff'
    text = diagnostics(clixml)
    assert "CLIXML" not in text
    assert "before" in text
    assert "after" in text
    assert "\x1b" not in text
    assert len(diagnostics(b"x" * 100_000)) == 4000


def test_errors_that_powershell_serialises_are_kept_as_text():
    progress = '#< CLIXML\r\n<Objs><Obj S="progress"><AV>Preparing modules</AV></Obj></Objs>'
    errors = (
        '#< CLIXML\r\n<Objs><S S="Error">Blocked by &lt;policy&gt;_x000D__x000A_</S><S S="Error">At line 1_x001B_[31m</S></Objs>'
    )
    text = diagnostics((progress + "plain " + errors + ' #< CLIXML <Objs><S S="Error">cut off').encode())
    assert text == "plain Blocked by <policy>\nAt line 1\ufffd[31m cut off"
    assert diagnostics(b'#< CLIXML <S S="Error">_xD800_</S>').encode("utf-8")
