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
function panel({ model, el, name, shown }) {
  const words = model.get("_words") || {};
  const say = (text) => words[text] || text;
  const root = made("div", { class: `gmw ${name}`, tabindex: "0", role: "group" });
  const message = made("p", { class: "gmw-message", role: "status", "aria-live": "polite" });
  el.append(root);
  let under = null, next = null, number = 0;
  const ends = [];
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
    if (under) { if (wait) next = [question, { patience }]; return false; }
    number += 1;
    under = { number, started: performance.now(), timer: setTimeout(given, patience) };
    busy(true);
    model.send({ ...question, n: number });
    return true;
  }
  function given() {
    under = null;
    next = null;
    busy(false);
    root.dataset.lost = "true";
    tell(say("The kernel does not answer. Run this cell again: what was saved is in the files of the project."), true);
  }
  function heard(said) {
    if (said.working !== undefined) {
      if (!under) return;
      clearTimeout(under.timer);
      under.timer = setTimeout(given, WORKING_MS);
      tell(said.working);
      return;
    }
    const ours = under && said.n === under.number;
    if (said.n !== undefined && said.n !== null && !ours) return;
    if (ours) {
      clearTimeout(under.timer);
      root.dataset.answeredMs = String(Math.round(performance.now() - under.started));
      delete root.dataset.lost;
      under = null;
    }
    tell(said.message, said.bad);
    shown(said);
    if (next) { const wanted = next; next = null; ask(...wanted); } else busy(false);
  }
  // JupyterLab hears keys before anybody else and leaves those alone that carry this mark: ours, but not Ctrl+S.
  listen(window, "keydown", (event) => {
    if (root.contains(event.target)) root.toggleAttribute("data-lm-suppress-shortcuts", !(event.ctrlKey || event.metaKey || event.altKey));
  }, true);
  model.on("msg:custom", heard);
  return { root, message, say, ask, tell, listen, end: () => {
    model.off("msg:custom", heard);
    for (const one of ends) one();
    if (under) clearTimeout(under.timer);
  } };
}
