"""What a file is, by what it holds."""

import io
import zipfile

import pytest

from runtime.files.sniff import HEAD_BYTES, INLINE, media_type


def packed(*names: str, mimetype: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if mimetype is not None:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("head", "type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"BM\x46\x00\x00\x00\x00\x00\x00\x00", "image/bmp"),
        (b"BM is how this text begins", "text/plain"),
        (b"\x00\x00\x00\x1cftypavif....", "image/avif"),
        (b"\x00\x00\x00\x1cftypheic....", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom....", "video/mp4"),
        (b"\x00\x00\x00\x18ftypM4A ....", "audio/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ....", "video/quicktime"),
        (b"\x1aE\xdf\xa3....webm....V_VP9", "video/webm"),
        (b"\x1aE\xdf\xa3....webm....A_OPUS", "audio/webm"),
        (b"\x1aE\xdf\xa3....matroska", "video/x-matroska"),
        (b"OggS....OpusHead", "audio/ogg"),
        (b"OggS....\x80theora", "video/ogg"),
        (b"ID3\x04....", "audio/mpeg"),
        (b"fLaC....", "audio/flac"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"\x00" * 257 + b"ustar\x00", "application/x-tar"),
        (b"", "application/octet-stream"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"MZ\x90\x00\x03", "application/octet-stream"),
        (b"\xfe\xed\xfa\xce\xff\xff", "application/octet-stream"),
    ],
)
def test_files_are_known_by_how_they_begin(head, type):
    assert media_type(head, "whatever.html") == type


@pytest.mark.parametrize(
    ("data", "type"),
    [
        (packed("a.txt"), "application/zip"),
        (packed("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
        (packed("[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"), f"{OFFICE}.presentationml.presentation"),
        (packed("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
         "application/vnd.oasis.opendocument.text"),
        (packed("META-INF/container.xml", mimetype="application/epub+zip"), "application/epub+zip"),
        (packed("a", mimetype="text/html"), "application/zip"),
    ],
)  # fmt: skip
def test_documents_that_are_archives_are_told_apart(data, type):
    assert media_type(data, "a.zip") == type


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("\ufeff <?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC 'x' 'y'>\n<svg/>", "image/svg+xml"),
        ("<s:svg xmlns:s='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("<!doctype HTML><p>a", "text/html"),
        ("<!-- <svg> --><HTML>", "text/html"),
        ("<script>alert(1)</script>", "text/html"),
        ("<?xml version='1.0'?><feed/>", "text/xml"),
        ("<?xml version='1.0' ", "text/xml"),
        ("<!-- never ended", "text/xml"),
        ("1 < 2", "text/plain"),
        ("größer 中 🎉", "text/plain"),
    ],
)
def test_markup_is_found_in_any_text_and_encoding(text, type):
    for encoding in ("utf-8", "utf-16"):
        assert media_type(text.encode(encoding), "a.png") == type


def test_markup_is_found_in_text_that_is_no_utf_8():
    assert media_type("<html>größer".encode("latin-1"), "a.txt") == "text/html"
    assert media_type("größer".encode("latin-1"), "a.txt") == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "type"),
    [("a.csv", "text/csv"), ("a.MD", "text/markdown"), ("a.json", "application/json"), ("a.html", "text/plain"),
     ("a.svg", "text/plain"), ("csv", "text/csv"), ("a", "text/plain"), ("a.png", "text/plain")],
)  # fmt: skip
def test_the_name_tells_only_which_kind_of_plain_text_it_is(name, type):
    assert media_type(b"a,b\n1,2\n", name) == type
    assert type not in INLINE


def test_a_character_that_is_cut_in_two_does_not_make_a_text_binary():
    assert media_type(("a" * (HEAD_BYTES - 1) + "ü").encode()[:HEAD_BYTES], "a.txt") == "text/plain"


@pytest.mark.parametrize(
    ("text", "type"),
    [("<!---->" * 9000, "text/xml"), (" " * 60000, "text/plain"), ("<?a?>" * 12000, "text/xml"),
     ("<!--" * 16000, "text/xml"), ("<!doctype" + " " * 60000 + "html>", "text/plain")],
)  # fmt: skip
def test_no_text_takes_longer_than_its_length_to_look_at(text, type):
    assert media_type(text.encode(), "a.txt") == type  # hours, if it had to be gone through again and again


def test_nothing_that_runs_scripts_is_shown():
    assert not {type for type in INLINE if "html" in type or "xml" in type or "svg" in type or type.startswith("text/")}
