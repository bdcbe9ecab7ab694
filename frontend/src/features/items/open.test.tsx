import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";

const ITEMS = "*/api/v1/items/";
const onPage = item();
const elsewhere = item({ id: "0198a000-0000-7000-8000-00000000000e", title: "In the attic" });

beforeEach(() => {
  signedInAs(user());
  server.use(http.get(ITEMS, () => HttpResponse.json(itemsPage([onPage], 40))));
});

const openSheet = () => screen.findByRole("dialog", { name: "Edit Item" });

describe("the open row", () => {
  it("is in the URL, and Back closes it", async () => {
    const { router, user: person } = await renderApp("/items?sort=title");
    await person.click(await screen.findByRole("link", { name: onPage.title }));
    const sheet = await openSheet();
    expect(router.state.location.searchStr).toBe(`?sort=title&item=${onPage.id}`);
    expect(within(sheet).getByLabelText("Title")).toHaveValue(onPage.title);

    router.history.back();
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(router.state.location.searchStr).toBe("?sort=title");
  });

  it("opens by click without a history entry", async () => {
    const { router, user: person } = await renderApp("/items");
    await person.click(await screen.findByRole("cell", { name: "In the blue box" }));
    const sheet = await openSheet();
    await person.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(router.state.location.searchStr).toBe("");
    expect(router.state.location.state.__TSR_index).toBe(0);
  });

  it("opens by link from another list page", async () => {
    server.use(http.get(`*/api/v1/items/${elsewhere.id}`, () => HttpResponse.json(elsewhere)));
    const { router, user: person } = await renderApp(`/items?item=${elsewhere.id}`);
    expect(await screen.findByLabelText("Title")).toHaveValue("In the attic");

    await person.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe(""));
  });

  it("shows a notice when it does not exist", async () => {
    server.use(
      http.get(`*/api/v1/items/${elsewhere.id}`, () => refuse(404, "NOT_001", "Item not found")),
    );
    await renderApp(`/items?item=${elsewhere.id}`);
    expect(await screen.findByText("Item not found")).toBeInTheDocument();
  });

  it("can be retried when loading fails", async () => {
    server.use(
      http.get(`*/api/v1/items/${elsewhere.id}`, () => refuse(429, "RATE_001", "Slow down"), {
        once: true,
      }),
    );
    const { user: person } = await renderApp(`/items?item=${elsewhere.id}`);
    expect(await screen.findByRole("alert")).toHaveTextContent("Slow down");
    server.use(http.get(`*/api/v1/items/${elsewhere.id}`, () => HttpResponse.json(elsewhere)));
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByLabelText("Title")).toHaveValue("In the attic");
  });

  it("stays closed when the id is invalid", async () => {
    let requests = 0;
    server.use(
      http.get("*/api/v1/items/:id", () => {
        requests += 1;
        return refuse(422, "VAL_001", "Validation failed");
      }),
    );
    await renderApp("/items?item=17&new=perhaps&owner=me");
    await screen.findByRole("link", { name: onPage.title });
    await waitFor(() =>
      expect(screen.getByRole("region", { name: "Items" })).toHaveAttribute("aria-busy", "false"),
    );
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(requests).toBe(0);
  });

  it("returns the focus to its row", async () => {
    const { user: person } = await renderApp("/items");
    const link = await screen.findByRole("link", { name: onPage.title });
    await person.click(link);
    const sheet = await openSheet();
    await person.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(link).toHaveFocus();
  });
});

describe("the sheet for a new item", () => {
  it("opens by link, and closing cleans the URL", async () => {
    const { router, user: person } = await renderApp("/items?new=true");
    const sheet = await screen.findByRole("dialog", { name: "Add Item" });
    await person.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(router.state.location.searchStr).toBe("");
  });

  it("asks once before Back discards the input", async () => {
    const { router, user: person } = await renderApp("/items");
    await person.click(await screen.findByRole("button", { name: "Add Item" }));
    await person.type(await screen.findByLabelText("Title"), "Ladder");
    void router.navigate({ to: "/items", search: { page: 2 } });
    await person.click(await screen.findByRole("button", { name: "Discard changes" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?page=2"));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  });
});

describe("the keyboard", () => {
  const rows = [onPage, elsewhere];
  beforeEach(() => {
    server.use(http.get(ITEMS, () => HttpResponse.json(itemsPage(rows))));
  });

  it("searches, moves through and opens rows", async () => {
    const { user: person } = await renderApp("/items");
    await screen.findByRole("link", { name: "In the attic" });
    await person.keyboard("/");
    expect(screen.getByRole("searchbox")).toHaveFocus();
    await person.keyboard("{ArrowDown}");
    expect(screen.getByRole("row", { name: /Spare keys/ })).toHaveFocus();
    await person.keyboard("j");
    expect(screen.getByRole("row", { name: /In the attic/ })).toHaveFocus();
    await person.keyboard("k{ArrowDown}");
    await person.keyboard("{Enter}");
    expect(within(await openSheet()).getByLabelText("Title")).toHaveValue("In the attic");
  });

  it("adds an item with c", async () => {
    const { user: person } = await renderApp("/items");
    await screen.findByRole("link", { name: "In the attic" });
    await person.keyboard("c");
    expect(await screen.findByRole("dialog", { name: "Add Item" })).toBeInTheDocument();
  });

  it("selects a row with x, deselects with Escape", async () => {
    const { user: person } = await renderApp("/items");
    await screen.findByRole("link", { name: "In the attic" });
    await person.keyboard("jx");
    expect(screen.getByRole("checkbox", { name: "Select Spare keys" })).toBeChecked();
    await person.keyboard("{Escape}");
    expect(screen.getByRole("checkbox", { name: "Select Spare keys" })).not.toBeChecked();
  });
});
