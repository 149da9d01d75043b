"""The system screen of the admin UI: facts, the last hour, the log as it is written."""

import re

import pytest
from playwright.async_api import expect


@pytest.fixture(scope="module")
def site(open_site):
    with open_site() as opened:
        yield opened


async def test_the_facts_are_those_of_the_running_server(sign_in, site):
    page = await sign_in(at="_system")
    storage = page.get_by_role("region", name="Storage")
    await expect(storage).to_contain_text("SQLite")
    await expect(storage).to_contain_text("data/newsroom.db")
    await expect(storage).to_contain_text(re.compile(r"articles\s*750 documents"))
    await expect(storage).to_contain_text("what was acknowledged is still there")
    process = page.get_by_role("region", name="Process")
    await expect(process).to_contain_text(re.compile(rf"Process ID\s*{site.server.process.pid}"))
    assert str(site.folder) not in await page.content()
    await expect(page.get_by_role("region", name="Event streams")).to_contain_text(re.compile(r"Open\s*1 of 10,000"))


async def test_the_last_hour_is_drawn_and_can_be_read_as_a_table(sign_in, site):
    page = await sign_in(at="_system")
    hour = page.get_by_role("region", name="The last hour")
    drawn = hour.get_by_role("img", name=re.compile("^Requests, last hour. Now: all "))
    await expect(drawn).to_be_visible()
    await expect(drawn.locator("canvas")).to_have_count(1)
    await expect(hour.get_by_role("img")).to_have_count(8)
    await hour.get_by_role("switch", name="As a table").check()
    table = hour.get_by_role("table", name="The last hour")
    await expect(table.get_by_role("columnheader", name="sent")).to_be_visible()
    await expect(table.get_by_role("row").nth(2)).to_contain_text("MiB")


async def test_pointing_at_a_moment_of_one_chart_shows_it_in_all(sign_in, site):
    page = await sign_in(at="_system")
    charts = page.get_by_role("region", name="The last hour").get_by_role("img")
    await expect(charts).to_have_count(8)
    other = charts.nth(1).locator(".u-cursor-x")
    before = await other.bounding_box()
    box = await charts.first.bounding_box()
    await charts.first.hover(position={"x": box["width"] - 60, "y": 60})
    own = await charts.first.locator(".u-cursor-x").bounding_box()
    after = await other.bounding_box()
    assert before != after
    assert own["x"] - box["x"] == pytest.approx(after["x"] - (await charts.nth(1).bounding_box())["x"], abs=2)


async def test_samples_come_by_themselves(sign_in, site):
    page = await sign_in(at="_system")
    open_streams = page.get_by_role("region", name="Event streams")
    await expect(open_streams).to_contain_text(re.compile(r"Open\s*1 of"))
    other = await page.context.new_page()
    await other.goto(f"{site.admin}_jobs")
    await expect(open_streams).to_contain_text(re.compile(r"Open\s*2 of"))


async def test_the_log_shows_new_lines_and_is_narrowed_by_text_level_and_requests(sign_in, site):
    page = await sign_in(at="_system")
    log = page.get_by_role("region", name="Log")
    lines = log.get_by_role("log", name="Log")
    headers = {"Content-Type": "application/json"}
    await page.context.request.post(f"{site.api}/_jobs/status", headers=headers, data="{}")
    await log.get_by_role("switch", name="Requests").check()
    await log.get_by_label("Text").fill("_jobs/status")
    await expect(lines).to_contain_text("method=POST  path=/api/newsroom/_jobs/status  status=202")
    await page.context.request.post(f"{site.api}/_jobs/status", headers=headers, data="{}")
    await expect(lines.get_by_text("method=POST")).to_have_count(2)
    await log.get_by_label("Lowest level").click()
    await page.get_by_role("option", name="error").click()
    await expect(lines).to_have_text("No line fits the filter.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_system_looks_right(sign_in, site, look, axe, sideways, width, scheme):
    page = await sign_in(at="_system", width=width, scheme=scheme)
    await expect(page.get_by_role("region", name="The last hour").get_by_role("img").first).to_be_visible()
    await expect(page.get_by_role("region", name="Storage")).to_be_visible()
    await look(page, "system", full=True)
    assert await sideways(page) == 0
    assert await axe(page) == []
    await page.get_by_role("switch", name="As a table").check()
    await expect(page.get_by_role("table", name="The last hour")).to_be_visible()
    await look(page, "system table", full=True)
    assert await sideways(page) == 0
    assert await axe(page) == []
