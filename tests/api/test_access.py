"""Users, sessions, tokens and explanations over HTTP: what admins do, what everybody does, and what nobody else may."""

import re

import pytest

OPEN = {
    # Decided by permissions, scopes or by whose it is; the modules of these routes have tests of their own.
    ("GET", "/api/{ns}/_admin"),
    ("GET", "/api/{ns}/_auth/me"),
    ("GET", "/api/{ns}/_auth/sessions"),
    ("DELETE", "/api/{ns}/_auth/sessions"),
    ("DELETE", "/api/{ns}/_auth/sessions/{id}"),
    ("PATCH", "/api/{ns}/_auth/me"),
    ("POST", "/api/{ns}/_auth/login"),
    ("POST", "/api/{ns}/_auth/logout"),
    ("POST", "/api/{ns}/_auth/password"),
    ("POST", "/api/{ns}/_auth/setup"),
    ("POST", "/api/{ns}/_auth/ticket"),
    ("POST", "/api/{ns}/_batch"),
    ("GET", "/api/{ns}/_channels/{channel}/presence"),
    ("POST", "/api/{ns}/_channels/{channel}"),
    ("GET", "/api/{ns}/_editing/{collection}/{id}"),
    ("GET", "/api/{ns}/_events"),
    ("POST", "/api/{ns}/_events"),
    ("POST", "/api/{ns}/_events/{connection}"),
    ("POST", "/api/{ns}/_files"),
    ("GET", "/api/{ns}/_files/{id}"),
    ("POST", "/api/{ns}/_jobs/{name}"),
    ("GET", "/api/{ns}/_jobs/runs/{id}"),
    ("DELETE", "/api/{ns}/_jobs/runs/{id}"),
    ("POST", "/api/{ns}/_jobs/runs/{id}/retry"),
}
"""Every other route whose path begins with an underscore is for admins."""

CLOSED = {
    "/_users", "/_users/{id}", "/_users/{id}/password", "/_users/{id}/invitation", "/_users/{id}/sessions",
    "/_sessions", "/_sessions/{id}", "/_tokens", "/_tokens/{name}", "/_explain", "/_jobs", "/_hooks", "/_channels",
}  # fmt: skip
"""Some that must be among those that were found, or the search for them is broken."""


def admin_routes(site):
    """The routes that are for admins: [(method, path)], found in the router."""
    found = set()
    for route in site.client.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        # What is underneath a collection is decided by its permissions, whatever its name.
        if re.match(r"/api/\{ns\}/_", path) and route.method in {"GET", "POST", "PUT", "PATCH", "DELETE"}:
            found.add((route.method, path))
    return sorted(found - OPEN)


@pytest.fixture
async def site(serve):
    return await serve()


@pytest.fixture
async def ada(site):
    return await site.project.auth.users.create("ada@example.org", password="correct horse", name="Ada")


async def sign_in(site, email="ada@example.org", password="correct horse"):
    """Return the headers of a new session."""
    body = {"email": email, "password": password, "bearer": True}
    answer = await site.ask("POST", "/_auth/login", body)
    assert answer.status == 200, answer.text
    return {"Authorization": f"Bearer {answer.json['token']}"}


def events(site, *names):
    return [entry for entry in site.log.entries if entry["event"] in names]


# Who may do any of this


async def test_every_route_for_admins_refuses_everybody_else(site):
    importer = {"Authorization": f"Bearer {await site.project.auth.tokens.add('importer', roles=['editor'])}"}
    routes = admin_routes(site)
    assert {path.removeprefix("/api/{ns}") for _, path in routes} >= CLOSED
    for method, route in routes:
        path = re.sub(r"\{[^}]*\}", "x", route.removeprefix("/api/{ns}"))
        body = {} if method in {"POST", "PUT", "PATCH"} else None
        nobody = await site.ask(method, path, body)
        assert (nobody.status, nobody.json["code"]) == (401, "unauthenticated"), (method, route)
        for asking in ({"by": "author"}, {"by": "editor"}, {"headers": importer}):
            answer = await site.ask(method, path, body, **asking)
            assert (answer.status, answer.json["code"]) == (403, "forbidden"), (method, route, asking)


async def test_what_is_said_to_be_open_is_there(site):
    there = {(route.method, route.resource.canonical) for route in site.client.app.router.routes() if route.resource}
    assert there >= OPEN


async def test_an_admin_s_token_may_do_it_too(site):
    token = await site.project.auth.tokens.add("ops", roles=["admin"])
    answer = await site.ask("GET", "/_users", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 200


# Users


async def test_users_are_found_by_a_part_of_address_or_name_and_by_role(site, ada):
    await site.project.auth.users.create("grace@example.org", name="Grace", roles=["editor"])
    everybody = await site.ask("GET", "/_users", by="admin")
    assert [user["email"] for user in everybody.json["items"]] == [
        "ada@example.org",
        "admin@example.org",
        "grace@example.org",
    ]
    assert everybody.json["total"] == 3
    for query, emails in {
        "q=ADA": ["ada@example.org"],
        "q=grace": ["grace@example.org"],
        "role=editor": ["grace@example.org"],
        "q=a.a": [],
        "role=editor&q=ada": [],
        "limit=1&offset=1": ["admin@example.org"],
    }.items():
        answer = await site.ask("GET", f"/_users?{query}", by="admin")
        assert [user["email"] for user in answer.json["items"]] == emails, query
    assert (await site.ask("GET", "/_users?limit=1&q=example", by="admin")).json["total"] == 3


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "offset=-1", "offset=100001", "q=" + "x" * 201])
async def test_a_list_has_limits(site, query):
    for path in ("_users", "_sessions"):
        answer = await site.ask("GET", f"/{path}?{query}", by="admin")
        assert (answer.status, answer.json["code"]) == (400, "invalid_query")


async def test_no_answer_has_a_hash_or_a_digest(site, ada):
    await sign_in(site)
    await site.project.auth.tokens.add("importer")
    paths = ("/_users", f"/_users/{ada['id']}", "/_sessions", "/_tokens", "/_auth/sessions")
    for path in paths:
        text = (await site.ask("GET", path, by="admin")).text
        for word in ("passwordHash", "digest", "generation", "argon2", "hst_", "hss_"):
            assert word not in text, (path, word)


async def test_a_user_is_created_with_a_password(site):
    body = {"email": " Grace@Example.org ", "name": "Grace", "roles": ["editor"], "password": "correct horse"}
    answer = await site.ask("POST", "/_users", body, by="admin")
    assert answer.status == 201
    assert answer.headers["Cache-Control"] == "no-store"
    user, admin = answer.json["user"], await site.project.auth.users.find_by_email("admin@example.org")
    assert {key: user[key] for key in ("email", "name", "roles", "disabled", "hasPassword", "createdBy")} == {
        "email": "grace@example.org",
        "name": "Grace",
        "roles": ["editor"],
        "disabled": False,
        "hasPassword": True,
        "createdBy": admin["id"],
    }
    assert answer.json["invitation"] is None
    assert await sign_in(site, "grace@example.org")
    (line,) = events(site, "user_created")
    assert (line["user"], line["by"], line["roles"]) == (user["id"], admin["id"], ["editor"])
    assert "grace" not in str(line)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"/email": "is required"}),
        ({"email": 5, "rolls": []}, {
            "/email": "must be a string",
            "/rolls": "is not known here; known are email, name, roles, password, invite",
        }),
        ({"email": "ada@example.org", "roles": [1]}, {"/roles": "must be a list of strings"}),
        ({"email": "ada@example.org", "password": "correct horse", "invite": True}, {
            "/password": "choose one: a password, or an invitation with which they choose their own",
        }),
        ({"email": "ada", "name": "x" * 201, "roles": ["editr"], "password": "short"}, {
            "/email": "this is no e-mail address; write it like ada@example.org, in at most 254 characters",
            "/name": "a name has at most 200 characters, in one line",
            "/roles/0": "there is no role 'editr'; did you mean 'editor'?",
            "/password": "a password has 8 to 1024 characters",
        }),
    ],
)  # fmt: skip
async def test_all_that_is_wrong_with_a_new_user_is_told_at_its_place(site, body, errors):
    answer = await site.ask("POST", "/_users", body, by="admin")
    assert (answer.status, answer.json["errors"]) == (422, errors)


async def test_an_address_is_taken_once(site, ada):
    answer = await site.ask("POST", "/_users", {"email": "ADA@example.org"}, by="admin")
    assert (answer.status, answer.json["code"]) == (409, "not_unique")
    assert answer.json["errors"] == {"/email": "there is a user with this e-mail address already"}
    other = await site.project.auth.users.create("grace@example.org")
    answer = await site.ask("PATCH", f"/_users/{other['id']}", {"email": "ada@example.org"}, by="admin")
    assert (answer.status, list(answer.json["errors"])) == (409, ["/email"])


async def test_an_invitation_lets_one_in_once_and_one_chooses_a_password(site):
    made = await site.ask("POST", "/_users", {"email": "grace@example.org", "invite": True}, by="admin")
    invitation = made.json["invitation"]
    assert re.fullmatch(r"hsc_[0-9a-f]{32}_[\w-]{43}", invitation["code"])
    assert made.json["user"]["hasPassword"] is False
    entered = await site.ask("POST", "/_auth/login", {"code": invitation["code"], "bearer": True})
    assert entered.status == 200
    again = await site.ask("POST", "/_auth/login", {"code": invitation["code"], "bearer": True})
    assert again.status == 401
    headers = {"Authorization": f"Bearer {entered.json['token']}"}
    body = {"name": "Grace", "password": "correct horse"}
    done = await site.ask("POST", "/_auth/setup", body, headers=headers)
    assert (done.status, done.json["user"]["name"], done.json["user"]["hasPassword"]) == (200, "Grace", True)
    assert (await site.ask("GET", "/_auth/me", headers=headers)).status == 200
    assert await sign_in(site, "grace@example.org")


async def test_an_invitation_is_also_for_who_has_forgotten_the_password(site, ada):
    session = await sign_in(site)
    first = await site.ask("POST", f"/_users/{ada['id']}/invitation", {}, by="admin")
    second = await site.ask("POST", f"/_users/{ada['id']}/invitation", {}, by="admin")
    assert (first.status, second.status) == (201, 201)
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 401
    refused = await site.ask("POST", "/_auth/login", {"email": "ada@example.org", "password": "correct horse"})
    assert refused.status == 401
    for code, status in ((first.json["invitation"]["code"], 401), (second.json["invitation"]["code"], 200)):
        assert (await site.ask("POST", "/_auth/login", {"code": code, "bearer": True})).status == status


async def test_who_is_disabled_is_not_invited(site, ada):
    await site.project.auth.users.disable(ada["id"])
    answer = await site.ask("POST", f"/_users/{ada['id']}/invitation", {}, by="admin")
    assert (answer.status, answer.json["code"]) == (409, "conflict")


async def test_a_user_is_changed_in_one_step(site, ada):
    body = {"email": "ada@lovelace.org", "name": "Ada Lovelace", "roles": ["editor", "author"]}
    answer = await site.ask("PATCH", f"/_users/{ada['id']}", body, by="admin")
    assert answer.status == 200
    assert {key: answer.json[key] for key in (*body, "version")} == {**body, "version": 2}
    assert (await site.ask("GET", f"/_users/{ada['id']}", by="admin")).json == answer.json
    (line,) = events(site, "user_changed")
    assert (line["changed"], line["roles"]) == (["email", "name", "roles"], ["editor", "author"])


async def test_a_change_of_nothing_is_refused(site, ada):
    answer = await site.ask("PATCH", f"/_users/{ada['id']}", {}, by="admin")
    assert (answer.status, answer.json["code"]) == (422, "invalid_document")
    assert (await site.project.auth.users.get(ada["id"]))["version"] == 1


async def test_a_session_goes_on_when_name_address_or_roles_change(site, ada):
    session = await sign_in(site)
    body = {"email": "ada@lovelace.org", "name": "Ada L.", "roles": ["editor"]}
    await site.ask("PATCH", f"/_users/{ada['id']}", body, by="admin")
    me = await site.ask("GET", "/_auth/me", headers=session)
    assert (me.status, me.json["user"]["roles"]) == (200, ["editor"])


async def test_who_is_disabled_is_out_at_once_and_comes_back_with_a_new_session(site, ada):
    session = await sign_in(site)
    path = f"/_users/{ada['id']}"
    assert (await site.ask("PATCH", path, {"disabled": True}, by="admin")).json["disabled"] is True
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 401
    refused = await site.ask("POST", "/_auth/login", {"email": "ada@example.org", "password": "correct horse"})
    assert refused.status == 401
    assert (await site.ask("PATCH", path, {"disabled": False}, by="admin")).json["disabled"] is False
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 401
    assert await sign_in(site)


async def test_a_password_that_is_set_ends_the_sessions(site, ada):
    session = await sign_in(site)
    answer = await site.ask("POST", f"/_users/{ada['id']}/password", {"password": "battery staple"}, by="admin")
    assert answer.status == 200
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 401
    assert await sign_in(site, password="battery staple")
    short = await site.ask("POST", f"/_users/{ada['id']}/password", {"password": "short"}, by="admin")
    assert (short.status, list(short.json["errors"])) == (422, ["/password"])


async def test_a_user_is_deleted_with_all_sessions(site, ada):
    session = await sign_in(site)
    assert (await site.ask("DELETE", f"/_users/{ada['id']}", by="admin")).status == 204
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 401
    assert (await site.ask("GET", f"/_users/{ada['id']}", by="admin")).status == 404
    assert [line["event"] for line in events(site, "user_deleted")] == ["user_deleted"]


async def test_what_is_not_there_is_not_found(site):
    for method, path, body in (
        ("GET", "/_users/x", None),
        ("PATCH", "/_users/x", {"name": "X"}),
        ("DELETE", "/_users/x", None),
        ("POST", "/_users/x/password", {"password": "correct horse"}),
        ("POST", "/_users/x/invitation", {}),
        ("DELETE", "/_users/x/sessions", None),
        ("DELETE", "/_sessions/x", None),
        ("DELETE", "/_tokens/x", None),
        ("DELETE", "/_auth/sessions/x", None),
    ):
        answer = await site.ask(method, path, body, by="admin")
        assert (answer.status, answer.json["code"]) == (404, "not_found"), (method, path)


async def test_nobody_shuts_themselves_out(site):
    await site.signed_in("admin")
    await site.project.auth.users.create("other@example.org", roles=["admin"])
    me = (await site.project.auth.users.find_by_email("admin@example.org"))["id"]
    for method, path, body in (
        ("PATCH", "", {"disabled": True}),
        ("PATCH", "", {"roles": ["editor"]}),
        ("DELETE", "", None),
        ("POST", "/password", {"password": "correct horse"}),
        ("POST", "/invitation", {}),
    ):
        answer = await site.ask(method, f"/_users/{me}{path}", body, by="admin")
        assert (answer.status, answer.json["code"]) == (409, "own_account"), (method, path)
    answer = await site.ask("PATCH", f"/_users/{me}", {"name": "Me", "roles": ["admin", "editor"]}, by="admin")
    assert answer.status == 200


async def test_there_is_always_an_admin_left(site):
    token = await site.project.auth.tokens.add("ops", roles=["admin"])
    last = await site.project.auth.users.create("root@example.org", roles=["admin"])
    for method, body in (("PATCH", {"disabled": True}), ("PATCH", {"roles": []}), ("DELETE", None)):
        headers = {"Authorization": f"Bearer {token}"}
        answer = await site.ask(method, f"/_users/{last['id']}", body, headers=headers)
        assert (answer.status, answer.json["code"]) == (409, "last_admin")


# One's own account


async def test_the_first_admin_sets_up_the_account_in_one_step(site):
    invitation = await site.project.auth.first_admin()
    spare = await site.project.auth.first_admin()
    entered = await site.ask("POST", "/_auth/login", {"code": invitation.code, "bearer": True})
    headers = {"Authorization": f"Bearer {entered.json['token']}"}
    body = {"email": "ada@example.org", "name": "Ada", "password": "correct horse"}
    answer = await site.ask("POST", "/_auth/setup", body, headers=headers)
    assert answer.status == 200
    user = answer.json["user"]
    assert (user["email"], user["name"], user["hasPassword"], user["roles"]) == (
        "ada@example.org", "Ada", True, ["admin"],
    )  # fmt: skip
    assert user["version"] == 2
    assert (await site.ask("GET", "/_auth/me", headers=headers)).status == 200
    assert (await site.ask("POST", "/_auth/login", {"code": spare.code})).status == 401
    assert await site.project.auth.first_admin() is None
    again = await site.ask("POST", "/_auth/setup", body, headers=headers)
    assert (again.status, again.json["code"]) == (409, "has_password")


async def test_an_account_that_cannot_be_set_up_is_left_as_it_was(site, ada):
    invitation = await site.project.auth.first_admin()
    entered = await site.ask("POST", "/_auth/login", {"code": invitation.code, "bearer": True})
    headers = {"Authorization": f"Bearer {entered.json['token']}"}
    short = await site.ask("POST", "/_auth/setup", {"email": "x", "password": "short"}, headers=headers)
    assert (short.status, sorted(short.json["errors"])) == (422, ["/email", "/password"])
    body = {"email": "ada@example.org", "password": "correct horse"}
    taken = await site.ask("POST", "/_auth/setup", body, headers=headers)
    assert (taken.status, list(taken.json["errors"])) == (409, ["/email"])
    me = (await site.ask("GET", "/_auth/me", headers=headers)).json["user"]
    assert (me["email"], me["hasPassword"], me["version"]) == ("admin@localhost", False, 1)


async def test_an_address_is_not_for_users_to_choose(site):
    body = {"email": "boss@example.org", "password": "correct horse"}
    answer = await site.ask("POST", "/_auth/setup", body, by="author")
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    answer = await site.ask("PATCH", "/_auth/me", {"email": "boss@example.org"}, by="author")
    assert (answer.status, list(answer.json["errors"])) == (422, ["/email", "/name"][:1])


async def test_users_change_their_own_name_and_nothing_else(site):
    answer = await site.ask("PATCH", "/_auth/me", {"name": " Arno "}, by="author")
    assert (answer.status, answer.json["user"]["name"]) == (200, "Arno")
    for body in ({"name": "x", "roles": ["admin"]}, {"name": "x", "disabled": False}, {"name": 1}, {}):
        assert (await site.ask("PATCH", "/_auth/me", body, by="author")).status == 422


async def test_the_public_and_tokens_have_no_account(site):
    token = {"Authorization": f"Bearer {await site.project.auth.tokens.add('importer')}"}
    for method, path, body in (
        ("PATCH", "/_auth/me", {"name": "X"}),
        ("POST", "/_auth/setup", {"password": "correct horse"}),
        ("GET", "/_auth/sessions", None),
        ("DELETE", "/_auth/sessions", None),
        ("DELETE", "/_auth/sessions/x", None),
    ):
        assert (await site.ask(method, path, body)).status == 401, path
        assert (await site.ask(method, path, body, headers=token)).status == 403, path


# Sessions


async def test_own_sessions_are_listed_and_ended(site, ada):
    first, second, third = [await sign_in(site) for _ in range(3)]
    listed = (await site.ask("GET", "/_auth/sessions", headers=second)).json["items"]
    assert [set(session) for session in listed] == [
        {"id", "createdAt", "lastSeenAt", "expiresAt", "ip", "agent", "current"}
    ] * 3
    assert {session["ip"] for session in listed} == {"127.0.0.1"}
    (current,) = [session for session in listed if session["current"]]
    others = [session for session in listed if not session["current"]]
    assert (await site.ask("DELETE", f"/_auth/sessions/{others[0]['id']}", headers=second)).status == 204
    left = (await site.ask("GET", "/_auth/sessions", headers=second)).json["items"]
    assert {session["id"] for session in left} == {current["id"], others[1]["id"]}
    assert (await site.ask("DELETE", "/_auth/sessions", headers=second)).status == 204
    left = (await site.ask("GET", "/_auth/sessions", headers=second)).json["items"]
    assert [session["id"] for session in left] == [current["id"]]
    for headers in (first, third):
        assert (await site.ask("GET", "/_auth/me", headers=headers)).status == 401


async def test_nobody_ends_the_session_of_another(site, ada):
    session = await sign_in(site)
    (listed,) = (await site.ask("GET", "/_auth/sessions", headers=session)).json["items"]
    assert (await site.ask("DELETE", f"/_auth/sessions/{listed['id']}", by="editor")).status == 404
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 200


async def test_admins_see_and_end_all_sessions(site, ada):
    session = await sign_in(site)
    answer = await site.ask("GET", "/_sessions", by="admin")
    assert answer.json["total"] == 2
    by_user = {listed["user"]["email"]: listed for listed in answer.json["items"]}
    assert by_user["ada@example.org"]["user"] == {
        "id": ada["id"], "email": "ada@example.org", "name": "Ada", "roles": [],
    }  # fmt: skip
    assert [by_user[email]["current"] for email in ("ada@example.org", "admin@example.org")] == [False, True]
    of_ada = await site.ask("GET", f"/_sessions?user={ada['id']}", by="admin")
    assert [listed["id"] for listed in of_ada.json["items"]] == [by_user["ada@example.org"]["id"]]
    assert (await site.ask("DELETE", f"/_sessions/{by_user['ada@example.org']['id']}", by="admin")).status == 204
    assert (await site.ask("GET", "/_auth/me", headers=session)).status == 401
    (line,) = events(site, "session_ended")
    assert (line["user"], line["session"]) == (ada["id"], by_user["ada@example.org"]["id"])


async def test_all_sessions_of_a_user_end_at_once_and_one_s_own_goes_on(site, ada):
    sessions = [await sign_in(site) for _ in range(2)]
    assert (await site.ask("DELETE", f"/_users/{ada['id']}/sessions", by="admin")).status == 204
    for headers in sessions:
        assert (await site.ask("GET", "/_auth/me", headers=headers)).status == 401
    admin = await site.project.auth.users.find_by_email("admin@example.org")
    assert (await site.ask("DELETE", f"/_users/{admin['id']}/sessions", by="admin")).status == 204
    assert (await site.ask("GET", "/_sessions", by="admin")).json["total"] == 1


async def test_an_open_stream_ends_with_its_session(desk):
    ada = await desk.project.auth.users.create("ada@example.org", password="correct horse", roles=["editor"])
    stream = await desk.listen("staff", headers=await sign_in(desk.site))
    assert (await desk.ask("PATCH", f"/_users/{ada['id']}", {"disabled": True}, by="admin")).status == 200
    assert (await stream.end())[-1] == "expired"


# API tokens


async def test_a_token_is_shown_once_works_and_is_revoked(site):
    body = {"name": "importer", "roles": ["editor"], "expiresAt": "2100-01-31T00:00:00Z"}
    answer = await site.ask("POST", "/_tokens", body, by="admin")
    assert answer.status == 201
    assert answer.headers["Cache-Control"] == "no-store"
    secret, token = answer.json["secret"], answer.json["token"]
    assert secret.startswith("hst_")
    assert {key: token[key] for key in ("name", "roles", "expiresAt", "lastUsedAt")} == {
        "name": "importer",
        "roles": ["editor"],
        "expiresAt": "2100-01-31T00:00:00.000Z",
        "lastUsedAt": None,
    }
    headers = {"Authorization": f"Bearer {secret}"}
    assert (await site.ask("GET", "/notes", headers=headers)).status == 200
    (listed,) = (await site.ask("GET", "/_tokens", by="admin")).json["items"]
    assert listed["lastUsedAt"] is not None
    assert secret not in str(listed)
    assert (await site.ask("DELETE", "/_tokens/importer", by="admin")).status == 204
    assert (await site.ask("GET", "/notes", headers=headers)).status == 401
    assert (await site.ask("GET", "/_tokens", by="admin")).json["items"] == []
    assert [line["event"] for line in events(site, "token_created", "token_revoked")] == [
        "token_created",
        "token_revoked",
    ]
    assert secret not in str(site.log.entries)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "an importer"}, "/name"),
        ({"name": "importer", "roles": ["editr"]}, "/roles/0"),
        ({"name": "importer", "expiresAt": "soon"}, "/expiresAt"),
        ({"name": "importer", "expiresAt": "2100-01-31"}, "/expiresAt"),
        ({"name": "importer", "expiresAt": "2001-01-31T00:00:00Z"}, "/expiresAt"),
        ({"name": "importer", "expiresAt": 5}, "/expiresAt"),
        ({"name": "importer", "secret": "x"}, "/secret"),
    ],
)
async def test_a_token_that_cannot_be_is_refused(site, body, pointer):
    answer = await site.ask("POST", "/_tokens", body, by="admin")
    assert (answer.status, list(answer.json["errors"])) == (422, [pointer])


async def test_a_token_s_name_is_taken_once(site):
    assert (await site.ask("POST", "/_tokens", {"name": "importer", "expiresAt": None}, by="admin")).status == 201
    answer = await site.ask("POST", "/_tokens", {"name": "importer"}, by="admin")
    assert (answer.status, list(answer.json["errors"])) == (409, ["/name"])


# Explanations


async def explained(site, **query):
    answer = await site.ask("GET", "/_explain", by="admin", params=query)
    assert answer.status == 200, answer.text
    return answer.json


async def test_a_verdict_names_the_line_that_decides(site):
    found = await explained(site, actor="role:editor", action="update", collection="notes")
    assert found == {
        "actor": {"kind": "user", "id": None, "name": "role:editor", "roles": ["editor"]},
        "disabled": False,
        "action": "update",
        "collection": "notes",
        "virtual": False,
        "verdict": "allowed",
        "reason": "role:editor may, says collections/notes.yml:15:43.",
        "principals": ["authenticated", "public", "role:editor"],
        "deciding": 0,
        "lines": [
            {
                "principal": "role:editor",
                "source": {"file": "collections/notes.yml", "line": 15},
                "matches": True,
                "entry": True,
            }
        ],
        "hidden": None,
        "writable": ["title", "status", "rank", "tags", "secret"],
    }


async def test_every_line_that_applies_is_there_with_what_the_yaml_says(site):
    mine = await site.ask("POST", "/notes", {"title": "Mine"}, by="author")
    found = await explained(site, actor="author@example.org", action="read", collection="notes", id=mine.json["id"])
    assert (found["verdict"], found["deciding"]) == ("allowed", 1)
    assert [(line["principal"], line["source"]["line"], line["matches"]) for line in found["lines"]] == [
        ("public", 10, False),
        ("role:author", 12, True),
    ]
    assert [line["entry"] for line in found["lines"]] == [
        {"filter": {"status": "published"}, "hide": ["secret"]},
        {"filter": {"createdBy": "$user.id"}},
    ]
    assert found["hidden"] == []
    theirs = await site.ask("POST", "/notes", {"title": "Theirs"}, by="editor")
    found = await explained(site, actor="author@example.org", action="read", collection="notes", id=theirs.json["id"])
    assert (found["verdict"], found["deciding"], found["hidden"]) == ("refused", None, None)


async def test_without_a_document_it_may_depend(site):
    found = await explained(site, actor="public", action="read", collection="notes")
    assert (found["verdict"], found["deciding"], found["hidden"]) == ("depends", None, ["secret"])
    found = await explained(site, actor="role:author", action="update", collection="notes")
    assert (found["verdict"], found["writable"]) == ("depends", ["title", "rank", "tags", "secret"])
    assert found["lines"][0]["entry"] == {"filter": {"createdBy": "$user.id"}, "deny": ["status"]}
    found = await explained(site, actor="public", action="delete", collection="notes")
    assert (found["verdict"], found["lines"], found["writable"]) == ("refused", [], [])


async def test_whoever_can_be_named_is_explained(site, ada):
    await site.project.auth.tokens.add("importer", roles=["editor"])
    for actor, kind, verdict in (
        ("public", "public", "refused"),
        ("ada@example.org", "user", "refused"),
        (ada["id"], "user", "refused"),
        ("role:admin", "user", "allowed"),
        ("token:importer", "token", "allowed"),
    ):
        found = await explained(site, actor=actor, action="delete", collection="notes")
        assert (found["actor"]["kind"], found["verdict"]) == (kind, verdict), actor
    await site.project.auth.users.disable(ada["id"])
    assert (await explained(site, actor=ada["id"], action="read", collection="notes"))["disabled"] is True


async def test_all_of_an_actor_s_rights_at_once(site):
    found = await explained(site, actor="role:author")
    assert [(item["collection"], item["action"], item["verdict"]) for item in found["items"]] == [
        ("notes", "read", "depends"),
        ("notes", "create", "allowed"),
        ("notes", "update", "depends"),
        ("notes", "delete", "refused"),
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"actor": "public", "action": "read"}, 400),
        ({"actor": "public", "collection": "notes"}, 400),
        ({"actor": "public", "action": "peek", "collection": "notes"}, 400),
        ({"actor": "x" * 301}, 400),
        ({"actor": "nobody@example.org"}, 404),
        ({"actor": "role:editr"}, 404),
        ({"actor": "token:none"}, 404),
        ({"actor": "public", "action": "read", "collection": "pages"}, 404),
        ({"actor": "public", "action": "read", "collection": "notes", "id": "none"}, 404),
    ],
)
async def test_a_question_about_what_is_not_there_is_refused(site, query, status):
    assert (await site.ask("GET", "/_explain", by="admin", params=query)).status == status
