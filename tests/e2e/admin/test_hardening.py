"""What other people's links and texts do to whoever opens them."""

from playwright.async_api import expect


async def test_a_link_does_not_put_somebody_else_in_the_place_of_who_is_signed_in(sign_in, site):
    page = await sign_in(at="_users")
    await page.get_by_role("button", name="New user").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("E-mail").fill("mallory@example.org")
    await dialog.get_by_role("button", name="Add user").click()
    link = await dialog.locator("code").inner_text()

    await page.goto("about:blank")
    await page.goto(link)
    await expect(page.get_by_text("You are signed in already")).to_be_visible()
    await expect(page.get_by_role("button", name="Account of Ada Admin")).to_be_visible()
    assert "hsc_" not in page.url

    guest = await sign_in(None, at=link.removeprefix(site.admin))
    await expect(guest.get_by_role("heading", name="Welcome to Newsroom")).to_be_visible()


async def test_what_authors_write_runs_nowhere(sign_in, site):
    """The console would say so if the Content-Security-Policy had to step in: nothing gets as far as that."""
    evil = (
        "<img src=x onerror=alert(1)> <script>alert(1)</script> [a](javascript:alert(1)) "
        "[b](JaVaScRiPt&colon;alert(1)) ![c](javascript:alert(1)) <a href='&#1;javascript:alert(1)'>d</a> "
        "<svg/onload=alert(1)>"
    )
    page = await sign_in("author", at="articles/create")
    asked = await page.evaluate(
        """async ([url, body]) => (await fetch(url, {method: "POST", body: JSON.stringify(body),
           headers: {"Content-Type": "application/json"}})).json()""",
        [f"{site.api}/articles", {"title": evil[:60], "body": evil}],
    )
    assert "id" in asked, asked
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.goto(f"{site.admin}articles?sort=-createdAt")
    await expect(page.get_by_role("link", name="<img src=x onerror=alert(1)>")).to_be_visible()
    await page.goto(f"{site.admin}articles/{asked['id']}")
    await page.get_by_role("tab", name="Preview").click()
    await expect(page.get_by_role("region", name="Preview")).to_contain_text("alert(1)")
    hrefs = await page.eval_on_selector_all("a[href]", "links => links.map(link => link.protocol)")
    assert set(hrefs) <= {"http:", "https:", "mailto:"}
    assert await page.locator("main svg[onload], main img[onerror], main script").count() == 0
    assert dialogs == []
