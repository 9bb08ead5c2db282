import pytest

from intake_server.services import darkroom


@pytest.fixture
def patient(monkeypatch):
    """Wait long for a picture, as a busy machine wants; its own time stays limited."""
    monkeypatch.setattr(darkroom, "MOST_SECONDS", 60)
