"use strict";
// The program of every page: lists that can be narrowed and sorted, charts, comparing, marked words.
// It loads nothing from anywhere and writes no markup: what files say becomes text.
window.forecastsSite = (() => {
  const find = (css, within = document) => within.querySelector(css);
  const all = (css, within = document) => Array.from(within.querySelectorAll(css));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);
  const fragment = () => new URLSearchParams(location.hash.slice(1));
  const remember = (values) => {
    const kept = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
    history.replaceState(null, "", kept.size ? `#${kept}` : location.pathname + location.search);
  };

  // Lists: what a reader looks for stands in the address, so that it can be handed on.
  function list() {
    const table = find("#answers");
    if (!table) return;
    const form = find("#filters"), bodies = all("tbody", table), count = find("#count");
    const fields = form ? all("[name]", form) : [];
    const state = {sort: "", down: ""};
    const texts = new Map(bodies.map((body) => [body, `${body.textContent} ${body.dataset.plan}`.toLowerCase()]));
    function narrow() {
      let shown = 0;
      for (const body of bodies) {
        const fits = fields.every((field) => !field.value || (field.name === "q"
          ? field.value.toLowerCase().split(/\s+/).every((word) => texts.get(body).includes(word))
          : body.dataset[field.name] === field.value));
        body.classList.toggle("off", !fits);
        shown += fits;
      }
      if (count) count.textContent = fill(count.dataset.word, {shown, all: bodies.length});
    }
    function sort() {
      if (!state.sort) return;
      const number = state.sort === "p" || state.sort === "age";
      const way = state.down ? -1 : 1;
      const value = (body) => number ? Number(body.dataset[state.sort]) : body.dataset[state.sort];
      const order = bodies.slice().sort((a, b) => way * (number ? value(a) - value(b)
        : value(a).localeCompare(value(b), document.documentElement.lang)));
      table.append(...order);
      for (const button of all("[data-sort]", table)) {
        const mine = button.dataset.sort === state.sort;
        button.closest("th").setAttribute("aria-sort", mine ? (state.down ? "descending" : "ascending") : "none");
      }
    }
    const keep = () => {
      if (form) remember({...Object.fromEntries(fields.map((f) => [f.name, f.value])), ...state});
    };
    for (const button of all("[data-sort]", table)) button.addEventListener("click", () => {
      const again = state.sort === button.dataset.sort;
      state.down = again ? (state.down ? "" : "1") : (button.dataset.sort === "name" ? "" : "1");
      state.sort = button.dataset.sort;
      sort(); keep();
    });
    if (!form) return;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => { narrow(); keep(); });
    form.addEventListener("reset", () => setTimeout(() => { narrow(); keep(); }));
    const given = fragment();
    for (const field of fields) if (given.has(field.name)) field.value = given.get(field.name);
    state.sort = /^(name|p|age|day)$/.test(given.get("sort") || "") ? given.get("sort") : "";
    state.down = given.get("down") ? "1" : "";
    narrow(); sort();
  }

  // Charts: drawn when they come into sight; `ast` keeps Vega from compiling code, which the page forbids.
  const views = new Map();
  async function draw(script) {
    const place = script.dataset.place;
    const live = "ratio" in script.dataset;
    if (views.has(place) || !window.vegaEmbed || (live && !held.has(place))) return;
    views.set(place, null);
    await Promise.allSettled(Array.from(document.fonts, (font) => font.load()));
    const target = document.getElementById(place), moves = document.getElementById(`${place}-moves`);
    const options = {mode: "vega-lite", renderer: "svg", actions: false, ast: true};
    if (moves) options.bind = moves;
    const spec = JSON.parse(script.textContent);
    if (live) spec.params.forEach(filled(held.get(place), script.dataset.ratio));
    const drawn = await window.vegaEmbed(target, fitted(spec, target.clientWidth), options);
    const svg = find("svg", target);
    if (svg) svg.setAttribute("aria-hidden", "true");
    views.set(place, drawn.view);
    if (moves) watch(place, drawn.view, target, moves);
  }
  // The futures of a goal's charts lie in a script of their own, which both languages share: where one tells
  // its figures in another unit, each is multiplied and then divided, so that round numbers stay round.
  const held = new Map();
  function hold(futures) { for (const [place, numbers] of Object.entries(futures)) held.set(place, numbers); }
  function filled(numbers, ratio) {
    const [by, of] = ratio.split("/").map(Number);
    const told = (part) => Array.isArray(part) ? part.map(told) : part * by / of;
    return (param) => {
      if (param.name in numbers) param.value = param.name === "level" ? numbers.level : told(numbers[param.name]);
    };
  }
  // On a narrow screen a chart is drawn narrower, not smaller: its words stay readable.
  function fitted(spec, room) {
    if (!(spec.width > room - 70) || !room) return spec;
    const title = spec.title && {...spec.title, subtitle: []};
    return {...spec, width: Math.max(230, room - 70), ...(title ? {title} : {})};
  }
  function watch(place, view, target, moves) {
    const names = ["pace", "one_off", "goal"].filter((name) => name in view.getState().signals);
    const start = Object.fromEntries(names.map((name) => [name, view.signal(name)]));
    const said = document.getElementById(`${place}-said`);
    // The two lines that the chart itself writes: the number, and what it is called.
    const tell = () => {
      const lines = all(".mark-text.role-mark text", target);
      const sized = (size) => lines.filter((text) => text.getAttribute("font-size") === size)
        .map((text) => text.textContent.trim());
      said.textContent = [...sized("34px"), ...sized("15px")].filter(Boolean).join(" ");
    };
    let waits = 0;
    for (const name of names) view.addSignalListener(name, () => {
      clearTimeout(waits);
      waits = setTimeout(() => view.runAsync().then(tell), 40);
    });
    all("input", moves).forEach((input) => input.setAttribute("autocomplete", "off"));
    find(`[data-reset="${place}"]`).addEventListener("click", () => {
      for (const name of names) view.signal(name, start[name]);
      view.runAsync().then(tell);
    });
    tell();
  }
  function charts() {
    const scripts = all("script[data-place]");
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) draw(find(`script[data-place="${entry.target.id}"]`));
    }, {rootMargin: "400px"});
    for (const script of scripts) seen.observe(document.getElementById(script.dataset.place));
    window.addEventListener("beforeprint", () => scripts.forEach(draw));
  }

  // Comparing: each run lies in a script of its own, which hands over its data.
  const taken = new Map();
  let wanted = () => {};
  function take(run) { taken.set(run.run, run); wanted(); }
  function compare() {
    const form = find("#pair");
    if (!form) return;
    const tongue = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    const [a, b] = [form.elements.a, form.elements.b], table = find("#compared"), told = find("#told");
    const given = fragment(), has = (name) => Array.from(a.options).some((option) => option.value === name);
    if (a.options.length > 1) a.selectedIndex = 1;
    if (has(given.get("a"))) a.value = given.get("a");
    if (has(given.get("b"))) b.value = given.get("b");
    const asked = new Set();
    function load(select) {
      const option = select.selectedOptions[0];
      if (!option || taken.has(option.value) || asked.has(option.value)) return;
      asked.add(option.value);
      const script = document.createElement("script");
      script.src = option.dataset.src;
      script.onerror = () => { told.textContent = told.dataset.failed; asked.delete(option.value); };
      document.head.append(script);
    }
    function choose() {
      load(a); load(b);
      remember({a: a.value, b: b.value});
      show();
    }
    function show() {
      const [old, now] = [taken.get(a.value), taken.get(b.value)], body = find("tbody", table);
      body.replaceChildren();
      find("#why").hidden = true;
      if (!a.value) { told.textContent = told.dataset.none; return; }
      if (!old || !now) return;
      const name = (one) => JSON.stringify([one.goal, one.scenario]);
      const before = new Map(old.answers.map((one) => [name(one), one]));
      const after = new Map(now.answers.map((one) => [name(one), one]));
      const names = Array.from(new Set([...after.keys(), ...before.keys()]));
      let both = 0, moved = 0;
      for (const key of names) {
        const [one, other] = [before.get(key), after.get(key)];
        if (one && other) { both += 1; moved += one.number[tongue] !== other.number[tongue]; }
        body.append(row(one, other));
      }
      why(old, now);
      told.textContent = old === now ? told.dataset.same : fill(told.dataset.count, {both, moved});
    }
    // The parts of each change, as the later run wrote them down of the earlier one.
    function why(old, now) {
      const [first, last] = old.day <= now.day ? [old, now] : [now, old], place = find("#why");
      const written = (last.changes || {})[first.run] || [];
      const known = new Map(last.answers.map((one) => [JSON.stringify([one.goal, one.scenario]), one]));
      find("ul", place).replaceChildren(...written.map((one) => {
        const item = document.createElement("li"), name = document.createElement("b");
        const answer = known.get(JSON.stringify([one.goal, one.scenario]));
        name.textContent = answer ? `${answer.name[tongue]} · ${answer.called[tongue]}` : `${one.goal} · ${one.scenario}`;
        item.append(name, " ", one.told[tongue]);
        return item;
      }));
      place.hidden = !written.length;
    }
    function cell(kind, text, detail, right) {
      const made = document.createElement(kind);
      if (kind === "th") made.scope = "row";
      if (right) made.className = "right";
      made.append(text);
      if (detail) { const small = document.createElement("small"); small.textContent = detail; made.append(small); }
      return made;
    }
    const tenths = (probability) => Math.min(999, Math.max(1, Math.round(1000 * probability)));
    function row(one, other) {
      const some = other || one, made = document.createElement("tr");
      const shown = (answer) => answer ? answer.number[tongue] : table.dataset.only;
      const points = one && other ? (tenths(other.probability) - tenths(one.probability)) / 10 : null;
      const sign = points === null ? "" : fill(table.dataset.points,
        {points: (points >= 0 ? "+" : "−") + Math.abs(points).toFixed(1)});
      const newer = one && other && (one.newest_day !== other.newest_day || one.newest[tongue] !== other.newest[tongue]);
      const median = (answer) => answer ? answer.median[tongue] : "";
      made.append(
        cell("th", some.name[tongue], `${some.called[tongue]} · ${some.target[tongue]}`),
        cell("td", shown(one), "", true), cell("td", shown(other), "", true), cell("td", sign, "", true),
        cell("td", one && other ? arrow(one.probability, other.probability) : ""),
        cell("td", `${some.newest[tongue]}`, `${some.newest_day}${newer ? " · " + table.dataset.newer : ""}`),
        cell("td", [median(one), median(other)].filter(Boolean).join(" → "), "", true));
      return made;
    }
    function arrow(from, to) {
      const space = "http://www.w3.org/2000/svg";
      const svg = document.createElementNS(space, "svg");
      const part = (kind, values) => {
        const made = document.createElementNS(space, kind);
        for (const [key, value] of Object.entries(values)) made.setAttribute(key, value);
        svg.append(made);
      };
      svg.setAttribute("viewBox", "0 0 200 14");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("class", "strip");
      svg.setAttribute("aria-hidden", "true");
      part("rect", {class: "rail", x: 0, y: 4, width: 200, height: 6});
      part("rect", {class: "span", x: 200 * Math.min(from, to), y: 4, width: 200 * Math.abs(to - from), height: 6});
      part("rect", {class: "old", x: 200 * from - 2, y: 2, width: 4, height: 10, fill: "#6b7c8c"});
      part("rect", {class: "at", x: 200 * to - 2, y: 0, width: 4, height: 14});
      return svg;
    }
    wanted = show;
    form.addEventListener("input", choose);
    form.addEventListener("submit", (event) => event.preventDefault());
    find("#swap").addEventListener("click", () => { [a.value, b.value] = [b.value, a.value]; choose(); });
    window.addEventListener("hashchange", () => {
      const now = fragment();
      if (has(now.get("a"))) a.value = now.get("a");
      if (has(now.get("b"))) b.value = now.get("b");
      choose();
    });
    choose();
  }

  // Words in a source's text: those that the address names stand out.
  function words() {
    const marks = all("mark[data-of]");
    if (!marks.length) return;
    const show = () => {
      const name = decodeURIComponent(location.hash.slice(1));
      for (const one of marks) one.classList.toggle("now", name !== "" && one.dataset.of.split(" ").includes(name));
    };
    window.addEventListener("hashchange", show);
    show();
  }

  // What an address names may lie in something that is closed.
  function open() {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name && !name.includes("=") ? document.getElementById(name) : null;
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView();
  }

  document.addEventListener("DOMContentLoaded", () => {
    list(); charts(); compare(); words(); open();
    window.addEventListener("hashchange", open);
  });
  return {take, hold, draw, views};
})();
