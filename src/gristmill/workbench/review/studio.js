// The studio: all text comes escaped from Python; nothing is kept here but what is on the screen.
const KEYS = { KeyM: "merge", KeyS: "split", KeyN: "skip", KeyU: "undo" };

function render({ model, el }) {
  const { root, message, say, ask, end } = panel({ model, el, name: "gmr", shown, unsaved, restore });
  const badge = made("span", { class: "gmw-badge" });
  const toggle = made("button", { type: "button", class: "gmw-quiet" });
  const bar = made("progress", { max: "1", value: "0" });
  const counts = made("p", { class: "gmw-counts" });
  const card = made("div", { class: "gmr-card" });
  const why = made("input", { type: "text", class: "gmr-why", maxlength: "500", placeholder: say("Why (W), if it is not plain"), "aria-label": say("Why") });
  const labels = [["merge", say("Merge"), "M"], ["split", say("Split"), "S"], ["skip", say("Not now"), "N"], ["undo", say("Undo"), "U"]];
  const buttons = Object.fromEntries(labels.map(([verb, label, key]) =>
    [verb, made("button", { type: "button", class: `gmr-${verb}`, "aria-keyshortcuts": key }, label, made("kbd", {}, key))]));
  root.setAttribute("aria-label", say("Review of doubtful customers"));
  root.append(made("div", { class: "gmw-head" }, badge, toggle, bar, counts), card,
    made("div", { class: "gmw-tools" }, ...Object.values(buttons), why), message);

  let now = { card: "", clear: false };

  function unsaved() { return why.value ? { fields: { card: now.card, why: why.value } } : null; }
  function restore(typed) { if (typed.card === now.card) why.value = typed.why; }

  function answer(verb) {
    if (["merge", "split", "skip"].includes(verb) && !now.card) return;
    // An answer is for the pair on the screen, so none waits for the next.
    ask({ do: verb, card: now.card, why: why.value }, { wait: false });
  }
  function shown(said) {
    if (said.card !== undefined && said.card !== now.card) why.value = "";
    now = { ...now, ...said };
    if (said.html !== undefined) card.innerHTML = said.html;
    badge.textContent = now.clear ? say("Personal data in the clear") : say("Masked");
    badge.classList.toggle("gmw-clear", now.clear);
    toggle.textContent = now.clear ? say("Hide (H)") : say("Show (H)");
    if (said.n_doubts !== undefined) {
      bar.max = said.n_doubts || 1;
      bar.value = said.n_done;
      counts.textContent = `${said.progress} ${said.note}`;
    }
    root.dataset.card = now.card;
    if (said.n_left !== undefined) root.dataset.nLeft = String(said.n_left);
    if (document.activeElement === document.body) root.focus();
  }
  root.addEventListener("gmw-busy", ({ detail: is }) => {
    for (const one of [...Object.values(buttons), toggle]) one.disabled = is;
    if (!is) for (const verb of ["merge", "split", "skip"]) buttons[verb].disabled = !now.card;
  });
  for (const [verb, button] of Object.entries(buttons)) button.addEventListener("click", () => { answer(verb); root.focus(); });
  toggle.addEventListener("click", () => { answer(now.clear ? "hide" : "show"); root.focus(); });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    event.stopPropagation();
    if (event.target === why) {
      if (event.code === "Escape" || event.code === "Enter") { event.preventDefault(); root.focus(); }
      return;
    }
    if (event.repeat) return;
    // By place on the keyboard, so that M is M while Hangul is switched on.
    if (KEYS[event.code]) { event.preventDefault(); answer(KEYS[event.code]); }
    else if (event.code === "KeyH") { event.preventDefault(); answer(now.clear ? "hide" : "show"); }
    else if (event.code === "KeyW") { event.preventDefault(); why.focus(); }
  });
  answer("ready");
  return end;
}
