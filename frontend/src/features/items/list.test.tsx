import type { ItemsPublic } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { delay, HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";

const ITEMS = "*/api/v1/items/";

/** Serves the list and records the query strings of the requests. */
function serveItems(respond: (query: URLSearchParams) => ItemsPublic = () => itemsPage([item()])) {
  const queries: string[] = [];
  server.use(
    http.get(ITEMS, ({ request }) => {
      const { searchParams } = new URL(request.url);
      queries.push(searchParams.toString());
      return HttpResponse.json(respond(searchParams));
    }),
  );
  return queries;
}

beforeEach(() => signedInAs(user()));

describe("the list of items", () => {
  it("requests the page that the URL describes", async () => {
    const queries = serveItems();
    await renderApp("/items?page=2&size=50&sort=-title&q=keys");

    await screen.findByRole("cell", { name: "In the blue box" });
    expect(Object.fromEntries(new URLSearchParams(queries[0]))).toEqual({
      page: "2",
      limit: "50",
      sort: "-title",
      q: "keys",
    });
  });

  it("uses defaults for invalid search parameters", async () => {
    const queries = serveItems();
    await renderApp("/items?page=-1&size=7&sort=price");

    await screen.findByRole("table");
    expect(queries[0]).toBe("page=1&limit=20&sort=-created_at");
  });

  it("keeps a numeric search term as text", async () => {
    const queries = serveItems();
    await renderApp("/items?q=007");

    await screen.findByDisplayValue("007");
    expect(queries[0]).toContain("q=007");
  });

  it("writes its state to the URL without defaults", async () => {
    serveItems(() => itemsPage([item()], 100));
    const { router, user: person } = await renderApp("/items");

    await person.click(await screen.findByRole("button", { name: "Title" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?sort=title"));
    expect(screen.getByRole("columnheader", { name: "Title" })).toHaveAttribute(
      "aria-sort",
      "ascending",
    );

    await person.click(screen.getByRole("button", { name: "Next page" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?sort=title&page=2"));

    await person.type(screen.getByRole("searchbox"), "box");
    await waitFor(() => expect(router.state.location.searchStr).toBe("?sort=title&q=box"));
  });

  it("replaces a page number beyond the end", async () => {
    serveItems((query) => itemsPage(query.get("page") === "2" ? [item()] : [], 21));
    const { router } = await renderApp("/items?page=9");

    await screen.findByRole("cell", { name: "In the blue box" });
    expect(router.state.location.searchStr).toBe("?page=2");
  });

  it("says that a large count is an estimate", async () => {
    serveItems((query) => {
      const isLast = query.get("page") === "5000";
      const page = itemsPage([item()], isLast ? 99_990 : 100_213);
      page.pagination = { ...page.pagination, has_next: !isLast, count_is_exact: isLast };
      return page;
    });
    const { router } = await renderApp("/items?page=4999");
    await screen.findByText("99,961–99,980 of about 100,000");
    expect(screen.getByRole("button", { name: "Next page" })).toBeEnabled();

    void router.navigate({ to: "/items", search: { page: 5000 } });
    await screen.findByText("99,981–99,990 of 99,990");
    expect(screen.getByRole("button", { name: "Next page" })).toBeDisabled();
  });

  it("ends where the rows end, not at the count", async () => {
    serveItems(() => {
      const page = itemsPage([item()], 50_000);
      page.pagination = { ...page.pagination, has_next: false, count_is_exact: false };
      return page;
    });
    await renderApp("/items?page=3");
    await screen.findByText("41–60 of about 50,000");
    expect(screen.getByRole("button", { name: "Next page" })).toBeDisabled();
  });

  it("keeps the rows while the next page loads", async () => {
    server.use(
      http.get(ITEMS, async ({ request }) => {
        if (new URL(request.url).searchParams.get("page") === "2") await delay("infinite");
        return HttpResponse.json(itemsPage([item()], 40));
      }),
    );
    const { user: person } = await renderApp("/items");
    await screen.findByRole("cell", { name: "In the blue box" });
    await person.click(screen.getByRole("button", { name: "Next page" }));

    await waitFor(() =>
      expect(screen.getByRole("region", { name: "Items" })).toHaveAttribute("aria-busy", "true"),
    );
    expect(screen.getByRole("cell", { name: "In the blue box" })).toBeInTheDocument();
  });

  it("shows a notice when there are no items", async () => {
    serveItems(() => itemsPage([]));
    await renderApp("/items");
    expect(await screen.findByText("You don't have any items yet")).toBeInTheDocument();
  });

  it("offers to clear a search without results", async () => {
    serveItems((query) => itemsPage(query.has("q") ? [] : [item()]));
    const { user: person } = await renderApp("/items?q=nothing");

    expect(await screen.findByText("No items found")).toBeInTheDocument();
    const empty = screen.getByRole("region", { name: "Items" });
    await person.click(within(empty).getByRole("button", { name: "Clear search" }));
    expect(await screen.findByRole("cell", { name: "In the blue box" })).toBeInTheDocument();
  });

  it("keeps the rows when refetching fails", async () => {
    serveItems();
    const { queryClient } = await renderApp("/items");
    await screen.findByRole("cell", { name: "In the blue box" });
    server.use(http.get(ITEMS, () => refuse(400, "REQ_001", "The request was not understood")));
    void queryClient.invalidateQueries();

    expect(await screen.findByRole("alert")).toHaveTextContent("The request was not understood");
    expect(screen.getByRole("cell", { name: "In the blue box" })).toBeInTheDocument();
  });

  it("shows a failure's request ID and retries", async () => {
    serveItems();
    server.use(
      http.get(ITEMS, () => refuse(400, "REQ_001", "The request was not understood"), {
        once: true,
      }),
    );
    const { user: person } = await renderApp("/items");

    expect(await screen.findByRole("alert")).toHaveTextContent(
      "The request was not understoodRequest ID: req-1",
    );
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("cell", { name: "In the blue box" })).toBeInTheDocument();
  });

  it.each([
    ["is empty", () => new HttpResponse(null, { status: 200 })],
    ["is not JSON", () => HttpResponse.html("<h1>Gateway</h1>")],
    ["is not a list", () => HttpResponse.json({ detail: "?" })],
    ["is 429", () => refuse(429, "RATE_001", "Slow down")],
    ["is 500", () => refuse(500, "INT_001", "Internal server error")],
  ])("shows a retryable error when the response %s", async (_, respond) => {
    server.use(http.get(ITEMS, respond));
    const { user: person } = await renderApp("/items");
    // Temporary errors are retried twice before the error shows.
    const alert = await screen.findByRole("alert", {}, { timeout: 10_000 });
    expect(alert).toHaveTextContent("Couldn't load items");
    serveItems();
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("cell", { name: "In the blue box" })).toBeInTheDocument();
  });

  it("requests adjacent pages by cursor, others by number", async () => {
    const queries = serveItems((query) => {
      const page = itemsPage([item()], 100);
      page.pagination.next_cursor = query.has("cursor") ? "third" : "second";
      return page;
    });
    const { user: person, router } = await renderApp("/items");
    await screen.findByText("1–20 of 100");
    await person.click(screen.getByRole("button", { name: "Next page" }));
    await screen.findByText("21–40 of 100");
    await person.click(screen.getByRole("button", { name: "Next page" }));
    await screen.findByText("41–60 of 100");
    void router.navigate({ to: "/items", search: { page: 5 } });
    await screen.findByText("81–100 of 100");
    expect(queries).toEqual([
      "page=1&limit=20&sort=-created_at",
      "limit=20&sort=-created_at&cursor=second",
      "limit=20&sort=-created_at&cursor=third",
      "page=5&limit=20&sort=-created_at",
    ]);
  });

  it("uses the page number after a refused cursor", async () => {
    const queries = serveItems((query) => {
      const page = itemsPage([item()], 40);
      page.pagination.next_cursor = query.get("page") === "1" ? "old" : null;
      return page;
    });
    server.use(
      http.get(ITEMS, ({ request }) =>
        new URL(request.url).searchParams.has("cursor")
          ? refuse(422, "VAL_001", "Invalid cursor for this list")
          : undefined,
      ),
    );
    const { user: person } = await renderApp("/items");
    await screen.findByText("1–20 of 40");
    await person.click(screen.getByRole("button", { name: "Next page" }));
    await screen.findByText("21–40 of 40");
    await waitFor(() => expect(queries.at(-1)).toBe("page=2&limit=20&sort=-created_at"));
  });

  it("remembers hidden columns", async () => {
    serveItems();
    const { user: person, unmount } = await renderApp("/items");
    await person.click(await screen.findByRole("button", { name: "Columns" }));
    await person.click(await screen.findByRole("menuitemcheckbox", { name: "Description" }));
    expect(screen.queryByRole("columnheader", { name: "Description" })).not.toBeInTheDocument();
    unmount();

    await renderApp("/items");
    await screen.findByRole("link", { name: "Spare keys" });
    expect(screen.queryByRole("columnheader", { name: "Description" })).not.toBeInTheDocument();
  });

  it.each(["{", "[]", "null", '"x"'])(
    "shows all columns for the stored value %s",
    async (stored) => {
      localStorage.setItem("columns-items", stored);
      serveItems();
      await renderApp("/items");
      expect(await screen.findByRole("columnheader", { name: "Description" })).toBeInTheDocument();
    },
  );
});

describe("the owner filter", () => {
  it("is hidden from ordinary users", async () => {
    serveItems();
    await renderApp("/items");
    await screen.findByRole("link", { name: "Spare keys" });
    expect(screen.queryByRole("button", { name: /Owner/ })).not.toBeInTheDocument();
  });

  it("filters a superuser's list through the URL", async () => {
    const me = user({ is_superuser: true });
    signedInAs(me);
    const queries = serveItems((query) => itemsPage(query.has("owner_id") ? [] : [item()]));
    const { user: person, router } = await renderApp("/items");
    await person.click(await screen.findByRole("button", { name: "Owner" }));
    await person.click(await screen.findByRole("menuitemradio", { name: "Me" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe(`?owner=${me.id}`));
    expect(queries.at(-1)).toBe(`page=1&limit=20&sort=-created_at&owner_id=${me.id}`);

    expect(await screen.findByText("No items match these filters.")).toBeInTheDocument();
    await person.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(await screen.findByRole("link", { name: "Spare keys" })).toBeInTheDocument();
    expect(router.state.location.searchStr).toBe("");
  });
});
