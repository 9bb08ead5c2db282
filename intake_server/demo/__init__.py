"""The demo: three nodes on this machine, invented people, and a story that is checked.

Nothing in it is typed in: what is told was read back from the nodes over HTTP, and the
story succeeds only where it is what the story demands.
"""

from intake_server.demo.run import main

__all__ = ["main"]
