"""Names that files are kept under, and how answers say them."""

import pytest

from runtime.files.names import cleaned, disposition


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("photo.png", "photo.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\photo.png", "photo.png"),
        ("  a \t b\n.png ", "a b .png"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\x00b.png", "ab.png"),
        ('<a>"b"|c?.png', "_a__b__c_.png"),
        ("%22a%22%0D%0A.png", "_a_ .png"),
        ("100%25.png", "100%25.png"),
        ("u\u0308ber.png", "über.png"),
        ("...", "file"),
        ("", "file"),
        (None, "file"),
        ("a/", "file"),
        ("x" * 300 + ".jpeg", "x" * 145 + ".jpeg"),
        ("x" * 300, "x" * 150),
        ("日本語.txt", "日本語.txt"),
    ],
)
def test_a_name_is_cleaned(said, kept):
    assert cleaned(said) == kept


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.png", 'inline; filename="a b.png"'),
        ('a"b\\c.png', "inline; filename=\"a_b_c.png\"; filename*=UTF-8''a%22b%5Cc.png"),
        ("ü.png", "inline; filename=\"u.png\"; filename*=UTF-8''%C3%BC.png"),
        ("日.txt", "inline; filename=\".txt\"; filename*=UTF-8''%E6%97%A5.txt"),
        ("a;b=c.txt", "inline; filename=\"a_b_c.txt\"; filename*=UTF-8''a%3Bb%3Dc.txt"),
    ],
)
def test_a_disposition_says_the_name_so_that_everybody_can_read_it(name, header):
    assert disposition(name, is_inline=True) == header
    assert disposition(name, is_inline=False) == header.replace("inline", "attachment", 1)
