"""The command ``dodomu``: the only reader of the environment, and who picks the parts."""

from intake_server.cli.commands import main

__all__ = ["main"]
