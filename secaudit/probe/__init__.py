"""The one read-only script sent to a machine, and the framing of its answer."""
