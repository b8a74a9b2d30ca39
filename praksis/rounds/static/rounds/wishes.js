// Dragging a wish to another place on the list. Only smooths: the buttons beside each wish do the same without it.
let dragged = null;

const wishes = (list) => [...list.querySelectorAll(":scope > .wish")];
const levelOf = (wish) => wish.querySelector('input[name="level"]');

function setLevel(wish, level) {
  const there = levelOf(wish);
  if (there && !level) there.remove();
  if (level && !there) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "level", value: wish.querySelector('input[name="choice"]').value });
    wish.append(input);
  }
}

// Out of its old neighbourhood: whoever was level with it as the first of its tie becomes the first.
function loosen(wish) {
  const next = wish.nextElementSibling;
  if (next && !levelOf(wish)) setLevel(next, false);
  setLevel(wish, false);
}

function targetOf(list, y) {
  return wishes(list).find((wish) => wish !== dragged && y < wish.getBoundingClientRect().top + wish.offsetHeight / 2) || null;
}

function mark(list, target) {
  wishes(list).forEach((wish) => wish.classList.toggle("wish-target", wish === target));
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest(".wish-handle");
  if (!handle || event.button !== 0 || !handle.querySelector("svg")) return;
  dragged = handle.closest(".wish");
  dragged.classList.add("wish-lifted");
  handle.setPointerCapture(event.pointerId);
  event.preventDefault();
});

document.addEventListener("pointermove", (event) => {
  if (dragged) mark(dragged.parentElement, targetOf(dragged.parentElement, event.clientY));
});

document.addEventListener("pointerup", (event) => {
  if (!dragged) return;
  const wish = dragged, list = wish.parentElement, target = targetOf(list, event.clientY);
  drop();
  if (target === wish.nextElementSibling) return;
  loosen(wish);
  list.insertBefore(wish, target);
  setLevel(wish, Boolean(target && levelOf(target)));
  const form = list.closest("form");
  form.requestSubmit(form.querySelector('button[value="save"]'));
});

document.addEventListener("pointercancel", drop);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") drop(); });

function drop() {
  if (!dragged) return;
  mark(dragged.parentElement, null);
  dragged.classList.remove("wish-lifted");
  dragged = null;
}
