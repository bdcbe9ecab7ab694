import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";

const EXPORT = "*/api/v1/items/export";
const saved: string[] = [];

/** Serves a file of four rows; the test writes its chunks. */
function serveExport() {
  const queries: string[] = [];
  let isCancelled = false;
  let stream!: ReadableStreamDefaultController<Uint8Array>;
  server.use(
    http.get(EXPORT, ({ request }) => {
      queries.push(new URL(request.url).searchParams.toString());
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          stream = controller;
        },
        cancel: () => {
          isCancelled = true;
        },
      });
      const headers = { "Content-Type": "text/csv; charset=utf-8", "X-Total-Count": "4" };
      return new HttpResponse(body, { headers });
    }),
  );
  return {
    queries,
    write: (text: string) => stream.enqueue(new TextEncoder().encode(text)),
    end: () => stream.close(),
    isCancelled: () => isCancelled,
  };
}

async function startExport(url = "/items") {
  const app = await renderApp(url);
  await app.user.click(await screen.findByRole("button", { name: "Export as CSV" }));
  const progress = await screen.findByRole("progressbar", { name: "Exporting items" });
  return { ...app, progress };
}

beforeEach(() => {
  signedInAs(user());
  server.use(http.get("*/api/v1/items/", () => HttpResponse.json(itemsPage([item()]))));
  saved.length = 0;
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:test");
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push(this.download);
  });
});

describe("the export", () => {
  it("saves the filtered list and shows progress", async () => {
    const csv = serveExport();
    const { progress } = await startExport("/items?q=keys&sort=title&page=1&size=50");
    await waitFor(() => expect(csv.queries).toEqual(["sort=title&q=keys"]));

    csv.write("id,title\r\n1,One\r\n2,Two\r\n");
    await waitFor(() => expect(progress).toHaveAttribute("aria-valuenow", "50"));
    csv.write("3,Three\r\n4,Four\r\n");
    csv.end();
    expect(await screen.findByText("4 items exported")).toBeInTheDocument();
    expect(saved).toEqual(["items.csv"]);
    expect(screen.getByRole("button", { name: "Export as CSV" })).toBeEnabled();
  });

  it("saves nothing after it was cancelled", async () => {
    const csv = serveExport();
    const { user: person, progress } = await startExport();
    await waitFor(() => expect(csv.queries).toHaveLength(1));
    csv.write("id,title\r\n1,One\r\n");
    await waitFor(() => expect(progress).toHaveAttribute("aria-valuenow", "25"));
    await person.click(screen.getByRole("button", { name: "Cancel export" }));

    expect(await screen.findByRole("button", { name: "Export as CSV" })).toBeEnabled();
    await waitFor(() => expect(csv.isCancelled()).toBe(true));
    expect(saved).toEqual([]);
    expect(screen.queryByText(/Export stopped/)).not.toBeInTheDocument();
  });

  it("shows why it was refused", async () => {
    server.use(http.get(EXPORT, () => refuse(429, "RATE_001", "Slow down")));
    const { user: person } = await renderApp("/items");
    await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
    expect(await screen.findByText("Slow down")).toBeInTheDocument();
    expect(saved).toEqual([]);
  });

  it("accepts only CSV", async () => {
    server.use(http.get(EXPORT, () => HttpResponse.html("<h1>Gateway</h1>")));
    const { user: person } = await renderApp("/items");
    await person.click(await screen.findByRole("button", { name: "Export as CSV" }));
    expect(await screen.findByText("The response was not a CSV file")).toBeInTheDocument();
    expect(saved).toEqual([]);
  });
});
