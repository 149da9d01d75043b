"""Signing in over HTTP, and what must not be possible from another site."""

import dataclasses
from types import SimpleNamespace

import pytest
import structlog
from aiohttp import web
from argon2 import PasswordHasher

from runtime.auth.auth import Auth
from runtime.auth.passwords import Passwords
from runtime.auth.records import COLLECTIONS
from runtime.auth.secrets import Secret
from runtime.model.specs import AuthSpec, LimitsSpec, ProjectSpec, Rate, ServerSpec
from runtime.storage.open import open_store
from runtime.web.errors import errors_middleware
from runtime.web.identity import identity_middleware
from runtime.web.json import json_response
from runtime.web.project import PROJECTS, actor_of
from runtime.web.routes.auth import routes

ADA = {"email": "ada@example.org", "password": "correct horse"}
LOGIN = "/api/newsroom/_auth/login"
LOGOUT = "/api/newsroom/_auth/logout"
ME = "/api/newsroom/_auth/me"
PASSWORD = "/api/newsroom/_auth/password"
THINGS = "/api/newsroom/things"


class MovableClock:
    def __init__(self):
        self.passed = 0.0

    def now(self):
        return 1_768_478_400.0 + self.passed

    def monotonic(self):
        return self.passed


async def whoami(request):
    return json_response({"actor": actor_of(request).id, "kind": actor_of(request).kind})


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def project(tmp_path, clock):
    """A project with as much of it as signing in needs; its spec can be replaced."""
    store = open_store("sqlite::memory:", folder=tmp_path, clock=clock)
    await store.open()
    await store.ensure(COLLECTIONS)
    log = structlog.wrap_logger(None, processors=[structlog.testing.LogCapture()])
    project = SimpleNamespace(
        clock=clock,
        recheck=SimpleNamespace(soon=lambda: None),
        spec=ProjectSpec(
            tmp_path,
            "newsroom",
            "sqlite::memory:",
            auth=AuthSpec(roles=("editor",)),
            limits=LimitsSpec(login=Rate(0, 60.0)),
        ),
    )
    project.auth = Auth(
        lambda: project.spec,
        store=store,
        clock=clock,
        secret=Secret(b"a key of the tests, long enough for anybody"),
        log=log,
        passwords=Passwords(log=log, hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    yield project
    await store.close()


@pytest.fixture
def configure(project):
    def configure(**server):
        project.spec = dataclasses.replace(project.spec, server=ServerSpec(**server))

    return configure


@pytest.fixture
async def ada(project):
    return await project.auth.users.create(ADA["email"], password=ADA["password"], roles=["editor"], name="Ada")


@pytest.fixture
async def client(aiohttp_client, project):
    app = web.Application(middlewares=[errors_middleware, identity_middleware])
    app[PROJECTS] = {"newsroom": project}
    app.add_routes(routes)
    app.router.add_route("*", "/api/{ns}/things", whoami)
    app.router.add_route("*", "/healthz", whoami)
    return await aiohttp_client(app)


@pytest.fixture
async def browser(client, ada):
    """A client with Ada's cookie."""
    assert (await client.post(LOGIN, json=ADA)).status == 200
    return client


async def problem(response):
    """The parts of a problem that programs go by."""
    body = await response.json(content_type="application/problem+json")
    return response.status, body["code"], body.get("errors")


def set_cookie(response):
    return response.headers.getall("Set-Cookie", [])


async def test_signing_in_answers_with_the_user_and_sets_a_cookie_that_no_script_can_read(client, ada):
    response = await client.post(LOGIN, json=ADA)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "no-store"
    body = await response.json()
    assert body == {
        "user": {
            "id": ada["id"],
            "createdAt": "2026-01-15T12:00:00.000Z",
            "updatedAt": "2026-01-15T12:00:00.000Z",
            "createdBy": None,
            "version": 1,
            "email": "ada@example.org",
            "name": "Ada",
            "roles": ["editor"],
            "disabled": False,
            "hasPassword": True,
        },
        "expiresAt": "2026-01-20T12:00:00.000Z",
    }
    cookie = response.cookies["hookstream_newsroom"]
    assert cookie.value.startswith("hss_")
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"], cookie["max-age"]) == (
        True,
        "Lax",
        "/",
        "",
        "432000",
    )
    assert cookie["domain"] == ""


async def test_over_https_the_cookie_is_secure(client, ada, configure):
    configure(trusted_proxies=("127.0.0.0/8",))
    response = await client.post(LOGIN, json=ADA, headers={"X-Forwarded-Proto": "https"})
    assert response.cookies["hookstream_newsroom"]["secure"] is True


async def test_who_is_no_trusted_proxy_cannot_say_that_it_is_https(client, ada, configure):
    configure(trusted_proxies=("192.0.2.0/24",))
    response = await client.post(LOGIN, json=ADA, headers={"X-Forwarded-Proto": "https"})
    assert response.cookies["hookstream_newsroom"]["secure"] == ""


async def test_the_cookie_says_who_asks(browser, ada):
    assert await (await browser.get(THINGS)).json() == {"actor": ada["id"], "kind": "user"}
    body = await (await browser.get(ME)).json()
    assert (body["user"]["email"], body["expiresAt"]) == ("ada@example.org", "2026-01-20T12:00:00.000Z")


async def test_a_program_gets_a_token_and_no_cookie(client, ada):
    response = await client.post(LOGIN, json={**ADA, "bearer": True})
    assert set_cookie(response) == []
    token = (await response.json())["token"]
    response = await client.post(THINGS, headers={"Authorization": f"bearer {token}"})
    assert await response.json() == {"actor": ada["id"], "kind": "user"}


async def test_a_code_signs_in_once(client, project, ada):
    code = await project.auth.codes.open(ada)
    assert (await client.post(LOGIN, json={"code": code})).status == 200
    assert await problem(await client.post(LOGIN, json={"code": code})) == (401, "unauthenticated", None)


@pytest.mark.parametrize(
    "body",
    [
        {"email": "ada@example.org", "password": "wrong"},
        {"email": "nobody@example.org", "password": "correct horse"},
        {"email": "", "password": ""},
        {"email": "\x00", "password": "\x00"},
    ],
)
async def test_what_was_wrong_is_not_told(client, ada, body):
    response = await client.post(LOGIN, json=body)
    assert set_cookie(response) == []
    assert await response.json(content_type="application/problem+json") == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "unauthenticated",
        "detail": "the e-mail address or the password is wrong",
    }


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"/email": "is required", "/password": "is required"}),
        ({"email": 5, "password": None}, {"/email": "must be a string", "/password": "must be a string"}),
        ({**ADA, "bearer": 1}, {"/bearer": "must be true or false"}),
        ({**ADA, "a/b": 1}, {"/a~1b": "is not known here; known are email, password, code, bearer"}),
        (
            {**ADA, "code": "x"},
            {"/email": "cannot be sent together with code", "/password": "cannot be sent together with code"},
        ),
    ],
)
async def test_a_body_that_does_not_fit_is_told_where(client, body, errors):
    assert await problem(await client.post(LOGIN, json=body)) == (422, "invalid_document", errors)


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"', "null"])
async def test_a_body_that_is_no_object_is_malformed(client, body):
    response = await client.post(LOGIN, data=body, headers={"Content-Type": "application/json"})
    assert await problem(response) == (400, "malformed_body", None)


async def test_too_many_attempts_are_told_when_to_come_back(client, project, ada):
    project.spec = dataclasses.replace(project.spec, limits=LimitsSpec(login=Rate(1, 60.0)))
    await client.post(LOGIN, json={**ADA, "password": "wrong"})
    response = await client.post(LOGIN, json=ADA)
    assert response.headers["Retry-After"] == "60"
    assert await problem(response) == (429, "rate_limited", None)


async def test_guessers_are_told_apart_by_their_address_behind_a_trusted_proxy(client, project, ada, configure):
    configure(trusted_proxies=("127.0.0.1",))
    project.spec = dataclasses.replace(project.spec, limits=LimitsSpec(login=Rate(1, 60.0)))
    guess = {"email": "nobody@example.org", "password": "wrong"}
    assert (await client.post(LOGIN, json=guess, headers={"X-Forwarded-For": "192.0.2.1"})).status == 401
    assert (await client.post(LOGIN, json=ADA, headers={"X-Forwarded-For": "192.0.2.2"})).status == 200
    assert (await client.post(LOGIN, json=ADA, headers={"X-Forwarded-For": "192.0.2.1"})).status == 429


async def test_signing_in_again_ends_the_session_of_before(browser, project, ada):
    await browser.post(LOGIN, json=ADA)
    assert len(await project.auth.sessions.list(ada["id"])) == 1


async def test_a_failed_sign_in_leaves_the_session_of_before(browser, ada):
    await browser.post(LOGIN, json={**ADA, "password": "wrong"})
    assert (await browser.get(ME)).status == 200


async def test_a_token_for_a_program_leaves_the_browser_s_session(browser, project, ada):
    await browser.post(LOGIN, json={**ADA, "bearer": True})
    assert len(await project.auth.sessions.list(ada["id"])) == 2


async def test_a_program_that_signs_in_for_a_cookie_keeps_its_own_session(client, project, ada):
    token = (await (await client.post(LOGIN, json={**ADA, "bearer": True})).json())["token"]
    await client.post(LOGIN, json=ADA, headers={"Authorization": f"Bearer {token}"})
    assert len(await project.auth.sessions.list(ada["id"])) == 2


async def test_signing_out_ends_the_session_on_the_server_too(browser, project, ada):
    [stolen] = [cookie.value for cookie in browser.session.cookie_jar]
    response = await browser.post(LOGOUT)
    assert (response.status, await response.read()) == (204, b"")
    [header] = set_cookie(response)
    assert header.startswith('hookstream_newsroom=""; ')
    assert {"Max-Age=0", "Path=/", "HttpOnly", "SameSite=Lax"} <= set(header.split("; "))
    assert (await browser.get(ME)).status == 401
    assert (await browser.get(ME, headers={"Cookie": f"hookstream_newsroom={stolen}"})).status == 401


async def test_signing_out_as_nobody_is_fine(client):
    assert (await client.post(LOGOUT)).status == 204


async def test_a_program_signs_out_its_own_session_and_not_the_browser_s(browser, ada):
    token = (await (await browser.post(LOGIN, json={**ADA, "bearer": True})).json())["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    response = await browser.post(LOGOUT, headers=bearer)
    assert (response.status, set_cookie(response)) == (204, [])
    assert (await browser.get(ME, headers=bearer)).status == 401
    assert (await browser.get(ME)).status == 200


async def test_an_api_token_knows_itself_and_cannot_sign_out(client, project):
    bearer = {"Authorization": f"Bearer {await project.auth.tokens.add('importer', roles=['editor'])}"}
    assert await (await client.get(ME, headers=bearer)).json() == {
        "token": {"name": "importer", "roles": ["editor"]},
        "expiresAt": None,
    }
    assert await problem(await client.post(LOGOUT, headers=bearer)) == (403, "forbidden", None)


async def test_nobody_is_told_to_sign_in(client):
    response = await client.get(ME)
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert await problem(response) == (401, "unauthenticated", None)


async def test_an_expired_cookie_is_the_public_and_me_says_why(browser, clock):
    clock.passed = 432_000.0
    assert await (await browser.get(THINGS)).json() == {"actor": None, "kind": "public"}
    response = await browser.get(ME)
    assert (await response.json(content_type=None))["detail"] == "your session has ended; sign in again"


@pytest.mark.parametrize("token", ["hss_x", "hst_x", "x", "", "  "])
async def test_a_bad_bearer_token_is_refused_even_with_a_good_cookie(browser, token):
    response = await browser.get(THINGS, headers={"Authorization": f"Bearer {token}"})
    assert await problem(response) == (401, "unauthenticated", None)


async def test_a_proxy_s_own_password_is_none_of_our_business(browser, ada):
    """Behind a proxy with HTTP Basic, browsers send Authorization with every request."""
    response = await browser.get(THINGS, headers={"Authorization": "Basic YWRhOmNvcnJlY3Q="})
    assert (await response.json())["actor"] == ada["id"]


async def test_a_cookie_of_one_project_says_nothing_in_another(browser, ada):
    assert await problem(await browser.get("/api/other/things")) == (404, "unknown_project", None)


async def test_outside_a_project_everybody_is_the_public(browser):
    assert await (await browser.get("/healthz")).json() == {"actor": None, "kind": "public"}


async def test_a_disabled_user_is_out_with_the_next_request(browser, project, ada):
    await project.auth.users.disable(ada["id"])
    assert (await browser.get(ME)).status == 401


async def test_the_password_is_changed_and_other_sessions_end(browser, ada):
    token = (await (await browser.post(LOGIN, json={**ADA, "bearer": True})).json())["token"]
    response = await browser.post(PASSWORD, json={"current": "correct horse", "new": "another horse"})
    assert response.status == 200
    assert (await response.json())["user"]["email"] == "ada@example.org"
    assert (await browser.get(ME)).status == 200
    assert (await browser.get(ME, headers={"Authorization": f"Bearer {token}"})).status == 401
    assert (await browser.post(LOGIN, json=ADA)).status == 401


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"current": "wrong", "new": "another horse"}, {"/current": "the current password is wrong"}),
        ({"new": "another horse"}, {"/current": "the current password is needed to set a new one"}),
        ({"current": "correct horse", "new": "short"}, {"/new": "a password has 8 to 1024 characters"}),
        ({"current": "correct horse"}, {"/new": "is required"}),
        ({"current": 5, "new": 5}, {"/current": "must be a string", "/new": "must be a string"}),
    ],
)
async def test_a_password_that_cannot_be_changed_is_told_why(browser, body, errors):
    assert await problem(await browser.post(PASSWORD, json=body)) == (422, "invalid_document", errors)


async def test_who_came_in_with_a_code_sets_a_first_password(client, project):
    new = await project.auth.users.create("new@example.org")
    await client.post(LOGIN, json={"code": await project.auth.codes.open(new)})
    response = await client.post(PASSWORD, json={"current": None, "new": "correct horse"})
    assert (await response.json())["user"]["hasPassword"] is True


async def test_nobody_has_no_password_to_change(client):
    response = await client.post(PASSWORD, json={"current": "x", "new": "another horse"})
    assert await problem(response) == (401, "unauthenticated", None)


CROSS_SITE = (403, "cross_site_request", None)
OWN = "{own}"

CSRF = [
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({"Sec-Fetch-Site": "same-origin", "Origin": OWN}, 200),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "nonsense"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": OWN}, 403),
    ({"Sec-Fetch-Site": "same-site", "Origin": "https://blog.example.org"}, 403),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "https://admin.example.org"}, 200),
    ({"Sec-Fetch-Site": "cross-site", "Origin": "https://ADMIN.example.org:443"}, 200),
    ({"Origin": OWN}, 200),
    ({"Origin": "https://admin.example.org"}, 200),
    ({"Origin": "http://admin.example.org"}, 403),
    ({"Origin": "https://admin.example.org.evil.example"}, 403),
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "*"}, 403),
    ({"Origin": "nonsense:::"}, 403),
    ({}, 200),
]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(("headers", "status"), CSRF)
async def test_another_site_cannot_use_the_visitor_s_cookie(browser, configure, method, headers, status):
    configure(cors_origins=("https://admin.example.org", "*", "null"))
    own = str(browser.make_url("/").origin())
    sent = {name: own if value == OWN else value for name, value in headers.items()}
    response = await browser.request(method, THINGS, headers=sent)
    assert response.status == status
    if status == 403:
        assert await problem(response) == CROSS_SITE


async def test_the_refusal_names_the_remedy(browser):
    response = await browser.post(THINGS, headers={"Origin": "https://evil.example"})
    own = str(browser.make_url("/").origin())
    assert (await response.json(content_type=None))["detail"] == (
        f"this request comes from another site (https://evil.example) than {own}; add that site to server.cors.origins "
        "if it may act for its visitors, and a proxy that speaks https for this server to server.trustedProxies"
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_methods_that_change_nothing_may_come_from_anywhere(browser, method):
    """Whether the other site may read the answer is for CORS to say."""
    response = await browser.request(method, THINGS, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status == 200


async def test_a_bearer_token_may_come_from_anywhere(client, ada):
    token = (await (await client.post(LOGIN, json={**ADA, "bearer": True})).json())["token"]
    headers = {"Authorization": f"Bearer {token}", "Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    assert (await client.post(THINGS, headers=headers)).status == 200


async def test_the_public_may_come_from_anywhere(client):
    response = await client.post(THINGS, headers={"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"})
    assert await response.json() == {"actor": None, "kind": "public"}


async def test_another_site_cannot_sign_its_visitor_in_as_somebody_else(client, project, ada):
    response = await client.post(LOGIN, json=ADA, headers={"Sec-Fetch-Site": "cross-site"})
    assert set_cookie(response) == []
    assert await problem(response) == CROSS_SITE
    assert await project.auth.sessions.list(ada["id"]) == []


async def test_a_form_of_another_site_cannot_pretend_to_send_json(client, ada):
    body = '{"email": "ada@example.org", "password": "correct horse"}'
    response = await client.post(LOGIN, data=body, headers={"Content-Type": "text/plain"})
    assert await problem(response) == (415, "unsupported_media", None)


async def test_another_site_cannot_sign_its_visitor_out(browser):
    response = await browser.post(LOGOUT, headers={"Sec-Fetch-Site": "cross-site"})
    assert set_cookie(response) == []
    assert await problem(response) == CROSS_SITE
    assert (await browser.get(ME)).status == 200


async def test_another_site_cannot_take_the_cookie_back_where_the_browser_withheld_it(client):
    response = await client.post(LOGOUT, headers={"Sec-Fetch-Site": "cross-site"})
    assert set_cookie(response) == []
    assert await problem(response) == CROSS_SITE


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org"}, 200),
        ({"X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "example.org, internal"}, 200),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org:443"}, 200),
        ({"X-Forwarded-Proto": "https", "Host": "example.org"}, 200),
        ({"X-Forwarded-Proto": "http", "X-Forwarded-Host": "example.org"}, 403),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "other.example"}, 403),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "exa mple:::"}, 403),
        ({"Host": "example.org"}, 403),
    ],
)
async def test_behind_a_trusted_proxy_our_own_origin_is_what_the_browser_sees(client, configure, headers, status):
    """Asked of signing out, which is checked without a cookie too: the tests' browser ties cookies to the real host."""
    configure(trusted_proxies=("127.0.0.1", "::1"))
    response = await client.post(LOGOUT, headers={"Origin": "https://example.org", **headers})
    assert response.status == {200: 204}.get(status, status)


async def test_who_is_no_trusted_proxy_cannot_say_what_our_origin_is(client):
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    response = await client.post(LOGOUT, headers={"Origin": "https://evil.example", **forwarded})
    assert await problem(response) == CROSS_SITE
