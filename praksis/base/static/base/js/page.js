// Small things that only smooth: without this file every page still does its work.
document.documentElement.classList.add("js");

// A filter form sends itself when something is chosen; the button is there for those without JavaScript.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto-submit]");
  if (form) form.requestSubmit();
});

// One click is one action: a form that is on its way takes no second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Buttons that open and close a dialog on the page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) { event.preventDefault(); document.getElementById(opener.dataset.opens).showModal(); }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
});
