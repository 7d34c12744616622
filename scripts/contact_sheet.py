"""Photographs every page the journeys visit, on a demonstration being served, and lays them out to be looked at.

    make demo            # in another terminal: serves the demonstration
    .venv/bin/python scripts/contact_sheet.py --url http://127.0.0.1:8000

Each page is shown at 1440, 768 and 320 px, and dark. The sheets go to docs/images/contact/, six pages a sheet, the
pages of a role together; `index.md` says which sheet holds which page.
"""

import argparse
import io
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.journeys.addresses import PAGES  # noqa: E402 - found once the root is on the path

PASSWORD = "demonstration-2013-2017"  # noqa: S105 - of the demonstration, written on its login page
SHOTS = ((1440, "light", 420), (768, "light", 236), (320, "light", 120), (1440, "dark", 236))
"""Width of the window, scheme, width on the sheet."""
TALL, GAP, HEAD = 520, 8, 22
COLUMNS, ROWS = 2, 3
CELL = (sum(shot[2] for shot in SHOTS) + GAP * len(SHOTS), TALL + HEAD + GAP)
WHOLE_IMAGES = """async () => {
  const images = [...document.images];
  images.forEach((one) => { one.loading = "eager"; });
  await Promise.all(images.map((one) => one.complete || new Promise((done) => { one.onload = one.onerror = done; })));
}"""


@dataclass(frozen=True)
class Shot:
    """One page, in its four views."""

    role: str
    path: str
    views: list[Image.Image]


def photographed(browser: Browser, url: str, role: str, paths: list[str]) -> list[Shot]:
    context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris")
    page = context.new_page()
    page.goto(f"{url}/connexion/")
    page.fill("#id_username", f"{role}@demo.invalid")
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "connexion" not in address)
    known = _known(page, url)
    shots = []
    for path in paths:
        try:
            address = path.format(**known)
        except KeyError as missing:
            print(f"{role} {path} : {missing} n'existe pas dans cette démonstration", flush=True)
            continue
        page.goto(url + address)
        page.evaluate(WHOLE_IMAGES)
        shots.append(Shot(role, address, [_view(page, *shot) for shot in SHOTS]))
        print(f"{role} {address}", flush=True)
    context.close()
    return shots


def _known(page: Page, url: str) -> dict[str, str]:
    """What the addresses name without knowing it: an edition, one that is ready, a job; as the role sees them."""
    found = {}
    for names, listed, pattern in (
        (("edition", "ready"), "/documents/", r"/documents/(\d+)/"),
        (("job",), "/travaux/", r"/travaux/([0-9a-f-]{36})/"),
    ):
        page.goto(url + listed)
        numbers = re.findall(pattern, page.content())
        found |= dict.fromkeys(names, numbers[0]) if numbers else {}
    return found


def _view(page: Page, width: int, scheme: str, shown: int) -> Image.Image:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two words it takes
    page.set_viewport_size({"width": width, "height": 900})
    tall = TALL * width // shown
    whole = page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(tall, max(whole, 900))}
    data = page.screenshot(full_page=True, clip=clip)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return image.resize((shown, image.height * shown // width), Image.Resampling.LANCZOS)


def laid_out(shots: list[Shot]) -> Image.Image:
    """A sheet: each page under its address, its views side by side."""
    sheet = Image.new("RGB", (CELL[0] * COLUMNS + GAP, CELL[1] * ROWS + GAP), "#c8ccd2")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for rank, shot in enumerate(shots):
        x, y = GAP + rank % COLUMNS * CELL[0], GAP + rank // COLUMNS * CELL[1]
        draw.text((x, y), f"{shot.role}  {shot.path}", fill="#1b2430", font=font)
        for view in shot.views:
            sheet.paste(view.crop((0, 0, view.width, min(view.height, TALL))), (x, y + HEAD))
            x += view.width + GAP
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="la démonstration servie")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "contact")
    parser.add_argument("--roles", nargs="*", default=[*PAGES], help="les rôles dont on veut les pages")
    asked = parser.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    asked.out.mkdir(parents=True, exist_ok=True)
    for old in asked.out.glob("*.jpg"):
        old.unlink()
    lines = [
        "# Planches-contact",
        "",
        "Chaque page à 1440, 768 et 320 px, puis en sombre. Faites par `scripts/contact_sheet.py`.",
        "",
    ]
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        for role in asked.roles:
            shots = photographed(browser, asked.url, role, PAGES[role])
            each = COLUMNS * ROWS
            for number, start in enumerate(range(0, len(shots), each), start=1):
                group, name = shots[start : start + each], f"{role}-{number:02}.jpg"
                laid_out(group).save(asked.out / name, quality=42, optimize=True, progressive=True)
                lines += [f"## [{name}]({name})", "", *(f"- `{shot.path}`" for shot in group), ""]
        browser.close()
    (asked.out / "index.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
