import type { Api } from "../api";

/** An event stream that sends events only through `Api.announce`. */
export default function live(api: Api) {
  api.on("GET /events", () => (response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write("event: ready\ndata: {}\n\n");
    api.listeners.add(response);
    response.on("close", () => api.listeners.delete(response));
  });
}
