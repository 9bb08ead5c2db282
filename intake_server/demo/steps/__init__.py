"""The steps of the story, in order; each reads back what it demands over HTTP."""
