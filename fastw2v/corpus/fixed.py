"""The words of a vocabulary, and the row of each, as a list and a dict that nobody can change by accident."""

from __future__ import annotations

from typing import Any, NoReturn

_WAY_OUT = "which no longer would match its vectors: change a copy, {kind}(...)"


def _refuse(self: Any, *_: Any, **__: Any) -> NoReturn:
    kind = type(self).__bases__[0].__name__
    raise TypeError(f"these are the words of a vocabulary, {_WAY_OUT.format(kind=kind)}")


class FixedList(list[Any]):
    """A list that refuses to be changed; copies, pickles, slices and sums of it are plain lists.

    Attributes
    ----------
    rows : FixedDict or None
        Word -> row, once somebody has made it: vocabularies with other counts of the same words share it.

    Examples
    --------
    >>> words = FixedList(["the", "cat"])
    >>> words == ["the", "cat"], sorted(words)
    (True, ['cat', 'the'])
    >>> words.sort()
    Traceback (most recent call last):
        ...
    TypeError: these are the words of a vocabulary, which no longer would match its vectors: change a copy, list(...)
    """

    rows: FixedDict | None = None

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> Any:
        return list, (list(self),)


class FixedDict(dict[Any, Any]):
    """A dict that refuses to be changed; copies and pickles of it are plain dicts."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> Any:
        return dict, (dict(self),)

    @classmethod
    def fromkeys(cls, keys: Any, value: Any = None) -> dict[Any, Any]:
        """Return a plain dict, as there is nothing to protect."""
        return dict.fromkeys(keys, value)
