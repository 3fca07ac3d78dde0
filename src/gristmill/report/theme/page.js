(function () {
  "use strict";
  var root = document.documentElement, KEY = "gristmill-theme", say = {};
  root.classList.add("js");
  function remembered() { try { return localStorage.getItem(KEY); } catch (e) { return null; } }
  if (remembered()) root.dataset.theme = remembered();
  document.addEventListener("DOMContentLoaded", function () {
    say = JSON.parse(document.body.dataset.words);
    theme(); code(); contents(); copying(); tips();
    each(".bar nav [aria-current]", function (a) { a.parentNode.scrollLeft = a.offsetLeft - a.parentNode.offsetLeft - 40; });
    each("table[data-rows]", upgrade);
  });
  function each(query, act) { Array.prototype.forEach.call(document.querySelectorAll(query), act); }
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

  function contents() {
    var toc = document.querySelector(".toc"), links = {};
    if (!toc) return;
    if (matchMedia("(max-width: 67.99rem)").matches) toc.open = false;
    each(".toc a", function (a) { links[decodeURIComponent(a.hash.slice(1))] = a; });
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

  /* Tables: a button in each heading sorts, a box filters, and above 50 rows there are pages of 25. */
  function upgrade(table) {
    var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows), shown = rows, page = 0, SIZE = 25;
    var collator = new Intl.Collator(root.lang || undefined, { numeric: true }), tools, box, count, pager, back, on, where;
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, i) {
      var button = make("button", { type: "button" });
      while (head.firstChild) button.append(head.firstChild);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () {
        var number = head.dataset.t === "n", was = head.getAttribute("aria-sort");
        var down = was === "none" ? number : was === "ascending";
        Array.prototype.forEach.call(head.parentNode.cells, function (h) { h.setAttribute("aria-sort", "none"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var keyed = rows.map(function (row, n) { return [key(row.cells[i], number), n, row]; });
        keyed.sort(function (a, b) {
          if (a[0] === null || b[0] === null) return (a[0] === null) - (b[0] === null) || a[1] - b[1];
          var d = number ? a[0] - b[0] : collator.compare(a[0], b[0]);
          return (down ? -d : d) || a[1] - b[1];
        });
        rows = keyed.map(function (k) { return k[2]; });
        body.append.apply(body, rows);
        page = 0; sift();
      });
    });
    function key(cell, number) {
      if (cell.classList.contains("z")) return null;
      var text = cell.dataset.v || cell.textContent;
      if (!number) return text;
      var value = parseFloat(text.replace(/[,<>]/g, "").replace("−", "-").replace("∞", "Infinity"));
      return isNaN(value) ? null : value;
    }
    if (rows.length > 15) {
      tools = make("div", { className: "gm-tools" });
      box = make("input", { type: "search", placeholder: say.filter });
      box.setAttribute("aria-label", say.filter);
      count = make("span");
      count.setAttribute("aria-live", "polite");
      tools.append(box, count);
      box.addEventListener("input", function () { page = 0; sift(); });
    }
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
    if (tools) table.parentNode.before(tools);
    function sift() {
      var words = box ? box.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
      shown = rows.filter(function (row) {
        var text = words.length ? row.textContent.toLowerCase() : "";
        var keep = words.every(function (w) { return text.indexOf(w) >= 0; });
        row.classList.toggle("out", !keep);
        return keep;
      });
      if (count) count.textContent = words.length
        ? fill(say.rows_found, { n: shown.length.toLocaleString("en"), total: rows.length.toLocaleString("en") }) : "";
      leaf();
    }
    function leaf() {
      if (!pager) return;
      var pages = Math.max(1, Math.ceil(shown.length / SIZE));
      page = Math.min(Math.max(page, 0), pages - 1);
      shown.forEach(function (row, i) { row.classList.toggle("off", Math.floor(i / SIZE) !== page); });
      where.textContent = fill(say.page_of, { page: page + 1, pages: pages });
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
      body.classList.add("ready");
    }
    sift();
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
