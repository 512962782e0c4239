"""What answers in the networks, against what is declared."""
