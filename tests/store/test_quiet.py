"""The store's engine prints nothing of its own."""

import subprocess
import sys

CLOSED_BY_CTRL_C = """
import sqlite3
from pathlib import Path
from sqlalchemy import create_engine
from secaudit.store import Store

class Interrupted(sqlite3.Connection):
    def close(self):
        super().close()
        raise KeyboardInterrupt

engine = create_engine("sqlite+pysqlite://", creator=lambda: sqlite3.connect(":memory:", factory=Interrupted))
try:
    engine.connect().close()
    engine.dispose()
except KeyboardInterrupt:
    print("raised on")
"""


def test_an_interrupt_while_a_connection_is_closed_is_raised_and_not_printed():
    done = subprocess.run([sys.executable, "-c", CLOSED_BY_CTRL_C], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "raised on\n", "")
