"""What is said about each mistake in a collection: fields, hooks, realtime, indexes."""

from collections.abc import Callable

import pytest

MISTAKES = [
    pytest.param(
        "name: products",
        "name: Products",
        "1:7",
        '"Products" is not a collection\'s name',
        "Start with a small letter; then",
    ),
    pytest.param(
        "name: products",
        "name: makers",
        "1:7",
        'the collection "makers" is declared twice: first at',
        "Rename or remove one of the two.",
    ),
    pytest.param(
        "name: products",
        "name: _users",
        "1:7",
        '"_users" is not a collection\'s name',
        "Start with a small letter; then",
    ),
    pytest.param("title: name,", "title: nmae,", "2:32", 'there is no field "nmae"', 'Did you mean "name"?'),
    pytest.param(
        "listFields: [name, price]",
        "listFields: [name, prize]",
        "2:57",
        'there is no field "prize"',
        'Did you mean "price"?',
    ),
    pytest.param(
        "label: Products",
        "label: Products, sort: '-price,nmae'",
        "2:31",
        'there is no field "nmae"',
        'Did you mean "name"?',
    ),
    pytest.param(
        "label: Products", "label: Products, icon: persn", "2:31", 'icon cannot be "persn"', 'Did you mean "person"?'
    ),
    pytest.param(
        "default: shown}",
        "default: shown, meta: {width: hal}}",
        "6:89",
        'width cannot be "hal"',
        'Did you mean "half"?',
    ),
    pytest.param(
        "default: shown}",
        "default: shown, meta: {options: {show: Shown}}}",
        "6:92",
        'there is no option "show" to give a name to',
        'Did you mean "shown"?',
    ),
    pytest.param(
        "type: number, min: 0",
        "type: number, meta: {options: {a: A}}, min: 0",
        "7:50",
        'there is no option "a" to give a name to',
        "Remove it.",
    ),
    pytest.param(
        "label: Products", "label: 5", "2:15", "label must be text, not the number 5", 'Put it in quotes: "5".'
    ),
    pytest.param("required: true", "requird: true", "4:32", 'unknown key "requird"', 'Did you mean "required"?'),
    pytest.param(
        "required: true", "required: yes", "4:42", "required must be true or false, not text", "Write true or false."
    ),
    pytest.param(
        "type: string, required", "type: sting, required", "4:24", 'type cannot be "sting"', 'Did you mean "string"?'
    ),
    pytest.param("type: string, required: true, ", "required: true, ", "4:5", '"type" is missing', 'Add "type".'),
    pytest.param(
        "minLength: 2", "minLength: 200", "4:48", "minLength 200 is above maxLength 80", "Exchange or correct them."
    ),
    pytest.param(
        "minLength: 2",
        "min: 2",
        "4:48",
        '"min" means nothing for a field of type string',
        "Remove it; it is for: array, integer,",
    ),
    pytest.param(
        "minLength: 2",
        "pattern: '('",
        "4:57",
        "the pattern is not a regular expression: missing ),",
        "Correct it; test it with Python's re",
    ),
    pytest.param(
        "from: name", "from: nam", "5:36", 'there is no field "nam" to make the slug of', 'Did you mean "name"?'
    ),
    pytest.param(
        "from: name", "from: price", "5:36", 'a slug cannot be made of "price"', "Name a text field, such as the title."
    ),
    pytest.param(
        "options: [shown, hidden], ",
        "",
        "6:5",
        'a field of type select needs "options"',
        "Add the values to choose from: options:",
    ),
    pytest.param(
        "options: [shown, hidden]",
        "options: [shown, 5]",
        "6:50",
        "an item of options must be text, not the number 5",
        'Put it in quotes: "5".',
    ),
    pytest.param(
        "default: shown",
        "default: show",
        "6:68",
        "the default must be one of shown, hidden; did you",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "default: 1}", "default: '1'}", "7:61", "the default must be a number", "Correct it, or leave it out: there is"
    ),
    pytest.param(
        "default: 1}",
        "default: 1001}",
        "7:61",
        "the default is above max 1000",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "collection: makers", "collection: maker", "8:48", 'there is no collection "maker"', 'Did you mean "makers"?'
    ),
    pytest.param(
        "collection: makers",
        "collection: search",
        "8:48",
        '"search" is virtual: it has no documents to refer to',
        "Name a collection with documents.",
    ),
    pytest.param(
        ", collection: makers",
        "",
        "8:5",
        'a field of type reference needs "collection"',
        "Name the collection that it refers to:",
    ),
    pytest.param(
        "type: array, items: {type: string}",
        "type: array",
        "9:5",
        'a field of type array needs "items"',
        "Say what the elements are: items:",
    ),
    pytest.param(
        "type: array, items: {type: string}",
        "type: upload",
        "9:24",
        'type cannot be "upload"',
        "Write one of: string, text, markdown,",
    ),
    pytest.param(
        "name: tags", "name: id", "9:12", '"id" is a field that every document has already', "Choose another name."
    ),
    pytest.param(
        "name: tags", "name: _tags", "9:12", '"_tags" is not a field\'s name', "Start with a letter; then letters,"
    ),
    pytest.param(
        "name: tags",
        "name: name",
        "9:12",
        'the field "name" is declared twice: first at',
        "Rename or remove one of the two.",
    ),
    pytest.param(
        "name: depth",
        "name: width",
        "14:16",
        'the field "width" is declared twice: first at',
        "Rename or remove one of the two.",
    ),
    pytest.param(
        "{name: extra, type: json}",
        "{name: extra, type: json, unique: true}",
        "15:31",
        "a field of type json cannot be unique",
        "Remove it; text, numbers and dates can",
    ),
    pytest.param(
        "{name: width, type: integer}",
        "{name: width, type: integer, default: 1}",
        "13:38",
        'unknown key "default"',
        "Remove it; known here: name, type,",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{after: hooks/products.py:narrow}",
        "25:10",
        'read has no phase "after"',
        "The phases of read are: before, respond.",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: hooks/product.py:narrow}",
        "25:18",
        'there is no file "hooks/product.py"',
        'Did you mean "hooks/products.py"?',
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: hooks/products.py}",
        "25:18",
        '"hooks/products.py" does not name a function of a',
        "Write file and function:",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: hooks/products.py:1narrow}",
        "25:18",
        '"hooks/products.py:1narrow" does not name a',
        "Write file and function:",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: ../hooks/products.py:narrow}",
        "25:18",
        '"../hooks/products.py" leaves the project',
        "Put the file under hooks/ and write",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: /etc/x.py:narrow}",
        "25:18",
        '"/etc/x.py" leaves the project',
        "Put the file under hooks/ and write",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: jobs/count.py:narrow}",
        "25:18",
        '"jobs/count.py" is not under hooks/',
        "Put the file there and write",
    ),
    pytest.param(
        "{before: hooks/products.py:narrow}",
        "{before: {a: b}}",
        "25:18",
        "before must be a function or a list of functions,",
        "Write one such as",
    ),
    pytest.param("channel: news", "channel: new", "28:22", 'there is no channel "new"', 'Did you mean "news"?'),
    pytest.param(
        "channel: news",
        "channel: 'user:{userId}'",
        "28:22",
        '"user:{userId}" is a template: a change does not',
        "Name a plain channel, or send from an",
    ),
    pytest.param(
        "channel: news",
        "channel: floor",
        "28:22",
        'the channel "floor" would refuse what is published:',
        "Add these types to the channel's events.",
    ),
    pytest.param(
        "on: [create]", "on: [created]", "28:33", 'an item of on cannot be "created"', 'Did you mean "create"?'
    ),
    pytest.param(
        "on: [create]", "on: [create, read]", "28:41", 'an item of on cannot be "read"', 'Did you mean "create"?'
    ),
    pytest.param("fields: [id, name]", "fields: [id, nam]", "28:55", 'there is no field "nam"', 'Did you mean "name"?'),
    pytest.param(
        "fields: [id, name]",
        "fields: [id, cost]",
        "28:55",
        '"cost" is hidden, and would be published',
        "Remove it here, or hidden there.",
    ),
    pytest.param(
        "fields: [id, name]",
        "fields: [id, size.width]",
        "28:55",
        '"size.width" is inside of a field',
        "Name the whole field: size.",
    ),
    pytest.param(
        "realtime:\n",
        "realtime:\n  live: soon\n",
        "28:9",
        "live must be true or false, not text",
        "Write true or false.",
    ),
    pytest.param("realtime:\n", "realtime:\n  lively: true\n", "28:3", 'unknown key "lively"', 'Did you mean "live"?'),
    pytest.param("-price]]", "-prize]]", "29:19", 'there is no field "prize"', 'Did you mean "price"?'),
    pytest.param(
        "-price]]",
        "size]]",
        "29:19",
        '"size" is of type object, which has no order',
        "Name another field.",
    ),
    pytest.param(
        "-price]]",
        "extra.x]]",
        "29:19",
        '"extra.x" is inside of a field that takes anything',
        "Give it a field of its own to index it.",
    ),
    pytest.param(
        "-price]]",
        "tags, extra]]",
        "29:11",
        "an index cannot go over several arrays",
        "Leave one in it, and index the others",
    ),
    pytest.param("-price]]", "state]]", "29:19", '"state" is there twice', "Remove one of the two."),
    pytest.param(
        "max: 1000, default: 1",
        "max: 1000, unique: true, default: 1",
        "7:66",
        "a unique field cannot have a default: the second",
        "Remove one of the two.",
    ),
    pytest.param(
        "items: {type: string}",
        "items: {type: object, fields: [{name: a, type: string, unique: true}]}",
        "9:86",
        "what is inside of an array cannot be unique",
        "Remove it, or give it a field of its",
    ),
    pytest.param(
        "    type: object\n",
        "    type: object\n    index: true\n",
        "12:5",
        "a field of type object cannot be indexed",
        "Remove it, or index a member of it.",
    ),
    pytest.param(
        "min: 0, max: 1000", "min: 2000, max: 1000", "7:33", "min 2000 is above max 1000", "Exchange or correct them."
    ),
    pytest.param(
        "type: array, items",
        "type: array, min: 1.5, items",
        "9:36",
        "a list cannot have 1.5 elements",
        "Write a whole number from 0.",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: date, default: soon,",
        "16:39",
        "the default must be a date such as 2026-01-31",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: datetime, default: 2026-01-15,",
        "16:43",
        "the default must be a moment such as",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: email, default: somebody,",
        "16:40",
        "the default is not an e-mail address",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: url, default: example.org,",
        "16:38",
        "the default is not a URL; it begins with https://",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: boolean, default: no,",
        "16:42",
        "the default must be true or false",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: integer, default: 1.5,",
        "16:42",
        "the default must be a whole number",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: geo, default: {lat: 1},",
        "16:38",
        "the default must be a GeoJSON point: {type: Point,",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "{name: cost, type: number,",
        "{name: cost, type: slug, default: Not A Slug,",
        "16:39",
        "the default is not a slug: small letters and",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "items: {type: string}",
        "items: {type: string}, default: [a, 1]",
        "9:63",
        "the default has an element that must be text",
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "    type: object\n",
        "    type: object\n    default: {height: 1}\n",
        "12:14",
        'the default has a member "height" that is not',
        "Correct it, or leave it out: there is",
    ),
    pytest.param(
        "name: size\n",
        "name: Size of it\n",
        "10:11",
        '"Size of it" is not a field\'s name',
        "Start with a letter; then letters,",
    ),
    pytest.param(
        "{validate: [hooks/products.py:check, hooks/products.py:narrow]}",
        "{validate: [hooks/products.py:check, hooks/products.py:check]}",
        "26:48",
        '"hooks/products.py:check" is there twice',
        "Remove one of the two.",
    ),
    pytest.param(
        "{validate: [hooks/products.py:check, hooks/products.py:narrow]}",
        "{validat: hooks/products.py:check}",
        "26:12",
        'create has no phase "validat"',
        'Did you mean "validate"?',
    ),
    pytest.param(
        "  create: {validate:",
        "  list: {validate:",
        "26:3",
        'unknown key "list"',
        "Remove it; known here: read, create,",
    ),
    pytest.param(
        "channel: news", "channel: 5", "28:22", "channel must be text, not the number 5", 'Put it in quotes: "5".'
    ),
    pytest.param(
        "{name: extra, type: json}",
        "5",
        "15:5",
        "an item of fields must be a mapping, not the number 5",
        'Write "key: value" lines.',
    ),
    pytest.param("-price]]", "maker.name]]", "29:19", '"maker.name" leads into a field', "Name the field itself."),
    pytest.param(
        "title: name,", "title: tags.first,", "2:32", '"tags.first" leads into a field', "Name the field itself."
    ),
    pytest.param(
        "fields: [id, name]",
        "fields: [id, [name]]",
        "28:55",
        "an item of fields must be text, not a list",
        "Write text.",
    ),
]

VIRTUAL = [
    pytest.param(
        "virtual: true",
        "virtual: true\nfields: []",
        "3:1",
        "a virtual collection has no documents, so it has no",
        "Remove fields, or remove virtual: true.",
    ),
    pytest.param(
        "hooks:\n  read: {before: hooks/products.py:narrow}\n",
        "",
        "1:1",
        "a virtual collection needs hooks: they are all",
        "Add hooks: {read: {before:",
    ),
    pytest.param(
        "{read: true}",
        "{read: true, create: true}",
        "4:24",
        "nothing answers create: a virtual collection is its",
        "Add a hook for create, or remove the",
    ),
    pytest.param(
        "{read: true}",
        "{read: {hide: [x]}}",
        "4:19",
        '"hide" means nothing for a virtual collection: it',
        "Write read: true.",
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), MISTAKES)
def test_a_mistake_in_a_collection_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("collections/products.yml", old, new, place=place, message=message, remedy=remedy)


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), VIRTUAL)
def test_a_mistake_in_a_virtual_collection_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("collections/search.yml", old, new, place=place, message=message, remedy=remedy)
