// Shows the bar of components/offline_bar.html while the device has no network; the content stays.
const bar = document.querySelector("[data-offline-bar]");
if (bar) {
  const minutes = bar.querySelector("[data-offline-minutes]");
  let since = 0;
  const show = () => {
    bar.hidden = navigator.onLine;
    if (navigator.onLine) since = 0;
    else if (!since) since = Date.now();
    if (minutes && since) minutes.textContent = String(Math.floor((Date.now() - since) / 60000));
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  setInterval(show, 30000);
  show();
}
