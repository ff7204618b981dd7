// What every page runs. Pages work without it: it keeps them fresh and makes them quick.
import { listenForKeys } from "./core/keys.js";
import { defineCopy } from "./elements/x-copy.js";
import { defineFresh } from "./elements/x-fresh.js";
import { showLeaving, waitForServer } from "./core/leaving.js";
import { defineElapsed } from "./elements/x-elapsed.js";
import { defineFilter } from "./elements/x-filter.js";
import { defineLive } from "./elements/x-live.js";
import { defineOverlay } from "./elements/x-overlay.js";
import { definePalette } from "./elements/x-palette.js";
import { defineSelect } from "./elements/x-select.js";
import { defineTable } from "./elements/x-table.js";
import { defineToast } from "./elements/x-toast.js";

defineCopy();
defineFresh();
defineElapsed();
defineFilter();
defineLive();
defineOverlay();
definePalette();
defineSelect();
defineTable();
defineToast();
listenForKeys();
showLeaving();
waitForServer();
