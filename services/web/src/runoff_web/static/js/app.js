// What every page runs. Pages work without it: it keeps them fresh and makes them quick.
import { listenForKeys } from "./core/keys.js";
import { defineLive } from "./elements/x-live.js";
import { defineOverlay } from "./elements/x-overlay.js";
import { defineSelect } from "./elements/x-select.js";
import { defineTable } from "./elements/x-table.js";

defineLive();
defineOverlay();
defineSelect();
defineTable();
listenForKeys();
