"""Parts of the machine that some tests need, such as a browser or Java."""

import os

import pytest


def need(part: object, reason: str) -> None:
    """Skip the test where ``part`` is missing; fail it where ``CI`` is ``true``.

    Somebody's laptop may lack a browser; where changes are judged, nothing may.
    """
    if part:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing where nothing may be missing: {reason}")
    pytest.skip(reason)
