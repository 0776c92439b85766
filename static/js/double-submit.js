// A second press of the same button within a form does nothing; the server refuses it too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button && button.classList.contains("btn")) {
    button.setAttribute("data-busy", "");
    const words = button.dataset.busyWords;
    if (words) button.textContent = words;
  }
});
// Coming back with the back button: the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[data-busy]")) button.removeAttribute("data-busy");
});
