// Listens with the npm package `eventsource` and prints each event as a line of JSON. The events' names follow the URL.
import { EventSource } from "eventsource";

const [url, ...names] = process.argv.slice(2);
const source = new EventSource(url);
for (const name of names) {
  source.addEventListener(name, ({ type, data, lastEventId }) =>
    console.log(JSON.stringify({ event: type, data, id: lastEventId })));
}

// While it waits to come back, the package lets Node end where nothing else is to be done.
setInterval(() => {}, 60_000);
