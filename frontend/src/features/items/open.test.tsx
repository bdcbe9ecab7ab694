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

  it("opens with a click anywhere on the row, and closing it leaves no trace in the history", async () => {
    const { router, user: person } = await renderApp("/items");
    await person.click(await screen.findByRole("cell", { name: "In the blue box" }));
    const sheet = await openSheet();
    await person.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(router.state.location.searchStr).toBe("");
    expect(router.state.location.state.__TSR_index).toBe(0);
  });

  it("is reached by a link although it is not on the page", async () => {
    server.use(http.get(`*/api/v1/items/${elsewhere.id}`, () => HttpResponse.json(elsewhere)));
    const { router, user: person } = await renderApp(`/items?item=${elsewhere.id}`);
    expect(await screen.findByLabelText("Title")).toHaveValue("In the attic");

    await person.click(screen.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe(""));
  });

  it("that is gone is told as such", async () => {
    server.use(
      http.get(`*/api/v1/items/${elsewhere.id}`, () => refuse(404, "NOT_001", "Item not found")),
    );
    await renderApp(`/items?item=${elsewhere.id}`);
    expect(await screen.findByText("Item not found")).toBeInTheDocument();
  });

  it("that does not load can be tried again", async () => {
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

  it("is nothing when the id makes no sense", async () => {
    let asked = 0;
    server.use(
      http.get("*/api/v1/items/:id", () => {
        asked += 1;
        return refuse(422, "VAL_001", "Validation failed");
      }),
    );
    await renderApp("/items?item=17&new=perhaps&owner=me");
    await screen.findByRole("link", { name: onPage.title });
    await waitFor(() =>
      expect(screen.getByRole("region", { name: "Items" })).toHaveAttribute("aria-busy", "false"),
    );
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(asked).toBe(0);
  });

  it("gives the focus back to its row", async () => {
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
  it("is opened by a link, and closing it cleans the URL", async () => {
    const { router, user: person } = await renderApp("/items?new=true");
    const sheet = await screen.findByRole("dialog", { name: "Add Item" });
    await person.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(router.state.location.searchStr).toBe("");
  });

  it("asks once when Back would lose the input, and closes then", async () => {
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

  it("finds, walks through and opens the rows", async () => {
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

  it("selects the row with x, and Escape lets go", async () => {
    const { user: person } = await renderApp("/items");
    await screen.findByRole("link", { name: "In the attic" });
    await person.keyboard("jx");
    expect(screen.getByRole("checkbox", { name: "Select Spare keys" })).toBeChecked();
    await person.keyboard("{Escape}");
    expect(screen.getByRole("checkbox", { name: "Select Spare keys" })).not.toBeChecked();
  });
});
