// Suggestions while typing, as a combobox (WAI-ARIA). Without this script the field is a plain search field.

const PAUSE = 150; // ms without a key before anyone is asked

function combobox(input) {
  const list = document.getElementById(input.dataset.list);
  const status = document.getElementById(input.dataset.status);
  let timer, asked, chosen = -1;
  Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })
    .forEach(([name, value]) => input.setAttribute(name, value));
  input.autocomplete = "off";

  const options = () => [...list.children];
  const close = () => {
    asked = null;
    chosen = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (number) => {
    chosen = number;
    options().forEach((option, other) => option.setAttribute("aria-selected", String(other === number)));
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", options()[number].id);
      options()[number].scrollIntoView({ block: "nearest" });
    }
  };
  const take = (option) => {
    input.value = option.dataset.words;
    close();
    input.form.requestSubmit();
  };
  const show = (found) => {
    list.replaceChildren(...found.map(({ words, kind }, number) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `${list.id}-${number}`, role: "option" });
      option.dataset.words = words;
      option.append(Object.assign(document.createElement("span"), { textContent: words }));
      option.append(Object.assign(document.createElement("small"), { textContent: kind }));
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    mark(-1);
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = found.length ? status.dataset.words.replace("0", found.length) : "";
  };
  const ask = async () => {
    const typed = input.value.trim();
    asked = typed;
    if (typed.length < 2) return close();
    const answer = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: typed })}`);
    if (answer.ok && asked === typed) show((await answer.json()).suggestions);
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if (event.key === "Enter" && !list.hidden && chosen >= 0) { event.preventDefault(); take(options()[chosen]); }
    else if (event.key === "ArrowDown" && !list.hidden) { event.preventDefault(); mark(chosen < last ? chosen + 1 : 0); }
    else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); mark(chosen > 0 ? chosen - 1 : last); }
  });
}

document.querySelectorAll("[data-suggest]").forEach(combobox);
