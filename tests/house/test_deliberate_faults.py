import ast

import pytest
from planted import faults
from repository import ROOT

FAULTS = faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_deliberate_fault_still_finds_its_place(fault):
    text = (ROOT / fault.file).read_text("utf-8")

    broken = fault.planted_in(text)

    if fault.file.endswith(".py"):
        assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(text))
    assert broken != text


def test_every_deliberate_fault_has_a_name_of_its_own():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_the_tests_that_must_notice_are_there():
    given = {part for fault in FAULTS for stage in fault.tests for part in stage}
    paths = {part for part in given if not part.startswith("-")}

    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
