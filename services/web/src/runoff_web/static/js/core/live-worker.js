// Runs once a browser: one event stream for all of its tabs, which HTTP/1.1 gives six connections.

/** @type {Map<MessagePort, string>} */
const followers = new Map();
/** @type {EventSource | undefined} */
let source;
let lastId = "";
let open = "";

/** @param {string} since */
function connect(since) {
  const topics = [...new Set(followers.values())].sort().join(",");
  if (topics === open && source && source.readyState !== EventSource.CLOSED) return;
  source?.close();
  source = undefined;
  open = topics;
  if (!topics) return;
  const query = new URLSearchParams({ topics });
  if (lastId || since) query.set("since", lastId || since);
  source = new EventSource(`/live?${query}`);
  source.addEventListener("patch", (event) => {
    lastId = event.lastEventId;
    const frame = JSON.parse(event.data);
    tell({ frame }, frame.topic);
  });
  source.addEventListener("resync", (event) => {
    lastId = event.lastEventId;
    tell({ state: "resync" });
  });
  source.addEventListener("open", () => tell({ state: "open" }));
  source.addEventListener("error", () => {
    tell({ state: "lost" });
    // An answer that is no stream ends the source for good: a server that starts up, say.
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => connect(""), 2000);
  });
}

/**
 * @param {unknown} message
 * @param {string} [topic]
 */
function tell(message, topic) {
  for (const [port, followed] of followers) {
    if (topic === undefined || topic === followed) port.postMessage(message);
  }
}

globalThis.addEventListener("connect", (event) => {
  const port = /** @type {MessageEvent} */ (event).ports[0];
  port.addEventListener("message", ({ data }) => {
    if (data.leave) followers.delete(port);
    if (data.follow) followers.set(port, data.follow);
    connect(data.since ?? "");
    if (data.follow && source?.readyState === EventSource.OPEN) port.postMessage({ state: "open" });
  });
  port.start();
});
