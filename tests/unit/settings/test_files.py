"""Settings of files: what a field takes, and how large anything may be."""

import pytest


def test_a_field_of_files_says_what_it_takes(shop):
    shop.change(
        "collections/products.yml", "{name: extra, type: json}",
        "{name: extra, type: array, items: {type: file, accept: [image/*, application/pdf], maxSize: 512KiB}}",
    )  # fmt: skip
    items = shop.load().collection["products"].by_name["extra"].items
    assert (items.type, items.accept, items.max_size_bytes) == ("file", ("image/*", "application/pdf"), 524_288)


def test_limits_of_files_have_defaults_and_can_be_set(shop):
    limits = shop.load().limits
    assert (limits.upload.count, limits.upload.per_s) == (60, 60.0)
    assert (limits.file_size_bytes, limits.unused_files_bytes) == (20_971_520, 209_715_200)
    text = (shop.folder / "config.yml").read_text()
    assert "limits:" in text
    shop.change("config.yml", "limits: {", "limits: {upload: 3/hour, fileSize: 1GiB, unusedFiles: 2GiB, ")
    limits = shop.load().limits
    assert (limits.upload.count, limits.upload.per_s) == (3, 3600.0)
    assert (limits.file_size_bytes, limits.unused_files_bytes) == (1_073_741_824, 2_147_483_648)


@pytest.mark.parametrize(
    ("field", "message", "remedy"),
    [
        ("type: json, accept: [image/*]", '"accept" means nothing for a field of type json', "Remove it; it is for"),
        ("type: file, accept: [png]", '"png" is not a media type', "Write a media type such as application/pdf"),
        ("type: file, accept: []", "accept", ""),
        ("type: file, maxSize: 5", "maxSize must be a size, not the number 5", "Write a whole number above 0"),
        ("type: file, maxSize: 5MB", '"5MB" is not a size', "Write a whole number above 0 and a unit"),
        ("type: file, maxSize: 21MiB", "no file can be as large: limits.fileSize is 20971520 bytes", "Lower maxSize"),
        ("type: array, items: {type: file, maxSize: 1GiB}", "no file can be as large", "or raise limits.fileSize"),
        ("type: file, default: {id: a}", "the default cannot be written here: files are uploaded", "leave it out"),
        ("type: file, unique: true", "a field of type file cannot be unique", ""),
        ("type: file, index: true", "a field of type file cannot be indexed", ""),
    ],
)
def test_a_mistake_is_told_with_its_remedy(shop, field, message, remedy):
    shop.change("collections/products.yml", "{name: extra, type: json}", f"{{name: extra, {field}}}")
    (problem,) = shop.problems()
    assert problem.source.file == "collections/products.yml"
    assert message in problem.message
    assert remedy in problem.remedy


def test_what_may_wait_unused_cannot_be_less_than_one_file(shop):
    shop.change("config.yml", "limits: {", "limits: {fileSize: 1GiB, ")
    (problem,) = shop.problems()
    assert "unusedFiles is 209715200 bytes, less than one file may have" in problem.message
    assert problem.remedy == "Raise unusedFiles, or lower fileSize."
