/* What is wrong with how a page looks, found by measuring it: [kind, words] pairs. Evaluated in the page. */
() => {
  const found = [], cut = (text) => text.replace(/\s+/g, " ").trim().slice(0, 60);
  const clips = new Map();

  /* The part of the page in which an element can be seen at all: its scrolling and hiding ancestors. */
  function clip(element) {
    if (!element || element === document.documentElement) return { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 };
    if (clips.has(element)) return clips.get(element);
    let box = clip(element.parentElement);
    const style = getComputedStyle(element);
    if (style.overflowX !== "visible" || style.overflowY !== "visible" || style.clipPath !== "none") {
      if (!(element instanceof SVGElement)) {
        const r = element.getBoundingClientRect();
        const hidden = style.clipPath !== "none";
        box = {
          left: Math.max(box.left, r.left), top: Math.max(box.top, r.top),
          right: hidden ? r.left : Math.min(box.right, r.right), bottom: hidden ? r.top : Math.min(box.bottom, r.bottom),
        };
      }
    }
    clips.set(element, box);
    return box;
  }

  /* Rectangles of all words that can be seen, a little smaller than they are, because letters do not fill their line. */
  function words() {
    const rects = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, parent = node.parentElement;
      if (!node.data.trim() || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      if (parent.closest("script,style,.gm-tip,.skip,.gm-hidden")) continue;
      const range = document.createRange(), box = clip(parent);
      range.selectNodeContents(node);
      for (const r of range.getClientRects()) {
        const shrink = r.height * 0.22;
        const rect = {
          left: Math.max(r.left, box.left) + 1, right: Math.min(r.right, box.right) - 1,
          top: Math.max(r.top, box.top) + shrink, bottom: Math.min(r.bottom, box.bottom) - shrink, node, parent,
        };
        if (rect.right - rect.left > 1 && rect.bottom - rect.top > 1) rects.push(rect);
      }
    }
    return rects.sort((a, b) => a.top - b.top);
  }

  const rects = words();
  rects.forEach((a, i) => {
    for (let j = i + 1; j < rects.length && rects[j].top < a.bottom; j++) {
      const b = rects[j];
      if (a.node !== b.node && a.left < b.right && b.left < a.right && a.top < b.bottom)
        found.push(["overlap", cut(a.node.data) + " | " + cut(b.node.data)]);
    }
  });
  const wide = document.documentElement.clientWidth + 1;
  rects.filter((r) => r.right > wide || r.left < -1).forEach((r) => found.push(["beyond the page", cut(r.node.data)]));

  /* Words of a chart stay inside of its figure. */
  document.querySelectorAll(".gm-plot svg text").forEach((text) => {
    const r = text.getBoundingClientRect(), figure = text.closest("figure").getBoundingClientRect();
    if (r.width && (r.left < figure.left - 4 || r.right > figure.right + 4)) found.push(["cut", cut(text.textContent)]);
  });
  /* What hides a part of its words without a way to scroll there. */
  document.querySelectorAll("body *").forEach((element) => {
    if (element instanceof SVGElement || !element.getClientRects().length || element.closest(".gm-hidden,.bar .name")) return;
    const style = getComputedStyle(element);
    if (/hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1) found.push(["cut", cut(element.textContent)]);
    if (/hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1) found.push(["cut", cut(element.textContent)]);
  });
  /* A chart shows marks that have a size, or says that there is nothing to show. */
  document.querySelectorAll("figure.gm-chart").forEach((figure) => {
    if (!figure.getClientRects().length) return;
    const name = cut(figure.querySelector("figcaption")?.textContent ?? "a chart without a title");
    const svgs = [...figure.querySelectorAll(".gm-plot svg")].filter((svg) => svg.getClientRects().length);
    if (!svgs.length) {
      if (!figure.querySelector(":scope > .gm-empty")) found.push(["empty chart", name]);
      return;
    }
    const marks = svgs.flatMap((svg) => [...svg.querySelectorAll("[aria-label]")]).map((m) => m.getBoundingClientRect());
    if (!marks.some((r) => r.width > 0.5 && r.height > 0.5) || svgs.some((svg) => svg.getBoundingClientRect().height < 30))
      found.push(["empty chart", name]);
  });
  return found;
}
