"""The errors a user can meet, named by what the caller should do.

    HeadwaterError                 stop; print the message, no traceback
    |-- ConfigurationError         stop; the user changes a setting, a declaration or a permission
    |   |-- UnreadableError        so it is with one object; the caller goes on with others, and comes back to it
    |   `-- DamagedCommitError     stop this stream, and whatever removes data; the user restores a commit
    |-- ConcurrentLoadError        stop; another load committed first, nothing was changed, run again
    |-- ExpiredLoadError           stop; the load took too long to be committed, nothing was changed, run again
    |-- NotFoundError              an object is not there; the caller decides
    |-- ReplacedError              an object is not the one that was listed; the caller lists it again
    |-- UnexpectedError            stop this source; a fault of ours, or an input that nobody thought of
    |-- RefusedError               stop asking this source; the user changes a token, a plan or an address
    |-- RequestError               a source takes offence at this request; the caller changes it, or goes on with others
    `-- UnavailableError           a source does not answer as promised; run again later

Every message names the thing, what was expected and what to run or change next.
"""

from datetime import datetime


class HeadwaterError(Exception):
    """A user's or the world's mistake, told in one line."""


class ConfigurationError(HeadwaterError):
    """A setting, a declaration or a permission must change before a run can succeed."""


class UnreadableError(ConfigurationError):
    """One object cannot be read before somebody does something about it; others may well be."""


class DamagedCommitError(ConfigurationError):
    """A commit is missing, cut or changed: the log does not say what is in the lake."""


class ConcurrentLoadError(HeadwaterError):
    """Another load of the same stream has taken the commit number."""


class ExpiredLoadError(HeadwaterError):
    """The load is older than a commit may be."""


class NotFoundError(HeadwaterError):
    """No object has this key."""


class ReplacedError(HeadwaterError):
    """An object is not, or not any more, the one that was listed: what was read of it does not count."""


class UnexpectedError(HeadwaterError):
    """Any other exception, with its class and what of its text may be shown."""


class RefusedError(HeadwaterError):
    """A source refuses all requests until the user does something."""


class RequestError(HeadwaterError):
    """A source refuses one request. problem: its answer, empty if no JSON object; answered_at: by its clock."""

    def __init__(self, message: str, status: int, problem: dict[str, object], answered_at: datetime) -> None:
        super().__init__(message)
        self.status, self.problem, self.answered_at = status, problem, answered_at


class UnavailableError(HeadwaterError):
    """A source could not be asked, or did not answer as promised, however often it was tried."""
