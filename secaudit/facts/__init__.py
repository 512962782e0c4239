"""Pure: sections of a capture -> facts, one small module per subsystem."""
