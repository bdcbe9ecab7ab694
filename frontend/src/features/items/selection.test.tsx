import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";

const ITEMS = "*/api/v1/items/";
const BULK_DELETE = "*/api/v1/items/bulk-delete";
const TITLES = ["One", "Two", "Three", "Four"];
const rows = TITLES.map((title, index) =>
  item({ id: `0198a000-0000-7000-8000-00000000010${index}`, title }),
);

const box = (title: string) => screen.getByRole("checkbox", { name: `Select ${title}` });
const selectedTitles = () => TITLES.filter((title) => (box(title) as HTMLInputElement).checked);

async function openList(url = "/items") {
  const app = await renderApp(url);
  await screen.findByRole("checkbox", { name: "Select Four" });
  return app;
}

async function askToDelete(person: Awaited<ReturnType<typeof openList>>["user"]) {
  const bar = await screen.findByRole("region", { name: "Selected rows" });
  await person.click(within(bar).getByRole("button", { name: "Delete" }));
  return screen.findByRole("alertdialog");
}

beforeEach(() => {
  signedInAs(user());
  server.use(http.get(ITEMS, () => HttpResponse.json(itemsPage(rows))));
});

describe("selecting rows", () => {
  it("selects a range with Shift", async () => {
    const { user: person } = await openList();
    await person.click(box("Two"));
    await person.keyboard("{Shift>}");
    await person.click(box("Four"));
    await person.keyboard("{/Shift}");
    expect(selectedTitles()).toEqual(["Two", "Three", "Four"]);
    expect(await screen.findByText("3 selected")).toBeInTheDocument();
  });

  it("toggles all rows on the page", async () => {
    const { user: person } = await openList();
    const all = screen.getByRole("checkbox", { name: "Select all rows on this page" });
    await person.click(box("Two"));
    expect(all).toBePartiallyChecked();
    await person.click(all);
    expect(selectedTitles()).toEqual(TITLES);
    await person.click(all);
    expect(selectedTitles()).toEqual([]);
    await waitFor(() => expect(screen.queryByText(/selected/)).not.toBeInTheDocument());
  });

  it("does not open the row", async () => {
    const { user: person, router } = await openList();
    await person.click(box("Two"));
    expect(router.state.location.searchStr).toBe("");
  });

  it("survives paging and is cleared by search", async () => {
    server.use(http.get(ITEMS, () => HttpResponse.json(itemsPage(rows, 40))));
    const { user: person } = await openList();
    await person.click(box("Two"));
    await person.click(screen.getByRole("button", { name: "Next page" }));
    expect(await screen.findByText("1 selected")).toBeInTheDocument();
    await person.type(screen.getByRole("searchbox"), "box");
    await waitFor(() => expect(screen.queryByText("1 selected")).not.toBeInTheDocument());
  });
});

describe("deleting selected rows", () => {
  it("asks first, then removes and counts the rows", async () => {
    let respond = () => {};
    const bodies: unknown[] = [];
    server.use(
      http.post(BULK_DELETE, async ({ request }) => {
        bodies.push(await request.json());
        await new Promise<void>((resolve) => {
          respond = resolve;
        });
        server.use(http.get(ITEMS, () => HttpResponse.json(itemsPage(rows.slice(2)))));
        return HttpResponse.json({ count: 2 });
      }),
    );
    const { user: person } = await openList();
    await person.click(box("One"));
    await person.click(box("Two"));
    const dialog = await askToDelete(person);
    expect(dialog).toHaveAccessibleName("Delete 2 items?");
    await person.click(within(dialog).getByRole("button", { name: "Delete" }));

    await waitFor(() => expect(screen.queryByText("One")).not.toBeInTheDocument());
    expect(screen.getByText("1–2 of 2")).toBeInTheDocument();
    respond();
    expect(await screen.findByText("2 items deleted")).toBeInTheDocument();
    expect(bodies).toEqual([{ ids: rows.slice(0, 2).map(({ id }) => id) }]);
    expect(screen.queryByText(/selected/)).not.toBeInTheDocument();
  });

  it("reports rows that were already deleted", async () => {
    server.use(http.post(BULK_DELETE, () => HttpResponse.json({ count: 1 })));
    const { user: person } = await openList();
    await person.click(box("One"));
    await person.click(box("Two"));
    const dialog = await askToDelete(person);
    await person.click(within(dialog).getByRole("button", { name: "Delete" }));
    expect(
      await screen.findByText("1 item deleted. The rest had already been deleted."),
    ).toBeInTheDocument();
  });

  it("restores all rows when the API refuses", async () => {
    server.use(http.post(BULK_DELETE, () => refuse(429, "RATE_001", "Slow down")));
    const { user: person } = await openList();
    await person.click(box("One"));
    await person.click(box("Two"));
    const dialog = await askToDelete(person);
    await person.click(within(dialog).getByRole("button", { name: "Delete" }));
    expect(await screen.findByText("Slow down")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "One" })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Two" })).toBeInTheDocument();
    expect(selectedTitles()).toEqual(["One", "Two"]);
  });

  it("keeps the selection when another row is deleted", async () => {
    server.use(http.delete("*/api/v1/items/:id", () => HttpResponse.json({ message: "Deleted" })));
    const { user: person } = await openList();
    await person.click(box("One"));
    await person.click(screen.getByRole("button", { name: "Actions for Two" }));
    await person.click(await screen.findByRole("menuitem", { name: "Delete Item" }));
    await person.click(await screen.findByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
    expect(selectedTitles()).toEqual(["One"]);
  });

  it("keeps a row hidden during other deletions", async () => {
    const deleted = new Set<string>();
    let finishSecond = () => {};
    const second = new Promise<void>((resolve) => {
      finishSecond = resolve;
    });
    server.use(
      http.get(ITEMS, () =>
        HttpResponse.json(itemsPage(rows.filter(({ id }) => !deleted.has(id)))),
      ),
      http.delete<{ id: string }>("*/api/v1/items/:id", async ({ params: { id } }) => {
        if (id === rows[1]?.id) await second;
        deleted.add(id);
        return HttpResponse.json({ message: "Item deleted" });
      }),
    );
    const { user: person } = await openList();
    for (const title of ["Two", "One"]) {
      await person.click(screen.getByRole("button", { name: `Actions for ${title}` }));
      await person.click(await screen.findByRole("menuitem", { name: "Delete Item" }));
      await person.click(await screen.findByRole("button", { name: "Delete" }));
      await waitFor(() => expect(screen.queryByRole("alertdialog")).not.toBeInTheDocument());
    }
    expect(await screen.findByText("The item was deleted successfully")).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Two" })).not.toBeInTheDocument();
    finishSecond();
    await waitFor(() => expect(deleted.size).toBe(2));
    expect(screen.queryByRole("link", { name: "Two" })).not.toBeInTheDocument();
  });

  it("keeps rows and selection on Cancel", async () => {
    const { user: person } = await openList();
    await person.click(box("One"));
    const dialog = await askToDelete(person);
    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(selectedTitles()).toEqual(["One"]);
  });
});
