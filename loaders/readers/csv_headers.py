"""What the header of a CSV file must name, compared as the models compare: exactly, or folded where they fold.

A name that is not what is expected but looks like it (`Text` for `text`, a blank before it) would leave its column
null in every row, so that it refuses the file and is named.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loaders.readers.csv_dialect import Dialect

_ACCENTED = "áàâãäåéèêëíìîïóòôõöúùûüçñýÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑÝ"
_PLAIN = "aaaaaaeeeeiiiiooooouuuucnyAAAAAAEEEEIIIIOOOOOUUUUCNY"
_DASHES = "\u2013\u2014\u2010\u2011\u2012\u2212\x96"
_MARKS = "\u0300\u0301\u0302\u0303\u0308\u0327"
_FOLDED = str.maketrans(_ACCENTED + _DASHES + "\u00ba\u00b0\u00aa\u00a0", _PLAIN + "-" * len(_DASHES) + "ooa ", _MARKS)


@dataclass(frozen=True, slots=True)
class Expected:
    """The columns that models read. Of several names for one that is required, any serves.

    is_folded: the models compare names without case, accents and kinds of dashes, and so does this.
    """

    required: Sequence[str | Sequence[str]] = ()
    optional: Sequence[str] = ()
    is_folded: bool = False

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a header names any required column, or something like it; or none is required."""
        lacking = self._lacking(names)
        return len(lacking) < len(self.required) or not self.required or bool(self._misnamed(names, lacking))

    def problem(self, header: str, dialect: Dialect) -> tuple[str, str]:
        """Why an input cannot be read with this header: a reason and a sentence, or "" and ""."""
        names, delimiter = dialect.names(header), dialect.delimiter
        lacking = self._lacking(names)
        if "\0" in header:
            return "malformed_header", "the header has NUL bytes, as text in UTF-16 has; expected its encoding declared"
        if misnamed := self._misnamed(names, lacking):
            told = ", ".join(f"{_listed([name])} for {_listed([ours])}" for name, ours in misnamed[:20])
            how = "without case and accents" if self.is_folded else "exactly, case and blanks included"
            return "misnamed_columns", f"the header has {told}; names are compared {how}: correct them in the file"
        if self.required and len(lacking) == len(self.required):
            fitting = (d for d in ",;\t|" if d != delimiter and self.fits(Dialect(d).cells(header)))
            hint = "".join(
                f"; it has them with {other!r} as the delimiter, which is {delimiter!r}" for other in fitting
            )
            return (
                "no_header",
                f"the first record is {_listed(names)}, expected a header with {_listed(self.required)}{hint}",
            )
        if twice := self._twice(names):
            return "duplicate_header", f"the header has {_listed(twice)} more than once, expected each name once"
        if lacking:
            return "missing_columns", f"the header lacks {_listed(lacking)}; it has {_listed(names)}"
        return "", ""

    def _key(self, name: str) -> str:
        return folded(name) if self.is_folded else name

    def _lacking(self, names: Sequence[str]) -> list[str | Sequence[str]]:
        there = {self._key(name) for name in names}
        return [one for one in self.required if not any(self._key(name) in there for name in _names(one))]

    def _twice(self, names: Sequence[str]) -> list[str]:
        spellings: dict[str, list[str]] = {}
        for name in names:
            spellings.setdefault(self._key(name), []).append(name)
        return [name for several in spellings.values() if len(several) > 1 for name in dict.fromkeys(several)]

    def _misnamed(self, names: Sequence[str], lacking: Sequence[str | Sequence[str]]) -> list[tuple[str, str]]:
        """Names of the header that are none of ours and look like one that is missing, each with that."""
        there = {self._key(name) for name in names}
        missing = [name for one in lacking for name in _names(one)]
        missing += [name for name in self.optional if self._key(name) not in there]
        ours = {self._key(name) for one in (*self.required, *self.optional) for name in _names(one)}
        expected = {sketch: name for name in reversed(missing) if (sketch := _sketch(name))}
        strange = (name for name in names if self._key(name) not in ours) if expected else ()
        return [(name, expected[sketch]) for name in strange if (sketch := _sketch(name)) in expected]


def folded(name: str) -> str:
    """A name as the macro `folded` of the models has it."""
    return re.sub(r"[ \t\r\n]+", " ", name.translate(_FOLDED).lower()).strip(" ")


def _sketch(name: str) -> str:
    """Its letters and digits, without accents and case: alike for what a person may take for the same."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKD", name).casefold())


def _names(one: str | Sequence[str]) -> Iterator[str]:
    yield from (one,) if isinstance(one, str) else one


def _listed(several: Sequence[str | Sequence[str]]) -> str:
    """At most twenty names, cut at a hundred characters each; with `or` between those of which any serves."""
    quoted = (" or ".join(repr(name[:100]) for name in _names(one)) for one in several[:20])
    return ", ".join(quoted) + ", ..." * (len(several) > 20)
