"""What is said about each mistake in the project's own settings and its channels."""

from collections.abc import Callable

import pytest

MISTAKES = [
    pytest.param("namespace: shop", "namespce: shop", "1:1", 'unknown key "namespce"', 'Did you mean "namespace"?'),
    pytest.param("namespace: shop\n", "", "1:1", '"namespace" is missing', 'Add "namespace": The project\'s name in'),
    pytest.param(
        "namespace: shop",
        "namespace: Shop",
        "1:12",
        '"Shop" is not a namespace',
        "Start with a small letter; then small",
    ),
    pytest.param(
        "namespace: shop",
        "namespace: 5",
        "1:12",
        "namespace must be text, not the number 5",
        "Start with a small letter; then small",
    ),
    pytest.param(
        "meta: {label: Shop}",
        "meta: {label: Shop, colour: red}",
        "2:21",
        'unknown key "colour"',
        "Remove it; known here: label.",
    ),
    pytest.param(
        "meta: {label: Shop}",
        "meta:",
        "2:6",
        "meta must be a mapping, not nothing",
        "Give it a value, or leave it out.",
    ),
    pytest.param("port: 8090", "port: 80900", "4:9", "port cannot be 80900", "Write a number from 0 to 65535."),
    pytest.param("port: 8090", 'port: "8090"', "4:9", "port must be a whole number, not text", "Leave out the quotes."),
    pytest.param(
        "https://www.example.org",
        "https://www.example.org/x",
        "5:20",
        '"https://www.example.org/x" is not an origin',
        "Write scheme and host, no path:",
    ),
    pytest.param(
        "https://www.example.org",
        "'*'",
        "5:20",
        "any origin cannot be allowed: cookies sign people in",
        "Name the origins, such as",
    ),
    pytest.param(
        "10.0.0.0/8",
        "10.0.0.0/99",
        "6:20",
        '"10.0.0.0/99" is not an address or network',
        "Write 10.0.0.1 or 10.0.0.0/8.",
    ),
    pytest.param("2MiB", "2MB", "7:14", '"2MB" is not a size', "Write a whole number above 0 and a"),
    pytest.param(
        "sqlite:data/shop.db",
        "mysql://u:pw@h/db",
        "8:10",
        '"mysql" is not a storage',
        "Write sqlite:data/newsroom.db, sqlite::memory:",
    ),
    pytest.param(
        "sqlite:data/shop.db",
        "mongodb://u:pw@h",
        "8:10",
        "the MongoDB address names no database",
        "Write sqlite:data/newsroom.db, sqlite::memory:",
    ),
    pytest.param(
        "sqlite:data/shop.db",
        "data/shop.db",
        "8:10",
        "the storage has no scheme",
        "Write sqlite:data/newsroom.db, sqlite::memory:",
    ),
    pytest.param(
        "sqlite:data/shop.db",
        "sqlite:///x.db",
        "8:10",
        "sqlite: is followed by a path, without slashes in",
        "Write sqlite:data/newsroom.db, sqlite::memory:",
    ),
    pytest.param(
        "realtime: {",
        "broker: redis://localhost/0\nrealtime: {",
        "11:9",
        '"redis" is not a broker',
        'Write "memory:", or leave it out.',
    ),
    pytest.param(
        "sessionTTL: 5d",
        "sessionTTL: 5 days",
        "9:20",
        '"5 days" is not a duration',
        "Write a whole number above 0 and a",
    ),
    pytest.param(
        "sessionTTL: 5d", "sessionTTL: 0d", "9:20", '"0d" is not a duration', "Write a whole number above 0 and a"
    ),
    pytest.param(
        "sessionTTL: 5d",
        "sessionTTL: 5d, secret: hunter2",
        "9:32",
        "the secret has fewer than 16 characters",
        "Take a long random one, or leave it",
    ),
    pytest.param(
        "name: floor",
        "name: _floor",
        "20:11",
        '"_floor" is not a channel\'s name',
        "Use letters, digits, _ . : and -, and",
    ),
    pytest.param(
        "roles: [clerk, buyer]",
        "roles: [clerk, buyer, admin]",
        "9:46",
        '"admin" is built in and cannot be declared as a role',
        "Remove it.",
    ),
    pytest.param(
        "roles: [clerk, buyer]",
        "roles: [clerk, buyer, clerk]",
        "9:46",
        '"clerk" is there twice',
        "Remove one of the two.",
    ),
    pytest.param(
        "roles: [clerk, buyer]",
        "roles: [clerk, Buyer]",
        "9:39",
        '"Buyer" is not a role\'s name',
        "Start with a small letter; then",
    ),
    pytest.param(
        "requests: 300/minute",
        "requests: 300",
        "10:20",
        "requests must be a rate, not the number 300",
        "Write a number per second, minute, hour",
    ),
    pytest.param(
        "requests: 300/minute",
        "sends: 60/minute",
        "10:10",
        'unknown key "sends"',
        'Did you mean "send"?',
    ),
    pytest.param(
        "heartbeat: 15s",
        "heartbeat: 15",
        "11:23",
        "heartbeat must be a duration, not the number 15",
        "Write a whole number above 0 and a",
    ),
    pytest.param("threads: 8", "threads: 0", "12:31", "threads cannot be 0", "Write a number from 1 to 1024."),
    pytest.param(
        "threads: 8",
        "threads: 1.5",
        "12:31",
        "threads must be a whole number, not the number 1.5",
        "Write a whole number.",
    ),
    pytest.param(
        "    description: What is new\n",
        "",
        "14:5",
        '"description" is missing',
        'Add "description": What is sent here,',
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    presence: yes\n",
        "17:15",
        "presence must be true or false, not text",
        "Write true or false.",
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: everybody\n",
        "16:12",
        '"everybody" is not a scope',
        "Write public, authenticated, role:NAME",
    ),
    pytest.param("scope: role:clerk", "scope: clerk", "22:12", '"clerk" is not a scope', 'Did you mean "role:clerk"?'),
    pytest.param(
        "scope: role:clerk", "scope: role:clark", "22:12", 'there is no role "clark"', 'Did you mean "role:clerk"?'
    ),
    pytest.param(
        "name: user:{userId}",
        "name: user:{id}",
        "19:12",
        "the scope user needs {userId} in the channel's",
        'Name it like "user:{id}:{userId}", or',
    ),
    pytest.param(
        "name: floor",
        "name: news",
        "20:11",
        'the channel "news" is declared twice: first at',
        "Rename or remove one of the two.",
    ),
    pytest.param(
        "name: floor",
        "name: user:{id}",
        "20:11",
        '"user:{id}" cannot be told from "user:{userId}" at',
        "Rename or remove one of the two.",
    ),
    pytest.param(
        "name: floor",
        "name: the floor",
        "20:11",
        '"the floor" is not a channel\'s name',
        "Use letters, digits, _ . : and -, and",
    ),
    pytest.param(
        "name: floor", "name: 'a:{x}:{x}'", "20:11", "{x} is there twice", "Give each part of the name another one."
    ),
    pytest.param(
        "bufferSize: 50",
        "bufferSize: 3",
        "24:12",
        "lastN is 5, but only 3 messages are kept",
        "Raise bufferSize, or lower lastN to 3.",
    ),
    pytest.param(
        "bufferSize: 50", "onFull: drop-older", "23:13", 'onFull cannot be "drop-older"', 'Did you mean "drop-oldest"?'
    ),
    pytest.param(
        "{type: integer}", "{type: intger}", "26:75", '"intger" is not a type of JSON Schema', 'Did you mean "integer"?'
    ),
    pytest.param(
        "required: [shelf]",
        "requird: [shelf]",
        "26:29",
        'unknown keyword "requird" in a JSON Schema',
        'Did you mean "required"?',
    ),
    pytest.param(
        "required: [shelf]",
        "required: shelf",
        "26:39",
        "required cannot stand in a JSON Schema: 'shelf' is",
        "See JSON Schema, Draft 2020-12.",
    ),
    pytest.param(
        "{type: integer}",
        "{type: string, pattern: '['}",
        "26:92",
        '"[" is not a regular expression',
        "Correct it; test it with Python's re",
    ),
    pytest.param(
        "{type: integer}",
        "{$ref: '#/$defs/nope'}",
        "26:75",
        '"#/$defs/nope" does not lead anywhere in this schema',
        "Refer to a part of the same schema:",
    ),
    pytest.param(
        "{type: integer}",
        "{$ref: 'https://example.org/x.json'}",
        "26:75",
        '"https://example.org/x.json" does not lead anywhere',
        "Refer to a part of the same schema:",
    ),
    pytest.param(
        "    bufferSize: 50\n",
        "    messageTTL: 10 m\n",
        "23:17",
        '"10 m" is not a duration',
        "Write a whole number above 0 and a",
    ),
    pytest.param(
        "moved: {type",
        "'moved away': {type",
        "26:7",
        '"moved away" is not a message type',
        "Start with a letter; then letters,",
    ),
    pytest.param("lastN: 5", "lastN: -1", "24:12", "lastN cannot be -1", "Write a number from 0."),
    pytest.param(
        "https://www.example.org", '"http://["', "5:20", '"http://[" is not an origin', "Write scheme and host"
    ),
    pytest.param("https://www.example.org", "www.example.org", "5:20", "is not an origin", "Write scheme and host"),
    pytest.param(
        "{type: integer}", "{allOf: [{requird: [a]}]}", "26:78", 'unknown keyword "requird"', 'Did you mean "required"?'
    ),
    pytest.param("name: floor", "name: " + "f" * 129, "20:11", "name is longer than 128 characters", "Shorten it."),
    pytest.param("{type: integer}", "[integer]", "26:68", "shelf cannot stand in a JSON Schema", "See JSON Schema"),
    pytest.param(
        "    scope: public\n", "    scope: admin\n", "16:12", '"admin" is not a scope', "Write public, authenticated"
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    hooks: {join: hooks/products.py:check}\n",
        "17:13",
        'unknown key "join"',
        "Remove it; known here: subscribe, leave.",
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    hooks: {subscribe: hooks/rooms.py:check}\n",
        "17:24",
        'there is no file "hooks/rooms.py"',
        "Create it with a function check(ctx), or correct the path.",
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    receive: {chat: {hook: on_chat}}\n",
        "17:28",
        '"on_chat" does not name a function of a hook file',
        "Write file and function:",
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    receive: {chat: {schema: {type: objekt}}}\n",
        "17:37",
        '"objekt" is not a type of JSON Schema',
        'Did you mean "object"?',
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    receive: {chat: {transient: 1}}\n",
        "17:33",
        "transient must be true or false, not the number 1",
        "Write true or false.",
    ),
    pytest.param(
        "    scope: public\n",
        "    scope: public\n    receive: {presence: {}}\n",
        "17:15",
        '"presence" messages are the server\'s own',
        "Choose another type.",
    ),
    pytest.param(
        "    lastN: 5\n",
        "    lastN: 5\n    receive: {lifted: {}}\n",
        "25:15",
        'the channel would refuse "lifted": its events do not name it',
        "Add it to the channel's events, or give it a hook",
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message", "remedy"), MISTAKES)
def test_a_mistake_in_the_config_is_told_once_at_its_place(
    assert_told: Callable[..., None], old: str, new: str, place: str, message: str, remedy: str
) -> None:
    assert_told("config.yml", old, new, place=place, message=message, remedy=remedy)
