"""``python -m secaudit``."""

try:
    from secaudit.cli.app import main
except KeyboardInterrupt:  # Ctrl-C while the program is still being loaded: there is nothing to keep and nothing to explain
    raise SystemExit(130) from None

if __name__ == "__main__":
    main()
