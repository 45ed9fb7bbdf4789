"""The report in a real browser: it opens, filters, shows samples, and obeys none of them."""

from dataclasses import replace
from urllib.parse import quote

import pytest

from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.reporting import compare_runs, write_reports
from evalpkg.store.records import read_rows
from tests.unit.reporting.report_runs import change_one, change_rows, finish_run, make_run

pytestmark = pytest.mark.browser

ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
ODD = f"{ATTACK} \u2028 \u202e \u0000 \ud800 {{{{7*7}}}}"
RUST = 'fn f<\'a>(s: &\'a str) -> u8 { /* c */ let x = r#"raw"#; 0x1f } // "end'


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    layout = make_run(tmp_path_factory.mktemp("run"), (1, 2), tasks=30, samples=6, seed=11)
    hostile = {
        "completion": ODD,
        "source": ODD,
        "detail": ODD,
        "error_code": "E0502",
        "verdict": VerdictKind.COMPILE_ERROR,
        "passed": False,
    }
    change_rows(layout, change_one("Synthetic/3", 2, **hostile))
    vetoed = {
        "source": RUST,
        "detail": "",
        "verdict": VerdictKind.PASSED,
        "policy_violations": ("unsafe",),
    }
    for mode in Mode:
        passed = mode is Mode.NO_POLICY
        change_rows(layout, change_one("Synthetic/4", 5, **vetoed, passed=passed), (mode,))
    finish_run(layout, 6, (1, 2))
    write_reports(layout.root)
    return layout


class Opened:
    """A page with everything it complained about or asked the network for."""

    def __init__(self, context, address):
        self.page, self.trouble = context.new_page(), []
        self.page.on("console", lambda message: self.trouble.append(message.text))
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.trouble.append("dialog"), dialog.dismiss()))
        self.page.on("request", self._requested)
        self.page.goto(address)

    def _requested(self, request):
        if not request.url.startswith("file:") or request.resource_type != "document":
            self.trouble.append(request.url)


@pytest.fixture
def opened(browser, run):
    """Opens the report at ``#fragment``; afterwards no page may have complained."""
    contexts, pages = [], []

    def start(fragment="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        pages.append(Opened(context, run.html.as_uri() + fragment))
        if options.get("java_script_enabled", True):
            pages[-1].page.wait_for_selector("html[data-ready]", state="attached")
        return pages[-1].page

    yield start
    trouble = [text for page in pages for text in page.trouble]
    for context in contexts:
        context.close()
    assert not trouble


def rows_of(run, mode=Mode.NO_POLICY):
    return {role: read_rows(run.samples(mode, role)) for role in Role}


def test_it_opens_from_disk_without_a_word_on_the_console(opened):
    page = opened()
    assert "pass@1" in page.locator("h1").inner_text()
    assert page.locator("#task-rows tr").count() == 30
    assert page.locator("#filter-result").inner_text() == "30 tasks, 360 samples."


def expect(locator):
    """Playwright's assertion that waits; it is imported where a browser is there."""
    from playwright.sync_api import expect

    return expect(locator)


def test_filters_find_exactly_the_samples_that_are_in_the_rows(opened, run):
    page = opened()
    page.select_option("#filter-verdict", "compile_error")
    page.select_option("#filter-code", "E0502")
    page.select_option("#filter-role", "finetuned")
    found = [
        row
        for row in rows_of(run)[Role.FINETUNED]
        if row.verdict is VerdictKind.COMPILE_ERROR and row.error_code == "E0502"
    ]
    tasks = {row.task_id for row in found}
    samples = f"{len(found)} sample{'s' if len(found) > 1 else ''}"
    expected = f"{samples} in {len(tasks)} task{'s' if len(tasks) > 1 else ''} match."
    assert page.locator("#filter-result").inner_text() == expected
    shown = page.locator("#task-rows td.id").all_inner_texts()
    assert set(shown) == tasks
    page.click("button[type=reset]")
    expect(page.locator("#task-rows tr")).to_have_count(30)


def test_the_mode_decides_what_counts_as_correct(opened, run):
    page = opened()
    cell = page.locator("#task-rows tr", has_text="Synthetic/4").first.locator("td").nth(3)
    for mode in (Mode.NO_POLICY, Mode.POLICY):
        page.locator(f"input[name=mode][value={mode.value}]").check(force=True)
        rows = [r for r in rows_of(run, mode)[Role.FINETUNED] if r.task_id == "Synthetic/4"]
        judged = [row for row in rows if row.verdict is not VerdictKind.INFRA_ERROR]
        assert cell.inner_text() == f"{sum(row.passed for row in judged)}/{len(judged)}"
    page.select_option("#filter-verdict", "vetoed")
    assert "Synthetic/4" in page.locator("#task-rows td.id").all_inner_texts()


def test_sorting_by_difference_puts_the_largest_first(opened):
    page = opened()
    page.click("[data-sort=difference]")
    shown = page.locator("#task-rows tr td:nth-child(6)").all_inner_texts()
    values = [int(text.replace("\u2212", "-")) for text in shown]
    assert values == sorted(values, reverse=True)
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Difference")


def test_a_task_shows_both_models_side_by_side(opened):
    page = opened()
    page.click("#task-rows a >> nth=4")
    page.wait_for_selector("#task-title")
    assert page.url.endswith("#task=Synthetic%2F4")
    assert page.locator(".column").count() == 2
    assert page.locator(".column.base .square").count() == 6
    assert page.locator("#task-list").is_hidden()
    page.click("text=Next")
    page.wait_for_selector("#task-title:has-text('Synthetic/5')")
    page.click("text=All tasks")
    page.wait_for_selector("#task-list", state="visible")


def test_a_link_opens_a_task_and_a_sample_and_rust_is_highlighted(opened):
    page = opened("#task=Synthetic/4&finetuned=5")
    column = page.locator(".column.finetuned")
    assert "Sample 5: passed, against the policy" in column.locator("h4").inner_text()
    assert "breaks policy: unsafe" in column.locator(".chips").inner_text()
    code = column.locator("pre").first
    assert code.inner_text() == RUST
    kinds = {
        "keyword": ["fn", "let"],
        "lifetime": ["'a", "'a"],
        "string": ['r#"raw"#'],
        "number": ["0x1f"],
        "comment": ["/* c */", '// "end'],
        "type": ["str", "u8"],
    }
    for kind, texts in kinds.items():
        assert code.locator(f".rust-{kind}").all_inner_texts() == texts


def test_samples_are_reached_by_keyboard(opened):
    page = opened("#task=Synthetic/4")
    page.locator(".column.base .square[aria-selected=true]").focus()
    page.keyboard.press("End")
    assert "Sample 5:" in page.locator(".column.base h4").inner_text()
    page.keyboard.press("ArrowLeft")
    assert "Sample 4:" in page.locator(".column.base h4").inner_text()
    assert page.locator(".column.base .square[tabindex='0']").count() == 1


def test_what_a_model_wrote_is_shown_and_not_obeyed(opened):
    page = opened("#task=Synthetic/3&finetuned=2")
    column = page.locator(".column.finetuned")
    shown = column.locator("pre").first.inner_text()
    assert shown.startswith(ATTACK)
    assert "{{7*7}}" in shown
    assert column.locator(".hidden-character").first.inner_text() == "U+2028"
    assert {"U+202E", "U+0000", "U+D800"} <= set(
        column.locator(".hidden-character").all_inner_texts()
    )
    assert page.locator("img").count() == 0


def test_even_a_script_that_got_in_would_not_run(browser, run):
    page = browser.new_page()
    page.goto(run.html.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    ran = page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.broken = true";
          document.body.append(script);
          return window.broken === true;
        }"""
    )
    page.close()
    assert ran is False


def test_an_unknown_task_is_said_and_the_list_stays(opened):
    page = opened(f"#task={quote('no such task')}")
    assert (
        page.locator("#filter-result").inner_text() == "There is no task no such task in this run."
    )
    assert page.locator("#task-list").is_visible()


def test_a_bar_of_the_figure_opens_its_task(opened):
    page = opened()
    bar = page.locator("figure g:has(> title)").first
    wanted = bar.locator("title").text_content().split(" ")[0]
    bar.locator("a path").click()
    page.wait_for_selector(f"#task-title:has-text('{wanted}')")


def test_the_essentials_need_no_javascript(opened):
    page = opened(java_script_enabled=False)
    assert "pass@1" in page.locator("h1").inner_text()
    assert page.locator("svg.figure:visible").count() == 2
    assert page.locator("svg.figure:visible").first.bounding_box()["height"] > 100
    assert page.locator("#task-rows tr").count() == 30
    assert page.locator("noscript p").is_visible()
    assert page.locator("#filters").is_hidden()


def test_colours_follow_the_reader(opened):
    papers = []
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        papers.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        bar = page.locator("svg.figure .fill-ft").first
        assert bar.evaluate("e => getComputedStyle(e).fill") != "rgb(0, 0, 0)"
    assert papers[0] != papers[1]


def test_paper_gets_the_answer_and_not_the_controls(opened):
    page = opened(color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#browse").is_hidden()
    assert page.locator("h1").is_visible()


def test_a_phone_needs_no_sideways_scrolling(opened):
    page = opened(viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page = opened("#task=Synthetic/4", viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_one_model_only(browser, tmp_path):
    layout = make_run(tmp_path, roles=(Role.BASE,), modes=(Mode.NO_POLICY,))
    write_reports(layout.root)
    context = browser.new_context()
    opened = Opened(context, layout.html.as_uri() + "#task=Synthetic/2")
    opened.page.wait_for_selector("html[data-ready]", state="attached")
    assert opened.page.locator(".column").count() == 1
    opened.page.click("text=All tasks")
    assert opened.page.locator("#task-rows tr").count() == 12
    assert opened.page.locator("#filter-verdict").is_visible()
    for useless in ("role", "outcome"):
        assert not opened.page.locator(f"#filter-{useless}").is_visible()
    context.close()
    assert not opened.trouble


def test_the_comparison_opens_without_a_word_on_the_console(browser, tmp_path):
    runs = [make_run(tmp_path / name, seed=i) for i, name in enumerate(("step-1", "step-2"))]
    compare_runs([run.root for run in runs], tmp_path)
    context = browser.new_context()
    opened = Opened(context, (tmp_path / "comparison.html").as_uri())
    assert opened.page.locator("svg.figure:visible").bounding_box()["height"] > 100
    context.close()
    assert not opened.trouble


def test_a_name_breaks_only_if_it_is_wider_than_the_page(browser, tmp_path):
    steps = (1000, 2000, 6000)
    long_name = "checkpoint-" + "of-a-long-name-" * 6
    roots = [tmp_path / f"checkpoint-{step}" for step in steps]
    roots.append(tmp_path / long_name)
    for number, root in enumerate(roots):
        make_run(root, (1,), tasks=12, seed=number)
    compare_runs(roots, tmp_path / "compared")
    page = browser.new_page()
    page.goto((tmp_path / "compared/comparison.html").as_uri())
    names = "[...document.querySelectorAll('h1 .whole, .overline .whole, figcaption .whole')]"
    height = "e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)"
    for width in (1280, 700, 390):
        page.set_viewport_size({"width": width, "height": 900})
        told = page.evaluate(f"{names}.map(e => [e.innerText, {height}])")
        broken = {name for name, lines in told if lines > 1.5}
        assert not [name for name in broken if len(name) < 20], f"{width} px: {broken}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    gaps = page.evaluate(f"{names}.map(e => parseFloat(getComputedStyle(e).marginLeft))")
    assert set(gaps) == {0}
    assert f"{long_name} minus checkpoint-1000" in page.locator("#pairs + .wide-table").inner_text()
    page.close()


def test_the_filter_is_in_the_address_and_comes_back_from_it(opened):
    page = opened()
    page.select_option("#filter-verdict", "compile_error")
    page.select_option("#filter-role", "finetuned")
    page.click("[data-sort=difference]")
    fragment = page.evaluate("location.hash")
    assert "verdict=compile_error" in fragment
    assert "sort=-difference" in fragment
    said, shown = (
        page.locator("#filter-result").inner_text(),
        page.locator("#task-rows td.id").all_inner_texts(),
    )
    again = opened(fragment)
    assert again.locator("#filter-result").inner_text() == said
    assert again.locator("#task-rows td.id").all_inner_texts() == shown
    again.click("#task-rows a >> nth=0")
    again.wait_for_selector("#task-title")
    again.click("text=All tasks")
    again.wait_for_selector("#task-list", state="visible")
    assert again.locator("#filter-result").inner_text() == said


def test_a_verdict_and_an_error_code_lead_to_their_samples(opened):
    page = opened()
    page.click(".verdicts a:has-text('compile error')")
    expect(page.locator("#filter-verdict")).to_have_value("compile_error")
    assert "match." in page.locator("#filter-result").inner_text()
    page.click("a:text-is('E0502')")
    expect(page.locator("#filter-code")).to_have_value("E0502")


def test_a_phone_breaks_a_long_path_in_a_warning(browser, tmp_path):
    layout = make_run(tmp_path / "run")
    finish_run(layout, 4, (1,), warnings=[f"6 samples in /{'long_name_' * 12}.jsonl are left out"])
    write_reports(layout.root)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(layout.html.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_a_phone_shows_the_difference_and_reads_the_plots(opened):
    page = opened(viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for table, cell in (
        (".first ~ section .comparison", "td:nth-child(4)"),
        ("section[aria-labelledby=sensitivity]", "td[data-label^=Difference]"),
        ("#task-table", "td:nth-child(6)"),
    ):
        box = page.locator(f"{table} {cell}").first.bounding_box()
        assert box["width"] > 0
        assert box["x"] + box["width"] <= 390
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".narrow svg.figure text")].map((text) => {
          const svg = text.closest("svg");
          const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
          return parseFloat(getComputedStyle(text).fontSize) * scale;
        })"""
    )
    assert len(sizes) > 5
    assert min(sizes) >= 11


def test_the_interval_and_the_labels_stay_inside_the_plot(opened):
    page = opened()
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".wide svg.figure")].flatMap((svg) => {
          const frame = svg.getBoundingClientRect();
          return [...svg.querySelectorAll("text")].filter((text) => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 1 || box.right > frame.right + 1;
          }).map((text) => text.textContent);
        })"""
    )
    assert outside == []


@pytest.fixture(scope="module")
def unsolved(tmp_path_factory):
    """A run of which nothing passes, as a small model leaves it."""
    layout = make_run(tmp_path_factory.mktemp("unsolved"), (1, 4), tasks=6, samples=4)

    def change(role, row):
        cut = role is Role.BASE
        return replace(
            row,
            verdict=VerdictKind.COMPILE_ERROR,
            passed=False,
            compile_ok=False,
            finish_reason="length" if cut else "stop",
            completion_tokens=1120 if cut else 1050 + row.index,
        )

    change_rows(layout, change)
    finish_run(layout, 4, (1, 4))
    write_reports(layout.root)
    return layout


def test_no_table_is_cut_off_on_a_phone(browser, unsolved):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(unsolved.html.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wider = page.evaluate(
        """() => [...document.querySelectorAll(".wide-table")]
          .filter((table) => table.scrollWidth > table.clientWidth)
          .map((table) => table.textContent.trim().slice(0, 40))"""
    )
    page.close()
    assert wider == []


def test_counts_stand_under_their_model_on_a_phone(browser, unsolved):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(unsolved.html.as_uri())
    table = page.locator("section[aria-labelledby=errors] table")
    heads = [table.locator("thead th").nth(n).bounding_box() for n in (1, 2)]
    cells = [table.locator("tbody tr").first.locator("td.number").nth(n) for n in (0, 1)]
    boxes = [cell.bounding_box() for cell in cells]
    one_line = page.locator(".verdicts td.value").first.evaluate(
        "(cell) => getComputedStyle(cell, '::before').height"
    )
    page.close()
    for head, box in zip(heads, boxes, strict=True):
        assert head["x"] <= box["x"]
        assert box["x"] + box["width"] <= head["x"] + head["width"] + 1
    assert float(one_line.removesuffix("px")) < 25


@pytest.mark.parametrize("width", [1280, 390])
def test_no_label_of_a_figure_lies_on_a_mark(browser, unsolved, width):
    """Marks at 0 % stand on the end of the axis, where its labels are."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(unsolved.html.as_uri())
    hit = page.evaluate(
        """() => [...document.querySelectorAll(".first svg.figure")].flatMap((svg) => {
          const marks = [...svg.querySelectorAll("use")].map((one) => one.getBoundingClientRect());
          return [...svg.querySelectorAll("text")].filter((text) => {
            const box = text.getBoundingClientRect();
            return box.width && marks.some((mark) => mark.width && mark.left < box.right
              && box.left < mark.right && mark.top < box.bottom && box.top < mark.bottom);
          }).map((text) => text.textContent);
        })"""
    )
    marks = page.locator(".first svg.figure use").count()
    page.close()
    assert marks >= 8
    assert hit == []
