"""Who may do what: one table, deny by default.

An action that a role does not stand beside is refused, and refusing looks like absence:
the caller answers 404, so nobody learns from a status what exists. Which records of the
allowed ones are shown is said by ``sites``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final, Literal

from sync.merge import rights
from sync.merge.schema import CLINICIAN


class Role(Enum):
    """What somebody is here for; ``VOLUNTEER`` is a device, ``NODE`` another server.

    A clinician is a worker who also decides what medicine a child gets.
    """

    VOLUNTEER = "volunteer"
    WORKER = "worker"
    CLINICIAN = "clinician"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    ADMIN = "admin"
    NATIONAL_SUPERVISOR = "national_supervisor"
    NODE = "node"


PEOPLE: Final = (
    Role.WORKER,
    Role.CLINICIAN,
    Role.COORDINATOR,
    Role.AUDITOR,
    Role.ADMIN,
    Role.NATIONAL_SUPERVISOR,
)
"""Roles that a person or a script can have."""


class Action(Enum):
    """What can be asked of this server."""

    PUBLIC = "public"
    FETCH_FORMS = "fetch_forms"
    FIND_PLACES = "find_places"
    PUBLISH_FORMS = "publish_forms"
    SUBMIT = "submit"
    FILL_IN = "fill_in"
    PRINT_CARDS = "print_cards"
    SEE_OWN_DEVICE = "see_own_device"
    REPORT_WIPED = "report_wiped"
    USE_PAGES = "use_pages"
    READ_RECORDS = "read_records"
    READ_ORIGINALS = "read_originals"
    READ_RAW = "read_raw"
    READ_QUEUE = "read_queue"
    DECIDE = "decide"
    CORRECT = "correct"
    UNDO = "undo"
    LINK = "link"
    VOID = "void"
    ERASE = "erase"
    SEE_SYNC = "see_sync"
    START_SYNC = "start_sync"
    READ_AUDIT = "read_audit"
    MANAGE_DEVICES = "manage_devices"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SITES = "manage_sites"
    EXCHANGE = "exchange"
    DELETE_PRACTICE = "delete_practice"


CASE_STAFF: Final = frozenset({Role.WORKER, Role.CLINICIAN, Role.COORDINATOR})

TABLE: Final[Mapping[Action, frozenset[Role]]] = {
    Action.FETCH_FORMS: CASE_STAFF | {Role.VOLUNTEER},
    Action.FIND_PLACES: CASE_STAFF | {Role.VOLUNTEER},
    Action.PUBLISH_FORMS: frozenset({Role.COORDINATOR}),
    Action.SUBMIT: CASE_STAFF | {Role.VOLUNTEER},
    Action.FILL_IN: CASE_STAFF,
    Action.PRINT_CARDS: CASE_STAFF,
    Action.SEE_OWN_DEVICE: frozenset({Role.VOLUNTEER}),
    Action.REPORT_WIPED: frozenset({Role.VOLUNTEER}),
    Action.USE_PAGES: frozenset(PEOPLE),
    Action.READ_RECORDS: CASE_STAFF,
    Action.READ_ORIGINALS: frozenset({Role.COORDINATOR}),
    Action.READ_RAW: frozenset({Role.COORDINATOR}),
    Action.READ_QUEUE: CASE_STAFF,
    Action.DECIDE: CASE_STAFF,
    Action.CORRECT: CASE_STAFF,
    Action.UNDO: CASE_STAFF,
    Action.LINK: CASE_STAFF,
    Action.VOID: CASE_STAFF,
    Action.ERASE: frozenset({Role.ADMIN}),
    Action.SEE_SYNC: CASE_STAFF | {Role.ADMIN},
    Action.START_SYNC: CASE_STAFF | {Role.ADMIN},
    Action.READ_AUDIT: frozenset({Role.AUDITOR}),
    Action.MANAGE_DEVICES: frozenset({Role.COORDINATOR, Role.ADMIN}),
    Action.MANAGE_PEOPLE: frozenset({Role.ADMIN}),
    Action.MANAGE_SITES: frozenset({Role.ADMIN}),
    Action.EXCHANGE: frozenset({Role.NODE}),
    Action.DELETE_PRACTICE: frozenset({Role.COORDINATOR, Role.ADMIN}),
}
"""Roles by action; ``PUBLIC`` needs nobody and so stands in no row."""

IN_EARNEST: Final = frozenset(
    {Action.PUBLISH_FORMS, Action.ERASE, Action.START_SYNC, Action.EXCHANGE}
)
"""What nobody can practise: it reaches other people or other nodes."""


class Standing(Enum):
    """How far somebody is let in; whoever is no device with a key is so without limit.

    A device whose time is over or that was revoked is told so, a guest is one that
    another site's node let in, and a forgotten one shows that this node did, of which
    its store, put back from before, says nothing.
    """

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REVOKED = "revoked"
    GUEST = "guest"
    FORGOTTEN = "forgotten"


LEFT: Final[Mapping[Standing, frozenset[Action]]] = {
    Standing.EXPIRED: frozenset(
        {Action.SUBMIT, Action.SEE_OWN_DEVICE, Action.REPORT_WIPED}
    ),
    Standing.REVOKED: frozenset({Action.SUBMIT, Action.REPORT_WIPED}),
    Standing.GUEST: frozenset({Action.SUBMIT}),
    Standing.FORGOTTEN: frozenset({Action.SUBMIT}),
}
"""What is left of what the role may, by standing; what is sent is taken sealed alone.

A child's record that waits on such a device is not lost, and nothing can be read by it.
"""


PROVED: Final = frozenset(
    {
        "pages.list_children",
        "pages.list_queue",
        "pages.list_tasks",
        "pages.list_devices",
        "pages.list_people",
        "pages.devices",
        "pages.enrol_device",
        "pages.invite_devices",
        "pages.revoke_device",
        "pages.renew_device",
        "pages.device_practice",
        "pages.people",
        "pages.invite_person",
        "pages.person",
        "pages.change_person",
        "pages.end_person",
        "pages.reset_person",
        "pages.sign_person_out",
        "pages.person_practice",
        "pages.site_practice",
    }
)
"""Pages that somebody reaches who has shown a short while ago that it is still they.

What takes whole lists out of the house, what lets others in, and what makes others
practise, so that nothing they send counts: a desk left alone for a moment must not be
enough.
"""


MANAGES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.COORDINATOR: frozenset({Role.VOLUNTEER}),
    Role.ADMIN: frozenset({Role.VOLUNTEER, *PEOPLE}),
}
"""Whom somebody lets in and puts out: a coordinator at their own site, an admin at all.

Volunteers are devices. Nobody else manages anybody.
"""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks: a person or script, an enrolled device, or another node.

    ``last_seen`` and ``clock_off_ms`` are what was noted of a device's earlier call,
    ``is_practising`` says that nothing they send is meant in earnest, ``proves_by`` is
    the public key by which a device shows with each call that it is the one, and
    ``withheld`` are the ids of whatever is about children whose records are withheld
    from them.
    """

    kind: Literal["person", "device", "node"]
    id: str
    name: str
    role: Role
    site: str
    last_seen: datetime | None = field(default=None, compare=False)
    clock_off_ms: int | None = field(default=None, compare=False)
    is_practising: bool = field(default=False, compare=False)
    standing: Standing = Standing.IN_FORCE
    proves_by: str = field(default="", compare=False)
    withheld: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    @property
    def actor(self) -> str:
        """How changes and the audit name them: ``u:``, ``d:`` or ``n:`` and the id."""
        letter = {"person": "u", "device": "d", "node": "n"}[self.kind]
        return f"{letter}:{self.id}"


@dataclass(frozen=True, slots=True)
class Sites:
    """Whose records somebody may see; ``names`` is None where it is everybody's."""

    names: frozenset[str] | None

    def __contains__(self, site: str) -> bool:
        """Tell whether records of ``site`` may be seen."""
        return self.names is None or site in self.names

    def meet(self, sites: Iterable[str]) -> bool:
        """Tell whether something that belongs to these sites may be seen."""
        return self.names is None or not self.names.isdisjoint(sites)


_SEALED: Final = "sealed"

NO_SITES: Final = Sites(frozenset())
EVERY_SITE: Final = Sites(None)


OPERATORS_LEVELS: Final = frozenset({"public_stat", "restricted", "confidential"})
"""What an operator at the machine gets out of it; what is sealed is for a care team."""


def may(principal: Principal | None, action: Action) -> bool:
    """Tell whether somebody may do something; None is somebody unknown."""
    if action is Action.PUBLIC:
        return True
    if principal is None or (principal.is_practising and action in IN_EARNEST):
        return False
    if action not in LEFT.get(principal.standing, {action}):
        return False
    return principal.role in TABLE.get(action, frozenset())


def may_in_force(principal: Principal, action: Action | None) -> bool:
    """Tell whether somebody could do something if their time were not over."""
    return action is not None and may(
        replace(principal, standing=Standing.IN_FORCE), action
    )


def may_send_open(principal: Principal) -> bool:
    """Tell whether what somebody sends may be open; else it is taken sealed alone."""
    return principal.standing is Standing.IN_FORCE


def sites(principal: Principal) -> Sites:
    """Return whose records somebody may see, given that they may read records."""
    match principal.role:
        case Role.COORDINATOR:
            return EVERY_SITE
        case Role.WORKER | Role.CLINICIAN:
            return Sites(frozenset({principal.site}))
        case _:
            return NO_SITES


def may_know(principal: Principal, *ids: str) -> bool:
    """Tell whether nothing of what goes by these ids is withheld from somebody (R32)."""
    return principal.withheld.isdisjoint(ids)


def may_manage(principal: Principal, role: Role, site: str) -> bool:
    """Tell whether somebody lets in and puts out those with a role at a site."""
    is_theirs = principal.role is Role.ADMIN or principal.site == site
    return is_theirs and role in MANAGES.get(principal.role, frozenset())


def may_read(principal: Principal, level: str | None, sites: Iterable[str]) -> bool:
    """Tell whether somebody who may see a record may read a value of it.

    A sealed one is for those who decide such questions, and for the site that wrote it
    where no other site did.

    Args:
        principal: Who asks.
        level: How far the value is protected.
        sites: Every site that may have written it.
    """
    is_own = set(sites) == {principal.site}
    return level != _SEALED or is_own or may_decide(principal, rights.READERS)


def owners(principal: Principal) -> tuple[str, ...] | None:
    """Return the owners of the questions somebody decides; None where it is all."""
    match principal.role:
        case Role.COORDINATOR:
            return None
        case Role.WORKER:
            return (rights.site_owner(principal.site), rights.SIGNERS)
        case Role.CLINICIAN:
            own = rights.site_owner(principal.site)
            return (own, CLINICIAN, rights.REMOVER, rights.SIGNERS)
        case _:
            return ()


def may_decide(principal: Principal, owner: str, sites: Iterable[str] = ()) -> bool:
    """Tell whether a question with this owner is somebody's to decide.

    Args:
        principal: Who asks.
        owner: Whose the question is.
        sites: The sites that have a part in it.
    """
    return rights.may_decide(
        principal.role.value, principal.site, owner=owner, sites=sites
    )


def may_correct(
    principal: Principal, harm: str | None, owner: str, sites: Iterable[str]
) -> bool:
    """Tell whether somebody who sees an answer puts another in its place.

    What could harm the child is corrected by whoever would decide it were it in
    question; everything else by all who may fill in a form about the child.

    Args:
        principal: Who asks.
        harm: How a wrong answer could harm; None where it does not.
        owner: Whose the question would be.
        sites: The sites whose answers stand.
    """
    return may(principal, Action.CORRECT) and (
        harm is None or may_decide(principal, owner, sites)
    )
