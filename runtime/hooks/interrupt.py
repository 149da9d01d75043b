"""Throwing an exception into a thread that runs user code, which is the only way to end a loop that never returns.

CPython delivers it between two bytecodes of that thread (`PyThreadState_SetAsyncExc`), so a thread that waits in C
code gets it only when it comes back.
"""

import ctypes


class Interrupted(BaseException):
    """The code it is thrown into is over its time limit.

    No Exception, so that `except Exception` in user code does not stop it.
    """


def throw_into(thread_id: int) -> None:
    """Have Interrupted raised in a thread, soon. Does nothing where the thread has ended."""
    _set(thread_id, ctypes.py_object(Interrupted))


def take_back(thread_id: int) -> None:
    """Forget what was thrown, if the thread has not met it yet."""
    _set(thread_id, None)


def _set(thread_id: int, exception: "ctypes.py_object[type[Interrupted]] | None") -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread_id), exception)
