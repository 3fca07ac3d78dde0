// What every tool's screen shares: elements, the way to Python and back, keys that JupyterLab leaves alone.
const PATIENCE_MS = 20000;
const WORKING_MS = 600000; // once the kernel has said what it does

function made(tag, attributes, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) found.addEventListener(name.slice(2), value);
    else if (value === true) found.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) found.setAttribute(name, value);
  }
  found.append(...children.filter((one) => one !== null && one !== undefined));
  return found;
}

// A panel in el. `shown` gets every answer that is not outdated. Gives
//   root     the element; data-answered-ms says how long the last question took, aria-busy whether one is under way
//   say      a text in the reader's language
//   ask      send a question; while one is under way the newest waits (or is dropped: {wait: false});
//            {patience} says after how many ms without an answer the kernel is given up
//   tell     the message line
//   listen   add a listener that ends with the widget
//   end      what render returns
// `unsaved` gives what is not in a file yet, or null: {questions, fields}. It is kept in this tab of the browser while
// the kernel cannot be asked; the next view asks the questions after its first answer, and `restore` gets the fields after
// the last one.
function panel({ model, el, name, shown, unsaved, restore }) {
  const words = model.get("_words") || {};
  const say = (text) => words[text] || text;
  const LOST = {
    silence: say("The kernel does not answer. Run this cell again: what was saved is in the files of the project."),
    kernel: say("The kernel of this tool has ended or was started anew. Run all cells to go on: what was saved is in the files of the project."),
    connection: say("The connection to the kernel is lost. What was saved is in the files of the project; what you do now waits until it is back. The menu Kernel, Reconnect to Kernel, tries at once."),
  };
  const manager = model.widget_manager || {};
  const kernel = manager.kernel || null;
  // A cell keeps its name when the kernel is started anew; several tools of a kind may stand in one notebook.
  const place = `gristmill ${name} ${(manager.context && manager.context.path) || location.pathname} ${model.get("_cell") || ""}`;
  const view = Math.random().toString(36).slice(2);
  const root = made("div", { class: `gmw ${name}`, tabindex: "0", role: "group" });
  const message = made("p", { class: "gmw-message", role: "status", "aria-live": "polite" });
  el.append(root);
  let under = null, next = null, number = 0, late = null, kept = null;
  const ends = [];
  const left = taken();
  function listen(target, event, does, options) {
    target.addEventListener(event, does, options);
    ends.push(() => target.removeEventListener(event, does, options));
  }
  function tell(text, bad) {
    message.textContent = text || "";
    message.classList.toggle("gmw-bad", !!bad);
  }
  function busy(is) {
    root.setAttribute("aria-busy", is ? "true" : "false");
    root.dispatchEvent(new CustomEvent("gmw-busy", { detail: is }));
  }
  function ask(question, { wait = true, patience = PATIENCE_MS } = {}) {
    if (root.dataset.lost === "kernel") { lose("kernel"); return false; }
    if (under) { if (wait) next = [question, { patience }]; return false; }
    number += 1;
    // Two tabs show one widget, and each hears what the other was answered.
    under = { n: `${view}.${number}`, started: performance.now(), patience };
    busy(true);
    if (root.dataset.lost === "connection") tell(LOST.connection, true); else wakeful();
    try { model.send({ ...question, n: under.n }); } catch { lose("kernel"); return false; }
    return true;
  }
  function wakeful(patience = under.patience) {
    clearTimeout(under.timer);
    under.timer = setTimeout(() => lose("silence"), patience);
  }
  function lose(how) {
    root.dataset.lost = how;
    if (under) clearTimeout(under.timer);
    if (how !== "connection") {
      // An answer that comes after all is taken; a kernel that is gone has none.
      late = how === "silence" && under ? under : null;
      under = null;
      next = null;
      busy(false);
    }
    keep();
    tell(LOST[how], true);
  }
  function found() {
    delete root.dataset.lost;
    if (!kept) forget();
  }
  function forget() {
    try { sessionStorage.removeItem(place); } catch { /* a page without storage */ }
  }
  function keep() {
    const work = unsaved && unsaved();
    try { if (work) sessionStorage.setItem(place, JSON.stringify(work)); } catch { /* a page without storage */ }
  }
  // It stays there until it is restored: a page may make a view and drop it at once for another one.
  function taken() {
    try { kept = unsaved ? JSON.parse(sessionStorage.getItem(place)) : null; } catch { /* a page without storage */ }
    return kept && kept.questions ? kept.questions : [];
  }
  function heard(said) {
    if (said.working !== undefined) {
      if (!under) return;
      wakeful(WORKING_MS);
      tell(said.working);
      return;
    }
    if (!under && late && said.n === late.n) under = late;
    const ours = under && said.n === under.n;
    if (said.n !== undefined && said.n !== null && !ours) return;
    if (ours) {
      clearTimeout(under.timer);
      root.dataset.answeredMs = String(Math.round(performance.now() - under.started));
      if (root.dataset.lost) found();
      under = late = null;
    }
    tell(said.message, said.bad);
    shown(said);
    if (left.length && !under) { next = null; ask(left.shift()); return; }
    if (kept && !under) {
      restore(kept.fields);
      kept = null;
      forget();
      if (!said.message) tell(say("What was not saved yet is back."));
    }
    if (next && !under) { const wanted = next; next = null; ask(...wanted); } else if (!under) busy(false);
  }
  // JupyterLab hears keys before anybody else and leaves those alone that carry this mark: ours, but not Ctrl+S.
  listen(window, "keydown", (event) => {
    if (root.contains(event.target)) root.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey || event.altKey));
  }, true);
  // Where the page tells of its kernel, nobody has to wait for an answer that cannot come.
  function status(_, now) { if (["restarting", "autorestarting", "terminating", "dead"].includes(now)) lose("kernel"); }
  function connection(_, now) {
    if (root.dataset.lost === "kernel") return;
    if (now !== "connected") { if (root.dataset.lost !== "connection") lose("connection"); return; }
    if (root.dataset.lost !== "connection") return;
    found();
    tell(say("The connection is back."));
    if (under) wakeful();
  }
  const signals = kernel ? [[kernel.statusChanged, status], [kernel.connectionStatusChanged, connection]].filter(([one]) => one) : [];
  for (const [signal, does] of signals) { signal.connect(does); ends.push(() => signal.disconnect(does)); }
  for (const event of ["input", "change", "click"]) listen(root, event, () => { if (root.dataset.lost) setTimeout(keep); });
  model.on("msg:custom", heard);
  return { root, message, say, ask, tell, listen, end: () => {
    model.off("msg:custom", heard);
    for (const one of ends) one();
    if (under) clearTimeout(under.timer);
  } };
}
