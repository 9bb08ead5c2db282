"""The only Flask: requests in, answers out, nothing decided."""
