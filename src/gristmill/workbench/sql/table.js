// Pages of a result, and SQL in colours. `turn` asks for another page; every text is set as text.
const SQL_WORDS = new Set(("select from where group by having order limit offset join left right full inner cross on using with recursive as union all except intersect"
  + " case when then else end and or not in is null between like ilike exists filter over partition rows range between qualify asc desc nulls first last cast try_cast"
  + " distinct interval true false values lateral").split(" "));
const SQL_TOKEN = /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|("(?:[^"]|"")*")|(\$[A-Za-z_]\w*)|(\b\d[\w.]*)|([A-Za-z_]\w*)/g;

function inColours(text) {
  const code = made("code", {});
  let last = 0;
  for (const found of text.matchAll(SQL_TOKEN)) {
    code.append(text.slice(last, found.index));
    const [whole, comment, string, , parameter, number, word] = found;
    const kind = comment ? "comment" : string ? "string" : parameter ? "parameter" : number ? "number"
      : word && SQL_WORDS.has(word.toLowerCase()) ? "word" : word && text[found.index + whole.length] === "(" ? "function" : "";
    code.append(kind ? made("span", { class: `gmq-${kind}` }, whole) : whole);
    last = found.index + whole.length;
  }
  code.append(text.slice(last));
  return code;
}

function pager({ say, turn, tell }) {
  const badge = made("span", { class: "gmw-badge", hidden: true });
  const toggle = made("button", { type: "button", class: "gmw-quiet gmq-toggle", hidden: true });
  const counts = made("p", { class: "gmw-counts" });
  const grid = made("table", { class: "gmq-rows" });
  const step = (label, name, to) => made("button", { type: "button", class: `gmw-quiet gmq-${name}`, "aria-label": label, title: label, onclick: () => { if (now) turn({ do: "page", start: to() }); } }, { first: "«", back: "‹", next: "›", last: "»" }[name]);
  const steps = [
    step(say("First page"), "first", () => 0),
    step(say("Page before"), "back", () => Math.max(0, now.start - now.size)),
    step(say("Next page"), "next", () => now.start + now.size),
    step(say("Last page"), "last", () => Math.max(0, Math.floor((now.n_rows - 1) / now.size) * now.size)),
  ];
  const copy = made("button", { type: "button", class: "gmw-quiet gmq-copy", onclick: () => turn({ do: "csv" }) }, say("Copy page as CSV"));
  const text = made("textarea", { class: "gmq-csv", rows: "4", readonly: true, hidden: true, "aria-label": say("Copy page as CSV") });
  const whole = made("div", { class: "gmq-pager", hidden: true }, made("div", { class: "gmw-head" }, badge, toggle, counts, ...steps, copy),
    made("div", { class: "gmw-scroll", tabindex: "0", role: "region", "aria-label": say("Rows") }, grid), text);
  let now = null;
  toggle.addEventListener("click", () => turn({ do: now.clear ? "hide" : "show" }));

  function heading(one, place) {
    const sign = { up: " ▲", down: " ▼" }[one.sorted] || "";
    const press = made("button", { type: "button", class: "gmq-sort", title: say("Sort by this column"), onclick: () => turn({ do: "sort", column: place }) }, one.name + sign);
    const nulls = one.n_null ? `${one.type} · ${say("null")} ${one.nulls}` : one.type;
    const sorted = { up: "ascending", down: "descending" }[one.sorted] || "none";
    return made("th", { scope: "col", class: one.numeric ? "gmw-num" : "", "aria-sort": sorted }, press, made("small", { class: one.n_null ? "gmq-nulls" : "" }, nulls));
  }
  function cell(value, one) {
    if (value === null) return made("td", { class: `gmw-none ${one.numeric ? "gmw-num" : ""}` }, say("null"));
    const kind = one.numeric ? "gmw-num" : typeof value === "string" && value.length > 40 ? "gmq-long" : "";
    return made("td", { class: kind }, value === true ? "✓ true" : value === false ? "✗ false" : value);
  }
  async function copied(csv) {
    try {
      await navigator.clipboard.writeText(csv);
      text.hidden = true;
      tell(say("Copied."));
    } catch {
      // A browser that lets nobody write there: the text to copy by hand.
      text.value = csv;
      text.hidden = false;
      text.focus();
      text.select();
      tell(say("Press Ctrl+C to copy."));
    }
  }
  function shown(said) {
    if (said.csv !== undefined) { copied(said.csv); return; }
    if (!said.columns) return;
    const asked = document.activeElement && grid.contains(document.activeElement) ? [...grid.querySelectorAll(".gmq-sort")].indexOf(document.activeElement) : -1;
    now = said;
    whole.hidden = false;
    const head = made("tr", {}, ...said.columns.map(heading));
    grid.replaceChildren(made("thead", {}, head), made("tbody", {}, ...said.rows.map((row) => made("tr", {}, ...row.map((value, i) => cell(value, said.columns[i]))))));
    if (asked >= 0) grid.querySelectorAll(".gmq-sort")[asked]?.focus();
    const last = said.start + said.rows.length, n = said.n_rows.toLocaleString("en-US");
    counts.textContent = said.n_rows ? `${(said.start + 1).toLocaleString("en-US")}–${last.toLocaleString("en-US")} / ${n} ${said.n_rows === 1 ? say("row") : say("rows")}` : say("No rows.");
    if (said.old) counts.textContent += ` · ${say("A newer run is published: run this cell again to see it.")}`;
    whole.dataset.start = String(said.start);
    whole.dataset.rows = String(said.n_rows);
    const [first, back, next, end] = steps;
    first.disabled = back.disabled = said.start === 0;
    next.disabled = end.disabled = last >= said.n_rows;
    copy.disabled = !said.rows.length;
    badge.hidden = toggle.hidden = !said.personal;
    badge.textContent = said.clear ? say("Personal data in the clear") : say("Masked");
    badge.classList.toggle("gmw-clear", said.clear);
    toggle.textContent = said.clear ? say("Hide") : say("Show");
  }
  return { whole, shown };
}
