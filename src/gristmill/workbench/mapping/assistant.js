// The mapping assistant: canonical columns down the page, what feeds them beside.
const COUNT_MS = 250; // between two questions about what is being counted
const BY_HAND = "\u0000hand";

function render({ model, el }) {
  const { root, message, say, ask, end } = panel({ model, el, name: "gmm", shown, unsaved, restore });
  root.setAttribute("aria-label", say("Mapping of a source"));
  const badge = made("span", { class: "gmw-badge" });
  const toggle = made("button", { type: "button", class: "gmw-quiet" });
  const sources = made("select", { class: "gmm-source" });
  const entities = made("select", { class: "gmm-entity" });
  const path = made("p", { class: "gmw-sub" });
  const body = made("tbody");
  const columns = made("table", { class: "gmm-columns" }, made("thead", {}, made("tr", {},
    made("th", { scope: "col" }, say("Column")), made("th", { scope: "col" }, say("Taken from")),
    made("th", { scope: "col" }, say("First values")), made("th", { scope: "col" }, say("All rows")))), body);
  const raw = made("div", { class: "gmw-scroll" });
  const rows = made("div", { class: "gmw-scroll gmm-rows" });
  const change = made("pre", { hidden: true, tabindex: "0", "aria-label": say("The change") });
  const look = made("button", { type: "button", class: "gmm-look" }, say("Show the change"));
  const save = made("button", { type: "button", class: "gmm-save", disabled: true }, say("Write the mapping"));
  const reset = made("button", { type: "button", class: "gmm-reset" }, say("Back to the file"));
  const undo = made("button", { type: "button", class: "gmm-undo", disabled: true, onclick: () => { hand = {}; ask({ do: "undo" }, { wait: false }); } }, say("Undo"));
  root.append(made("div", { class: "gmw-head" }, badge, toggle,
    made("label", {}, say("Source"), sources), made("label", {}, say("is a table of"), entities)), path,
    made("div", { class: "gmw-scroll" }, columns),
    made("details", { open: true }, made("summary", {}, say("First rows as they are mapped")), rows),
    made("details", {}, made("summary", {}, say("Raw columns")), raw),
    made("div", { class: "gmw-tools" }, look, save, reset, undo), change, message);
  // Column → the expression that is being written, until another column or file is chosen.
  let now = null, seen = null, hand = {}, asked = "", refused = "", timer = null;

  function option(value, text, chosen) { return made("option", { value, selected: value === chosen }, text); }
  function choose(column, value) {
    change.hidden = true;
    asked = column;
    ask({ do: "choose", column, value });
  }
  function unsaved() {
    if (!now) return null;
    const open = now.columns.some((one) => hand[one.name] !== undefined && hand[one.name] !== (one.sql || one.leaf));
    if (!open && !Object.keys(now.choices).length) return null;
    return { questions: [{ do: "again", value: now.source, entity: now.entity, choices: now.choices }], fields: { hand } };
  }
  function restore(typed) { hand = typed.hand; draw(); }
  function row(one) {
    const byHand = one.sql !== "" || hand[one.name] !== undefined;
    const select = made("select", { "data-at": `s-${one.name}`, "aria-label": `${one.name}: ${say("Taken from")}` },
      option("", say("(nothing)"), one.leaf), ...now.raw.map((from) => option(from.label, from.label, one.leaf)),
      option(BY_HAND, say("an expression …"), byHand ? BY_HAND : null));
    select.value = byHand ? BY_HAND : one.leaf;
    const input = made("input", { type: "text", "data-at": `i-${one.name}`, spellcheck: "false", autocomplete: "off",
      placeholder: "trim(town)", "aria-label": `${one.name}: ${say("SQL expression")}`, hidden: !byHand, "aria-invalid": refused === one.name ? "true" : null });
    input.value = hand[one.name] ?? (one.sql || one.leaf);
    input.addEventListener("input", () => { hand[one.name] = input.value; });
    select.addEventListener("change", () => {
      if (select.value === BY_HAND) { hand[one.name] = input.value; input.hidden = false; input.focus(); return; }
      delete hand[one.name];
      choose(one.name, select.value);
    });
    let typed = refused === one.name ? null : one.sql || one.leaf;
    function typing() { if (input.value !== typed) { typed = input.value; choose(one.name, input.value); } }
    input.addEventListener("change", typing);
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); typing(); }
    });
    const from = now.raw.find((other) => other.label === one.leaf);
    const place = now.names.indexOf(one.name);
    const first = place < 0 ? [] : [...new Set(now.rows.map((cells) => cells[place]).filter((cell) => cell))].slice(0, 3);
    return made("tr", { class: place < 0 ? "gmm-empty" : "", "data-column": one.name },
      made("th", { scope: "row" }, made("code", {}, one.name), made("small", {}, `${one.meaning} (${one.type})`)),
      made("td", {}, select, input, made("small", {}, one.why)),
      made("td", {}, first.join(" · ") || (from ? from.samples.join(" · ") : "")),
      counts(one));
  }
  function counts(one) {
    const filled = !now.names.includes(one.name) ? "" : !one.n_rows ? "…" : `${one.n_filled.toLocaleString()} ${say("of")} ${one.n_rows.toLocaleString()} ${say("filled")}`;
    const odd = one.n_unlike ? made("small", { class: "gmm-odd" },
      `${one.n_unlike.toLocaleString()} (${percent(one.n_unlike, one.n_filled)}) ${one.what}${one.example ? `: ${one.example}` : ""}`) : null;
    return made("td", { class: "gmm-counts", title: one.n_rows || !filled ? null : say("Being counted …") }, filled, odd);
  }
  function counted(found) {
    for (const one of found) {
      const column = now.columns.find((other) => other.name === one.name);
      const cell = body.querySelector(`[data-column="${CSS.escape(one.name)}"] .gmm-counts`);
      if (!column || !cell || column.n_rows) continue;
      Object.assign(column, one);
      cell.replaceWith(counts(column));
    }
  }
  function percent(part, whole) {
    const share = (100 * part) / (whole || 1);
    return share < 0.1 ? "<0.1%" : `${share.toFixed(1)}%`;
  }
  function grid(heads, lines) {
    return made("table", {}, made("thead", {}, made("tr", {}, ...heads.map((head) => made("th", { scope: "col" }, head)))),
      made("tbody", {}, ...lines.map((cells) => made("tr", {}, ...cells.map((cell) => made("td", { title: cell || "" }, cell === null ? made("span", { class: "gmw-none" }, "–") : cell))))));
  }
  function draw() {
    const at = root.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    badge.textContent = now.clear ? say("Personal data in the clear") : say("Masked");
    badge.classList.toggle("gmw-clear", now.clear);
    toggle.textContent = now.clear ? say("Hide") : say("Show");
    sources.replaceChildren(...now.sources.map((one) => option(one, one, now.source)));
    entities.replaceChildren(...now.entities.map((one) => made("option", { value: one.name, selected: one.name === now.entity, title: one.said }, one.there ? `${one.name} ✓` : one.name)));
    path.textContent = [now.path, now.note].filter(Boolean).join(" · ");
    body.replaceChildren(...now.columns.map(row));
    rows.replaceChildren(grid(now.names, now.rows));
    raw.replaceChildren(grid([say("Raw column"), say("Type"), say("First values"), ""], now.raw.map((one) => [one.label, one.type, one.samples.join(" · "), one.used ? say("used") : say("not used")])));
    look.disabled = !now.is_changed;
    save.disabled = true;
    reset.disabled = !Object.keys(now.choices).length;
    undo.disabled = !now.can_undo;
    root.dataset.path = now.path;
    root.dataset.changed = String(now.is_changed);
    if (at) { const same = root.querySelector(`[data-at="${CSS.escape(at)}"]`); if (same) same.focus(); }
  }
  function shown(said) {
    // What the database does not take stays where it was typed, to be mended.
    if (said.columns || said.bad) [refused, asked] = [said.bad ? asked : "", ""];
    if (said.columns) { now = said; draw(); } else if (said.bad && now) draw();
    if (said.difference) {
      change.replaceChildren(...said.difference.map((line) => made("span", { class: line.startsWith("+") ? "gmm-plus" : line.startsWith("-") ? "gmm-minus" : "" }, line || " ")));
      change.hidden = false;
      seen = said.seen;
      save.disabled = !now.is_changed;
    } else if (said.columns && !said.n_open) change.hidden = true;
    if (said.counted && now) counted(said.counted);
    // A large source is counted beside, column by column; whatever else is asked goes first.
    if (said.n_open !== undefined) {
      clearTimeout(timer);
      if (said.n_open) timer = setTimeout(() => { if (root.isConnected) ask({ do: "count" }, { wait: false }); }, COUNT_MS);
    }
  }
  toggle.addEventListener("click", () => ask({ do: now.clear ? "hide" : "show" }));
  sources.addEventListener("change", () => { hand = {}; ask({ do: "source", value: sources.value }); });
  entities.addEventListener("change", () => { hand = {}; ask({ do: "entity", value: entities.value }); });
  look.addEventListener("click", () => ask({ do: "difference" }));
  save.addEventListener("click", () => ask({ do: "save", seen }, { wait: false }));
  reset.addEventListener("click", () => { hand = {}; ask({ do: "reset" }); });
  ask({ do: "ready" });
  return () => { clearTimeout(timer); end(); };
}
