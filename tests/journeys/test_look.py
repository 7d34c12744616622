"""What a page does under the hand and to the eye: copy, print, drafts, acronyms, long work, large text."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cog.demo import PASSWORD
from cog.models import Job
from tests.axe import assert_accessible
from tests.journeys.addresses import SHEET
from tests.journeys.test_pages import UNDECIDED, Site, site  # noqa: F401 - the site they share
from tests.journeys.test_transmissions import apart
from tests.libreoffice import pasted

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:No directory at"),
]

PROGRESS = "/actions/10-3/avancement/"
MAIN = (
    "/",
    "/actions/",
    "/indicateurs/",
    SHEET,
    "/fiches/10/",
    "/budgets/fnga/2014/",
    "/documents/",
    "/aide/composants/",
)


@pytest.fixture
def steering(site: Site, page: Page) -> Page:  # noqa: F811
    site.enter(page, "pilotage")
    return page


def _go(site: Site, page: Page, path: str) -> None:  # noqa: F811
    page.goto(site.address(path))


# --- Tables ---


def test_a_copied_table_keeps_its_numbers(site: Site, steering: Page, tmp_path: Path) -> None:  # noqa: F811
    """Selected by hand and copied: cells parted by tabs, a row a line, numbers a French spreadsheet reads."""
    steering.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    _go(site, steering, SHEET)
    steering.evaluate("""() => {
      const range = document.createRange();
      range.selectNodeContents([...document.querySelectorAll("table")].find((one) => one.caption?.innerText.startsWith("Résultats des caisses")));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }""")  # noqa: E501 - one expression
    steering.keyboard.press("Control+c")
    text = steering.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in text.split("\n")]
    header, rows = lines[0], lines[1:]
    assert header[:3] == ["Rang", "Caisse", "Valeur"]
    assert len(rows) == 51  # fifty caisses, and the national row
    for name in ("Valeur", "Numérateur", "Dénominateur"):
        figures = [row[header.index(name)] for row in rows]
        assert all(re.fullmatch(r"-?\d+(,\d+)?", one) for one in figures), (name, figures[:3])
    gaps = [row[header.index("Écart au national")] for row in rows[:-1]]
    assert any(one.startswith("-") for one in gaps)
    assert not re.search("[\u202f\u00a0\u2212]", "".join(map("".join, lines)))
    assert int(rows[-1][header.index("Dénominateur")]) == 306_000  # 102 caisses, three months, a thousand each
    if shutil.which("soffice"):
        read = pasted(text, tmp_path)
        assert all(
            isinstance(row[header.index(name)], int | float) for row in read[1:] for name in ("Valeur", "Numérateur")
        )


def test_the_head_and_the_names_of_a_long_table_stay(site: Site, steering: Page) -> None:  # noqa: F811
    _go(site, steering, "/actions/")
    frame = steering.get_by_role("region", name="Actions")
    frame.focus()
    assert frame.evaluate("one => one === document.activeElement")
    head = "one => one.querySelector('thead th').getBoundingClientRect().top - one.getBoundingClientRect().top"
    assert frame.evaluate(head) > 10  # under the caption
    for scrolled in (300, 900):
        frame.evaluate(f"one => {{ one.scrollTop = {scrolled}; }}")
        assert frame.evaluate(head) <= 2
    steering.set_viewport_size({"width": 800, "height": 700})
    _go(site, steering, "/budgets/fnga/2014/")
    table = steering.locator(".table-scroll.tall").first
    table.evaluate("one => { one.scrollLeft = 300; }")
    name, edge = table.locator("tbody th").nth(3).bounding_box(), table.bounding_box()
    assert name and edge and abs(name["x"] - edge["x"]) <= 2


def test_page_sizes_are_links_that_keep_the_filters(site: Site, steering: Page) -> None:  # noqa: F811
    _go(site, steering, "/actions/?fiche=10&plan=cog&au=2014-03-31&page=1")
    steering.goto(site.url + "/actions/?plan=cog&sort=fiche")
    steering.locator(".pages").get_by_role("link", name="25", exact=True).click()
    steering.wait_for_url(re.compile(r"plan=cog.*sort=fiche.*par=25"))
    assert steering.locator("tbody tr").count() == 25
    assert steering.locator("th[aria-sort=ascending]").count() == 1


# --- Print ---


def test_a_lazy_chart_nobody_scrolled_to_is_printed(site: Site, steering: Page) -> None:  # noqa: F811
    """Far below the window, it is not asked for; printing asks for it."""
    address = "/indicateurs/F10-21/carte.svg?periode=2014-T1"
    body = (
        f"<h1>Loin</h1><div style='height:30000px'></div><img loading='lazy' width='700' height='300' src='{address}'>"
    )
    steering.route("**/essai-loin", lambda route: route.fulfill(body=body, content_type="text/html"))
    asked: list[str] = []
    steering.on("request", lambda request: asked.append(request.url))
    steering.goto(site.url + "/essai-loin")
    steering.wait_for_timeout(500)
    assert not any("carte.svg" in url for url in asked)
    steering.pdf(format="A4")
    steering.wait_for_timeout(200)
    assert any("carte.svg" in url for url in asked)


def test_the_paper_has_no_menus_and_says_where_and_when(site: Site, steering: Page) -> None:  # noqa: F811
    _go(site, steering, SHEET)
    steering.emulate_media(media="print")
    for hidden in (".site-nav", ".account", ".appearance", ".filter", ".no-print"):
        for one in steering.locator(hidden).all():
            assert not one.is_visible(), hidden
    told = steering.locator(".print-only").last
    assert told.is_visible()
    assert SHEET in told.inner_text()
    assert steering.locator("table.data thead").first.evaluate("one => getComputedStyle(one).display") == (
        "table-header-group"
    )


# --- Drafts (F20) ---


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_outlives_its_session(site: Site, chromium: Browser, scripts: bool) -> None:  # noqa: F811
    context = chromium.new_context(locale="fr-FR", java_script_enabled=scripts)
    page = context.new_page()
    site.enter(page, "pilotage")
    page.goto(site.url + PROGRESS)
    page.fill("[name=as_of]", "30/06/2014")
    page.fill("[name=comment]", "Trois lignes\nécrites « longuement »")
    page.select_option("[name=status]", "en_cours")
    kept = [one for one in context.cookies() if "session" not in one["name"]]
    context.clear_cookies()
    context.add_cookies(kept)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/connexion/**")
    page.fill("#id_username", "pilotage@demo.invalid")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**" + PROGRESS)
    assert page.input_value("[name=as_of]") == "30/06/2014"
    assert page.input_value("[name=comment]") == "Trois lignes\nécrites « longuement »"
    assert page.input_value("[name=status]") == "en_cours"
    assert page.get_by_text("la saisie est revenue dans le formulaire").is_visible()
    context.close()


# --- Acronyms ---


def test_an_acronym_is_explained_on_hover_and_focus(site: Site, steering: Page) -> None:  # noqa: F811
    _go(site, steering, "/indicateurs/F3-14/")
    one, tip = steering.locator("abbr.acronym").first, steering.get_by_role("tooltip")
    one.focus()
    words = tip.inner_text()
    assert len(words) > 5
    assert one.evaluate("one => one.getAttribute('aria-describedby')") == "sigle"
    assert_accessible(steering, undecided=UNDECIDED)
    steering.keyboard.press("Escape")
    assert not tip.is_visible()
    one.blur()
    one.hover()
    assert tip.inner_text() == words
    tip.hover()  # the pointer may come on the words
    steering.wait_for_timeout(400)
    assert tip.is_visible()
    steering.locator("h2").first.hover()
    expect(tip).not_to_be_visible()


def test_an_acronym_is_explained_without_javascript(site: Site, without_scripts: Page) -> None:  # noqa: F811
    site.enter(without_scripts, "pilotage")
    _go(site, without_scripts, "/indicateurs/F3-14/")
    assert without_scripts.locator("abbr.acronym").first.get_attribute("title")


@pytest.fixture
def without_scripts(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="fr-FR", java_script_enabled=False)
    yield context.new_page()
    context.close()


# --- Long work ---


def test_a_long_work_is_followed_without_a_flood(site: Site, steering: Page) -> None:  # noqa: F811
    loads: list[str] = []
    steering.on("load", lambda: loads.append("load"))
    job = Job.objects.filter(pk=site.job)
    before = job.values("state", "done", "total", "attempts").get()
    steering.goto(site.url + f"/travaux/{site.job}/")
    steering.evaluate("""() => {
      window.said = [];
      const live = document.querySelector("[data-live]");
      new MutationObserver(() => window.said.push(live.textContent)).observe(live, { childList: true, characterData: true, subtree: true });
    }""")  # noqa: E501 - one expression
    try:
        for done in (30, 31, 40):
            apart(lambda done=done: job.update(state="en_cours", done=done, total=102, attempts=1))
            expect(steering.locator(".lead")).to_contain_text(f"étape {done} sur 102", timeout=15_000)
        assert steering.evaluate("window.said") == ["En cours, 25 % fait"]
        assert loads == ["load"]
    finally:
        apart(lambda: job.update(**before))


# --- Forms: the same words at the top and at the field ---

GARBAGE = "### illisible ###"
FORMS = (
    PROGRESS,
    "/indicateurs/seuils-explication/F14-36/",
    "/budgets/virements/nouveau/fnga/",
    "/budgets/dotations/saisie/",
    "/remontees/envoyer/",
    "/documents-dus/JAL-COM/unique/remettre/",
)


@pytest.mark.parametrize("path", FORMS)
def test_a_refused_form_says_why_and_keeps_what_was_typed(site: Site, steering: Page, path: str) -> None:  # noqa: F811
    _go(site, steering, path)
    form = steering.locator("main form[method=post]").first
    typed: dict[str, str] = {}
    for one in form.locator("input[type=text], input:not([type]), input[type=number], textarea").all()[:12]:
        if one.is_editable():
            name = one.get_attribute("name") or ""
            typed[name] = "12" if one.get_attribute("type") == "number" else GARBAGE
            one.fill(typed[name])
    form.evaluate("one => { one.noValidate = true; }")
    form.locator("button[type=submit]").last.click()
    summary = steering.locator(".error-summary")
    expect(summary).to_be_visible()
    assert steering.title().startswith("Erreur")
    assert steering.evaluate("document.activeElement.closest('.error-summary') !== null")
    for link in summary.get_by_role("link").all()[:5]:
        target = (link.get_attribute("href") or "").removeprefix("#")
        field = steering.locator(f"[id='{target}']").first
        assert field.count() == 1, target
        words = link.inner_text().split("\u00a0: ", 1)[-1].split(" : ", 1)[-1]
        assert steering.locator("main form").first.get_by_text(words[:40]).count() >= 1, words
    for name, value in typed.items():
        held = steering.locator(f"main form [name='{name}']").first
        if held.count():
            assert held.input_value() == value, name
    assert_accessible(steering, undecided=UNDECIDED)


# --- For every eye ---


@pytest.mark.parametrize("path", MAIN)
def test_a_page_bears_large_text_forced_colours_and_grey(site: Site, steering: Page, path: str) -> None:  # noqa: F811
    _go(site, steering, path)
    steering.evaluate("document.documentElement.style.fontSize = '200%'")
    assert steering.evaluate("document.documentElement.scrollWidth") <= 1280
    cut = steering.evaluate("""() => [...document.querySelectorAll("button, .btn, h1, h2, .verdict")]
      .filter((one) => one.offsetParent && one.scrollWidth > one.clientWidth + 2 && getComputedStyle(one).overflowX === "hidden")
      .map((one) => one.textContent.trim())""")  # noqa: E501 - one expression
    assert cut == []
    steering.evaluate("document.documentElement.style.fontSize = ''")
    small = steering.evaluate("""() => [...document.querySelectorAll("main a, main button, main summary, main input, main select, nav a, footer button")]
      .filter((one) => one.offsetParent && !one.closest("p, td, th, li, dd, label, caption, .visually-hidden"))
      .map((one) => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect()])
      .filter(([, box]) => box.width && (box.height < 24 || box.width < 24))
      .map(([words, box]) => `${words} ${Math.round(box.width)}x${Math.round(box.height)}`)""")  # noqa: E501
    assert small == []
    for one in steering.locator(".verdict:visible, .timeliness:visible").all()[:10]:
        words = one.inner_text()
        assert re.search(r"[●◐◔○◌⌂≠∅–▷]", words) and re.search(r"[a-zà-ÿ]{3}", words), words
    steering.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert_accessible(steering, undecided=UNDECIDED)
    assert steering.evaluate("document.getAnimations().length") == 0


def test_the_chosen_appearance_wins_over_the_system(site: Site, steering: Page) -> None:  # noqa: F811
    steering.emulate_media(color_scheme="light")
    _go(site, steering, "/aide/")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert steering.evaluate(ground) == "rgb(255, 255, 255)"
    steering.get_by_role("button", name="sombre").click()
    steering.wait_for_url("**/aide/")
    assert steering.evaluate(ground) == "rgb(21, 25, 31)"
    assert_accessible(steering, undecided=UNDECIDED)
    steering.emulate_media(media="print")
    assert steering.evaluate(ground) == "rgb(255, 255, 255)"
