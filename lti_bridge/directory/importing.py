"""The whole mapping of MEETS, in advance: the first morning of term asks MEETS for nobody.

Page by page, each written together with the place where the next one begins: whoever stops in
between goes on there the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from time import time
from typing import TYPE_CHECKING

from lti_bridge.meets_api import Course
from lti_bridge.store import Checkpoint, Mapped

if TYPE_CHECKING:
    from lti_bridge.meets_api import MeetsClient, Page, User
    from lti_bridge.store import Checkpoints, Kind, Mapping


@dataclass(frozen=True, slots=True)
class Part:
    """People or courses of one connection."""

    kind: Kind
    connection: int
    """``meetsIdConnection``."""
    rows: tuple[int, ...]
    """Of the platforms that have this number."""
    begun: Checkpoint
    """Where it goes on, and how many there were."""

    @property
    def name(self) -> str:
        """Of its checkpoint."""
        return f"meets_sync:{self.kind}:{self.connection}"


@dataclass(slots=True)
class Tally:
    """What became of a part, as it goes."""

    taken: int = 0
    skipped: int = 0
    """Without an LTI identifier, or with one that no launch could bring."""


class Import:
    """Brings over what MEETS knows."""

    def __init__(
        self,
        meets: MeetsClient,
        mapping: Mapping,
        checkpoints: Checkpoints,
        *,
        now: Callable[[], float] = time,
    ) -> None:
        """``now``: UNIX seconds."""
        self._meets = meets
        self._mapping = mapping
        self._checkpoints = checkpoints
        self._now = now

    def parts(self, wanted: Collection[int] = ()) -> list[Part]:
        """Courses and people of each connection; of ``wanted`` ones, where any are named."""
        found = []
        for connection, rows in self._mapping.connections().items():
            if wanted and connection not in wanted:
                continue
            kinds: tuple[Kind, ...] = ("course", "user")
            for kind in kinds:
                part = Part(kind, connection, tuple(rows), Checkpoint())
                begun = self._checkpoints.of(part.name)
                found.append(Part(kind, connection, tuple(rows), begun))
        return found

    def run(self, part: Part, *, again: bool = False) -> Iterator[Tally]:
        """Bring a part over, page by page. ``again``: from the beginning.

        Raises :class:`lti_bridge.errors.RemoteError`: what came before it is kept.
        """
        begun = Checkpoint() if again or not part.begun.position else part.begun
        tally = Tally(taken=begun.done)
        for page in self._pages(part, int(begun.position or 0)):
            mapped = [_mapped(one) for one in page.entities]
            fitting = [one for one in mapped if one.fits]
            tally.taken += len(fitting)
            tally.skipped += len(mapped) - len(fitting)
            self._mapping.take_over(
                part.kind,
                part.rows,
                fitting,
                part.name,
                Checkpoint(
                    position=str(page.next_start_after_id or ""),
                    done=tally.taken,
                    at_ms=int(self._now() * 1000),
                ),
            )
            yield tally

    def _pages(self, part: Part, after: int) -> Iterator[Page[Course] | Page[User]]:
        of = [part.connection]
        if part.kind == "course":
            listing = self._meets.list_courses(meets_id_connections=of, start_after_id=after)
            yield from listing.steadily().pages()
        else:
            people = self._meets.list_users(meets_id_connections=of, start_after_id=after)
            yield from people.steadily().pages()


def _mapped(one: Course | User) -> Mapped:
    if isinstance(one, Course):
        return Mapped(one.lti_id_context, one.meets_id, title=one.name)
    return Mapped(
        one.lti_id_user,
        one.meets_id,
        given_name=one.name_first,
        family_name=one.name_last,
        email=one.email,
    )
