/* Says in French that a security key failed; allauth's script only writes to the console. */
document.addEventListener("allauth.error", (event) => {
  const alert = document.getElementById("echec-cle");
  if (alert) {
    event.preventDefault();
    alert.hidden = false;
  }
});
