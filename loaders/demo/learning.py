"""The files of an online-learning company, made up and repeatable: a folder a degree, year and month, and dimensions.

At scale 1 there are 50,000 students and, over twelve months and three degrees, about 94,000 rows in 144 files (31,400
feedback, 27,000 questions, 35,800 views): 33 MB with the dimensions, in 3 s. Students and rows grow with the scale, and
there are never less than 240 students. A month's file depends on nothing but its key, seed, scale and dirt: any can be
made alone, and a later run repeats it, so an answer may be dated after the day on which the files are made.
Damage is put beside the good rows, never done to them, in the name of students who otherwise do nothing; the dimensions
have none.
"""

import csv
import dataclasses
import hashlib
import io
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from loaders.demo import learning_texts as texts
from loaders.demo.learning_month import COLUMNS, DEGREES, month_file, students

HELD = 1 << 24  # bytes of a file that are kept in memory
FIRST, LAST = ([(name, texts.plain(name)) for name in names] for names in (texts.FIRST, texts.LAST))


@dataclasses.dataclass(frozen=True)
class Made:
    """What was put. The counts of rows are disjoint, and those of the months' files add up over files.

    objects, bytes: as stored. users: rows of users_dim. feedback: good rows of both feedback tables, at most one a
    student and project or section in any 24 months. mentor, views: good rows of the two other tables. duplicates: rows
    of feedback that a later row of the same file takes back (alike but for text and rating). broken: not CSV of the
    header's width, or not UTF-8; each is one physical line. uncastable: readable, with one cell that its column cannot
    hold.
    """

    objects: int
    bytes: int
    users: int
    feedback: int
    mentor: int
    views: int
    duplicates: int
    broken: int
    uncastable: int


def users_file(scale: float, seed: int, version: int = 1) -> Iterator[bytes]:
    """dimension_tables/users_dim.csv in pieces, one row a student in the order of their ids.

    Each version after the first moves about 2% of the students to another place or company, and adds a few at the end;
    whatever else stood in the version before stands there still.
    """
    count = students(scale)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(("user_id", "name", "github_handle", "location", "email", "company"))
    for user in range(1, count + 1 + (version - 1) * max(3, count // 1000)):
        writer.writerow(_user(user, seed, version))
        if user % 1000 == 0:
            yield lines.getvalue().encode()
            lines.seek(0)
            lines.truncate()
    yield lines.getvalue().encode()


def _user(user: int, seed: int, version: int) -> tuple[int | str, ...]:
    """A row of users_dim. What a person has never told is an empty cell."""
    d = hashlib.blake2b(b"%d|%d" % (seed, user), digest_size=9).digest()
    (first, given), (last, family) = FIRST[d[0]], LAST[d[1]]
    place, company = (d[2] if d[3] > 60 else -1), (d[4] if d[5] > 110 else -1)
    for later in range(2, version + 1):
        change = hashlib.blake2b(b"%d|%d|%d" % (seed, user, later), digest_size=2).digest()
        if change[0] < 3:
            place += 1 + change[1] % (len(texts.PLACES) - 1)
        elif change[0] < 5:
            company += 1 + change[1] % (len(texts.COMPANIES) - 1)
    return (
        user,
        f"{first} {last}" if d[6] > 3 else "",
        f"{given}{family}{user % 97}"[:39] if d[7] > 40 else "",
        texts.PLACES[place % len(texts.PLACES)] if place >= 0 else "",
        f"{given}.{family}.{user}@example.org" if d[8] > 8 else "",
        texts.COMPANIES[company % len(texts.COMPANIES)] if company >= 0 else "",
    )


def _store(put: Callable[[str, bytes | Path], None], key: str, pieces: Iterator[bytes]) -> int:
    """Puts an object, by way of a temporary file if it is large; says its size in bytes."""
    head = bytearray()
    for piece in pieces:
        head += piece
        if len(head) > HELD:
            break
    else:
        put(key, bytes(head))
        return len(head)
    descriptor, name = tempfile.mkstemp()
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(head)
            head.clear()
            file.writelines(pieces)
            size = file.tell()
        put(key, path)
    finally:
        path.unlink(missing_ok=True)
    return size


def make(  # noqa: PLR0913
    put: Callable[[str, bytes | Path], None],
    *,
    scale: float = 1.0,
    seed: int = 1,
    dirt: float = 0.002,
    days: int = 14,
    until: date,
) -> Made:
    """Put the dimensions and the twelve whole months before `until`, one call a file, a large one as a temporary Path.

    dirt: damaged rows as a share of the good ones. days is taken for the sake of the other generators and limits
    nothing: this drop is one of months.
    """
    tally: Counter[str] = Counter(users=students(scale))
    files: dict[str, Iterator[bytes]] = {
        "dimension_tables/users_dim.csv": users_file(scale, seed),
        "dimension_tables/projects_dim.csv": iter([texts.PROJECTS.encode()]),
        "dimension_tables/videos_dim.csv": iter([texts.VIDEOS.encode()]),
    }
    this_month = 12 * until.year + until.month - 1
    for month in range(this_month - 12, this_month):
        for degree in DEGREES:
            for table in COLUMNS:
                key = f"{degree}/{month // 12}/{month % 12 + 1}/{table}.csv"
                files[key] = month_file(key, tally, scale=scale, seed=seed, dirt=dirt)
    for key, pieces in files.items():
        tally.update(objects=1, bytes=_store(put, key, pieces))
    return Made(**{field.name: tally[field.name] for field in dataclasses.fields(Made)})
