"""Pure: facts x checks -> findings."""
