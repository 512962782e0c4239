"""Drafts of level dossiers: what the inventory and the machines say of a system, as papers with marked gaps."""
