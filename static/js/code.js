// The sixth digit sends the form; the wait for another code counts down; a hint for the classroom comes after 20 s.
(() => {
  const input = document.querySelector(".input-code");
  if (input) {
    const send = () => {
      const digits = input.value.normalize("NFKC").replace(/\D/g, "");
      if (digits.length === 6 && !input.form.dataset.sent) {
        input.value = digits;
        input.form.requestSubmit(input.form.querySelector("button"));
      }
    };
    input.addEventListener("input", send);
    input.focus();
    // Typed, or filled in by the phone, before this script ran; a code that was refused is not sent again.
    if (input.getAttribute("aria-invalid") !== "true") send();
  }
  const wait = document.querySelector("[data-wait]");
  if (wait) {
    const button = document.querySelector("[data-again]");
    const words = wait.textContent;
    const until = Date.now() + Number(wait.dataset.wait) * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      wait.hidden = left <= 0;
      if (left <= 0) return;
      wait.textContent = words.replace(wait.dataset.wait, String(left));
      setTimeout(tick, 250);
    };
    tick();
  }
  const help = document.querySelector("[data-after]");
  if (help) {
    help.hidden = true;
    setTimeout(() => { help.hidden = false; }, Number(help.dataset.after) * 1000);
  }
})();
