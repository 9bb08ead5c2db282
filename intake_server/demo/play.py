"""Playing the story: the stage is set, step follows step, what was seen is told."""

from collections.abc import Iterable
from typing import Final

import requests

from forms import catalogue
from forms.catalogue import Form
from intake_server.demo import nodes
from intake_server.demo.calls import Caller
from intake_server.demo.desk import Desk
from intake_server.demo.nodes import Setting
from intake_server.demo.people import KYIV, READER, SITES, WORKERS
from intake_server.demo.scene import Played, Scene, Step
from intake_server.demo.sent import Sheaf
from intake_server.demo.stage import Stage
from intake_server.demo.steps import apart, arrival, decided, end, merged, siblings
from intake_server.demo.window import Window
from intake_server.errors import IntakeError
from intake_server.security.policy import Role
from intake_server.web.language import Text
from sync.errors import SyncError

STORY: Final[tuple[Step, ...]] = (
    *arrival.STEPS,
    *siblings.STEPS,
    *apart.STEPS,
    *merged.STEPS,
    *decided.STEPS,
    *end.STEPS,
)
"""All steps, those too that are not told yet."""

TO_THE_QUESTIONS: Final = tuple(step for step in STORY if step.n <= 8)  # noqa: PLR2004
"""The steps up to where a newcomer takes over."""

_BROKE: Final = Text("крок обірвався: {}", "the step broke off: {}")
_BREAKS: Final = (
    IntakeError,
    SyncError,
    requests.RequestException,
    OSError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)
"""What a step stumbles over when a node does not answer as the story expects."""


def set_up(setting: Setting, published: Iterable[Form] = ()) -> Stage:
    """Make the nodes, let people in, and write down what is known at the start.

    Args:
        setting: Where and when the nodes are.
        published: Forms that Kyiv publishes first, beside the shipped ones.
    """
    clock, chance = setting.clock, setting.chance
    found = nodes.found(setting)
    for form in published:
        found[KYIV].publish(form)
    sheaf = Sheaf()
    windows: dict[str, Window] = {}
    desks: dict[str, Desk] = {}
    people: dict[str, str] = {}
    for site in SITES:
        token = found[site].token(READER.uk, Role.COORDINATOR)
        windows[site] = Window(Caller(found[site].url, token, clock=clock))
    for worker in WORKERS:
        name, node = worker.name.uk, found[worker.site]
        people[name] = node.admit(worker)
        caller = Caller(node.url, node.token_of(people[name]), clock=clock)
        desks[name] = Desk(caller, sheaf, entropy=chance(name))
    stage = Stage(
        nodes=found,
        clock=clock,
        entropy=chance("phones"),
        windows=windows,
        desks=desks,
        people=people,
        newer=_newer(),
        sheaf=sheaf,
    )
    arrival.begin(stage)
    return stage


def play(stage: Stage, step: Step) -> Played:
    """Play one step; one that breaks off is told as such."""
    scene = Scene()
    if step.play is not None:
        try:
            step.play(stage, scene)
        except _BREAKS as error:
            trouble = f"{type(error).__name__}: {error}"
            scene.sees("broke_off", trouble, None, _BROKE)
    return Played(step, scene)


def _newer() -> Form:
    """Return the next version of the reception form; it asks the same."""
    form = catalogue.shipped("reception")
    version = str(int(form.version) + 1)
    return catalogue.form(form.xml.replace(form.version.encode(), version.encode()))
