// A report beside the table of its quantities. All that is shown is text: nothing of a report becomes markup.
// What a person does is told to the kernel, which says how the rows stand then.
const make = (tag, attributes = {}, ...children) => {
  const one = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") one.addEventListener(name, value);
    else if (value !== undefined) one.setAttribute(name, value);
  }
  one.append(...children);
  return one;
};

function render({ model, el }) {
  const { words, columns, more } = model.get("frame");
  const own = `sheet-${Math.random().toString(36).slice(2)}`;
  const tell = (act, row, rest = {}) => model.send({ act, row, ...rest });
  const lists = make("div", { hidden: "" });
  const text = make("div", { class: "text", tabindex: "0", role: "region", "aria-label": words.text });
  const heads = columns.map(({ name, label }) => make("th", { scope: "col", class: name }, label));
  const body = make("tbody");
  const table = make("table", {},
    make("thead", {}, make("tr", {}, make("th", { scope: "col", class: "acts" }, words.decision),
      make("th", { scope: "col", class: "words" }, words.words), ...heads)), body);
  const right = make("div", { class: "rows" }, table);
  const root = make("div", { class: "forecasts-sheet", "data-lm-suppress-shortcuts": "true" }, lists, text, right);
  // JupyterLab's own shortcuts are single letters and arrows, too.
  root.addEventListener("keydown", (event) => event.stopPropagation());

  let marks = [], rows = new Map();

  // The report.

  function drawText() {
    marks = [];
    text.replaceChildren(...model.get("pieces").map(([words, number]) => {
      if (number < 0) return document.createTextNode(words);
      const mark = make("mark", { "data-row": number, click: () => choose(number, true) }, words);
      marks[number] = mark;
      return mark;
    }));
    drawMarks();
  }

  function drawMarks() {
    const decisions = model.get("marks");
    marks.forEach((mark, number) => { mark.className = decisions[number] || "open"; });
    marks[model.get("chosen")]?.classList.add("chosen");
  }

  // The table.

  function cell({ name, label, options, list }, number) {
    const change = () => {
      delete input.dataset.typed;
      if (input.value !== input.dataset.held) tell("edit", number, { field: name, value: input.value });
    };
    const keys = (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") { input.value = input.dataset.held; delete input.dataset.typed; }
      if (event.key === "Enter" || event.key === "Escape") { rows.get(number).main.focus(); event.preventDefault(); }
    };
    const heard = { change, keydown: keys, input: () => { input.dataset.typed = "true"; } };
    const named = { "aria-label": label, "data-field": name };
    const input = options
      ? make("select", { ...named, ...heard }, ...options.map(([value, word]) => make("option", { value }, word)))
      : make("input", { ...named, ...heard, type: "text", spellcheck: "false", autocomplete: "off",
          list: list && `${own}-${list}` });
    return input;
  }

  function put(input, value, mended, wrong) {
    if (input.tagName === "SELECT" && ![...input.options].some((one) => one.value === value)) {
      input.append(make("option", { value }, value));
    }
    if (!input.dataset.typed) { input.value = value; input.title = value; }
    input.dataset.held = value;
    input.classList.toggle("mended", mended);
    input.setAttribute("aria-invalid", String(wrong));
  }

  function makeRow(number) {
    const button = (act, word) => make("button", { type: "button", class: act, "aria-pressed": "false",
      click: () => tell(act, number) }, word);
    const accept = button("accept", words.accept), skip = button("skip", words.skip);
    const cells = new Map([...columns, ...more].map((column) => [column.name, cell(column, number)]));
    const quote = make("td", { class: "words" });
    const main = make("tr", { class: "row", tabindex: "-1", "data-row": number, keydown: (event) => rowKeys(event, number) },
      make("td", { class: "acts" }, accept, skip), quote,
      ...columns.map(({ name }) => make("td", { class: name }, cells.get(name))));
    const told = make("div", { class: "told", role: "status" });
    const fields = make("div", { class: "fields" }, ...more.map(({ name, label }) =>
      make("label", { class: name }, make("span", {}, label), cells.get(name))));
    const under = make("tr", { class: "more", "data-row": number },
      make("td", { colspan: columns.length + 2 }, told, fields));
    for (const part of [main, under]) part.addEventListener("focusin", () => choose(number));
    main.addEventListener("click", () => choose(number));
    return { main, under, accept, skip, quote, cells, told };
  }

  function update(row) {
    const { main, accept, skip, quote, cells, told } = rows.get(row.number);
    const wrong = new Set(row.faults.map(({ field }) => field));
    main.dataset.decision = row.decision || "open";
    main.dataset.state = row.state;
    accept.setAttribute("aria-pressed", String(row.decision === "accept"));
    skip.setAttribute("aria-pressed", String(row.decision === "skip"));
    accept.setAttribute("aria-disabled", String(row.state !== "ready"));
    accept.textContent = words[row.decision === "accept" ? "accept" : row.state] ?? words.accept;
    quote.textContent = row.quote;
    for (const [name, input] of cells) put(input, row.fields[name], row.mended.includes(name), wrong.has(name));
    told.replaceChildren(...row.faults.map(({ text }) => make("p", { class: "fault" }, text)),
      ...row.notes.map(({ kind, text }) => make("p", { class: kind }, text)));
  }

  function drawRows() {
    const given = model.get("rows");
    const same = given.length === rows.size && given.every(({ number }) => rows.has(number));
    if (!same) {
      rows = new Map(given.map(({ number }) => [number, makeRow(number)]));
      body.replaceChildren(...[...rows.values()].flatMap(({ main, under }) => [main, under]));
      right.scrollTop = 0;
    }
    given.forEach(update);
    drawMarks();
    drawChosen();
  }

  function drawLists() {
    lists.replaceChildren(...Object.entries(model.get("lists")).map(([name, values]) =>
      make("datalist", { id: `${own}-${name}` }, ...values.map((value) => make("option", { value })))));
  }

  // Which one is looked at.

  function choose(number, show = false) {
    if (number !== model.get("chosen")) {
      model.set("chosen", number);
      model.save_changes();
    }
    if (show) rows.get(number)?.main.focus();
  }

  // Only the two panes scroll, never the notebook around them.
  const bring = (pane, one) => {
    const box = one.getBoundingClientRect(), frame = pane.getBoundingClientRect();
    const top = frame.top + (pane === right ? table.tHead.offsetHeight : 0);
    if (box.top < top || box.bottom > frame.bottom) pane.scrollTop += box.top - top - (frame.height - box.height) / 3;
  };

  function drawChosen() {
    const chosen = model.get("chosen");
    for (const [number, { main, under }] of rows) {
      main.classList.toggle("chosen", number === chosen);
      main.tabIndex = number === chosen ? 0 : -1;
      under.hidden = number !== chosen;
    }
    drawMarks();
    if (marks[chosen]) bring(text, marks[chosen]);
    if (rows.has(chosen)) bring(right, rows.get(chosen).main);
  }

  function chosenElsewhere() {
    const inside = body.contains(document.activeElement) && document.activeElement.closest("tr");
    drawChosen();
    const now = rows.get(model.get("chosen"));
    if (inside && now && inside.dataset.row !== now.main.dataset.row) now.main.focus();
  }

  function rowKeys(event, number) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const order = [...rows.keys()], at = order.indexOf(number);
    const act = { a: "accept", s: "skip", o: "reopen" }[event.key];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (act) tell(act, number, { step: act !== "reopen" });
    else if (step) rows.get(order[at + step])?.main.focus();
    else if (event.key === "e" || event.key === "Enter") rows.get(number).cells.get("indicator").focus();
    else return;
    event.preventDefault();
  }

  const heard = { "change:pieces": drawText, "change:rows": drawRows, "change:lists": drawLists,
    "change:marks": drawMarks, "change:chosen": chosenElsewhere,
    "msg:custom": drawRows };  // heard: what was written and not taken is put back, too
  for (const [name, act] of Object.entries(heard)) model.on(name, act);
  drawLists();
  drawText();
  drawRows();
  el.classList.add("forecasts-sheet-frame");
  el.append(root);
  requestAnimationFrame(drawChosen);
  return () => { for (const [name, act] of Object.entries(heard)) model.off(name, act); };
}

export default { render };
