"""Evidence files become outcomes: exports of consoles, lists, answers of the collector."""
