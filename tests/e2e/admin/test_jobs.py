"""Jobs in the admin UI: when they run, running them, and watching a run as it goes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

YAML = """
- name: print
  description: Prints a book page by page
  file: jobs/print.py
  timeout: 10m
  input:
    type: object
    required: [pages]
    additionalProperties: false
    properties:
      pages: {type: integer, minimum: 1, maximum: 10, title: Pages}
      paper: {type: string, enum: [thick, thin], title: Paper}
      jam: {type: boolean, title: Paper jam}
"""

CODE = '''
import asyncio
from pathlib import Path


async def run(ctx):
    """Print a page whenever the test puts a file with its number into the tray."""
    tray, pages = Path(ctx.config.folder).parent / "tray", ctx.input["pages"]
    ctx.log.info("begun", pages=pages)
    try:
        for page in range(1, pages + 1):
            while not (tray / str(page)).exists():
                await asyncio.sleep(0.02)
            ctx.progress(100 * page / pages, f"page {page} of {pages}")
            ctx.log.info("printed", page=page)
        if ctx.input.get("jam") and not (tray / "free").exists():
            raise ValueError("the paper is stuck")
    finally:
        ctx.log.warning("lid closed")
    return {"printed": pages}
'''


@pytest.fixture
def tray(site) -> Iterator[Path]:
    """A project with a job that prints a page for each file that is put here."""
    folder = site.folder.parent / "tray"
    folder.mkdir()
    (site.folder / "jobs" / "print.py").write_text(CODE)
    (site.folder / "jobs" / "press.yml").write_text(YAML)
    return folder


async def open_job(page: Page) -> None:
    """Wait until the server has loaded the job, which the page is told of, and open it."""
    await page.get_by_role("link", name="print", exact=True).click()
    await expect(page.get_by_role("heading", name="print")).to_be_visible()


async def start(page: Page, pages: int, *, jam: bool = False) -> None:
    await page.get_by_role("button", name="Run now").click()
    dialog = page.get_by_role("dialog", name="Run print")
    await dialog.get_by_label("Pages").fill(str(pages))
    if jam:
        await dialog.get_by_label("Paper jam").click()
        await page.get_by_role("option", name="Yes").click()
    await dialog.get_by_role("button", name="Start the run").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("heading", name="Run of print")).to_be_visible()


def bar(page: Page):
    return page.get_by_role("progressbar", name="Progress")


def state(page: Page):
    return page.get_by_role("status", name="State")


async def test_the_list_says_in_words_when_each_job_runs(sign_in):
    page = await sign_in(at="_jobs")
    row = page.get_by_role("listitem", name="daily-digest")
    await expect(row).to_contain_text("every weekday at 06:00 Europe/Berlin")
    await expect(row).to_contain_text("0 6 * * mon-fri")
    await expect(row.get_by_role("time").first).to_have_text(re.compile(r"^in \d"))
    status = page.get_by_role("listitem", name="status")
    await expect(status).to_contain_text("every 30 seconds")
    report = page.get_by_role("listitem", name="render-report")
    await expect(report).to_contain_text("only when it is asked for")
    await expect(report).to_contain_text("It has not run yet.")


async def test_a_job_says_its_next_five_times_and_where_it_is_declared(sign_in):
    page = await sign_in(at="_jobs")
    await page.get_by_role("link", name="daily-digest").click()
    times = page.get_by_role("region", name="The next times").get_by_role("time")
    await expect(times).to_have_count(5)
    facts = page.get_by_role("region", name="What the YAML says")
    await expect(facts).to_contain_text("jobs/newsroom.yml:9")
    await expect(facts).to_contain_text("is made up for once")


async def test_a_refused_input_is_told_at_its_field_and_nothing_runs(sign_in, site, tray, problems):
    problems.expect("status of 422")
    page = await sign_in(at="_jobs")
    await open_job(page)
    await page.get_by_role("button", name="Run now").click()
    dialog = page.get_by_role("dialog", name="Run print")
    await dialog.get_by_label("Pages").fill("99")
    await dialog.get_by_role("button", name="Start the run").click()
    field = dialog.get_by_label("Pages")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(dialog).to_contain_text("must be at most 10")
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_text("No runs")).to_be_visible()


async def test_a_runs_progress_and_log_move_as_it_goes(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    await open_job(page)
    other = await page.context.new_page()
    await other.goto(f"{site.admin}_jobs")
    await start(page, 4)
    await expect(state(page)).to_have_text("running")
    log = page.get_by_role("log", name="Log")
    await expect(log).to_contain_text("begun pages=4")
    for number, percent in ((1, "25"), (2, "50"), (3, "75")):
        (tray / str(number)).touch()
        await expect(bar(page)).to_have_attribute("aria-valuenow", percent)
        await expect(page.get_by_text(f"page {number} of 4", exact=True)).to_be_visible()
        await expect(log).to_contain_text(f"printed page={number}")
        in_list = other.get_by_role("listitem", name="print").get_by_role("progressbar")
        await expect(in_list).to_have_attribute("aria-valuenow", percent)
    (tray / "4").touch()
    await expect(state(page)).to_have_text("succeeded")
    await expect(bar(page)).to_have_attribute("aria-valuenow", "100")
    await expect(page.get_by_role("region", name="Result")).to_contain_text('"printed": 4')
    await expect(page.get_by_role("region", name="Timeline")).to_contain_text("admin@example.org")
    await expect(other.get_by_role("listitem", name="print")).to_contain_text("succeeded")
    # each line once, though it came by message and by reading again
    assert (await log.inner_text()).count("printed page=") == 4


async def test_a_running_run_is_cancelled_and_says_so(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    await open_job(page)
    await start(page, 3)
    (tray / "1").touch()
    await expect(bar(page)).to_have_attribute("aria-valuenow", "33")
    await page.get_by_role("button", name="Cancel", exact=True).click()
    asked = page.get_by_role("dialog", name="Cancel this run?")
    await expect(asked).to_contain_text("has some seconds to clean up")
    await asked.get_by_role("button", name="Cancel the run").click()
    await expect(state(page)).to_have_text("cancelled")
    await expect(page.get_by_role("log")).to_contain_text("lid closed")
    timeline = page.get_by_role("region", name="Timeline")
    await expect(timeline).to_contain_text(re.compile(r"Cancelled by\s*admin@example.org"))


async def test_a_failed_run_shows_its_error_and_is_retried(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    await open_job(page)
    (tray / "1").touch()
    await start(page, 1, jam=True)
    await expect(state(page)).to_have_text("failed")
    error = page.get_by_role("alert").filter(has_text="ValueError")
    await expect(error).to_contain_text("the paper is stuck")
    await expect(error).to_contain_text("jobs/print.py, line 17")
    await expect(error).to_contain_text("Traceback")
    (tray / "free").touch()
    await page.get_by_role("button", name="Retry").click()
    await expect(state(page)).to_have_text("succeeded")
    await expect(page.get_by_role("region", name="Timeline")).to_contain_text(re.compile(r"Attempt\s*2"))
    await expect(page.get_by_role("log")).to_contain_text("retried by")


async def test_a_run_is_started_again_with_the_same_input(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    await open_job(page)
    (tray / "1").touch()
    (tray / "2").touch()
    await start(page, 2)
    await expect(state(page)).to_have_text("succeeded")
    first = page.url
    (tray / "2").unlink()
    await page.get_by_role("button", name="Run again with this input").click()
    dialog = page.get_by_role("dialog", name="Run print")
    await expect(dialog.get_by_label("Pages")).to_have_value("2")
    await dialog.get_by_role("button", name="Start the run").click()
    await page.wait_for_url(lambda url: "/runs/" in url and url != first)
    await expect(state(page)).to_have_text("running")
    (tray / "2").touch()
    await expect(state(page)).to_have_text("succeeded")
    await expect(page.get_by_role("region", name="Input")).to_contain_text('"pages": 2')


async def test_the_list_of_runs_follows_what_happens_and_is_narrowed_to_a_state(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    await open_job(page)
    runs = await page.context.new_page()
    await runs.goto(f"{site.admin}_jobs/runs?job=print")
    await expect(runs.get_by_text("No runs")).to_be_visible()
    await start(page, 2)
    row = runs.get_by_role("row").filter(has_text="running")
    (tray / "1").touch()
    await expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
    await runs.get_by_role("button", name=re.compile("^failed")).click()
    await expect(runs.get_by_text("No runs")).to_be_visible()
    await expect(runs).to_have_url(re.compile(r"_jobs/runs\?job=print&state=failed$"))
    await runs.get_by_role("button", name=re.compile("^running")).click()
    await expect(row).to_be_visible()
    (tray / "2").touch()
    await expect(row).to_have_count(0)
    await expect(runs.get_by_role("button", name=re.compile("^succeeded"))).to_have_text("succeeded1")


async def test_older_runs_come_page_by_page(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    (tray / "1").touch()
    await open_job(page)
    for _ in range(30):
        answer = await page.context.request.post(f"{site.api}/_jobs/print", data={"pages": 1})
        assert answer.status == 202
    await page.goto(f"{site.admin}_jobs/runs?job=print")
    rows = page.locator("tbody").get_by_role("row")
    await expect(page.get_by_role("button", name=re.compile("^succeeded"))).to_have_text("succeeded30")
    await expect(rows).to_have_count(25)
    await page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(30)
    await expect(page.get_by_role("button", name="Show more")).to_have_count(0)


async def test_jobs_speak_german(sign_in, site, look):
    page = await sign_in(at="_jobs", language="de")
    row = page.get_by_role("listitem", name="daily-digest")
    await expect(row).to_contain_text("montags bis freitags um 06:00 Europe/Berlin")
    await expect(row.get_by_role("button", name="daily-digest jetzt ausführen")).to_be_visible()
    await look(page, "jobs german")
    await page.goto(f"{site.admin}_system")
    await expect(page.get_by_role("region", name="Ablage")).to_contain_text("750 Dokumente")
    await look(page, "system german", full=True)


async def test_a_log_that_is_not_followed_stands_still_and_counts_what_is_new(sign_in, site, tray):
    page = await sign_in(at="_jobs")
    await open_job(page)
    await start(page, 3)
    log = page.get_by_role("region", name="Log")
    await expect(log).to_contain_text("begun")
    await log.get_by_role("switch", name="Follow").uncheck()
    (tray / "1").touch()
    await expect(log.get_by_role("button", name="1 new line")).to_be_visible()
    await log.get_by_role("button", name="1 new line").click()
    await expect(log.get_by_role("switch", name="Follow")).to_be_checked()
    await log.get_by_label("Lowest level").click()
    await page.get_by_role("option", name="warning").click()
    await expect(log.get_by_text("No line of this level or above.")).to_be_visible()
    for number in (2, 3):
        (tray / str(number)).touch()
    await expect(log.get_by_role("log")).to_contain_text("lid closed")
    await expect(log.get_by_role("log")).not_to_contain_text("printed")


async def test_a_job_that_never_was_is_said_to_be_none_and_nothing_else(sign_in, look, problems):
    problems.expect("status of 404")
    page = await sign_in(at="_jobs/job/nonsense")
    main = page.get_by_role("main")
    await expect(main.get_by_text("There is no job nonsense")).to_be_visible()
    await expect(main).not_to_contain_text("still on record")
    await expect(main.get_by_role("heading", name="Runs")).to_have_count(0)
    await expect(main.get_by_role("button", name=re.compile("^succeeded"))).to_have_count(0)
    await expect(main.get_by_role("alert")).to_have_count(0)
    await look(page, "job unknown")
    await main.get_by_role("link", name="All jobs").click()
    await expect(page.get_by_role("listitem", name="daily-digest")).to_be_visible()


async def test_the_runs_of_a_job_that_was_removed_are_still_reached(sign_in, site, tray, look):
    page = await sign_in(at="_jobs")
    (tray / "1").touch()
    await open_job(page)
    await start(page, 1)
    await expect(page.get_by_text("succeeded").first).to_be_visible()
    (site.folder / "jobs" / "press.yml").unlink()
    await page.goto(f"{site.admin}_jobs/job/print")
    main = page.get_by_role("main")
    await expect(main.get_by_text("There is no job print in the project any more.")).to_be_visible()
    await expect(main.get_by_role("button", name="Run now")).to_have_count(0)
    await look(page, "job removed")
    await main.locator("tbody").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Run of print")).to_be_visible()


async def test_others_see_no_jobs_and_the_server_refuses_them(sign_in, site):
    page = await sign_in("editor")
    await expect(page.get_by_role("navigation", name="Main menu")).not_to_contain_text("Jobs")
    for path in ("_jobs", "_jobs/runs", "_jobs/status/runs", "_system", "_system/history", "_system/log"):
        assert (await page.context.request.get(f"{site.api}/{path}")).status == 403


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_jobs_look_right(sign_in, site, tray, look, axe, sideways, width, scheme):
    page = await sign_in(at="_jobs", width=width, scheme=scheme)
    await expect(page.get_by_role("link", name="print", exact=True)).to_be_visible()

    async def seen(name):
        await look(page, name, full=True)
        assert await sideways(page) == 0
        assert await axe(page) == []

    await page.get_by_role("button", name="Run print now").click()
    await expect(page.get_by_label("Pages")).to_be_visible()
    await seen("jobs start")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await open_job(page)
    await start(page, 3)
    (tray / "1").touch()
    await expect(bar(page)).to_have_attribute("aria-valuenow", "33")
    await seen("jobs run going on")
    await page.goto(f"{site.admin}_jobs")
    await expect(page.get_by_role("listitem", name="print").get_by_role("progressbar")).to_be_visible()
    await seen("jobs")
    (tray / "2").touch()
    (tray / "3").touch()
    await expect(page.get_by_role("listitem", name="print")).to_contain_text("succeeded")
    await page.get_by_role("link", name="daily-digest").click()
    await expect(page.get_by_role("region", name="The next times")).to_be_visible()
    await seen("jobs job")
    await page.goto(f"{site.admin}_jobs/job/print")
    await start(page, 1, jam=True)
    await expect(state(page)).to_have_text("failed")
    await seen("jobs run failed")
    await page.goto(f"{site.admin}_jobs/runs")
    await expect(page.get_by_role("row").filter(has_text="failed")).to_be_visible()
    await seen("jobs runs")
