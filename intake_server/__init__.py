"""Who may do what, and where it is kept."""
