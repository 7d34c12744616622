// Comforts that no page needs: copying a table as numbers, following a long work, the words of an acronym.

// --- Copy: a spreadsheet reads « 1 234,5 » or « −3 » as text, for its thin spaces and its true minus. What is copied from
// tables is given row by row, cells parted by tabs, numbers bare: « 1234,5 », « -3 ». Nothing on the page changes.
const bare = (text) =>
  text
    .replace(/(?<=\d)[\u202f\u00a0](?=\d{3}(?!\d))/g, "")
    .replace(/\u2212(?=\d)/g, "-")
    .replace(/[\u202f\u00a0]/g, " ")
    .replace(/\s+/g, " ")
    .trim();

const words = (cell) => {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll(".visually-hidden, .mark, svg").forEach((one) => one.remove());
  const below = [...copy.querySelectorAll(".sub")].map((one) => (one.remove(), bare(one.textContent)));
  const first = bare(copy.textContent);
  // A figure stays alone in its cell, or it would be words.
  return cell.classList.contains("num") || /^-?\d+(,\d+)?( ?%)?$/.test(first) ? first : [first, ...below].filter(Boolean).join(" ; ");
};

document.addEventListener("copy", (event) => {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed) return;
  const range = chosen.getRangeAt(0);
  const inside = range.commonAncestorContainer;
  const table = (inside.nodeType === Node.ELEMENT_NODE ? inside : inside.parentElement).closest("table.data, .table-scroll");
  if (!table) return;
  const rows = [...table.querySelectorAll("tr")].map((row) => [...row.cells].filter((cell) => range.intersectsNode(cell)));
  const cells = rows.flat();
  if (!cells.length) return;
  const text = cells.length === 1 ? bare(chosen.toString()) : rows.filter((row) => row.length).map((row) => row.map(words).join("\t")).join("\n");
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
});

// --- Long work: the page asks where it stands (htmx, brought for it); its end brings the whole page, and a screen reader
// hears what changed.
const asking = document.querySelector("[data-htmx]");
if (asking) {
  // Once the page is whole: htmx waits for a signal that a script brought midway would miss.
  addEventListener("load", () => document.head.append(Object.assign(document.createElement("script"), { src: asking.dataset.htmx })));
}
document.addEventListener("htmx:afterRequest", () => {
  document.querySelectorAll("[data-live]").forEach((live) => {
    const now = document.getElementById(live.dataset.live);
    if (!now?.hasAttribute("hx-get")) return location.reload();
    if (live.textContent.trim() !== now.dataset.said) live.textContent = now.dataset.said;
  });
});

// --- Acronyms: their words under the pointer and at the focus, in view, hoverable, put away by Escape (WCAG 1.4.13).
const acronyms = document.querySelectorAll("abbr.acronym");
if (acronyms.length) {
  const tip = Object.assign(document.createElement("div"), { id: "sigle", className: "tooltip-words", role: "tooltip", hidden: true });
  document.querySelector("main").append(tip);
  let owner = null;
  let leaving = 0;

  const hide = () => {
    owner?.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  };
  const show = (one) => {
    clearTimeout(leaving);
    if (owner === one) return;
    hide();
    owner = one;
    tip.textContent = one.dataset.words;
    tip.hidden = false;
    one.setAttribute("aria-describedby", tip.id);
    const box = one.getBoundingClientRect();
    const under = box.bottom + tip.offsetHeight + 4 < innerHeight;
    tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${under ? box.bottom + 2 : box.top - tip.offsetHeight - 2}px`;
  };
  const leave = () => {
    leaving = setTimeout(() => owner === document.activeElement || hide(), 200);
  };

  acronyms.forEach((one) => {
    one.dataset.words = one.title;
    one.removeAttribute("title");
    one.addEventListener("mouseenter", () => show(one));
    one.addEventListener("focus", () => show(one));
    one.addEventListener("mouseleave", leave);
    one.addEventListener("blur", hide);
  });
  tip.addEventListener("mouseenter", () => clearTimeout(leaving));
  tip.addEventListener("mouseleave", leave);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("wheel", hide, { passive: true });
}
