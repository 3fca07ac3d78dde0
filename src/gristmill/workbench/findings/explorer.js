// The explorer of findings. Values come masked or clear from Python, and go back as their place in a list.
const SVG = "http://www.w3.org/2000/svg";
const ROWS_MS = 120000; // the rows of a check are searched when it is first chosen

function drawn(trend) {
  if (!trend) return "";
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  for (const [name, value] of [["viewBox", `-1 -1 ${trend.width + 2} 14`], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  line.setAttribute("d", trend.path);
  svg.append(line);
  return made("span", { class: "gmf-trend" }, svg, made("small", {}, trend.says));
}

function render({ model, el }) {
  const { root, message, say, ask, tell, end } = panel({ model, el, name: "gmf", shown, unsaved, restore });
  const verdicts = { pass: ["✓", say("passes")], warn: ["!", say("warning")], fail: ["✕", say("fails")], error: ["?", say("not judged")] };
  const severities = { critical: say("critical"), warning: say("warning"), info: say("info") };
  const moved = { first: "", same: "", new: say("new"), broke: say("broke"), mended: say("mended"), worse: say("worse"), better: say("better"), gone: say("gone") };
  const badge = made("span", { class: "gmw-badge" });
  const toggle = made("button", { type: "button", class: "gmw-quiet gmf-toggle" });
  const which = made("select", { class: "gmf-which", "aria-label": say("Which checks") });
  const order = made("select", { "aria-label": say("Order") }, made("option", { value: "grave" }, say("gravest first")), made("option", { value: "trend" }, say("grew most first")));
  const undo = made("button", { type: "button", class: "gmf-undo" }, say("Undo"));
  const counts = made("p", { class: "gmw-counts" });
  const list = made("div", { class: "gmf-list gmw-scroll", tabindex: "0", role: "region", "aria-label": say("Checks") });
  const detail = made("div", { class: "gmf-detail" });
  root.setAttribute("aria-label", say("Findings of the checks"));
  root.append(made("div", { class: "gmw-head" }, which, order, badge, toggle, undo, counts), list, detail, message);

  let now = { checks: [], chosen: -1 }, kind = "", fields = {};
  const number = (n) => Number(n).toLocaleString("en");
  const share = (n) => (n > 0 && n < 0.0001 ? "< 0.01 %" : `${(100 * n).toFixed(n < 0.01 ? 2 : 1)} %`);

  function whichOptions() {
    const is = which.value || "open";
    const relations = [...new Set(now.checks.map((one) => one.relation))].sort();
    which.replaceChildren(made("option", { value: "open" }, say("not passed")), made("option", { value: "critical" }, say("critical")), made("option", { value: "all" }, say("all checks")),
      ...relations.map((one) => made("option", { value: `in ${one}` }, one)));
    which.value = is;
  }
  function wanted(one) {
    if (which.value === "open") return one.verdict !== "pass";
    if (which.value === "critical") return one.severity === "critical";
    return which.value === "all" || which.value === `in ${one.relation}`;
  }
  function drawList() {
    const chosen = now.checks.map((one, i) => ({ ...one, i })).filter(wanted);
    if (order.value === "trend") chosen.sort((a, b) => (b.growth || 0) - (a.growth || 0));
    const rows = chosen.map((one) => {
      const [sign, said] = verdicts[one.verdict];
      const button = made("button", { type: "button", class: "gmf-name", "aria-pressed": one.i === now.chosen ? "true" : "false", "data-check": `${one.relation}.${one.column ? `${one.column}.` : ""}${one.check}`,
        onclick: () => choose(one.i) }, one.column ? `${one.relation}.${one.column}` : one.relation, made("small", {}, one.sentence));
      return made("tr", { class: `gmf-${one.verdict}${one.i === now.chosen ? " gmf-on" : ""}` },
        made("td", { class: "gmf-verdict" }, made("b", {}, sign), " ", said), made("td", {}, severities[one.severity]), made("td", {}, button),
        made("td", { class: "gmw-num" }, number(one.n_failed), made("small", {}, share(one.share))),
        made("td", {}, drawn(one.trend), moved[one.change] ? made("small", { class: "gmf-moved" }, moved[one.change]) : ""));
    });
    const head = [say("Verdict"), say("Severity"), say("Check"), say("Failing rows"), say("Trend")].map((one, i) => made("th", { class: i === 3 ? "gmw-num" : "" }, one));
    list.replaceChildren(rows.length ? made("table", {}, made("thead", {}, made("tr", {}, ...head)), made("tbody", {}, ...rows)) : made("p", { class: "gmw-none" }, say("No check is here.")));
    counts.textContent = `${number(chosen.length)} / ${number(now.checks.length)} ${say("checks")} · ${now.run || ""}`;
  }
  function choose(i) {
    kind = "";
    fields = {};
    ask({ do: "choose", check: i }, { patience: ROWS_MS });
  }
  function unsaved() {
    const one = now.checks[now.chosen];
    return one && Object.keys(fields).length ? { questions: [{ do: "choose", key: [one.relation, one.column, one.check] }], fields: { kind, fields, which: which.value } } : null;
  }
  function restore(typed) {
    [kind, fields, which.value] = [typed.kind, typed.fields, typed.which];
    drawList();
    drawDetail();
  }
  const filter = (change) => ask({ do: "filter", value: now.value, source: now.source, text: now.text, first: 0, ...change });

  function facet(label, name, options) {
    return made("label", {}, label, made("select", { class: `gmf-by-${name}`, onchange: (event) => filter({ [name]: Number(event.target.value) }) },
      made("option", { value: "-1" }, say("all")),
      ...options.map(([value, n], i) => made("option", { value: String(i), selected: i === now[name] }, `${value === null ? "∅" : value} (${number(n)})`))));
  }
  function drawDetail() {
    const one = now.checks[now.chosen];
    if (!one) { detail.replaceChildren(made("p", { class: "gmw-none" }, say("Choose a check to see its failing rows."))); return; }
    const search = made("input", { type: "text", class: "gmf-text", value: now.text, "aria-label": say("Search in the rows"), placeholder: say("Search in the rows") });
    search.addEventListener("change", () => filter({ text: search.value }));
    const head = [say("Key"), say("Value of the cell"), say("Reason"), say("Place")].map((text) => made("th", {}, text));
    const rows = now.rows.map((row) => made("tr", {}, ...row.map((cell) => made("td", cell === null ? { class: "gmw-none" } : {}, cell === null ? "∅" : cell))));
    const last = now.first + now.rows.length;
    detail.replaceChildren(
      made("h3", { class: "gmw-title" }, one.sentence), made("p", { class: "gmw-sub" }, [one.relation, one.column, one.check].filter(Boolean).join("."), one.owner ? ` · ${one.owner}` : "", one.n_bad_runs > 1 ? ` · ${one.n_bad_runs} ${say("runs in a row")}` : ""),
      made("div", { class: "gmw-tools gmf-filters" }, facet(say("Value of the cell"), "value", now.values), facet(say("Source"), "source", now.sources), search),
      ...now.notes.map((text) => made("p", { class: "gmw-sub" }, text)),
      now.rows.length ? made("div", { class: "gmw-scroll" }, made("table", { class: "gmf-rows" }, made("thead", {}, made("tr", {}, ...head)), made("tbody", {}, ...rows))) : made("p", { class: "gmw-none" }, say("No row fails here.")),
      made("div", { class: "gmw-tools" }, made("button", { type: "button", "data-off": String(!now.first), onclick: () => filter({ first: Math.max(0, now.first - now.page) }) }, say("Back")),
        made("span", { class: "gmf-of" }, now.n_rows ? `${number(now.first + 1)}–${number(last)} / ${number(now.n_rows)}` : "0"),
        made("button", { type: "button", "data-off": String(last >= now.n_rows), onclick: () => filter({ first: last }) }, say("More"))),
      fixes());
  }
  function input(name, label, type, value) {
    const box = made("input", { type, step: "any", "aria-label": label, placeholder: label, class: `gmf-${name}`, value: fields[name] ?? value ?? "" });
    box.addEventListener("input", () => { fields[name] = box.value; });
    return made("label", {}, label, box);
  }
  function fixes() {
    if (!now.fixes.length) return made("p", { class: "gmw-sub" }, say("Nothing can be drafted for this check: change it in an editor."));
    if (!now.fixes.some((one) => one.kind === kind)) kind = now.fixes[0].kind;
    const choice = made("select", { class: "gmf-kind", "aria-label": say("Change") }, ...now.fixes.map((one) => made("option", { value: one.kind, selected: one.kind === kind }, one.says)));
    choice.addEventListener("change", () => { kind = choice.value; fields = {}; if (now.draft) ask({ do: "drop" }); else { drawDetail(); detail.querySelector(".gmf-kind").focus(); } });
    const boxes = [];
    let value = null;
    if (["map", "exclude", "allow"].includes(kind)) {
      value = made("select", { class: "gmf-value" }, ...now.values.map(([one, n], i) => made("option", { value: String(i), selected: i === now.value }, `${one === null ? "∅" : one} (${number(n)})`)));
      boxes.push(made("label", {}, say("Value of the cell"), value));
    }
    if (kind === "map") boxes.push(input("into", say("becomes"), "text"));
    if (kind === "severity") {
      const levels = made("select", { class: "gmf-severity" }, ...Object.entries(severities).map(([one, said]) => made("option", { value: one, selected: one === now.now.severity }, said)));
      fields.severity = levels.value;
      levels.addEventListener("change", () => { fields.severity = levels.value; });
      boxes.push(made("label", {}, say("Severity"), levels));
    }
    if (kind === "share") boxes.push(input("max_share", say("Share that may fail, 0 to 1"), "number", now.now.max_share));
    if (kind === "bound") for (const [name, label] of [["least", say("At least")], ["most", say("At most")]])
      if (now.now[name] !== undefined) boxes.push(input(name, label, typeof now.now[name] === "number" ? "number" : "text", now.now[name]));
    const look = made("button", { type: "button", class: "gmf-draft" }, say("Show the change"));
    look.addEventListener("click", () => ask({ do: "draft", kind, given: { ...fields }, value: value ? Number(value.value) : -1 }, { wait: false, patience: ROWS_MS }));
    const parts = [made("div", { class: "gmw-tools" }, choice, ...boxes, look)];
    if (now.draft) {
      parts.push(made("p", { class: "gmf-says" }, made("b", {}, now.draft.says), " ", now.draft.effect));
      if (now.draft.diff.length) parts.push(made("pre", { class: "gmf-diff", tabindex: "0" }, ...now.draft.diff.map((line) =>
        made("span", { class: /^\+(?!\+\+)/.test(line) ? "gmf-plus" : /^-(?!--)/.test(line) ? "gmf-minus" : "" }, `${line}\n`))));
      parts.push(made("div", { class: "gmw-tools" },
        made("button", { type: "button", class: "gmf-apply", "data-off": String(!now.draft.can_apply), onclick: () => ask({ do: "apply", draft: now.draft.number }, { wait: false }) }, say("Apply")),
        made("button", { type: "button", class: "gmf-drop", onclick: () => ask({ do: "drop" }) }, say("Drop"))));
    }
    return made("section", { class: "gmf-fix", "aria-label": say("Mend it") }, made("h3", { class: "gmw-title" }, say("Mend it")), ...parts);
  }

  function shown(said) {
    if (said.clear === undefined) return;
    // What had the focus is drawn anew: its successor gets it.
    const held = detail.contains(document.activeElement) || list.contains(document.activeElement) ? document.activeElement : null;
    const drafted = said.draft && (!now.draft || now.draft.number !== said.draft.number);
    const same = said.chosen === now.chosen && !said.checks;
    now = { ...now, ...said };
    if (said.checks) whichOptions();
    if (!same) drawList();
    drawDetail();
    const personal = now.chosen >= 0 && now.is_personal && now.can_mask;
    badge.hidden = toggle.hidden = !personal;
    badge.textContent = now.clear ? say("Personal data in the clear") : say("Masked");
    badge.classList.toggle("gmw-clear", now.clear);
    toggle.textContent = now.clear ? say("Hide") : say("Show");
    undo.title = now.undoable;
    root.dataset.chosen = String(now.chosen);
    root.dataset.nRows = String(now.n_rows);
    const next = drafted ? detail.querySelector(".gmf-apply") : held && held.className && root.querySelector(`.${held.className.split(" ")[0]}${held.dataset.check ? `[data-check="${CSS.escape(held.dataset.check)}"]` : ""}`);
    if (held) (next || root).focus({ preventScroll: !drafted });
  }
  root.addEventListener("gmw-busy", ({ detail: is }) => {
    for (const one of root.querySelectorAll("button:not(.gmf-name)")) one.disabled = is || one.dataset.off === "true";
    undo.disabled = is || !now.undoable;
  });
  which.addEventListener("change", drawList);
  order.addEventListener("change", drawList);
  toggle.addEventListener("click", () => ask({ do: now.clear ? "hide" : "show" }));
  undo.addEventListener("click", () => ask({ do: "undo" }, { wait: false }));
  root.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation(); });
  ask({ do: "ready" });
  return end;
}
