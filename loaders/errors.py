"""The errors a user can meet, named by what the caller should do.

    HeadwaterError                 stop; print the message, no traceback
    |-- ConfigurationError         stop; the user changes a setting, a declaration or a permission
    |-- ConcurrentLoadError        stop; another load committed first, nothing was changed, run again
    |-- ExpiredLoadError           stop; the load took too long to be committed, nothing was changed, run again
    `-- NotFoundError              an object is not there; the caller decides

Every message names the thing, what was expected and what to run or change next.
"""


class HeadwaterError(Exception):
    """A user's or the world's mistake, told in one line."""


class ConfigurationError(HeadwaterError):
    """A setting, a declaration or a permission must change before a run can succeed."""


class ConcurrentLoadError(HeadwaterError):
    """Another load of the same stream has taken the commit number."""


class ExpiredLoadError(HeadwaterError):
    """The load is older than a commit may be."""


class NotFoundError(HeadwaterError):
    """No object has this key."""
