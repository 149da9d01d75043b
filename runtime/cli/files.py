"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from runtime.model.errors import Unavailable


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give the name of a new file beside `target`; with the block's end it takes the target's place.

    The block makes the file. Where it raises, the file goes, and the target is as it was. A symbolic link stays and
    leads to the new file. Raises Unavailable where files cannot be written.
    """
    final = target.resolve()
    draft = final.with_name(f".{final.name}.{token_hex(4)}.part")
    try:
        try:
            yield draft
            with draft.open("r+b") as file:
                os.fsync(file.fileno())
            draft.replace(final)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{target} cannot be written: {error.strerror or error}") from error
