"""What this node writes in its own log."""

from random import Random

import pytest
from centres import MORNING

from intake_server.errors import InvalidRequestError
from intake_server.services.authoring import Pen
from sync import documents
from sync.change import Write

CHILD = documents.person("4KH7T299")


def write(centre, **said):
    with centre.database.transaction() as session:
        pen = Pen(session, now=MORNING, entropy=Random(1).randbytes)
        edits = {(CHILD, "person"): [Write(f="sex", v="male", **said)]}
        return pen.write(edits, author="u:1", site="truskavets")


@pytest.mark.parametrize("act", ["resolve", "amend", "override"])
@pytest.mark.parametrize("why", [None, "", " \n"])
def test_nobody_settles_anything_without_saying_why(centre, act, why):
    with pytest.raises(InvalidRequestError) as refused:
        write(centre, act=act, why=why)

    assert list(refused.value.errors) == ["reason"]


@pytest.mark.parametrize("act", ["resolve", "amend", "override"])
def test_a_reason_travels_with_what_it_explains(centre, act):
    (edit,) = write(centre, act=act, why="за паспортом").edits

    assert [(said.act, said.why) for said in edit.w] == [(act, "за паспортом")]


@pytest.mark.parametrize("act", [None, "confirm"])
def test_an_answer_needs_no_reason(centre, act):
    assert write(centre, act=act)
