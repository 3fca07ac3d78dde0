// The template panel: choose, read, run, compare. Every text is set as text.
const LONG_MS = 3600000;
const SVG = "http://www.w3.org/2000/svg";

function drawn(tag, attributes, ...children) {
  const found = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes || {})) if (value !== null && value !== undefined) found.setAttribute(name, value);
  found.append(...children);
  return found;
}

// What a relation is made from on the left, what is made from it on the right.
function lineage(sheet, say, go) {
  const WIDE = 200, HIGH = 24, STEP = 30, GAP = 34, TOP = 22;
  const rows = Math.max(sheet.reads.length, sheet.read_by.length, 1);
  const height = rows * STEP + 26, width = 3 * WIDE + 2 * GAP;
  // A long side begins at the top; what it hangs on stands where it can be seen without scrolling.
  const middle = TOP + Math.min(rows, 8) * STEP / 2;
  const picture = drawn("svg", { class: "gmp-lineage", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": say("Lineage") });
  const head = (text, x) => drawn("text", { x, y: 12, class: "gmp-label" }, text);
  picture.append(head(`${say("made from")} (${sheet.n_upstream} ${say("in all")})`, 0), head(`${say("read by")} (${sheet.n_downstream} ${say("in all")})`, 2 * (WIDE + GAP)));
  function box(one, x, y, kind) {
    const place = drawn("g", { class: `gmp-box ${kind}`, transform: `translate(${x},${y})` });
    const name = one.relation.length > 27 ? `${one.relation.slice(0, 26)}…` : one.relation;
    place.append(drawn("title", {}, `${one.relation}${one.ref ? "" : ` (${say("made by Python")})`}\n${one.summary || ""}`), drawn("rect", { width: WIDE, height: HIGH, rx: 5 }), drawn("text", { x: 9, y: 16.5 }, name));
    if (one.ref && kind !== "gmp-self") {
      place.setAttribute("tabindex", "0");
      place.setAttribute("role", "button");
      place.setAttribute("aria-label", one.relation);
      place.dataset.ref = one.ref;
      place.addEventListener("click", () => go(one.ref));
      place.addEventListener("keydown", (event) => { if (event.code === "Enter" || event.code === "Space") { event.preventDefault(); go(one.ref); } });
    }
    return place;
  }
  const side = (list, x, kind) => list.map((one, i) => {
    const y = Math.max(TOP, middle - (list.length * STEP) / 2) + i * STEP;
    const from = kind === "in" ? [x + WIDE, y + HIGH / 2] : [2 * WIDE + GAP, middle];
    const to = kind === "in" ? [WIDE + GAP, middle] : [x, y + HIGH / 2];
    const half = (from[0] + to[0]) / 2;
    picture.append(drawn("path", { class: "gmp-line", d: `M${from[0]},${from[1]} C${half},${from[1]} ${half},${to[1]} ${to[0]},${to[1]}` }));
    return box(one, x, y, one.ref ? "" : "gmp-python");
  });
  const boxes = [...side(sheet.reads, 0, "in"), ...side(sheet.read_by, 2 * (WIDE + GAP), "out")];
  picture.append(...boxes, box({ relation: sheet.relation, ref: sheet.name, summary: sheet.summary }, WIDE + GAP, middle - HIGH / 2, "gmp-self"));
  return picture;
}

function render({ model, el }) {
  const { root, message, say, ask, tell, end } = panel({ model, el, name: "gmp", shown, unsaved, restore });
  const rows = pager({ say, tell, turn: (question) => ask(question) });
  const list = `gmp-${Math.random().toString(36).slice(2)}`;
  const choose = made("input", { type: "text", class: "gmp-choose", list, "aria-label": say("Template"), spellcheck: "false", autocomplete: "off" });
  const names = made("datalist", { id: list });
  const version = made("select", { class: "gmp-version", "aria-label": say("Version") });
  const title = made("h3", { class: "gmw-title" });
  const summary = made("p", { class: "gmw-sub" });
  const facts = made("table", { class: "gmp-facts" });
  const sql = made("pre", { class: "gmq-sql", tabindex: "0" });
  const picture = made("div", { class: "gmw-scroll gmp-picture" });
  const params = made("div", { class: "gmp-params" });
  const other = made("select", { class: "gmp-other", "aria-label": say("Compare with") });
  const run = made("button", { type: "button", class: "gmp-run", onclick: () => ask({ do: "run", params: typed() }, { wait: false, patience: LONG_MS }) }, say("Run"));
  const compare = made("button", { type: "button", class: "gmp-compare", onclick: () => ask({ do: "compare", params: typed(), other: other.value }, { wait: false, patience: LONG_MS }) }, say("Compare"));
  const reset = made("button", { type: "button", class: "gmw-quiet gmp-reset", onclick: () => { if (now) controls(now); } }, say("Parameters as they were"));
  const effect = made("div", { class: "gmp-effect", "aria-live": "polite" });
  root.setAttribute("aria-label", say("Template"));
  root.append(made("div", { class: "gmw-head" }, choose, names, version), title, summary, facts,
    made("details", { open: true }, made("summary", {}, say("Lineage")), picture), made("details", {}, made("summary", {}, "SQL"), sql),
    params, made("div", { class: "gmw-tools" }, run, compare, other, reset), message, effect, rows.whole);
  let now = null;

  const go = (ref) => ask({ do: "choose", ref });
  choose.addEventListener("change", () => { if (choose.value && (!now || choose.value !== now.name)) go(choose.value); });
  version.addEventListener("change", () => go(version.value));
  root.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); });
  root.addEventListener("gmw-busy", ({ detail: is }) => {
    for (const one of [run, compare]) one.disabled = is;
    if (is) tell(say("Working …"));
  });

  function typed() {
    const found = {};
    // What was not touched is left to the project and the head.
    for (const one of params.querySelectorAll("[data-name]")) if (one.value !== one.dataset.was) found[one.dataset.name] = one.value;
    return found;
  }
  function unsaved() {
    return now && Object.keys(typed()).length ? { questions: [{ do: "choose", ref: now.ref }], fields: { ref: now.ref, params: typed() } } : null;
  }
  function restore({ ref, params: given }) {
    if (now.ref !== ref) return;
    for (const one of params.querySelectorAll("[data-name]")) {
      one.value = given[one.dataset.name] ?? one.value;
      one.dispatchEvent(new Event("input"));
    }
  }
  function control(one) {
    const about = { "data-name": one.name, "aria-label": one.name, class: "gmp-value" };
    const was = one.value ?? "";
    let found;
    if (one.control === "choice" || one.control === "boolean") {
      const words = one.control === "choice" ? one.choices : ["true", "false"];
      const unset = one.value === null ? [made("option", { value: "" }, say("null"))] : [];
      found = made("select", about, ...unset, ...words.map((word) => made("option", { value: word }, word)));
    } else {
      const kind = { integer: "number", number: "number", date: "date" }[one.control] || "text";
      const step = { integer: "1", number: "any" }[one.control];
      found = made("input", { ...about, type: kind, step, placeholder: one.value === null ? (one.required ? say("needed") : "null") : null });
    }
    found.value = was;
    found.dataset.was = found.value;
    const mark = () => found.classList.toggle("gmp-changed", found.value !== found.dataset.was);
    found.addEventListener("input", mark);
    found.addEventListener("keydown", (event) => { if (event.code === "Enter" && !run.disabled) run.click(); });
    return made("label", {}, made("b", {}, one.name), made("span", { class: "gmp-type" }, one.type), found, made("small", {}, one.meaning));
  }
  function controls(sheet) {
    params.replaceChildren(...sheet.params.map(control));
    reset.hidden = !sheet.params.length;
  }
  function option(value, label, chosen) {
    return made("option", { value, selected: chosen }, label);
  }
  function sheetShown(sheet) {
    now = sheet;
    root.dataset.ref = sheet.ref;
    choose.value = sheet.name;
    version.replaceChildren(...sheet.versions.map((one) => option(one, one, one === sheet.version)));
    version.value = sheet.version;
    const others = sheet.versions.filter((one) => one !== sheet.version);
    other.replaceChildren(option("", say("with the parameters above")), ...others.map((one) => option(one, one)));
    title.textContent = sheet.ref;
    summary.textContent = `${sheet.summary} (${sheet.file})`;
    facts.replaceChildren(made("tbody", {}, ...sheet.facts.map(([word, said]) => made("tr", {}, made("th", { scope: "row" }, word), made("td", {}, said)))));
    sql.replaceChildren(inColours(sheet.sql));
    picture.replaceChildren(lineage(sheet, say, go));
    controls(sheet);
  }
  function differs(found) {
    const lines = (list) => made("pre", { class: "gmq-sql" }, ...list.map((line) => made("span", { class: line.startsWith("+") ? "gmp-more" : line.startsWith("-") ? "gmp-less" : "" }, `${line}\n`)));
    effect.replaceChildren(made("h4", {}, found.title), ...(found.meaning.length ? [made("p", { class: "gmw-sub" }, say("In the SELECT")), lines(found.meaning)] : []),
      made("p", { class: "gmw-sub" }, say("In the data")), made("pre", { class: "gmq-sql gmp-told" }, found.effect.join("\n")));
  }
  function shown(said) {
    if (said.names) names.replaceChildren(...said.names.map((name) => option(name, name)));
    if (said.fresh) { effect.replaceChildren(); rows.whole.hidden = true; }
    if (said.sheet) sheetShown(said.sheet);
    else if (said.bad && now) choose.value = now.name;
    if (said.difference) differs(said.difference);
    if (said.table) rows.shown(said.table);
  }
  ask({ do: "ready" });
  return end;
}
