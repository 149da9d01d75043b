"""The first sign-in: nobody is there yet, and the server has printed a link."""

import re
from types import SimpleNamespace

import pytest
from playwright.async_api import expect

PASSWORD = "correct horse battery"


@pytest.fixture
def site(copy_newsroom, servers, ui, tmp_path):
    """A newsroom without any user; `fragment` is the end of the link that `hookstream dev` has printed."""
    folder = copy_newsroom(tmp_path / "newsroom")
    with servers() as launch:
        server = launch("dev", folder=folder, environ=ui)
        url = f"http://127.0.0.1:{server.port}"
        admin = f"{url}/admin/newsroom/"
        fragment = re.search(rf"{admin}(#sign-in=\S+)", server.wait_for("#sign-in="))[1]
        yield SimpleNamespace(url=url, admin=admin, api=server.api, fragment=fragment)


async def inside(page):
    """Wait until somebody is signed in and sees so."""
    await expect(page.get_by_role("button", name=re.compile("^Account of"))).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_the_first_admin_says_who_they_are_and_the_link_is_worthless_then(
    sign_in, site, axe, sideways, look, problems, width, scheme
):
    problems.expect("status of 4(22|01)")
    page = await sign_in(None, width=width, scheme=scheme, at=site.fragment)
    await expect(page.get_by_role("heading", name="Welcome to Newsroom")).to_be_visible()
    assert "sign-in" not in page.url
    assert await sideways(page) == 0
    assert await axe(page) == []
    await look(page, "first run", full=True)

    await expect(page.get_by_label("E-mail")).to_have_value("")
    await page.get_by_role("button", name="Save and go on").click()
    await expect(page.get_by_text("This is no e-mail address")).to_be_visible()
    await expect(page.get_by_text("A password has 8 to 1024 characters")).to_be_visible()
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Save and go on").click()
    await inside(page)
    await expect(page.get_by_role("button", name="Account of Ada Lovelace")).to_be_visible()

    again = await sign_in(None, at=site.fragment)
    await expect(again.get_by_text("This link is wrong, used or expired")).to_be_visible()
    await again.get_by_label("E-mail").fill("ada@example.org")
    await again.get_by_role("textbox", name="Password").fill(PASSWORD)
    await again.get_by_role("button", name="Sign in").click()
    await inside(again)
