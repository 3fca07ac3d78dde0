// The grid: columns are r, rows are f, the strip below is m; a segment is a box whose edges are handles.
const COUNT = (n) => Number(n).toLocaleString("en-US", { maximumFractionDigits: 0 });
const EDGES = ["r_lo", "r_hi", "f_lo", "f_hi", "m_lo", "m_hi"];

function render({ model, el }) {
  const { root, message, say, ask, listen, end } = panel({ model, el, name: "gmg", shown });
  const LABELS = { r_lo: say("r from"), r_hi: say("r to"), f_lo: say("f from"), f_hi: say("f to"), m_lo: say("m from"), m_hi: say("m to") };
  const plane = made("div", { class: "gmg-plane" }), strip = made("div", { class: "gmg-strip" });
  const list = made("div", { class: "gmw-scroll gmg-list" }), warning = made("p", { class: "gmg-warning", role: "status" });
  const undo = made("button", { type: "button", class: "gmg-undo", onclick: () => { if (!moving) ask({ do: "undo" }, { wait: false }); } }, say("Undo"));
  const depth = made("select", { class: "gmg-depth", "aria-label": say("Shown on the grid"), onchange: () => draw() });
  const file = made("span", { class: "gmw-counts" });
  root.setAttribute("aria-label", say("Bounds of the RFM segments"));
  root.append(made("div", { class: "gmw-head" }, made("label", {}, `${say("Shown on the grid")} `, depth), undo, file),
    made("div", { class: "gmg-both" }, made("div", { class: "gmg-map" }, made("div", { class: "gmg-y" }, say("f: bought more often →")), plane, made("div", { class: "gmg-x" }, say("r: bought more recently →")), strip, made("div", { class: "gmg-x" }, say("m: spent more →"))), list), warning, message);

  let now = null, chosen = "", edges = null, moving = false, dragged = null;
  const cells = new Map(), handles = {};
  const box = made("div", { class: "gmg-box" }), span = made("div", { class: "gmg-span" });

  const label = (segment) => (now.bounds.find((one) => one.segment === segment) || { label: now.others_label }).label;
  const bound = () => now.bounds.find((one) => one.segment === chosen);
  const most = () => now.most;

  // -- handles
  function handle(edge) {
    const axis = edge[0];
    const found = made("span", { class: `gmg-handle gmg-${edge}`, role: "slider", tabindex: "0", "aria-label": LABELS[edge], "aria-orientation": axis === "f" ? "vertical" : "horizontal" });
    found.addEventListener("pointerdown", (event) => {
      if (moving || event.button) return;
      event.preventDefault();
      found.focus();
      found.setPointerCapture(event.pointerId);
      dragged = { edge, from: { ...edges } };
    });
    found.addEventListener("pointermove", (event) => {
      if (!dragged || dragged.edge !== edge) return;
      const at = (axis === "m" ? strip : plane).getBoundingClientRect();
      const part = axis === "f" ? (at.bottom - event.clientY) / at.height : (event.clientX - at.left) / at.width;
      tried(edge, Math.round(part * most()) + (edge.endsWith("lo") ? 1 : 0));
    });
    const dropped = (is) => () => {
      if (!dragged || dragged.edge !== edge) return;
      const { from } = dragged;
      dragged = null;
      if (!is) { edges = from; place(); ask({ do: "try", segment: chosen, edges }); }
      else if (EDGES.some((one) => from[one] !== edges[one])) moved();
    };
    found.addEventListener("pointerup", dropped(true));
    found.addEventListener("pointercancel", dropped(false));
    found.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (dragged && event.key === "Escape") { event.preventDefault(); dropped(false)(); return; }
      const to = step ? edges[edge] + step : event.key === "Home" ? 1 : event.key === "End" ? most() : null;
      if (to === null || dragged || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (set(edge, to)) { place(); moved(); }
    });
    return found;
  }
  // A box is taken anywhere between its edges: it goes by as many whole scores as the mouse does, never beyond the grid.
  function carried(whole, field, axes) {
    let start = null;
    const within = ({ clientX: x, clientY: y }) => { const at = whole.getBoundingClientRect(); return x >= at.left && x <= at.right && y >= at.top && y <= at.bottom; };
    field.addEventListener("pointerdown", (event) => {
      if (moving || dragged || event.button || event.target.closest(".gmg-handle") || !within(event)) return;
      event.preventDefault();
      start = { x: event.clientX, y: event.clientY };
    });
    field.addEventListener("pointermove", (event) => {
      if (!dragged) field.style.cursor = within(event) ? "move" : "";
      if (!start || !chosen) return;
      if (!dragged) {
        // What hardly moves is a click on the cell.
        if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < 4) return;
        field.setPointerCapture(event.pointerId);
        dragged = { whole, from: { ...edges } };
      }
      if (dragged.whole !== whole) return;
      const at = field.getBoundingClientRect(), { from } = dragged, next = { ...edges };
      for (const axis of axes) {
        const part = axis === "f" ? (start.y - event.clientY) / at.height : (event.clientX - start.x) / at.width;
        const step = Math.min(most() - from[`${axis}_hi`], Math.max(1 - from[`${axis}_lo`], Math.round(part * most())));
        for (const end of ["lo", "hi"]) next[`${axis}_${end}`] = from[`${axis}_${end}`] + step;
      }
      if (EDGES.every((one) => next[one] === edges[one])) return;
      edges = next;
      place();
      ask({ do: "try", segment: chosen, edges });
    });
    const dropped = (is) => {
      start = null;
      if (!dragged || dragged.whole !== whole) return;
      const { from } = dragged;
      dragged = null;
      if (!is) { edges = from; place(); ask({ do: "try", segment: chosen, edges }); } else if (EDGES.some((one) => from[one] !== edges[one])) moved();
    };
    field.addEventListener("pointerup", () => dropped(true));
    field.addEventListener("pointercancel", () => dropped(false));
    listen(window, "keydown", (event) => {
      if (event.key !== "Escape" || !dragged || dragged.whole !== whole) return;
      event.preventDefault();
      event.stopPropagation();
      dropped(false);
    }, true);
  }
  function set(edge, to) {
    const axis = edge[0], is = edge.endsWith("lo");
    const lowest = is ? 1 : edges[`${axis}_lo`], highest = is ? edges[`${axis}_hi`] : most();
    const value = Math.min(highest, Math.max(lowest, to));
    if (value === edges[edge]) return false;
    edges = { ...edges, [edge]: value };
    return true;
  }
  function tried(edge, to) {
    if (!set(edge, to)) return;
    place();
    ask({ do: "try", segment: chosen, edges });
  }
  function moved() {
    // Edges stand for themselves, so that of several keys pressed fast the last question holds all of them.
    moving = true;
    ask({ do: "move", segment: chosen, edges });
  }

  // -- drawing
  function place() {
    const n = most(), part = (value) => `${(100 * value) / n}%`;
    Object.assign(box.style, { left: part(edges.r_lo - 1), width: part(edges.r_hi - edges.r_lo + 1), bottom: part(edges.f_lo - 1), height: part(edges.f_hi - edges.f_lo + 1) });
    Object.assign(span.style, { left: part(edges.m_lo - 1), width: part(edges.m_hi - edges.m_lo + 1) });
    for (const edge of EDGES) {
      const low = edge.endsWith("lo");
      const limits = { "aria-valuenow": edges[edge], "aria-valuemin": low ? 1 : edges[`${edge[0]}_lo`], "aria-valuemax": low ? edges[`${edge[0]}_hi`] : n, "aria-valuetext": `${LABELS[edge]} ${edges[edge]}` };
      for (const [name, value] of Object.entries(limits)) handles[edge].setAttribute(name, value);
    }
  }
  function build() {
    const n = most();
    cells.clear();
    plane.style.setProperty("--n", n);
    strip.style.setProperty("--n", n);
    const found = [], slots = [];
    for (let f = n; f >= 1; f -= 1) for (let r = 1; r <= n; r += 1) {
      const cell = made("div", { class: "gmg-cell", onclick: () => { if (cell.dataset.segment) pick(cell.dataset.segment); } });
      cells.set(`${r}/${f}`, cell);
      found.push(cell);
    }
    for (let m = 1; m <= n; m += 1) { const slot = made("div", { class: "gmg-slot" }); cells.set(`m${m}`, slot); slots.push(slot); }
    for (const edge of EDGES) handles[edge] = handle(edge);
    box.replaceChildren(...EDGES.slice(0, 4).map((edge) => handles[edge]));
    span.replaceChildren(handles.m_lo, handles.m_hi);
    plane.replaceChildren(...found, box);
    strip.replaceChildren(...slots, span);
    depth.replaceChildren(made("option", { value: "" }, say("All of m")), ...Array.from({ length: n }, (_, i) => made("option", { value: String(i + 1) }, `m = ${i + 1}`)));
  }
  function draw() {
    const n = most(), wanted = Number(depth.value), by = {}, money = {};
    for (const [r, f, m, count, segment] of now.scores) {
      if (!wanted || m === wanted) { const at = (by[`${r}/${f}`] ||= {}); at[segment] = (at[segment] || 0) + count; }
      if (r >= edges.r_lo && r <= edges.r_hi && f >= edges.f_lo && f <= edges.f_hi) money[m] = (money[m] || 0) + count;
    }
    const sums = Object.values(by).map((at) => Object.values(at).reduce((a, b) => a + b, 0));
    const top = Math.max(1, ...sums);
    for (let r = 1; r <= n; r += 1) for (let f = 1; f <= n; f += 1) {
      const cell = cells.get(`${r}/${f}`), at = Object.entries(by[`${r}/${f}`] || {}).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
      const count = at.reduce((sum, [, one]) => sum + one, 0), first = at.length ? at[0][0] : "";
      cell.style.setProperty("--heat", `${Math.round(4 + 30 * Math.sqrt(count / top)) * (count > 0)}%`);
      cell.classList.toggle("gmg-others", at.some(([name]) => name === "Others"));
      cell.classList.toggle("gmg-own", at.some(([name]) => name === chosen));
      cell.dataset.segment = now.bounds.some((one) => one.segment === first) ? first : "";
      cell.title = at.map(([name, one]) => `${label(name)}: ${COUNT(one)}`).join("\n");
      cell.setAttribute("aria-label", `r ${r}, f ${f}: ${COUNT(count)}`);
      cell.replaceChildren(made("b", {}, count ? COUNT(count) : "·"), made("small", {}, at.length > 1 ? `${label(first)} +${at.length - 1}` : first && label(first)));
    }
    for (let m = 1; m <= n; m += 1) cells.get(`m${m}`).replaceChildren(made("small", {}, String(m)), made("b", {}, COUNT(money[m] || 0)));
    rows();
  }
  function status(one) {
    if (one.is_empty) return say("Nobody fits");
    if (one.is_shadowed) return say("All get another name");
    // All names for the one that is looked at; the table stays short.
    return one.segment === chosen && one.overlaps_with.length ? `${say("Shares customers with")} ${one.overlaps_with.map(label).join(", ")}` : "";
  }
  function rows() {
    const range = (one, axis) => one[`${axis}_lo`] === one[`${axis}_hi`] ? `${one[`${axis}_lo`]}` : `${one[`${axis}_lo`]}–${one[`${axis}_hi`]}`;
    const made_ = now.bounds.map((one) => {
      const is = one.segment === chosen;
      const button = made("button", { type: "button", class: "gmw-quiet gmg-pick", "aria-pressed": is ? "true" : "false", onclick: () => pick(one.segment) }, one.label);
      const said = status(one);
      return made("tr", { class: `${is ? "gmg-chosen" : ""} ${one.is_empty || one.is_shadowed ? "gmg-bad" : ""}`, "data-segment": one.segment, "data-won": String(one.n_won) },
        made("th", { scope: "row" }, button, said ? made("small", {}, said) : null), ...["r", "f", "m"].map((axis) => made("td", { class: "gmw-num" }, range(one, axis))),
        ...[one.n_won, one.n_fit, one.overlaps_with.length].map((n) => made("td", { class: "gmw-num" }, COUNT(n))));
    });
    const others = made("tr", { "data-segment": "Others", "data-won": String(now.others.n) }, made("th", { scope: "row" }, now.others_label), made("td", { colspan: "3" }, say("No bounds fit them")), made("td", { class: "gmw-num" }, COUNT(now.others.n)), made("td", {}), made("td", {}));
    const had = list.contains(document.activeElement) ? document.activeElement.textContent : null;
    list.replaceChildren(made("table", {}, made("thead", {}, made("tr", {}, made("th", { scope: "col" }, say("Segment")), ...["r", "f", "m"].map((one) => made("th", { scope: "col", class: "gmw-num" }, one)),
      ...[say("Customers"), say("Would fit"), say("Overlaps")].map((one) => made("th", { scope: "col", class: "gmw-num" }, one)))), made("tbody", {}, ...made_, others)));
    if (had) [...list.querySelectorAll("button")].find((one) => one.textContent === had)?.focus();
    const bad = now.bounds.filter((one) => one.is_empty || one.is_shadowed).map((one) => `${one.label}: ${status(one)}`);
    warning.textContent = [...bad, now.others.n ? `${now.others_label}: ${COUNT(now.others.n)} / ${COUNT(now.n_all)}` : ""].filter(Boolean).join(" · ");
  }
  function pick(segment) {
    if (moving || dragged) return;
    chosen = segment;
    edges = Object.fromEntries(EDGES.map((edge) => [edge, bound()[edge]]));
    root.dataset.chosen = chosen;
    place();
    draw();
  }
  function shown(said) {
    if (!said.bounds) {
      // Refused: what is written is what the file says, so it is asked for.
      if (said.bad && moving) { moving = false; dragged = null; root.dataset.refused = said.message; ask({ do: "again", said: said.message }); }
      return;
    }
    const first = now === null || now.most !== said.most;
    now = said;
    if (first) build();
    if (!said.tried) moving = false;
    undo.disabled = !said.can_undo;
    file.textContent = said.file;
    if (!bound()) chosen = now.bounds.length ? now.bounds[0].segment : "";
    if (!chosen) return;
    // An answer about what is being dragged must not pull the box back under the mouse.
    if (!dragged && !moving) edges = Object.fromEntries(EDGES.map((edge) => [edge, bound()[edge]]));
    root.dataset.chosen = chosen;
    place();
    draw();
  }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.target.matches("select")) return;
    if (event.code === "KeyU" && !event.repeat) { event.preventDefault(); undo.click(); }
  });
  // A kernel that did not answer: what is shown may be moved again.
  root.addEventListener("gmw-busy", ({ detail: is }) => { if (!is && root.dataset.lost) moving = false; });
  carried(box, plane, ["r", "f"]);
  carried(span, strip, ["m"]);
  ask({ do: "ready" });
  return end;
}
