"""``python -m intake_server`` is ``dodomu``."""

from intake_server.cli import main

main()
