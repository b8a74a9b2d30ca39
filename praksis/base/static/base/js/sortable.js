// Drag the rows of a list into order. The buttons beside each row do the same without this file; on the drop the form is sent.

let row = null;

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest("[data-sortable] .wish-handle");
  if (!handle || event.button !== 0) return;
  row = handle.closest("li");
  row.classList.add("wish-lifted");
  handle.setPointerCapture(event.pointerId);
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (!row) return;
  const others = [...row.parentElement.children].filter((other) => other !== row);
  const below = others.find((other) => event.clientY < other.getBoundingClientRect().top + other.offsetHeight / 2);
  if ((below ?? null) === row.nextElementSibling) return;
  row.parentElement.insertBefore(row, below ?? null);
});

function drop() {
  if (!row) return;
  row.classList.remove("wish-lifted");
  const list = row.parentElement;
  row = null;
  const sent = [...list.querySelectorAll("[name=order]")].map((input) => input.value).join();
  if (sent === list.dataset.order) return;
  list.dataset.order = sent;
  list.closest("form").requestSubmit(list.closest("form").querySelector("[data-sort-submit]"));
}

function remember() {
  document.querySelectorAll("[data-sortable]").forEach((list) => {
    list.dataset.order = [...list.querySelectorAll("[name=order]")].map((input) => input.value).join();
  });
}

document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);
document.addEventListener("htmx:after:swap", remember);
remember();
