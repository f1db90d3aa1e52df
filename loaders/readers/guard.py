"""A reader that fails in a way that nobody foresaw costs its input, and no other."""

from collections.abc import Callable, Iterable, Iterator

from loaders.errors import HeadwaterError
from loaders.readers.json_documents import Document
from loaders.readers.reject import Reject


def guarded(
    batches: Iterable[list[Document]], reject: Callable[[Reject], None], size: int, content: Callable[[], bytes]
) -> Iterator[list[Document]]:
    """The batches of a reader; its failure, of whatever class, is a reject of the rest of the input.

    size: how many bytes the input has as it is stored; content: gives those to keep. What the place that is read, or
    the lake, raises is no fault of the input, and passes.
    """
    it = iter(batches)
    while True:
        try:
            batch = next(it, None)
        except (HeadwaterError, OSError, MemoryError):
            raise
        except Exception as error:  # that is what it is for
            told = f"reading it failed with {type(error).__name__}, expected what its declaration says"
            reject(Reject(0, "unreadable", f"{told}; what was read before that is landed", content(), size))
            return
        if batch is None:
            return
        yield batch
