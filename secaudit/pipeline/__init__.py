"""Use cases: join the packages, print nothing."""
