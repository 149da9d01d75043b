"""Names of files: of what clients send, and in the headers of answers. Pure."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote

LONGEST: Final = 150
"""Characters of a name, its ending included; more than file systems take in bytes, and enough to read."""
UNNAMED: Final = "file"

_ESCAPED: Final = (("%22", '"'), ("%0D", " "), ("%0A", " "))
_SEPARATORS: Final = re.compile(r"[\\/]")
_UNFIT_FOR_FILES: Final = re.compile(r'[<>:"|?*]')
_ENDING: Final = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_NEITHER: Final = re.compile(r"[^A-Za-z0-9!#$&+.^_`|~ ()-]")


def cleaned(name: str | None) -> str:
    """Return the name that a file is kept under: its last part, without what no system takes or what would mislead.

    Control characters and those that turn the direction of writing around are gone. What a form escapes of a name
    (HTML §4.10.21.8) is read.
    """
    said = name or ""
    for escaped, character in _ESCAPED:
        said = said.replace(escaped, character)
    last = _SEPARATORS.split(unicodedata.normalize("NFC", said))[-1]
    spaced = "".join(" " if c.isspace() else c for c in last)
    kept = "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    tidy = " ".join(_UNFIT_FOR_FILES.sub("_", kept).split()).strip(". ")
    if len(tidy) > LONGEST:
        ending = _ENDING.search(tidy)
        tail = ending[0] if ending else ""
        tidy = tidy[: LONGEST - len(tail)].rstrip(". ") + tail
    return tidy or UNNAMED


def disposition(name: str, *, is_inline: bool) -> str:
    """Return a `Content-Disposition` (RFC 6266): the name as it is, and in ASCII for those who know no other."""
    kind = "inline" if is_inline else "attachment"
    ascii = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _NEITHER.sub("_", ascii) or UNNAMED
    if plain == name:
        return f'{kind}; filename="{plain}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
