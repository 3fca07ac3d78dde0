// The result of a %%sql cell.
function render({ model, el }) {
  const { root, message, say, ask, tell, end } = panel({ model, el, name: "gmt", shown });
  const rows = pager({ say, tell, turn: (question) => ask(question) });
  const sql = made("pre", { class: "gmq-sql" });
  const fold = made("details", { hidden: true }, made("summary", {}, say("SQL as it ran")), sql);
  root.setAttribute("aria-label", say("Result of a query"));
  root.append(rows.whole, fold, message);
  function shown(said) {
    if (said.sql !== undefined) {
      sql.replaceChildren(inColours(said.sql));
      fold.hidden = false;
    }
    rows.shown(said);
  }
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    const press = { PageDown: "next", PageUp: "back", Home: "first", End: "last" }[event.code];
    if (!press || event.target.tagName === "TEXTAREA") return;
    event.preventDefault();
    root.querySelector(`.gmq-${press}`).click();
  });
  ask({ do: "ready" });
  return end;
}
