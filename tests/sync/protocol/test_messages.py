import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import VersionError
from sync.protocol.messages import VERSIONS, common_version, reset_from

positions = st.integers(0, 1 << 40)


def test_both_sides_use_the_newest_version_they_share():
    assert common_version([*VERSIONS, 10_000]) == max(VERSIONS)


@pytest.mark.parametrize("offered", [[], [0], [10_000]])
def test_no_shared_version_is_said_with_what_is_spoken(offered):
    with pytest.raises(VersionError) as refusal:
        common_version(offered)

    assert refusal.value.spoken == VERSIONS


@given(since=positions, acknowledged=positions)
def test_nobody_goes_on_past_what_was_acknowledged(since, acknowledged):
    restart = reset_from(since=since, acknowledged=acknowledged)

    assert (since if restart is None else restart) <= acknowledged
