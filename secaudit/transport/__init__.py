"""How bytes travel; knows nothing about probes, facts or checks."""
