// For the page of one lesson without network alone: from the network while there is one, else as it was kept. What the
// page asks of the server is not looked at here, and nothing of it is kept.
const PAGE = new URL(self.registration.scope).pathname;
const KEPT = `kit ${PAGE}`;
const PATIENCE = 4000;
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  const page = request.mode === "navigate" && address.pathname === PAGE;
  if (page || ["script", "style"].includes(request.destination)) event.respondWith(answer(request));
});

// A network that is there and does not answer, or a server that is down, is as good as none.
async function answer(request) {
  const kept = await caches.match(request, { cacheName: KEPT, ignoreVary: true });
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE, kept); });
  const heard = fetch(request).then((response) => (response.status >= 500 ? kept : response), () => kept);
  return Promise.race([heard, late]);
}
