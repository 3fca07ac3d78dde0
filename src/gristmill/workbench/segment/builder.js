// The builder: a tree of conditions as controls and the same as SQL; whichever was touched last writes the other.
const AFTER_MS = 250;
const COUNT = (n) => Number(n).toLocaleString("en-US", { maximumFractionDigits: 0 });
const PERCENT = (share) => `${(100 * share).toFixed(1)}%`;

function render({ model, el }) {
  const { root, message, say, ask, end } = panel({ model, el, name: "gms", shown, unsaved, restore });
  const OPS = {
    ">=": say("is at least"), "<=": say("is at most"), between: say("is between"), ">": say("is more than"), "<": say("is less than"),
    "=": say("is exactly"), "<>": say("is not"), in: say("is one of"), "not in": say("is none of"), contains: say("contains"),
    "not contains": say("does not contain"), null: say("is unknown"), "not null": say("is known"), true: say("is true"), false: say("is false"),
  };
  const open = made("select", { class: "gms-open", "aria-label": say("Saved segment") });
  const controls = made("div", { class: "gms-controls" });
  const text = made("textarea", { class: "gms-sql", rows: "3", spellcheck: "false", "aria-label": say("The condition as SQL") });
  const figures = made("div", { class: "gms-figures", "aria-live": "polite" });
  const overlaps = made("div", { class: "gmw-scroll gms-overlaps" });
  const name = made("input", { type: "text", class: "gms-name", maxlength: "50", placeholder: "vips", "aria-label": say("Name of its file"), pattern: "[a-z][a-z0-9_]*" });
  const label = made("input", { type: "text", class: "gms-label", maxlength: "200", placeholder: say("What people read"), "aria-label": say("What people read") });
  const save = made("button", { type: "button", class: "gms-save" }, say("Save"));
  root.setAttribute("aria-label", say("Segment builder"));
  root.append(
    made("div", { class: "gmw-head" }, made("label", {}, `${say("Saved segment")} `, open)), controls,
    made("label", { class: "gms-sqlbox" }, say("The condition as SQL"), text),
    figures, overlaps,
    made("div", { class: "gmw-tools" }, made("label", {}, `${say("Name of its file")} `, name), made("label", {}, `${say("What people read")} `, label), save), message);

  let columns = [], kinds = {}, tree = { how: "and", parts: [] }, by = "controls", timer = 0, serial = 0, touched = false, parsed = null;

  // -- asking
  const done = (part) => part.parts ? { how: part.how, parts: part.parts.map(done).filter((one) => one !== null) }
    : part.sql !== undefined ? (part.sql.trim() ? part : null)
    : whole(part) ? part : null;
  function whole(part) {
    const kind = kinds[part.column] && kinds[part.column].kind;
    if (!kind || ["null", "not null", "true", "false"].includes(part.op)) return !!kind;
    const need = part.op === "between" ? 2 : 1;
    const given = part.values.filter((value) => kind === "text" || String(value).trim());
    return part.op === "in" || part.op === "not in" ? given.length > 0 : given.length >= need && (kind !== "text" || given[0] !== "");
  }
  function later(how, question) {
    by = how;
    touched = true;
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; ask(question()); }, AFTER_MS);
    root.setAttribute("aria-busy", "true");
  }
  const changed = () => later("controls", () => ({ do: "parts", parts: done(tree) }));
  const restructured = () => { draw(); changed(); };
  text.addEventListener("input", () => later("text", () => ({ do: "text", text: text.value })));
  open.addEventListener("change", () => { clearTimeout(timer); by = "open"; touched = false; ask({ do: "open", name: open.value }); });
  save.addEventListener("click", () => {
    clearTimeout(timer);
    if (by === "controls" && timer) { by = "saved"; ask({ do: "save", parts: done(tree), name: name.value, label: label.value }); }
    else ask({ do: "save", text: text.value, name: name.value, label: label.value });
    timer = 0;
  });
  root.addEventListener("gmw-busy", ({ detail: is }) => { if (!is && timer) root.setAttribute("aria-busy", "true"); });

  // -- controls
  function choice(options, chosen, says, does) {
    const found = made("select", { "aria-label": says, onchange: () => does(found.value) });
    found.append(...options.map(([value, shows]) => made("option", { value, selected: value === chosen }, shows)));
    return found;
  }
  const gone = (parent, part) => () => { parent.parts.splice(parent.parts.indexOf(part), 1); restructured(); };
  const remover = (parent, part) => made("button", { type: "button", class: "gmw-quiet gms-remove", "aria-label": say("Remove"), title: say("Remove"), onclick: gone(parent, part) }, "×");
  function fresh(column) {
    const found = kinds[column] || columns[0];
    return { column: found.name, op: found.operators[0], values: [] };
  }
  function group(part, parent) {
    const how = choice([["and", say("All of these hold")], ["or", say("Any of these holds")]], part.how, say("How conditions are joined"), (to) => { part.how = to; changed(); });
    const add = made("button", { type: "button", class: "gmw-quiet gms-add", onclick: () => { part.parts.push(fresh()); restructured(); last(part); } }, say("Add condition"));
    const nest = made("button", { type: "button", class: "gmw-quiet gms-nest", onclick: () => {
      part.parts.push({ how: part.how === "and" ? "or" : "and", parts: [fresh()] });
      restructured();
    } }, say("Add group"));
    return made("fieldset", { class: "gms-group" }, made("div", { class: "gms-row" }, how, parent ? remover(parent, part) : null),
      ...part.parts.map((one) => one.parts ? group(one, part) : one.sql !== undefined ? raw(one, part) : test(one, part)),
      made("div", { class: "gms-row" }, add, nest));
  }
  function last(part) {
    const rows = controls.querySelectorAll(".gms-test select");
    if (rows.length && part === tree) [...controls.querySelectorAll(".gms-test")].at(-1).querySelector("select").focus();
  }
  function raw(part, parent) {
    const field = made("input", { type: "text", class: "gms-raw", "aria-label": say("As SQL: no control shows it"), oninput: () => { part.sql = field.value; changed(); } });
    field.value = part.sql;
    return made("div", { class: "gms-row gms-test" }, made("span", { class: "gmw-badge" }, say("As SQL: no control shows it")), field, remover(parent, part));
  }
  function test(part, parent) {
    const known = kinds[part.column];
    const column = choice(columns.map((one) => [one.name, one.name]), part.column, say("Column"), (to) => {
      const kept = known && kinds[to].kind === known.kind && known.kind !== "text";
      Object.assign(part, fresh(to), kept ? { op: part.op, values: part.values } : {});
      restructured();
    });
    const op = choice(known.operators.map((one) => [one, OPS[one]]), part.op, say("What is asked of it"), (to) => { part.op = to; restructured(); });
    return made("div", { class: "gms-row gms-test" }, column, op, ...values(part, known), remover(parent, part));
  }
  function values(part, known) {
    if (["null", "not null", "true", "false"].includes(part.op)) return [];
    if (known.kind === "text" && part.op.endsWith("in")) return [several(part, known)];
    const type = known.kind === "number" ? "number" : known.kind === "text" ? "text" : "date";
    const field = (place, says, hint) => {
      const found = made("input", { type, class: "gms-value", step: "any", placeholder: hint, "aria-label": says,
        oninput: () => { while (part.values.length <= place) part.values.push(""); part.values[place] = found.value; changed(); } });
      found.value = part.values[place] || "";
      return found;
    };
    return part.op === "between" ? [field(0, say("From"), known.lowest), say("and"), field(1, say("To"), known.highest)]
      : [field(0, say("Value"), part.op === "<=" || part.op === "<" ? known.highest : known.lowest),
        known.lowest ? made("small", { class: "gms-range" }, known.kind === "number" ? `${COUNT(known.lowest)} – ${COUNT(known.highest)}` : `${known.lowest} – ${known.highest}`) : null];
  }
  function several(part, known) {
    serial += 1;
    const list = `gms-${serial}-${Math.random().toString(36).slice(2)}`;
    const field = made("input", { type: "text", class: "gms-value gms-more", list, placeholder: say("Add a value"), "aria-label": say("Add a value") });
    const box = made("span", { class: "gms-several" });
    const chips = () => box.replaceChildren(...part.values.map((value) => made("button", { type: "button", class: "gmw-quiet gms-chip", title: say("Remove"), "aria-label": `${say("Remove")} ${value}`,
      onclick: () => { part.values = part.values.filter((one) => one !== value); chips(); changed(); field.focus(); } }, `${value} ×`)), field,
      made("datalist", { id: list }, ...known.values.filter(([value]) => !part.values.includes(value)).map(([value, n]) => made("option", { value }, `${value} (${COUNT(n)})`))));
    const take = () => {
      if (field.value && !part.values.includes(field.value)) part.values = [...part.values, field.value];
      field.value = "";
      chips();
      changed();
    };
    // What is chosen from the list, not typed, comes without a key.
    field.addEventListener("input", (event) => { if (!event.inputType || event.inputType === "insertReplacementText") { take(); field.focus(); } });
    field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing && field.value) { event.preventDefault(); take(); field.focus(); } });
    field.addEventListener("change", () => { if (field.value) take(); });
    chips();
    return box;
  }
  function draw() {
    controls.replaceChildren(group(tree, null));
  }

  // -- answers
  function shown(said) {
    text.toggleAttribute("aria-invalid", !!said.bad);
    figures.classList.toggle("gms-stale", !!said.bad);
    if (said.columns) {
      columns = said.columns;
      kinds = Object.fromEntries(columns.map((one) => [one.name, one]));
    }
    if (said.saved) lists(said);
    parsed = said.parts || null;
    if (said.parts && (by !== "controls" || said.columns)) { tree = said.parts; draw(); }
    if (said.sql !== undefined && by !== "text") text.value = said.sql;
    if (said.size) figured(said.size);
    if (said.columns || said.parts) by = by === "open" ? "controls" : by;
    if (said.path) touched = false;
  }
  function lists(said) {
    const chosen = said.opened ? said.opened[0] : "";
    open.replaceChildren(made("option", { value: "" }, say("A new one")), ...said.saved.map(([value, shows]) => made("option", { value }, shows === value ? value : `${shows} (${value})`)));
    open.value = chosen;
    if (said.opened && !touched) [name.value, label.value] = said.opened;
    root.dataset.opened = chosen;
  }
  function figured(size) {
    root.dataset.n = String(size.n);
    const part = (says, value, more) => made("div", { class: "gms-figure" }, made("span", {}, says), made("b", {}, value), made("small", {}, more || " "));
    const [before, joining, leaving] = size.change || [];
    figures.replaceChildren(
      part(say("Customers"), COUNT(size.n), `${PERCENT(size.share)} · ${say("of all")} ${COUNT(size.n_all)}`),
      part(say("Revenue"), `${COUNT(size.revenue)} ${size.currency}`, size.share_revenue === null ? "" : `${PERCENT(size.share_revenue)} · ${say("of all")}`),
      part(say("Revenue a customer"), size.n ? `${COUNT(size.revenue / size.n)} ${size.currency}` : "–"));
    if (size.change) figures.append(part(say("Against the last run"), `+${COUNT(joining)} −${COUNT(leaving)}`, `${say("Then")} ${COUNT(before)}`));
    const rows = size.overlaps.slice(0, 10).map(([scheme, segment, both, share, lift]) =>
      made("tr", {}, made("th", { scope: "row" }, segment), made("td", {}, scheme), made("td", { class: "gmw-num" }, COUNT(both)), made("td", { class: "gmw-num" }, PERCENT(share)), made("td", { class: "gmw-num" }, `× ${lift.toFixed(2)}`)));
    overlaps.replaceChildren(rows.length ? made("table", {}, made("caption", {}, say("They are in these segments more often than others")),
      made("thead", {}, made("tr", {}, ...[say("Segment"), say("Scheme")].map((one) => made("th", { scope: "col" }, one)),
        ...[say("Customers"), say("Of them"), say("Times as often")].map((one) => made("th", { scope: "col", class: "gmw-num" }, one)))),
      made("tbody", {}, ...rows)) : "");
  }
  // What no file holds: the condition as it was touched last.
  function unsaved() {
    if (!touched) return null;
    const opening = root.dataset.opened ? [{ do: "open", name: root.dataset.opened }] : [];
    const question = by === "text" ? { do: "text", text: text.value } : { do: "parts", parts: done(tree) };
    return { questions: [...opening, question], fields: { by: question.do, text: text.value, tree, name: name.value, label: label.value } };
  }
  function restore(typed) {
    touched = true;
    by = typed.by === "text" ? "text" : "controls";
    [name.value, label.value] = [typed.name, typed.label];
    if (by === "text") text.value = typed.text;
    tree = (by === "text" && parsed) || typed.tree;
    draw();
  }
  by = "open";
  ask({ do: "ready" });
  return () => { clearTimeout(timer); end(); };
}
