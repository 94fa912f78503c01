"""What a machine may lack without being wrong: tests that need it do not run, and the end of the run names them."""

from typing import ClassVar


class Wanting(RuntimeError):
    """Something tests need is not here; `make test` fetches it where it may. what: its name at the end of a run.

    required: whether a run under CI must have it.
    """

    what: ClassVar[str]
    required: ClassVar[bool] = True
