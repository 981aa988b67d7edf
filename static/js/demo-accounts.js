/* Signs in with a demonstration account in one click. */
const form = document.getElementById("connexion");
const said = document.getElementById("demonstration-rempli");

for (const button of document.querySelectorAll("[data-demo-email]")) {
  button.addEventListener("click", () => {
    form.elements.namedItem("login").value = button.dataset.demoEmail;
    form.elements.namedItem("password").value = button.dataset.demoPassword;
    said.textContent = `Compte ${button.dataset.demoEmail} rempli : connexion en cours.`;
    form.requestSubmit();
  });
}
