"""What is seen in a step, and whether it is what the story demands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from intake_server.web.language import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was read back from the nodes.

    ``says`` is told with what was seen in the place of ``{}``.
    """

    key: str
    says: Text
    seen: Any
    wanted: Any

    @property
    def is_held(self) -> bool:
        """Whether what was seen is what the story demands."""
        return bool(self.seen == self.wanted)


@dataclass(slots=True)
class Scene:
    """One step while it is played."""

    checks: list[Check] = field(default_factory=list)
    left_out: list[Text] = field(default_factory=list)

    def sees(self, key: str, seen: Any, wanted: Any, says: Text) -> None:
        """Note what was seen, and what should have been."""
        self.checks.append(Check(key=key, says=says, seen=seen, wanted=wanted))

    def leaves_out(self, says: Text) -> None:
        """Note what this story does not tell yet."""
        self.left_out.append(says)

    @property
    def is_held(self) -> bool:
        """Whether everything was as demanded, and anything was looked at."""
        return bool(self.checks) and all(check.is_held for check in self.checks)

    @property
    def seen(self) -> dict[str, Any]:
        """What was seen, by name."""
        return {check.key: check.seen for check in self.checks}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story; ``play`` is None for one that is not told yet."""

    n: int
    title: Text
    happens: Text
    play: Callable[[Any, Scene], None] | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A step that was played."""

    step: Step
    scene: Scene

    @property
    def is_ok(self) -> bool:
        """Whether everything was as demanded."""
        return self.scene.is_held


def are_ok(played: Sequence[Played]) -> bool:
    """Tell whether every step that was played is as demanded."""
    return all(one.is_ok for one in played)
