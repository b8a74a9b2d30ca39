// A form that a passkey answers: it is shown where the browser knows them, and sent with the answer.
"use strict";
const known = window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON;
for (const form of known ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = JSON.parse(document.getElementById("passkey-asked").textContent);
    try {
      const answer =
        form.dataset.passkey === "make"
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
      form.elements.answer.value = JSON.stringify(answer.toJSON());
      form.submit();
    } catch {
      form.querySelector("[data-passkey-failed]").hidden = false;
    }
  });
}
