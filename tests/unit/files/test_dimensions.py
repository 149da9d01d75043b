"""How large images are, from headers written by hand."""

import struct

import pytest

from runtime.files.dimensions import dimensions

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480)
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc4\x00\x04\x00\x00\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03"
)
WEBP = b"RIFF\x00\x00\x00\x00WEBP"


@pytest.mark.parametrize(
    ("type", "head", "size"),
    [
        ("image/png", PNG, (640, 480)),
        ("image/gif", b"GIF89a" + struct.pack("<HH", 640, 480), (640, 480)),
        ("image/bmp", b"BM" + b"\x00" * 16 + struct.pack("<ii", 640, -480), (640, 480)),
        ("image/jpeg", JPEG, (640, 480)),
        ("image/webp", WEBP + b"VP8X" + b"\x00" * 8 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"),
         (640, 480)),
        ("image/webp", WEBP + b"VP8 " + b"\x00" * 7 + b"\x9d\x01\x2a" + struct.pack("<HH", 640, 480), (640, 480)),
        ("image/webp", WEBP + b"VP8L\x00\x00\x00\x00\x2f" + struct.pack("<I", 639 | 479 << 14), (640, 480)),
        ("image/svg+xml", b"<svg width='640' height='480'>", None),
        ("text/plain", PNG, None),
    ],
)  # fmt: skip
def test_width_and_height_are_read(type, head, size):
    assert dimensions(head, type) == size


@pytest.mark.parametrize("type", ["image/png", "image/gif", "image/bmp", "image/jpeg", "image/webp"])
def test_what_is_cut_off_or_nonsense_has_no_size(type):
    for head in (PNG, JPEG, WEBP + b"VP8X" + b"\x00" * 14, b"", b"\xff" * 100, b"\xff\xd8" + b"\x00" * 100):
        for length in range(0, len(head), 3):
            assert dimensions(head[:length], type) is None or length > 9


def test_an_image_without_any_extent_has_no_size():
    assert dimensions(PNG[:16] + b"\x00" * 8, "image/png") is None
