// How does the board stay true? It is fetched again whenever something changed, and every 5 s for the clock.
import { follow, refresh } from "./live.js";
follow("/events", () => refresh("board"));
setInterval(() => refresh("board"), 5000);
