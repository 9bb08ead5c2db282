"""The story is told as it is: where the nodes do otherwise than it demands, it fails."""

import json

from forms import catalogue
from intake_server.demo.run import Teller, tell_once


def test_a_story_in_which_the_newest_dose_simply_wins_is_not_told_as_true(
    tmp_path, capsys
):
    done = tell_once(
        Teller("en", is_silent=True),
        tmp_path,
        published=[a_form_in_which_the_newest_medication_wins()],
    )

    story = json.loads(capsys.readouterr().out)
    wrong = [step["n"] for step in story["steps"] if not step["ok"]]
    asked = next(step["seen"] for step in story["steps"] if step["n"] == 8)
    assert done == 1
    assert 8 in wrong
    assert asked["questions"] == ["adult_able"]
    assert not {1, 2, 3, 4, 5, 6, 7} & set(wrong)


def a_form_in_which_the_newest_medication_wins():
    """Return a later version of the rehabilitation form that asks nobody."""
    form = catalogue.shipped("rehabilitation")
    later = str(int(form.version) + 1)
    before, bind, after = form.xml.decode().partition('<bind nodeset="/data/g_med/med')
    weak = after.replace('dodomu:policy="review"', 'dodomu:policy="lww"', 1)
    xml = (before + bind + weak).replace(form.version, later)
    return catalogue.form(xml.encode())
