// The studio of values: what is ticked lives here until it is decided; everything else is asked of Python.
// A column is searched when it is first chosen; one of a million different values takes minutes.
const FINDING_MS = 600000;

function render({ model, el }) {
  const { root, message, say, ask, end } = panel({ model, el, name: "gmv", shown, unsaved, restore });
  const methods = { fingerprint: say("Same words"), ngrams: say("Same pairs of letters"), sound: say("Same sound"), nearest: say("Few letters differ") };
  const badge = made("span", { class: "gmw-badge" });
  const toggle = made("button", { type: "button", class: "gmw-quiet" });
  const column = made("select", { "aria-label": say("Column") });
  const counts = made("p", { class: "gmw-counts" });
  const table = made("div", { class: "gmw-scroll" });
  const list = made("div", { class: "gmv-groups" });
  const before = made("button", { type: "button" }, say("Back"));
  const after = made("button", { type: "button" }, say("More"));
  const where = made("span", { class: "gmv-where" });
  const above = made("input", { type: "number", min: "0", max: "1", step: "0.01", value: "0.95", "aria-label": say("Least confidence") });
  const all = made("button", { type: "button", class: "gmv-all" }, say("Merge all that are at least so sure"));
  const undo = made("button", { type: "button", class: "gmv-undo" }, say("Undo"));
  root.setAttribute("aria-label", say("Values that mean the same"));
  root.append(made("div", { class: "gmw-head" }, column, badge, toggle, counts), table, list,
    made("div", { class: "gmw-tools" }, before, where, after, above, all, undo), message);

  let now = { groups: [], serial: 0 }, touched = false, boxes = [];
  const number = (n) => Number(n).toLocaleString("en");

  function option(value, is) { return made("option", { value, selected: is }, value); }

  function sideBySide() {
    const head = made("tr", {}, made("th", {}, say("Method")), ...[say("Groups"), say("Values"), say("Number of rows")].map((one) => made("th", { class: "gmw-num" }, one)));
    const rows = now.methods.map((one) => {
      const box = made("input", { type: "radio", name: `method-${root.dataset.id}`, checked: one.name === now.method,
        onchange: () => ask({ do: "choose", method: one.name }) });
      return made("tr", { class: one.name === now.method ? "gmv-on" : "", "data-method": one.name },
        made("th", { scope: "row" }, made("label", {}, box, " ", one.says)),
        ...one.counts.map((n) => made("td", { class: "gmw-num" }, number(n))));
    });
    table.replaceChildren(made("table", {}, made("thead", {}, head), made("tbody", {}, ...rows)));
  }

  function groupOf(group, place) {
    const name = `into-${root.dataset.id}-${now.serial}-${place}`;
    const typed = made("input", { type: "text", class: "gmv-text", placeholder: say("or another text"), "aria-label": say("Another text that survives"), maxlength: "300" });
    const rows = group.values.map((one, i) => {
      const take = made("input", { type: "checkbox", checked: i > 0 && (one.sure !== null || now.method !== "proposed"), "aria-label": say("Becomes the one that survives") });
      const into = made("input", { type: "radio", name, checked: i === 0, "aria-label": say("Survives"),
        onchange: () => { for (const row of rows) row.take.disabled = row.into.checked; if (take.checked) take.checked = false; rows[0].take.checked = !rows[0].into.checked; typed.value = ""; } });
      take.disabled = i === 0;
      const agrees = Object.entries(methods).map(([key, label]) => made("td", { class: "gmv-sign" },
        one.agrees === null ? "" : one.agrees.includes(key) ? made("span", { title: label }, "●", made("span", { class: "gmw-said" }, label)) : "–"));
      const row = made("tr", {}, made("td", {}, into), made("td", {}, take), made("td", { class: "gmv-value" }, one.value),
        made("td", { class: "gmw-num" }, number(one.n)), ...agrees, made("td", { class: "gmw-num" }, one.sure === null ? "" : one.sure.toFixed(2)));
      return { row, take, into };
    });
    boxes[place] = { typed, rows };
    typed.addEventListener("input", () => {
      const own = typed.value.trim() !== "";
      rows.forEach((row) => { row.take.disabled = !own && row.into.checked; if (own && row.into.checked) row.take.checked = true; });
    });
    const decide = (verb) => ask({ do: verb, serial: now.serial, group: place, text: typed.value,
      take: rows.map((row, i) => (row.take.checked && !row.take.disabled ? i : -1)).filter((i) => i >= 0),
      into: rows.findIndex((row) => row.into.checked) }, { wait: false });
    const head = made("tr", {}, made("th", {}, say("Survives")), made("th", {}, say("Merge")), made("th", {}, say("Value of the cell")), made("th", { class: "gmw-num" }, say("Number of rows")),
      ...Object.values(methods).map((one) => made("th", { class: "gmv-method" }, one)), made("th", { class: "gmw-num" }, say("Confidence")));
    return made("fieldset", { class: "gmv-group" },
      made("div", { class: "gmw-scroll" }, made("table", {}, made("thead", {}, head), made("tbody", {}, ...rows.map((one) => one.row)))),
      made("div", { class: "gmv-decide" }, typed,
        made("button", { type: "button", class: "gmv-merge", disabled: !now.can_merge, onclick: () => decide("merge") }, say("Merge")),
        made("button", { type: "button", class: "gmv-apart", disabled: !now.can_merge, onclick: () => decide("apart") }, say("Keep apart"))));
  }

  // What is ticked and typed belongs to the groups that were on the screen: by place, so that no value is kept here.
  const at = () => [now.column, now.method, now.place, now.n_left, now.n_rows].join(" ");
  list.addEventListener("input", () => { touched = true; });
  function unsaved() {
    if (!touched) return null;
    const marks = boxes.map(({ typed, rows }) => [typed.value, rows.findIndex((row) => row.into.checked), rows.map((row) => row.take.checked)]);
    return { questions: [{ do: "choose", column: now.column, method: now.method }, { do: "page", place: now.place }], fields: { at: at(), marks } };
  }
  function restore(back) {
    if (at() !== back.at) return;
    touched = true;
    back.marks.forEach(([text, into, takes], i) => {
      const { typed, rows } = boxes[i];
      if (rows[into] && !rows[into].into.checked) rows[into].into.click();
      if (text) { typed.value = text; typed.dispatchEvent(new Event("input")); }
      takes.forEach((is, j) => { rows[j].take.checked = is; });
    });
  }

  function shown(said) {
    if (said.groups === undefined) return;
    const held = root.contains(document.activeElement) && list.contains(document.activeElement);
    now = said;
    column.replaceChildren(...now.columns.map((one) => option(one, one === now.column)));
    badge.hidden = toggle.hidden = !now.is_personal;
    badge.textContent = now.clear ? say("Personal data in the clear") : say("Masked");
    badge.classList.toggle("gmw-clear", now.clear);
    toggle.textContent = now.clear ? say("Hide") : say("Show");
    counts.textContent = [`${number(now.n_left)} ${say("groups left")}`, `${number(now.n_rows)} ${say("rows would change")}`, `${number(now.n_values)} ${say("values in all")}`].join(" · ")
      + (now.can_merge ? "" : ` · ${say("Values of this column are not merged in a run.")}`) + (now.left_out ? ` · ${now.left_out}` : "");
    sideBySide();
    touched = false;
    boxes = [];
    list.replaceChildren(...(now.groups.length ? now.groups.map(groupOf) : [made("p", { class: "gmw-none" }, say("No groups are left."))]));
    where.textContent = now.n_left ? `${number(now.place + 1)}–${number(now.place + now.groups.length)} / ${number(now.n_left)}` : "";
    root.dataset.nLeft = String(now.n_left);
    root.dataset.serial = String(now.serial);
    // The button that was pressed is gone with its group: the next group is under the hand.
    if (held) (list.querySelector(".gmv-merge") || root).focus({ preventScroll: true });
  }
  root.dataset.id = Math.random().toString(36).slice(2);
  root.addEventListener("gmw-busy", ({ detail: is }) => {
    for (const one of root.querySelectorAll("button")) one.disabled = is;
    if (is) return;
    before.disabled = !now.place;
    after.disabled = now.place + now.groups.length >= now.n_left;
    for (const one of root.querySelectorAll(".gmv-merge,.gmv-apart,.gmv-all")) one.disabled = !now.can_merge;
  });
  column.addEventListener("change", () => ask({ do: "choose", column: column.value }, { patience: FINDING_MS }));
  toggle.addEventListener("click", () => ask({ do: now.clear ? "hide" : "show" }));
  before.addEventListener("click", () => ask({ do: "page", place: now.place - now.page }));
  after.addEventListener("click", () => ask({ do: "page", place: now.place + now.groups.length }));
  all.addEventListener("click", () => ask({ do: "all", above: Number(above.value) }, { wait: false }));
  undo.addEventListener("click", () => ask({ do: "undo" }, { wait: false }));
  root.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation(); });
  ask({ do: "ready" }, { patience: FINDING_MS });
  return end;
}
