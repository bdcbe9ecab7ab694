import { fireEvent, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";
import { ITEM, ITEMS } from "./serve-item";

const EVIL = "invoice \u202Efdp.exe";

function serve(title: string) {
  const saved = item({ title, description: null });
  server.use(
    http.get(ITEMS, () => HttpResponse.json(itemsPage([saved]))),
    http.get(ITEM, () => HttpResponse.json(saved)),
  );
}

beforeEach(() => signedInAs(user({ full_name: "עדה" })));

describe("a title from right to left", () => {
  it("keeps its own direction in the table", async () => {
    serve("מפתחות");
    await renderApp("/items");
    expect(await screen.findByText("מפתחות")).toHaveAttribute("dir", "auto");
  });

  it("is isolated in a question", async () => {
    serve("מפתחות");
    const { user: person } = await renderApp("/items");
    await person.click(await screen.findByRole("button", { name: "Actions for מפתחות" }));
    await person.click(await screen.findByRole("menuitem", { name: "Delete Item" }));
    expect(await screen.findByText("Delete “\u2068מפתחות\u2069”?")).toBeInTheDocument();
  });

  it("is typed in its own direction", async () => {
    serve("a");
    await renderApp("/items?new=true");
    expect(await screen.findByLabelText("Title")).toHaveAttribute("dir", "auto");
    expect(screen.getByLabelText("Description")).toHaveAttribute("dir", "auto");
  });
});

it("never turns the direction of a page", async () => {
  serve(EVIL);
  const { user: person, container } = await renderApp("/items");
  const link = await screen.findByRole("link", { name: "invoice \uFFFDfdp.exe" });
  expect(container.innerHTML).not.toContain("\u202E");
  await person.click(link);
  expect(await screen.findByLabelText("Title")).toHaveValue(EVIL);
});

it("shows a row's name once", async () => {
  serve("Spare keys");
  await renderApp("/items");
  expect(await screen.findByText(/Spare keys/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Actions for Spare keys" })).toHaveTextContent("");
});

describe("a click on a row", () => {
  async function openList() {
    serve("Spare keys");
    const open = vi.spyOn(window, "open").mockReturnValue(null);
    const app = await renderApp("/items");
    await screen.findByRole("link", { name: "Spare keys" });
    const cell = document.querySelector("tr[data-row] time")?.closest("td") as HTMLElement;
    return { ...app, open, cell };
  }

  it.each([{ ctrlKey: true }, { metaKey: true }])("with %o opens a tab", async (keys) => {
    const { open, cell, router } = await openList();
    fireEvent.click(cell, keys);
    expect(open).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining(`/items?item=${item().id}`),
      "_blank",
      "noopener",
    );
    expect(router.state.location.searchStr).toBe("");
  });

  it("with the middle button opens a tab", async () => {
    const { open, cell } = await openList();
    fireEvent(cell, new MouseEvent("auxclick", { bubbles: true, button: 1 }));
    expect(open).toHaveBeenCalledOnce();
    fireEvent(cell, new MouseEvent("auxclick", { bubbles: true, button: 2 }));
    expect(open).toHaveBeenCalledOnce();
  });

  it("opens the row here", async () => {
    const { open, cell, router } = await openList();
    fireEvent.click(cell);
    await waitFor(() => expect(router.state.location.searchStr).toBe(`?item=${item().id}`));
    expect(open).not.toHaveBeenCalled();
  });
});
