import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";

const ITEMS = "*/api/v1/items/";
const ITEM = `*/api/v1/items/${item().id}`;

beforeEach(() => {
  signedInAs(user());
  server.use(
    http.get(ITEMS, () => HttpResponse.json(itemsPage([item()]))),
    http.get(ITEM, () => HttpResponse.json(item())),
  );
});

async function openAddSheet() {
  const app = await renderApp("/items");
  await app.user.click(await screen.findByRole("button", { name: "Add Item" }));
  return { ...app, sheet: await screen.findByRole("dialog", { name: "Add Item" }) };
}

async function openRowMenu(entry: string) {
  const app = await renderApp("/items");
  await app.user.click(await screen.findByRole("button", { name: "Actions for Spare keys" }));
  await app.user.click(await screen.findByRole("menuitem", { name: entry }));
  return app;
}

describe("adding an item", () => {
  it("sends null for an empty description", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post(ITEMS, async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json(item());
      }),
    );
    const { user: person, sheet } = await openAddSheet();
    await person.type(within(sheet).getByLabelText("Title"), "  Ladder ");
    await person.click(within(sheet).getByRole("button", { name: "Save" }));

    expect(await screen.findByText("Item created successfully")).toBeInTheDocument();
    expect(bodies).toMatchObject([{ title: "Ladder", description: null }]);
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
  });

  it("requires a title before sending a request", async () => {
    const { user: person, sheet } = await openAddSheet();
    await person.click(within(sheet).getByRole("button", { name: "Save" }));

    const title = within(sheet).getByLabelText("Title");
    expect(await within(sheet).findByText("Title is required")).toBeInTheDocument();
    expect(title).toHaveFocus();
    expect(title).toBeInvalid();
    expect(title).toHaveAccessibleDescription("Title is required");
  });

  it("shows a server error at its field", async () => {
    const errors = [{ code: "too_odd", message: "This title is odd", field: "title" }];
    server.use(http.post(ITEMS, () => refuse(422, "VAL_001", "Validation failed", errors)));
    const { user: person, sheet } = await openAddSheet();
    await person.type(within(sheet).getByLabelText("Title"), "Odd");
    await person.click(within(sheet).getByRole("button", { name: "Save" }));

    expect(await within(sheet).findByText("This title is odd")).toBeInTheDocument();
    expect(within(sheet).getByLabelText("Title")).toHaveFocus();
    expect(within(sheet).queryByRole("alert")).not.toBeInTheDocument();
  });

  it("keeps the input when the connection is lost", async () => {
    server.use(http.post(ITEMS, () => HttpResponse.error()));
    const { user: person, sheet } = await openAddSheet();
    await person.type(within(sheet).getByLabelText("Title"), "Ladder");
    await person.click(within(sheet).getByRole("button", { name: "Save" }));

    expect(await within(sheet).findByRole("alert")).toHaveTextContent(
      "The server could not be reached",
    );
    expect(within(sheet).getByLabelText("Title")).toHaveValue("Ladder");
  });

  it("asks for confirmation before discarding input", async () => {
    const { user: person, sheet } = await openAddSheet();
    await person.type(within(sheet).getByLabelText("Title"), "Ladder");
    await person.keyboard("{Escape}");

    const dialog = await screen.findByRole("alertdialog", { name: "Discard changes?" });
    await person.click(within(dialog).getByRole("button", { name: "Keep editing" }));
    expect(within(sheet).getByLabelText("Title")).toHaveValue("Ladder");

    await person.keyboard("{Escape}");
    await person.click(await screen.findByRole("button", { name: "Discard changes" }));
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
  });

  it("asks for confirmation before leaving the page", async () => {
    const { user: person, sheet, router } = await openAddSheet();
    await person.type(within(sheet).getByLabelText("Title"), "Ladder");
    void router.navigate({ to: "/" });

    await person.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(router.state.location.pathname).toBe("/items");
  });

  it("closes immediately when nothing was typed", async () => {
    const { user: person, sheet } = await openAddSheet();
    await person.keyboard("{Escape}");
    await waitFor(() => expect(sheet).not.toBeInTheDocument());
    expect(screen.getByRole("button", { name: "Add Item" })).toHaveFocus();
  });

  it("discards the input on Cancel without asking", async () => {
    const { user: person, sheet } = await openAddSheet();
    await person.type(within(sheet).getByLabelText("Title"), "Ladder");
    await person.click(within(sheet).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(sheet).not.toBeInTheDocument());

    await person.click(screen.getByRole("button", { name: "Add Item" }));
    expect(await screen.findByLabelText("Title")).toHaveValue("");
  });
});

describe("editing an item", () => {
  it("starts with the saved values and sends changes", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.put(ITEM, async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json(item());
      }),
    );
    const { user: person } = await openRowMenu("Edit Item");
    const save = await screen.findByRole("button", { name: "Save" });
    expect(save).toBeDisabled();

    await person.type(screen.getByLabelText("Title"), " 2");
    await person.click(save);
    expect(await screen.findByText("Item updated successfully")).toBeInTheDocument();
    expect(bodies).toMatchObject([{ title: "Spare keys 2", description: "In the blue box" }]);
  });

  it("updates the list optimistically and rolls back", async () => {
    let respond = () => {};
    server.use(
      http.put(ITEM, async () => {
        await new Promise<void>((resolve) => {
          respond = resolve;
        });
        return refuse(409, "DUP_001", "There is one already");
      }),
    );
    const { user: person } = await openRowMenu("Edit Item");
    await person.type(await screen.findByLabelText("Title"), " 2");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Spare keys 2")).toBeInTheDocument();

    respond();
    expect(await screen.findByRole("alert")).toHaveTextContent("There is one already");
    expect(screen.queryByText("Spare keys 2")).not.toBeInTheDocument();
    expect(screen.getByLabelText("Title")).toHaveValue("Spare keys 2");
  });
});

describe("deleting an item", () => {
  it("asks first, and Cancel returns the focus", async () => {
    const { user: person } = await openRowMenu("Delete Item");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete “Spare keys”?" });
    expect(dialog).toHaveTextContent("This can't be undone.");

    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() =>
      expect(screen.getByRole("button", { name: "Actions for Spare keys" })).toHaveFocus(),
    );
  });

  it("removes the row immediately, and confirms later", async () => {
    let respond = () => {};
    server.use(
      http.delete(ITEM, async ({ request }) => {
        expect(request.headers.get("If-Match")).toBe('"1"');
        await new Promise<void>((resolve) => {
          respond = resolve;
        });
        server.use(http.get(ITEMS, () => HttpResponse.json(itemsPage([]))));
        return HttpResponse.json({ message: "Item deleted" });
      }),
    );
    const { user: person } = await openRowMenu("Delete Item");
    await person.click(await screen.findByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByText("Spare keys")).not.toBeInTheDocument());
    expect(screen.queryByText("The item was deleted successfully")).not.toBeInTheDocument();
    respond();
    expect(await screen.findByText("The item was deleted successfully")).toBeInTheDocument();
  });

  it("restores the row when the API refuses", async () => {
    server.use(http.delete(ITEM, () => refuse(412, "PRE_001", "Someone else changed this")));
    const { user: person } = await openRowMenu("Delete Item");
    await person.click(await screen.findByRole("button", { name: "Delete" }));
    expect(await screen.findByText("Someone else changed this")).toBeInTheDocument();
    expect(screen.getByText("Request ID: req-1")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Spare keys" })).toBeInTheDocument();
  });
});
