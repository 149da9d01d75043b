"""What a file is, by what it holds and never by what the client says of it. Pure."""

import codecs
import re
from typing import Final

HEAD_BYTES: Final = 64 * 1024
"""How much of the beginning of a file is looked at."""

UNKNOWN: Final = "application/octet-stream"

_BEGINNINGS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"\xff\xf1", "audio/aac"),
    (b"\xff\xf9", "audio/aac"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"{\\rtf", "application/rtf"),
    (b"wOF2", "font/woff2"),
    (b"wOFF", "font/woff"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = {
    b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif",
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4", b"qt  ": "video/quicktime",
}  # fmt: skip
"""Brands of the ISO base media format (ISO/IEC 14496-12 §4.3); all others are taken for MP4 video."""
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_PACKED: Final = (
    (b"word/", f"{_OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}.presentationml.presentation"),
)
_MIMETYPE: Final = re.compile(
    rb"^PK\x03\x04.{26}mimetype(application/(?:vnd\.oasis\.opendocument\.[a-z-]{1,80}|epub\+zip))(?:PK|META)", re.DOTALL
)
"""OpenDocument and EPUB begin with an entry that says what they are, not compressed (OASIS ODF 1.3 part 2 §3.3). Other
types are not believed: an archive could call itself a picture or a script."""
_OPUS_OR_VORBIS: Final = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_TAG: Final = re.compile(r"<(?:!doctype\s{1,20})?(?:[a-z]{1,20}:)?([a-z]{1,20})", re.IGNORECASE)
_TAGS: Final = {
    "svg": "image/svg+xml",
    "html": "text/html",
    "head": "text/html",
    "body": "text/html",
    "script": "text/html",
}
_TEXTS: Final = {
    "csv": "text/csv", "md": "text/markdown", "markdown": "text/markdown", "json": "application/json",
    "vtt": "text/vtt", "ics": "text/calendar",
}  # fmt: skip

INLINE: Final = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/x-icon"}
    | {"audio/mpeg", "audio/ogg", "audio/flac", "audio/wav", "audio/mp4", "audio/aac", "audio/webm"}
    | {"video/mp4", "video/webm", "video/ogg", "video/quicktime", "application/pdf"}
)
"""What browsers may show by itself. Never HTML, SVG or XML: their scripts would run as ours."""


def media_type(head: bytes, name: str) -> str:
    """Return the media type of a file that begins with `head`, its first HEAD_BYTES or all of it.

    Of plain text alone the name's ending tells which kind it is: no browser runs any of these.
    """
    return _binary(head) or _text(head, name) or UNKNOWN


def _binary(head: bytes) -> str | None:
    if head[:4] == b"RIFF" and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"\x1aE\xdf\xa3":
        return _matroska(head)
    if head[:4] == b"PK\x03\x04":
        return _packed(head)
    if head[257:262] == b"ustar":
        return "application/x-tar"
    found = next((type for beginning, type in _BEGINNINGS if head.startswith(beginning)), None)
    if found == "audio/ogg" and not any(codec in head[:256] for codec in _OPUS_OR_VORBIS):
        return "video/ogg"
    if found == "image/bmp" and head[6:10] != b"\x00\x00\x00\x00":
        return None  # a text that begins with BM
    return found


def _matroska(head: bytes) -> str:
    if b"webm" not in head[:64]:
        return "video/x-matroska"
    is_silent_film = b"V_VP" in head or b"V_AV1" in head
    return "video/webm" if is_silent_film or b"A_OPUS" not in head else "audio/webm"


def _packed(head: bytes) -> str:
    if found := _MIMETYPE.match(head):
        return found[1].decode("ascii")
    if b"[Content_Types].xml" in head[:4096] or b"_rels/.rels" in head[:4096]:
        return next((type for folder, type in _PACKED if folder in head), "application/zip")
    return "application/zip"


def _text(head: bytes, name: str) -> str | None:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if head.startswith(mark):
            return _kind_of(head[: len(head) // 2 * 2].decode(encoding, "replace"), name)
    if not head or _CONTROLS.search(head):
        return None
    try:
        # A character may be cut in two at the end.
        return _kind_of(codecs.getincrementaldecoder("utf-8-sig")().decode(head), name)
    except UnicodeDecodeError:
        return _markup(head.decode("latin-1"))  # any other encoding has its tags in ASCII as well


def _kind_of(text: str, name: str) -> str:
    return _markup(text) or _TEXTS.get(name.rpartition(".")[2].lower(), "text/plain")


def _markup(text: str) -> str | None:
    """Return which kind of markup a text is; None where it is none. Takes time in proportion to its length."""
    at, is_xml = 0, False
    while True:
        at = _behind_space(text, at)
        end = {"<!--": "-->", "<?": "?>"}.get("<!--" if text.startswith("<!--", at) else text[at : at + 2])
        if end is None:
            break
        is_xml = True
        at = text.find(end, at) + len(end)
        if at < len(end):
            return "text/xml"  # what it begins with has no end: in case of doubt it is no plain text
    tag = _TAG.match(text, at)
    return _TAGS.get(tag[1].lower() if tag else "") or ("text/xml" if is_xml else None)


def _behind_space(text: str, at: int) -> int:
    while at < len(text) and (text[at].isspace() or text[at] == "\ufeff"):
        at += 1
    return at
