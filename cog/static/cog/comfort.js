// Comforts that no page needs: copying a table as numbers, the words of an acronym under the pointer.

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
