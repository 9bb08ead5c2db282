from graphlib import TopologicalSorter

import pytest

from forms.lattices import LATTICES, parse

every_lattice = pytest.mark.parametrize("lattice", LATTICES.values(), ids=LATTICES)


@every_lattice
def test_an_order_never_goes_in_a_circle(lattice):
    below = {state: set() for state in lattice.states}
    for low, high in lattice.edges:
        below[high].add(low)

    assert set(TopologicalSorter(below).static_order()) == set(lattice.states)


@every_lattice
def test_an_order_speaks_of_its_own_states_only(lattice):
    spoken = {state for edge in lattice.edges for state in edge} | set(lattice.guarded)

    assert spoken <= set(lattice.states)
    assert len(set(lattice.states)) == len(lattice.states)


@every_lattice
def test_a_lattice_begins_at_one_state(lattice):
    assert len(set(lattice.states) - {high for _, high in lattice.edges}) == 1


def test_partial_and_deferred_consent_cannot_be_compared():
    edges = LATTICES["consent"].edges

    assert ("partial", "deferred") not in edges
    assert ("deferred", "partial") not in edges
    assert LATTICES["consent"].shows_join


def test_a_chain_and_a_list_of_edges_are_two_ways_to_say_it():
    head = "name\tstates\tedges\tguarded\tconflict_display_join\n"

    chain = parse(head + "x\ta<b<c\t\t\tyes\n")["x"]

    assert chain == parse(head + "x\ta b c\ta<b b<c\t\tyes\n")["x"]
