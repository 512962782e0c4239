"""``python -m secaudit``."""

from secaudit.cli.app import main

if __name__ == "__main__":
    main()
