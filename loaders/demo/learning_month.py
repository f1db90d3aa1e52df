"""What students of an online-learning company do in a month, as one CSV file tells: enumerated, drawn, forgotten.

Of four students three sign up and do nothing; the fourth begins in some month, stays for one to twelve, does less from
month to month, and begins anew after two years.
"""

import csv
import hashlib
import io
import os
import random
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from loaders.demo import learning_texts as texts

DEGREES = ("data_science", "data_analytics", "data_engineering")
COLUMNS = {
    "project_feedback": "user_id,project_id,submit_date,text,rating",
    "section_feedback": "user_id,section_id,submit_date,text,rating",
    "mentor_activity": "user_id,section_id,project_id,post_date,prompt,post_text,post_score,answer_date,answer_text,"
    "answer_score",
    "video_log": "user_id,video_id,degree_id,first_view_date,last_view_date,views_per_user",
}
COUNTED = {"mentor_activity": "mentor", "video_log": "views"}  # feedback otherwise

DAY_MS, EPOCH = 86_400_000, date(1970, 1, 1).toordinal()
PRIME = 2**31 - 1  # its multiples, modulo any smaller number of students, visit each of them once
LEAST = 240  # students: ten for each of 24 months, so that some of every degree begin in every month
HOME = (0, 0, 0, 0, 1, 1, 1, 1, 1, 2)  # the degrees of ten students who begin together
# How many months they stay, by a random byte: three of four sign up and do nothing.
STAY = [0] * 192 + [n for n, share in enumerate((6, 7, 8, 7, 6, 6, 5, 5, 4, 4, 3, 3), 1) for _ in range(share)]
WRITES, ASKS, WATCHES = 0.67, 0.97, 1.35  # a unit they finish; in their first month, but no more than three
REPEATS, CARRIAGE_RETURNS = 0.0022, 0.007
RATINGS = (1, 2, 2, 2, 2, 2, 2, 2, 2, 3)

# What makes a row uncastable: a column, by its place, and what stands in it.
UNCASTABLE: dict[str, tuple[tuple[int, str], ...]] = {
    "project_feedback": ((4, "7"), (1, "capstone"), (2, "soon"), (4, "")),
    "section_feedback": ((4, "7"), (1, "intro"), (2, "soon"), (4, "")),
    "mentor_activity": ((6, "many"), (3, "2019-02-31"), (1, "")),
    "video_log": ((5, "twice"), (4, "soon"), (1, "")),
}
# What makes it unreadable, done to one of its cells; "\udcff" is encoded as the byte ff.
UNREADABLE = ("", "{},?", '"{}" (sic)', '"{}', "{}\udcff")
DAMAGED_CELL = {"mentor_activity": 5, "video_log": 0}  # 3 otherwise: the longest text
PIECE = 1 << 16  # characters that are made at a time


class Student(NamedTuple):
    """An active student in a month. elapsed, stay: months since they began, and in all; lot: two bytes of their own."""

    user: int
    elapsed: int
    stay: int
    lot: bytes
    is_pillar: bool


class Month:
    """One table's file of a degree and month: students are enumerated, rows drawn; nothing of it is remembered."""

    def __init__(self, key: str, scale: float, seed: int) -> None:
        degree, year, month, self.table = key.removesuffix(".csv").split("/")
        self.degree, self.seed, self.count = DEGREES.index(degree), seed, students(scale)
        self.month = 12 * int(year) + int(month) - 1
        self.first, self.days = date(int(year), int(month), 1), monthrange(int(year), int(month))[1]

    def _user(self, number: int) -> int:
        return 1 + (number * PRIME + self.seed) % self.count

    def _lots(self, number: int) -> bytes:
        """Six bytes for each of the ten students around this number: those who begin together."""
        return hashlib.blake2b(b"%d|%d" % (self.seed, number // 10)).digest()

    def _active(self) -> Iterator[Student]:
        """Number n belongs to the degree HOME[n % 10] and begins in the months of number n // 10, modulo 24."""
        for elapsed in range(12):
            for ten in range(10 * ((self.month - elapsed) % 24), self.count, LEAST):
                lots = self._lots(ten)
                for place, home in enumerate(HOME):
                    # one a degree and month never fails: no file is empty, however small the scale
                    is_pillar = ten < LEAST and HOME.index(home) == place
                    stay = 1 if is_pillar else STAY[lots[6 * place]]
                    if stay > elapsed and ten + place < self.count and self._studies(home, lots[6 * place + 1]):
                        lot = lots[6 * place + 2 : 6 * place + 4]
                        yield Student(self._user(ten + place), elapsed, stay, lot, is_pillar)

    def _studies(self, home: int, more: int) -> bool:
        # of 256, 38 study a second degree too and 13 all three
        return home == self.degree or more < 13 or (more < 51 and (home + 1 + more % 2) % 3 == self.degree)

    def _idle(self, draw: random.Random) -> int:
        """A user who never does anything."""
        while True:
            number = draw.randrange(self.count)
            place = number % 10
            if HOME[place] == HOME[place - 1] and not STAY[self._lots(number)[6 * place]]:  # no pillar
                return self._user(number)

    def _units(self, draw: random.Random, who: Student) -> Iterator[int]:
        """The section, project or video (0 to 2) of each row a student causes in this month."""
        if self.table.endswith("feedback"):
            lot = who.lot[self.table == "section_feedback"] + 5 * self.degree
            for unit in range(3):
                # each is finished once, in its third of the stay
                due = (unit * who.stay + lot % who.stay) // 3 == who.elapsed
                if due and (draw.random() < WRITES or (who.is_pillar and unit == 0)):
                    yield unit
            return
        mean = (ASKS if self.table == "mentor_activity" else WATCHES) * (1 - who.elapsed / who.stay * 0.7)
        for nth in range(3):
            if draw.random() > mean / (1 + mean) and (nth or not who.is_pillar):
                return
            yield (3 * who.elapsed // who.stay + nth) % 3

    def _row(self, draw: random.Random, user: int, unit: int, nth: int) -> list[Any]:
        number, day = 3 * self.degree + unit + 1, draw.randrange(self.days)
        at = DAY_MS * (self.first.toordinal() - EPOCH + day)
        if self.table == "mentor_activity":
            return [user, number, number, *_asked(draw, self.degree, nth, self.first + timedelta(days=day))]
        if self.table == "video_log":
            luck = draw.random()
            views = 1 if luck < 0.96 else 2 if luck < 0.99 else 3 if luck < 0.996 else draw.randint(4, 9)
            seen = at - (DAY_MS * int(draw.expovariate(1 / 15)) if views > 1 else 0)
            return [user, number, self.degree + 1, seen, at, views]
        return [user, number, at, *self._opinion(draw, draw.choice(RATINGS))]

    def _opinion(self, draw: random.Random, rating: int) -> tuple[str, int]:
        text = texts.feedback_text(draw, self.degree, rating)
        if self.table == "section_feedback" and draw.random() < CARRIAGE_RETURNS:
            text = text.replace("\n", "\r\n")[: texts.LONGEST].rstrip()
        return text, rating

    def good(self, draw: random.Random, tally: Counter[str]) -> Iterator[list[Any]]:
        """The rows without damage, repeats somewhat later than what they replace."""
        later: list[list[Any]] = []
        for who in self._active():
            for nth, unit in enumerate(self._units(draw, who)):
                row = self._row(draw, who.user, unit, nth)
                tally[COUNTED.get(self.table, "feedback")] += 1
                yield row
                if self.table.endswith("feedback") and draw.random() < REPEATS:
                    tally["duplicates"] += 1
                    later.append([*row[:3], *self._opinion(draw, 1 + row[4] % 3)])
                elif later and draw.random() < 0.1:
                    yield later.pop()
        yield from later

    def damaged(self, draw: random.Random, tally: Counter[str]) -> str:
        """A line that is one reject, of a student who otherwise does nothing."""
        made = self._row(draw, self._idle(draw), draw.randrange(3), 0)
        cells = [" ".join(str(cell).translate(str.maketrans('",', "';")).split()) for cell in made]
        kind, uncastable = draw.randrange(len(UNREADABLE) + len(UNCASTABLE[self.table])), UNCASTABLE[self.table]
        if kind < len(uncastable):
            tally["uncastable"] += 1
            at, cell = uncastable[kind]
            cells[at] = cell
        else:
            tally["broken"] += 1
            at, form = DAMAGED_CELL.get(self.table, 3), UNREADABLE[kind - len(uncastable)]
            cells[at : at + 1] = [form.format(cells[at])] if form else []
        return ",".join(cells) + "\n"


def _asked(draw: random.Random, degree: int, nth: int, day: date) -> tuple[Any, ...]:
    """Columns 4 to 10 of mentor_activity."""
    asked = day, texts.question(draw, degree, nth), texts.html(draw, texts.POSTED), _score(draw, 0.7)
    if draw.random() < 0.15:
        return *asked, "", "", ""
    luck, wait = draw.random(), 0
    if luck < 0.001:
        wait = -draw.randint(1, 20)
    elif luck > 0.79:
        wait = draw.randint(30, 300) if luck > 0.96 else 1 + int(draw.expovariate(1 / 4))
    return *asked, day + timedelta(days=wait), texts.html(draw, texts.ANSWERED), _score(draw, 1.1)


def _score(draw: random.Random, middle: float) -> int:
    score = int(draw.lognormvariate(middle, 1.3))
    return score if draw.random() < 0.95 else -min(10, score)


def students(scale: float) -> int:
    """How many there are, ids 1 to this number."""
    return max(LEAST, round(50_000 * scale))


def month_file(key: str, tally: Counter[str], *, scale: float, seed: int, dirt: float) -> Iterator[bytes]:
    """The file at a key such as data_science/2026/2/video_log.csv, in pieces; tally grows by what they hold."""
    month, name = Month(key, scale, seed), f"{seed}|{float(scale)}|{key}"
    good, bad = random.Random(name), random.Random(f"{name}|{float(dirt)}")
    buffer = io.StringIO(COLUMNS[month.table] + "\n", newline="")
    buffer.seek(0, os.SEEK_END)
    writer = csv.writer(buffer, lineterminator="\n")
    for row in month.good(good, tally):
        writer.writerow(row)
        if bad.random() < dirt:
            buffer.write(month.damaged(bad, tally))
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode("utf-8", "surrogateescape")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "surrogateescape")
