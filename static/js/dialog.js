// <button data-opens="id"> opens the native dialog of that id; without scripts the button's form or link does the work.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  if (event.target.closest("[data-closes]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
});
