// The screen of the studio. All text comes escaped from Python; nothing is kept here but what is on the screen.
const KEYS = { KeyM: "merge", KeyS: "split", KeyN: "skip", KeyU: "undo" };
const BUTTONS = [["merge", "Merge", "M"], ["split", "Split", "S"], ["skip", "Not now", "N"], ["undo", "Undo", "U"]];
const PATIENCE_MS = 8000;

function made(tag, attributes, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  found.append(...children);
  return found;
}

function render({ model, el }) {
  const badge = made("span", { class: "gmr-badge" });
  const toggle = made("button", { type: "button", class: "gmr-quiet" });
  const bar = made("progress", { max: "1", value: "0" });
  const counts = made("p", { class: "gmr-counts" });
  const card = made("div", { class: "gmr-card" });
  const message = made("p", { class: "gmr-message", role: "status", "aria-live": "polite" });
  const why = made("input", { type: "text", class: "gmr-why", maxlength: "500", placeholder: "Why (W), if it is not plain", "aria-label": "Why" });
  const buttons = Object.fromEntries(BUTTONS.map(([verb, label, key]) =>
    [verb, made("button", { type: "button", class: `gmr-do gmr-${verb}`, "aria-keyshortcuts": key }, label, made("kbd", {}, key))]));
  const tools = made("div", { class: "gmr-tools" }, ...Object.values(buttons), why);
  const head = made("div", { class: "gmr-head" }, badge, toggle, bar, counts);
  const root = made("div", { class: "gmr", tabindex: "0", role: "group", "aria-label": "Review of doubtful customers" },
    head, card, tools, message);
  el.append(root);

  let now = { card: "", clear: false };
  let waiting = null;

  function tell(text, bad) {
    message.textContent = text;
    message.classList.toggle("gmr-bad", !!bad);
  }
  function busy(is) {
    root.setAttribute("aria-busy", is ? "true" : "false");
    for (const one of [...Object.values(buttons), toggle]) one.disabled = is;
    if (!is) for (const verb of ["merge", "split", "skip"]) buttons[verb].disabled = !now.card;
  }
  function ask(verb) {
    if (waiting) return;
    if (["merge", "split", "skip"].includes(verb) && !now.card) return;
    const started = performance.now();
    waiting = { started, timer: setTimeout(() => {
      waiting = null;
      busy(false);
      tell("The kernel does not answer. Run this cell again: what was decided is in reviews/decisions.csv.", true);
    }, PATIENCE_MS) };
    busy(true);
    model.send({ do: verb, card: now.card, why: why.value });
  }
  function shown(said) {
    if (waiting) {
      clearTimeout(waiting.timer);
      root.dataset.answeredMs = String(Math.round(performance.now() - waiting.started));
      waiting = null;
    }
    if (said.card !== undefined && said.card !== now.card) why.value = "";
    now = { ...now, ...said };
    if (said.html !== undefined) card.innerHTML = said.html;
    badge.textContent = now.clear ? "Personal data in the clear" : "Masked";
    badge.classList.toggle("gmr-clear", now.clear);
    toggle.textContent = now.clear ? "Hide (H)" : "Show (H)";
    if (said.n_doubts !== undefined) {
      bar.max = said.n_doubts || 1;
      bar.value = said.n_done;
      counts.textContent = `${said.progress} ${said.note}`;
    }
    tell(said.message, said.bad);
    busy(false);
    root.dataset.card = now.card;
    if (said.n_left !== undefined) root.dataset.nLeft = String(said.n_left);
    if (document.activeElement === document.body) root.focus();
  }

  for (const [verb, button] of Object.entries(buttons)) button.addEventListener("click", () => { ask(verb); root.focus(); });
  toggle.addEventListener("click", () => { ask(now.clear ? "hide" : "show"); root.focus(); });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    event.stopPropagation();
    if (event.target === why) {
      if (event.code === "Escape" || event.code === "Enter") { event.preventDefault(); root.focus(); }
      return;
    }
    if (event.repeat) return;
    // By place on the keyboard, so that M is M while Hangul is switched on.
    if (KEYS[event.code]) { event.preventDefault(); ask(KEYS[event.code]); }
    else if (event.code === "KeyH") { event.preventDefault(); ask(now.clear ? "hide" : "show"); }
    else if (event.code === "KeyW") { event.preventDefault(); why.focus(); }
  });
  // JupyterLab hears keys before anybody else and leaves those alone that carry this mark: ours, but not Ctrl+S.
  const mark = (event) => {
    if (root.contains(event.target)) root.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey || event.altKey));
  };
  window.addEventListener("keydown", mark, true);
  model.on("msg:custom", shown);
  ask("ready");
  return () => { window.removeEventListener("keydown", mark, true); model.off("msg:custom", shown); if (waiting) clearTimeout(waiting.timer); };
}
export default { render };
