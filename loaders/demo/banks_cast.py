"""Who is in the demo's ranking: conglomerates and what belongs to them, and institutions that stand alone.

A month is counted as 12 * year + month, from 1 to 12. The cast is the same for every seed.
"""

import dataclasses
import itertools
from collections.abc import Iterator

from loaders.demo import banks_names as names

Quarter = tuple[int, int]
BEGIN, NEVER = 12 * 2014 + 1, 12 * 9999
STANDING = 70  # institutions that stand alone, one after the other
BIG_ALONE = 9  # how many entities are larger than the largest of them


def first_month(quarter: Quarter) -> int:
    """The first month of (year, quarter)."""
    return 12 * quarter[0] + 3 * quarter[1] - 2


@dataclasses.dataclass
class Institution:
    """name: the legal name of today. since: from when on it belongs to its conglomerate."""

    cnpj: str
    name: str
    since: int = BEGIN


@dataclasses.dataclass
class Entity:
    """A row of the ranking. members: of a conglomerate, the leading one first; else one, the institution itself.

    rank: by size, from 0. names: (month from which on, name), in their order. absorbed: (month, whom it took over).
    """

    key: str
    is_conglomerate: bool
    rank: float
    members: list[Institution]
    names: list[tuple[int, str]]
    since: int = BEGIN
    until: int = NEVER
    absorbed: list[tuple[int, "Entity"]] = dataclasses.field(default_factory=list)

    def name(self, month: int) -> str:
        """What it is called in a month, without the suffix of conglomerates."""
        return next((name for since, name in reversed(self.names) if since <= month), self.names[0][1])

    def belonging(self, month: int) -> list[Institution]:
        """Its members in a month."""
        return [member for member in self.members if member.since <= month]

    def rename(self, since: int, name: str) -> None:
        """It is called so from a month on."""
        self.names = sorted([entry for entry in self.names if entry[0] != since] + [(since, name)])

    def take_over(self, other: "Entity", since: int) -> None:
        """One label for both from a month on."""
        self.rename(since, f"{self.name(since)}/{other.name(since)}")
        self.members += [dataclasses.replace(member, since=since) for member in other.members]
        self.absorbed.append((since, other))
        other.until = since - 1


def cast() -> list[Entity]:
    """Everybody, as fresh objects; in the order of their keys."""
    numbers = itertools.count()
    entities = [*_conglomerates(numbers), *_stand_alone(numbers)]
    by_label = {entity.names[-1][1]: entity for entity in entities}
    for who, whom, since in names.MERGED:
        by_label[who].take_over(by_label[whom], first_month(since))
    for label, since, name in names.RENAMED:
        by_label[label].rename(first_month(since), name)
    return entities


def _conglomerates(numbers: Iterator[int]) -> Iterator[Entity]:
    for n, label in enumerate(names.LABELS):
        many = 1 + (4 - n % 2 if n < 8 else (0, 1, 0, 2, 1, 0)[n % 6])
        forms = names.MEMBERS[: min(many, 4)]
        word = label.replace("/", " ")
        members = [Institution(names.cnpj(next(numbers)), form.format(word)) for form in forms]
        rank = n + (n >= BIG_ALONE) if n < 20 else 20 + (n - 20) * 1.65
        came = BEGIN if n % 8 != 5 and n < 60 else BEGIN + 12 + (n * 37) % 130
        entity = Entity(f"C{n:03}", True, rank, members, [(BEGIN, label)], came)
        if n % 4 == 2:
            entity.names = [(BEGIN, names.earlier(label, 4)), (BEGIN + 24 + n, label)]
        yield entity


def _stand_alone(numbers: Iterator[int]) -> Iterator[Entity]:
    for n in range(STANDING):
        name = names.stand_alone(n)
        rank = 21 + n * 2.2 if n else BIG_ALONE
        came = BEGIN if n < 42 else BEGIN + 24 + (n * 41) % 110
        went = NEVER if n % 11 != 10 else BEGIN + 60 + n
        spelled = [(BEGIN, names.earlier(name, n))]
        if spelled[0][1] != name and n % 18 != 16:  # who keeps two blanks in its name
            spelled.append((came + 30 + n, name))
        if n % 13 == 5:
            name = name.replace(" ", " DIGITAL ", 1)
            spelled.append((came + 55 + n % 20, name))
        yield Entity(f"S{n:03}", False, rank, [Institution(names.cnpj(next(numbers)), name)], spelled, came, went)
