(function () {
  "use strict";
  var root = document.documentElement, KEY = "gristmill-theme", say = {}, choices = new Map();
  root.classList.add("js");
  function remembered() { try { return localStorage.getItem(KEY); } catch (e) { return null; } }
  if (remembered()) root.dataset.theme = remembered();
  document.addEventListener("DOMContentLoaded", function () {
    say = JSON.parse(document.body.dataset.words);
    theme(); code(); leaves(); unfold(); each(".toc", contents); copying(); tips();
    each(".bar nav [aria-current]", function (a) { a.parentNode.scrollLeft = a.offsetLeft - a.parentNode.offsetLeft - 40; });
    each("table[data-rows]", upgrade);
  });
  function each(query, act) { Array.prototype.forEach.call(document.querySelectorAll(query), act); }
  function list(nodes) { return Array.prototype.slice.call(nodes); }
  function make(tag, props) { return Object.assign(document.createElement(tag), props || {}); }
  function fill(text, values) { return text.replace(/\{(\w+)\}/g, function (_, k) { return values[k]; }); }

  function theme() {
    var button = document.getElementById("theme");
    if (button) button.addEventListener("click", function () {
      var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      try { localStorage.setItem(KEY, root.dataset.theme); } catch (e) { /* a page may have no memory */ }
    });
  }

  function code() {
    var button = document.getElementById("code");
    if (button) button.addEventListener("click", function () {
      var open = button.getAttribute("aria-pressed") !== "true";
      each("details.code", function (d) { d.open = open; });
      button.setAttribute("aria-pressed", open);
      button.textContent = open ? say.hide_code : say.show_code;
    });
  }

  /* A whole report in one file: one page at a time, found by what follows the # in the address. */
  function leaves() {
    var all = document.querySelectorAll(".leaf");
    if (!all.length) return;
    function turn() {
      var there = document.getElementById(decodeURIComponent(location.hash.slice(1))), leaf = there && there.closest(".leaf");
      if (there && !leaf) return;
      leaf = leaf || all[0];
      each(".leaf", function (one) { one.hidden = one !== leaf; });
      each(".bar nav a", function (a) {
        if (a.hash === "#" + leaf.id) a.setAttribute("aria-current", "page"); else a.removeAttribute("aria-current");
      });
      document.title = leaf.getAttribute("aria-label");
      if (there === leaf || !there) scrollTo(0, 0); else there.scrollIntoView();
    }
    addEventListener("hashchange", turn);
    turn();
  }

  /* A link to something folded unfolds it. */
  function unfold() {
    function open() {
      var there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (there && there.tagName === "DETAILS") { there.open = true; there.scrollIntoView(); }
    }
    addEventListener("hashchange", open);
    document.addEventListener("click", function (e) {
      var link = e.target.closest && e.target.closest('a[href^="#"]');
      if (link && link.hash === location.hash) open();
    });
    open();
  }

  function contents(toc) {
    var links = {};
    if (matchMedia("(max-width: 67.99rem)").matches) toc.open = false;
    Array.prototype.forEach.call(toc.querySelectorAll("a"), function (a) { links[decodeURIComponent(a.hash.slice(1))] = a; });
    if (!("IntersectionObserver" in window)) return;
    var heads = Object.keys(links).map(function (id) { return document.getElementById(id); }).filter(Boolean);
    function mark() {
      var now = heads[0];
      heads.forEach(function (h) { if (h.getBoundingClientRect().top < 140) now = h; });
      heads.forEach(function (h) { links[h.id].classList.toggle("here", h === now); });
    }
    var watch = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px" });
    heads.forEach(function (h) { watch.observe(h); });
  }

  function copying() {
    each(".gm-sql pre, .code pre", function (pre) {
      var button = make("button", { type: "button", className: "copy", textContent: say.copy });
      button.addEventListener("click", function () {
        var text = pre.textContent;
        function done() { button.textContent = say.copied; setTimeout(function () { button.textContent = say.copy; }, 1500); }
        function by_hand() {
          var area = make("textarea", { value: text });
          document.body.append(area); area.select(); document.execCommand("copy"); area.remove(); done();
        }
        if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, by_hand); else by_hand();
      });
      pre.before(button);
    });
  }

  /* What is chosen of columns, by their name: it holds for every table of the same page that has such a column.
     null is a value too: that there is none. The numbers behind a chart stay whole, as the chart does. */
  function choice(place) {
    if (!choices.has(place)) {
      var of = { values: {}, tables: [] };
      of.set = function (key, value) {
        if (value === undefined) delete of.values[key]; else of.values[key] = value;
        of.tables.forEach(function (sift) { sift(); });
      };
      of.clear = function (keys) {
        keys.forEach(function (key) { delete of.values[key]; });
        of.tables.forEach(function (sift) { sift(); });
      };
      choices.set(place, of);
    }
    return choices.get(place);
  }

  /* Tables: a button in each heading sorts, a box filters, and above 50 rows there are pages of 25.
     Of a very long table most rows are data (data-rest) and become elements on the page that shows them. */
  function upgrade(table) {
    var body = table.tBodies[0], heads = list(table.tHead.rows[0].cells), SIZE = 25, DRAWN = body.rows.length, page = 0;
    var rest = table.dataset.rest ? table.dataset.rest.split("\n") : [], long = rest.length > 0;
    var rows = list(body.rows).map(function (tr) { return { tr: tr }; });
    rest.forEach(function (line) { rows.push({ line: line }); });
    table.removeAttribute("data-rest");
    var shown = rows, collator = new Intl.Collator(root.lang || undefined, { numeric: true }), box, count, pager, back, on, where;
    var tools = make("div", { className: "gm-tools" }), only = make("span", { className: "gm-only" }), pickers = [];
    var linked = table.closest(".gm-behind") ? null : choice(table.closest(".leaf") || document), places = {};
    heads.forEach(function (head, i) { if (head.dataset.k && !(head.dataset.k in places)) places[head.dataset.k] = i; });

    function cells(row) {
      var back = { t: "\t", n: "\n", r: "\r" };
      return row.cells || (row.cells = row.line.split("\t").map(function (cell) {
        var parts = cell === "\\N" ? [] : cell.match(/^((?:[^\\]|\\[^b])*)(?:\\b(.*))?$/).slice(1);
        return { text: parts.length ? parts[0].replace(/\\(.)/g, function (_, c) { return back[c] || c; }) : null, width: parts[1] };
      }));
    }
    function value(row, i) {
      if (!row.tr) return cells(row)[i].text || null;
      var cell = row.tr.cells[i];
      return cell.classList.contains("z") ? null : cell.dataset.v || cell.textContent;
    }
    function words(row) {
      if (row.low === undefined)
        row.low = heads.map(function (_, i) { return value(row, i) || ""; }).join(" ").toLowerCase();
      return row.low;
    }
    function element(row) {
      if (row.tr) return row.tr;
      row.tr = make("tr");
      cells(row).forEach(function (cell, i) {
        var td = make("td", { className: heads[i].className, textContent: cell.text || (cell.text === null ? "–" : '""') });
        if (!cell.text) td.classList.add("z");
        if (cell.width) { td.classList.add("b"); td.style.setProperty("--w", cell.width); }
        row.tr.append(td);
      });
      return row.tr;
    }
    function number(text) {
      var found = parseFloat(text.replace(/[,<>]/g, "").replace("−", "-").replace("∞", "Infinity"));
      return isNaN(found) ? null : found;
    }
    function sort(head, i) {
      var numeric = head.dataset.t === "n", was = head.getAttribute("aria-sort");
      var down = was === "none" ? numeric : was === "ascending";
      heads.forEach(function (h) { h.setAttribute("aria-sort", "none"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var keyed = rows.map(function (row, n) {
        var text = value(row, i);
        return [text !== null && numeric ? number(text) : text, n, row];
      });
      keyed.sort(function (a, b) {
        if (a[0] === null || b[0] === null) return (a[0] === null) - (b[0] === null) || a[1] - b[1];
        var d = numeric ? a[0] - b[0] : collator.compare(a[0], b[0]);
        return (down ? -d : d) || a[1] - b[1];
      });
      rows = keyed.map(function (k) { return k[2]; });
      if (!long) body.append.apply(body, rows.map(element));
      page = 0; sift();
    }
    heads.forEach(function (head, i) {
      var button = make("button", { type: "button" });
      while (head.firstChild) button.append(head.firstChild);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () { sort(head, i); });
    });
    heads.forEach(function (head, i) { if (linked && "f" in head.dataset && rows.length > 5) pick(head, i); });
    if (rows.length > 15) {
      box = make("input", { type: "search", placeholder: say.filter });
      box.setAttribute("aria-label", say.filter);
      tools.append(box);
      box.addEventListener("input", function () { page = 0; sift(); });
    }
    count = make("span");
    count.setAttribute("aria-live", "polite");
    tools.append(count, only);
    if (rows.length > 50) {
      pager = make("span", { className: "gm-pager" });
      back = make("button", { type: "button", textContent: "‹ " + say.previous });
      on = make("button", { type: "button", textContent: say.next + " ›" });
      where = make("span");
      pager.append(back, where, on);
      tools.append(pager);
      back.addEventListener("click", function () { page--; leaf(); });
      on.addEventListener("click", function () { page++; leaf(); });
    }
    if (linked) linked.tables.push(function () { page = 0; sift(); });

    /* One value of a column to choose, with how many rows each would leave. */
    function pick(head, i) {
      var label = make("label", { className: "gm-pick" }), select = make("select"), counts = new Map();
      rows.forEach(function (row) { counts.set(value(row, i), 0); });
      if (counts.size < 2) return;
      var values = Array.from(counts.keys()).sort(function (a, b) {
        return (a === null) - (b === null) || collator.compare(a || "", b || "");
      });
      select.append(make("option", { textContent: say.all_values, value: "" }));
      values.forEach(function (v) { select.append(make("option", { value: v === null ? "-" : "=" + v })); });
      label.append(head.textContent + " ", select);
      tools.append(label);
      select.addEventListener("change", function () {
        linked.set(head.dataset.k, select.value ? (select.value === "-" ? null : select.value.slice(1)) : undefined);
      });
      pickers.push({ key: head.dataset.k, i: i, select: select, values: values });
    }
    function chosen(but) {
      return linked ? Object.keys(linked.values).filter(function (key) { return key !== but && key in places; }) : [];
    }
    function fits(row, keys) {
      return keys.every(function (key) { return value(row, places[key]) === linked.values[key]; });
    }
    function found(row, wanted) { return wanted.every(function (w) { return words(row).indexOf(w) >= 0; }); }
    function tell(keys) {
      only.replaceChildren();
      if (!keys.length) return;
      var what = keys.map(function (key) {
        var v = linked.values[key], head = heads[places[key]].textContent;
        return head + ": " + (v === null ? say.no_value : v.length > 60 ? v.slice(0, 59) + "…" : v);
      }).join(", ");
      var clear = make("button", { type: "button", className: "gm-clear", textContent: say.clear });
      clear.addEventListener("click", function () {
        linked.clear(keys);
        var next = tools.querySelector("select,input");
        if (next) next.focus();
      });
      only.append(make("b", { textContent: fill(say.only_where, { what: what }) }), " ", clear);
    }
    function offer(wanted) {
      pickers.forEach(function (picker) {
        var others = chosen(picker.key), counts = new Map(), now = linked.values[picker.key];
        rows.forEach(function (row) {
          var v = value(row, picker.i);
          if (fits(row, others) && found(row, wanted)) counts.set(v, (counts.get(v) || 0) + 1);
        });
        picker.values.forEach(function (v, n) {
          var option = picker.select.options[n + 1], name = v === null ? say.no_value : v;
          option.textContent = (name.length > 60 ? name.slice(0, 59) + "…" : name) + " (" + (counts.get(v) || 0).toLocaleString("en") + ")";
        });
        picker.select.value = now === undefined ? "" : now === null ? "-" : "=" + now;
        if (picker.select.selectedIndex < 0) picker.select.value = "";
      });
    }
    function sift() {
      var wanted = box ? box.value.toLowerCase().split(/\s+/).filter(Boolean) : [], keys = chosen();
      shown = rows.filter(function (row) {
        var keep = fits(row, keys) && found(row, wanted);
        if (!long) row.tr.classList.toggle("out", !keep);
        return keep;
      });
      count.textContent = wanted.length || keys.length
        ? fill(say.rows_found, { n: shown.length.toLocaleString("en"), total: rows.length.toLocaleString("en") }) : "";
      tell(keys);
      offer(wanted);
      if (!box && !pickers.length && !keys.length) tools.remove();
      else if (!tools.parentNode) table.parentNode.before(tools);
      leaf();
    }
    function leaf() {
      if (!pager) return;
      var pages = Math.max(1, Math.ceil(shown.length / SIZE));
      page = Math.min(Math.max(page, 0), pages - 1);
      if (long) body.replaceChildren.apply(body, shown.slice(page * SIZE, (page + 1) * SIZE).map(element));
      else shown.forEach(function (row, i) { row.tr.classList.toggle("off", Math.floor(i / SIZE) !== page); });
      where.textContent = fill(say.page_of, { page: (page + 1).toLocaleString("en"), pages: pages.toLocaleString("en") });
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
      body.classList.add("ready");
    }
    if (long) matchMedia("print").addEventListener("change", function (e) {
      if (e.matches) body.replaceChildren.apply(body, rows.slice(0, DRAWN).map(element)); else leaf();
    });
    csv(table, heads, function () { return shown.map(function (row) { return heads.map(function (_, i) { return value(row, i); }); }); });
    sift();
  }

  /* The rows that the filter leaves, as a file for a spreadsheet. Text that a spreadsheet would run as a formula gets an apostrophe. */
  function csv(table, heads, rows) {
    var behind = table.closest(".gm-behind"), figure = table.closest("figure");
    var place = behind ? behind.querySelector(".gm-count") : figure && figure.querySelector(".gm-foot");
    if (!place) return;
    var button = make("button", { type: "button", className: "gm-csv", textContent: say.csv });
    function field(text, numeric) {
      if (text === null) return "";
      if (numeric && /^[-−]?[\d,]*\.?\d+%?$/.test(text)) return text.replace(/,/g, "").replace("−", "-");
      if (/^[\s]*[=+\-@\t\r|＝＋－＠]/.test(text)) text = "'" + text;
      return /[",\r\n;]/.test(text) || text !== text.trim() ? '"' + text.replace(/"/g, '""') + '"' : text;
    }
    button.addEventListener("click", function () {
      var numeric = heads.map(function (h) { return h.dataset.t === "n"; });
      var lines = [heads.map(function (h) { return field(h.textContent.trim(), false); })].concat(rows().map(function (row) {
        return row.map(function (text, i) { return field(text, numeric[i]); });
      }));
      var text = "\ufeff" + lines.map(function (line) { return line.join(","); }).join("\r\n") + "\r\n";
      var address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
      var caption = figure.querySelector("figcaption b"), name = (caption ? caption.textContent : table.parentNode.getAttribute("aria-label")) || "";
      name = name.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "table";
      make("a", { href: address, download: name + ".csv" }).click();
      setTimeout(function () { URL.revokeObjectURL(address); }, 10000);
    });
    place.append(button);
  }

  /* Charts: pointing at a mark, or walking over the marks with the arrow keys, reads its words. */
  function tips() {
    var tip = make("div", { className: "gm-tip" }), lit = null;
    tip.setAttribute("role", "status");
    document.body.append(tip);
    function show(mark, x, y) {
      if (lit) lit.classList.remove("on");
      lit = mark;
      tip.classList.toggle("on", !!mark);
      if (!mark) return;
      mark.classList.add("on");
      var text = mark.getAttribute("aria-label");
      if (tip.textContent !== text) tip.textContent = text;
      var w = tip.offsetWidth, h = tip.offsetHeight;
      tip.style.left = Math.max(6, Math.min(x - w / 2, innerWidth - w - 6)) + "px";
      tip.style.top = (y - h - 12 < 4 ? y + 16 : y - h - 12) + "px";
    }
    function over(e) {
      var mark = e.target.closest && e.target.closest(".gm-plot svg [aria-label]");
      if (mark) show(mark, e.clientX, e.clientY); else if (lit && !e.target.closest(".gm-plot:focus")) show(null);
    }
    document.addEventListener("pointermove", over);
    document.addEventListener("pointerdown", over);
    document.addEventListener("scroll", function () { if (lit) show(null); }, { passive: true });
    each(".gm-plot", function (plot) {
      plot.addEventListener("blur", function () { show(null); });
      plot.addEventListener("keydown", function (e) {
        var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
        if (e.key === "Escape") show(null);
        if (!step) return;
        e.preventDefault();
        var marks = Array.prototype.filter.call(plot.querySelectorAll("svg [aria-label]"), function (m) { return m.getClientRects().length; });
        if (!marks.length) return;
        var at = marks.indexOf(lit);
        var next = marks[at < 0 ? (step > 0 ? 0 : marks.length - 1) : Math.min(Math.max(at + step, 0), marks.length - 1)];
        var r = next.getBoundingClientRect();
        show(next, r.left + r.width / 2, r.top);
      });
    });
  }
})();
