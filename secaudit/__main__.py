"""``python -m secaudit``."""

from secaudit.cli.interrupts import ended_at_once

with ended_at_once():
    from secaudit.cli.app import main

if __name__ == "__main__":
    main()
