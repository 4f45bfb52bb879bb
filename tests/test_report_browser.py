"""The report in a real browser: Chromium without a window, and without a network."""

import shutil

import pytest

from tests import report_page
from theory.proving.pieces import load

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
PHONE = {"width": 375, "height": 812}
DESKTOP = {"width": 1280, "height": 900}

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium here: Debian's package `chromium` has it"
)


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    return report_page.written(tmp_path_factory)


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not here")
    with api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def visit(browser, report):
    """Opens the page in a context of its own; all it asks for and logs is noted."""
    opened = []

    def open_page(viewport=DESKTOP, **words):
        context = browser.new_context(viewport=viewport, offline=True, **words)
        opened.append(context)
        page = context.new_page()
        page.asked, page.faults = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.faults.append(message.text))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(report.as_uri())
        return page

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def page(visit):
    return visit()


@pytest.fixture(autouse=True)
def quiet(request):
    """After every test of it: the page asked for nothing and logged nothing."""
    yield
    if "page" in request.fixturenames:
        page = request.getfixturevalue("page")
        assert not page.faults
        assert [url for url in page.asked if not url.startswith("data:")] == [
            page.url.partition("#")[0]
        ]


@pytest.fixture
def ledger(page):
    """The page with no filter set."""
    page.click("#controls button[type=reset]")
    return page


def shown(page, table):
    """Ids of the rows that are seen, in their order."""
    return page.eval_on_selector_all(
        f"#{table} tbody tr", "rows => rows.filter(r => r.offsetParent).map(r => r.id)"
    )


def column(page, table, number):
    """The texts of a column."""
    return [
        text.strip()
        for text in page.locator(
            f"#{table} tbody tr > :nth-child({number})"
        ).all_inner_texts()
    ]


def test_a_column_is_sorted_both_ways(ledger):
    heading = ledger.locator("#statements thead th").nth(3)
    ranks = ["✗ refuted", "? open", "≈ supported", "✓ holds"]
    for direction, order in (("ascending", ranks), ("descending", ranks[::-1])):
        heading.get_by_role("button").click()
        assert heading.get_attribute("aria-sort") == direction
        found = column(ledger, "statements", 4)
        assert found == sorted(found, key=order.index)
    assert ledger.locator("#statements [aria-sort]").count() == 1
    ledger.locator("#statements thead th").first.get_by_role("button").click()
    assert shown(ledger, "statements")[:2] == ["T1", "T2"]


def test_ids_are_sorted_as_numbers_not_as_words(ledger):
    heading = ledger.locator("#statements thead th").first
    orders = {}
    for _ in range(2):
        heading.get_by_role("button").click()
        orders[heading.get_attribute("aria-sort")] = shown(ledger, "statements")
    ids = [row["id"] for row in report_page.ledger()]
    assert orders == {"ascending": ids, "descending": ids[::-1]}
    assert ids.index("T9") + 1 == ids.index("T10")


def test_the_filter_keeps_what_matches_and_says_how_many(ledger):
    rows = report_page.ledger()
    ledger.select_option("#verdict", "refuted")
    wanted = [row["id"] for row in rows if row["verdict"] == "refuted"]
    assert sorted(shown(ledger, "statements")) == sorted(wanted)
    ledger.select_option("#kind", "P")
    wanted = [name for name in wanted if name[0] == "P"]
    claimed = [
        claim["id"]
        for row in rows
        for claim in row["claims"]
        if row["id"][0] == "P" and claim["verdict"] == "refuted"
    ]
    assert sorted(shown(ledger, "statements")) == wanted
    assert sorted(shown(ledger, "claims")) == sorted(claimed)
    said = ledger.locator("#found").inner_text()
    assert f"{len(wanted)} of {len(rows)} statements, {len(claimed)} of" in said


def test_the_text_filter_wants_every_word(ledger):
    ledger.fill("#text", "P6.normal SSAM-N")
    assert shown(ledger, "claims") == ["P6.normalised"]
    ledger.fill("#text", "no such words anywhere")
    assert shown(ledger, "claims") == shown(ledger, "statements") == []
    assert "0 of" in ledger.locator("#found").inner_text()


def test_a_link_shows_a_row_that_was_filtered_out(ledger):
    ledger.select_option("#verdict", "refuted")
    assert not ledger.locator("#P2").is_visible()
    ledger.click("#answer-P2 h3 a")
    ledger.wait_for_selector("#P2 details[open]")
    assert ledger.locator("#P2").is_visible()
    assert ledger.locator("#verdict").input_value() == ""


def test_hovering_tells_the_cell(page):
    chart = page.locator(".chart").first
    panel = chart.locator(".panel[data-method=SAM]")
    panel.scroll_into_view_if_needed()
    frame = panel.locator(".frame").bounding_box()
    places = {  # of the frame's width and height, from its upper left corner
        (
            0.25,
            0.9,
        ): "SAM, η = 0.01, ρ = 0.1: converges to a minimum (75 %",
        (0.25, 0.5): "SAM, η = 0.1, ρ = 0.1: stalls at a saddle or maximum",
        (0.75, 0.5): "SAM, η = 0.1, ρ = 0.4: not run",
        (0.75, 0.1): "SAM, η = 1, ρ = 0.4: diverges",
    }
    for (x, y), words in places.items():
        page.mouse.move(
            frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]
        )
        assert chart.locator(".readout").inner_text().startswith(words)


def test_the_arrow_keys_move_from_cell_to_cell(page):
    chart = page.locator(".chart").first
    chart.locator(".panel[data-method=SAM] svg").focus()
    told = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        told.append(chart.locator(".readout").inner_text())
    assert told[3].startswith("SAM, η = 0.01, ρ = 0.1: converges")
    assert told[4].startswith("SAM, η = 0.1, ρ = 0.1: stalls")


@pytest.mark.parametrize("name", ["n1-edge.json", "n2.json"])
def test_a_proof_is_downloaded_and_proves_what_it_says(page, name, tmp_path):
    with page.expect_download() as waiting:
        page.click(f"a[download='{name}']")
    waiting.value.save_as(tmp_path / name)
    proof = load(tmp_path / name)
    assert proof.pieces and proof.fault() == ""
    row = page.locator("tr", has=page.locator(f"a[download='{name}']"))
    assert f"python -m theory.proof {name}" in row.text_content()


def test_the_keyboard_reaches_the_filter(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "text":
            break
    page.keyboard.type("T15.linear")
    assert shown(page, "claims") == ["T15.linear"]
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"


def test_without_scripts_everything_is_there_to_read(visit):
    page = visit(java_script_enabled=False)
    rows = report_page.ledger()
    for row in rows:
        assert page.locator(f"#{row['id']} summary").is_visible()
    claims = page.locator("#claims tbody tr")
    assert claims.count() == sum(len(row["claims"]) for row in rows)
    assert claims.last.is_visible() and not page.locator("#controls").is_visible()
    for k in range(1, 7):
        answer = page.locator(f"#answer-P{k}")
        assert len(answer.locator(".number").inner_text()) > 60
        assert answer.locator("img").is_visible()
    assert page.locator(".chart[open] svg").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_in_one_direction(visit, scheme):
    page = visit(viewport=PHONE, color_scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    wide = page.evaluate(
        "[document.documentElement.scrollWidth, document.body.scrollWidth]"
    )
    assert max(wide) <= PHONE["width"]
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    light = sum(map(int, ground[4:-1].split(","))) / 3
    assert light < 60 if scheme == "dark" else light > 240
    assert not page.faults
