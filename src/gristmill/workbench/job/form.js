// The run form. While a run is under way it looks every second; what it shows comes from the files of the run.
const LOOK_MS = 1000;

function render({ model, el }) {
  const { root, message, say, ask, end } = panel({ model, el, name: "gmj", shown, unsaved, restore });
  root.setAttribute("aria-label", say("Run of the project"));
  const head = made("p", { class: "gmj-head", role: "status" });
  const link = made("a", { hidden: true, target: "_blank", rel: "noopener", class: "gmj-report" }, say("Open the report"));
  const go = made("button", { type: "button", class: "gmj-start" }, say("Start the run"));
  const halt = made("button", { type: "button", class: "gmj-stop", disabled: true }, say("Stop"));
  const day = made("input", { type: "date", class: "gmj-as-of", "aria-label": say("As of") });
  const grid = made("div", { class: "gmj-grid" });
  const filter = made("input", { type: "text", class: "gmj-filter", placeholder: say("Find a parameter"), "aria-label": say("Find a parameter") });
  const more = made("details", { class: "gmj-more" }, made("summary", {}, say("Parameters")), filter, grid);
  const only = made("fieldset", {}, made("legend", {}, say("Only these stages, on a copy of the published run")));
  const list = made("ol", { class: "gmj-stages" });
  const wrong = made("pre", { hidden: true });
  const changes = made("div");
  root.append(made("div", { class: "gmw-head" }, head, link), list, wrong,
    made("div", { class: "gmw-tools" }, made("label", {}, say("As of"), " ", day), go, halt), only, more, changes, message);
  const controls = new Map();
  let before = "", asOf = "", timer = null;

  function control(one) {
    const at = { "data-param": one.name, "aria-label": one.name };
    let input;
    if (one.choices.length || one.type === "boolean") {
      const words = one.choices.length ? one.choices : ["true", "false"];
      input = made("select", at, made("option", { value: "" }, one.default ? `${one.default} (${say("as it is")})` : say("as it is")), ...words.map((word) => made("option", { value: word }, word)));
    } else {
      const kind = { integer: "number", double: "number", decimal: "number", date: "date" }[one.type] || "text";
      input = made("input", { ...at, type: kind, step: one.type === "integer" ? "1" : "any", placeholder: one.default, spellcheck: "false" });
    }
    input.addEventListener("change", () => input.classList.toggle("gmj-set", input.value !== ""));
    controls.set(one.name, input);
    const box = made("label", { title: one.used_by }, one.name, input,
      made("small", {}, `${one.meaning} (${one.type}${one.default ? `, ${one.default}` : ""}${one.is_given ? ` ${say("in gristmill.toml")}` : ""})`));
    box.dataset.words = `${one.name} ${one.meaning}`.toLowerCase();
    return box;
  }
  function fill(said) {
    controls.clear();
    day.value = said.as_of;
    grid.replaceChildren(...said.parameters.map(control));
    only.replaceChildren(only.firstChild, ...said.stages.map((one) => made("label", { title: one.title }, made("input", { type: "checkbox", value: one.name }), one.name)));
    only.hidden = !said.is_published;
    asOf = said.as_of;
  }
  const given = () => Object.fromEntries([...controls].filter(([, input]) => input.value !== "").map(([name, input]) => [name, input.value]));
  const chosen = () => [...only.querySelectorAll("input:checked")].map((box) => box.value);
  function unsaved() {
    const typed = { day: day.value, only: chosen(), params: given() };
    return typed.day !== asOf || typed.only.length || Object.keys(typed.params).length ? { fields: typed } : null;
  }
  function restore(typed) {
    day.value = typed.day;
    for (const box of only.querySelectorAll("input")) box.checked = typed.only.includes(box.value);
    for (const [name, value] of Object.entries(typed.params)) {
      const input = controls.get(name);
      if (!input) continue;
      input.value = value;
      input.classList.toggle("gmj-set", input.value !== "");
      more.open = true;
    }
  }
  function step(one) {
    const marks = { waiting: "○", running: "◐", done: "✓", failed: "✗", kept: "=" };
    const words = { waiting: say("waiting"), running: say("running"), done: say("done"), failed: say("failed"), kept: say("kept") };
    return made("li", { class: `gmj-${one.status}`, "data-stage": one.name, "data-status": one.status }, `${marks[one.status]} ${one.name}`,
      made("small", {}, one.seconds === null ? words[one.status] : `${words[one.status]} · ${one.seconds.toFixed(0)} s`),
      one.status === "running" && one.n_cells ? made("progress", { max: String(one.n_cells), value: String(one.n_done), "aria-label": one.name }) : null);
  }
  function address(path) {
    const config = document.getElementById("jupyter-config-data");
    let base = "/";
    try { base = JSON.parse(config.textContent).baseUrl || "/"; } catch { return null; }
    return `${base}files/${path.split("/").map(encodeURIComponent).join("/")}`;
  }
  function sentence(now) {
    const words = { none: say("There was no run yet."), starting: say("The run is starting."), running: say("The run is under way"), stopping: say("The run is stopping") };
    if (now.status !== "ended") return [words[now.status], now.run, now.seconds ? `${now.seconds.toFixed(0)} s` : "", now.last].filter(Boolean).join(" · ");
    const outcomes = { published: say("Published"), failed: say("Failed"), broken: say("The process was killed"), refused: say("Not started"), stopped: say("Stopped") };
    return [outcomes[now.outcome] || now.outcome, now.run, now.as_of, now.outcome === "published" ? now.verdict : "", now.seconds ? `${now.seconds.toFixed(0)} s` : ""].filter(Boolean).join(" · ");
  }
  function compared(said) {
    changes.replaceChildren();
    if (!said.before) return;
    const heads = [say("Page"), say("What"), say("Before"), say("Now"), say("Change")];
    changes.append(made("details", { class: "gmj-changes" }, made("summary", {}, `${say("Changes since the run before")}: ${said.n_changes.toLocaleString()} (${said.before})`),
      made("div", { class: "gmw-scroll" }, made("table", {}, made("thead", {}, made("tr", {}, ...heads.map((text) => made("th", { scope: "col" }, text)))),
        made("tbody", {}, ...said.changes.map((cells) => made("tr", {}, ...cells.map((cell, i) => made("td", { class: i > 1 ? "gmw-num" : "" }, cell)))))))));
  }
  function shown(said) {
    if (said.parameters) fill(said);
    if (said.changes) compared(said);
    const now = said.state;
    if (!now) return;
    head.textContent = sentence(now);
    list.replaceChildren(...now.steps.map(step));
    wrong.textContent = now.error;
    wrong.hidden = !now.error || now.is_under_way;
    go.disabled = now.is_under_way;
    halt.disabled = !now.is_ours || !now.is_under_way || now.status === "stopping";
    const url = now.report ? address(now.report) : null;
    link.hidden = !url;
    if (url) link.href = url;
    root.dataset.status = now.status;
    root.dataset.outcome = now.outcome;
    root.dataset.run = now.run;
    clearTimeout(timer);
    if (now.is_under_way) timer = setTimeout(() => ask({ do: "look" }, { wait: false }), LOOK_MS);
    else if (before && before !== "ended") ask({ do: "changes" });
    before = now.status;
  }
  filter.addEventListener("input", () => {
    for (const box of grid.children) box.hidden = !box.dataset.words.includes(filter.value.trim().toLowerCase());
  });
  go.addEventListener("click", () => {
    clearTimeout(timer);
    ask({ do: "start", as_of: day.value, only: chosen(), params: given() });
  });
  halt.addEventListener("click", () => { clearTimeout(timer); ask({ do: "stop" }); });
  root.addEventListener("keydown", (event) => { if (event.target.matches("input,select")) event.stopPropagation(); });
  ask({ do: "ready" });
  return () => { clearTimeout(timer); end(); };
}
