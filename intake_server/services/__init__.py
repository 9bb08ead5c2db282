"""One function per thing that somebody may ask of this server."""
