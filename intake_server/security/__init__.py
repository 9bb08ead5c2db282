"""Who may do what, and the trace that it leaves."""
