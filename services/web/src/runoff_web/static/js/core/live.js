// Changes of what a page shows: through one connection of the whole browser where it can share one.
import { scriptUrl } from "./fragment.js";

/**
 * @typedef {{topic: string, parts?: Record<string, string>, n_entries?: number, final?: boolean}} Frame
 * @typedef {{frame: (frame: Frame) => void, state: (state: "open" | "lost" | "resync") => void}} Listener
 */

/**
 * Follow a topic until the returned function is called.
 * @param {string} topic
 * @param {string} since
 * @param {Listener} listener
 * @returns {() => void}
 */
export function follow(topic, since, listener) {
  const worker = document.body.dataset.worker;
  if (typeof SharedWorker === "function" && worker) {
    return followShared(worker, topic, since, listener);
  }
  return followAlone(topic, since, listener);
}

/**
 * @param {string} url
 * @param {string} topic
 * @param {string} since
 * @param {Listener} listener
 */
function followShared(url, topic, since, listener) {
  const worker = new SharedWorker(scriptUrl(url), { name: "runoff-live" });
  worker.port.addEventListener("message", (event) => {
    const said = event.data;
    if (said.frame) listener.frame(said.frame);
    if (said.state) listener.state(said.state);
  });
  worker.port.start();
  worker.port.postMessage({ follow: topic, since });
  const leave = () => worker.port.postMessage({ leave: true });
  addEventListener("pagehide", leave);
  return () => {
    removeEventListener("pagehide", leave);
    leave();
    worker.port.close();
  };
}

/**
 * @param {string} topic
 * @param {string} since
 * @param {Listener} listener
 */
function followAlone(topic, since, listener) {
  const query = new URLSearchParams({ topics: topic, since });
  const source = new EventSource(`/live?${query}`);
  source.addEventListener("patch", (event) => listener.frame(JSON.parse(event.data)));
  source.addEventListener("resync", () => listener.state("resync"));
  source.addEventListener("open", () => listener.state("open"));
  source.addEventListener("error", () => listener.state("lost"));
  return () => source.close();
}
