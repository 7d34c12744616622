// A table of inputs as a spreadsheet: Enter and arrows go from row to row, a copied block is pasted from the cell in hand.
// Comfort only: without it every cell is reached with Tab and the form is sent as any other.
document.querySelectorAll("table[data-grid]").forEach((table) => {
  const cells = () => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td input:not([type=hidden]), td select, td textarea")]);
  const place = (field) => {
    const rows = cells();
    const row = rows.findIndex((fields) => fields.includes(field));
    return { rows, row, column: row < 0 ? -1 : rows[row].indexOf(field) };
  };

  table.addEventListener("keydown", (event) => {
    const { rows, row, column } = place(event.target);
    if (row < 0) return;
    const arrows = event.target.tagName !== "SELECT";
    const step = event.key === "Enter" || (arrows && event.key === "ArrowDown") ? 1 : arrows && event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    rows[row + step]?.[column]?.focus();
  });

  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    const { rows, row, column } = place(event.target);
    if (row < 0 || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    text.split("\n").forEach((line, down) => {
      line.split("\t").forEach((value, across) => {
        const field = rows[row + down]?.[column + across];
        if (field) fill(field, value.trim());
      });
    });
  });

  function fill(field, value) {
    if (field.tagName === "SELECT") {
      const found = [...field.options].find((option) => [option.value, option.text].some((one) => one.toLowerCase() === value.toLowerCase()));
      if (found) field.value = found.value;
      return;
    }
    field.value = value;
  }
});
