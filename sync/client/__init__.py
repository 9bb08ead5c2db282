"""The calling side of an exchange between two nodes."""
