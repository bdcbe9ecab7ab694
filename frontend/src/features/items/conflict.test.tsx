import { screen, waitFor, within } from "@testing-library/react";
import { delay, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { refuse, server, signedInAs } from "@/test/server";
import { ITEM, ITEMS, openSheet, serveItem } from "./serve-item";

beforeEach(() => signedInAs(user()));

describe("a record that someone else changed", () => {
  async function saveOverAChange() {
    const { api, changeElsewhere } = serveItem();
    const app = await openSheet();
    await app.user.type(app.title, " of mine");
    changeElsewhere("Theirs");
    await app.user.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("alertdialog", {
      name: "This record was changed by someone else",
    });
    return { ...app, api, changeElsewhere, dialog };
  }

  it("is not overwritten, and both versions are shown", async () => {
    const { api, dialog } = await saveOverAChange();
    expect(api.saved.title).toBe("Theirs");
    const [, title, description] = within(dialog).getAllByRole("row");
    expect(title).toHaveTextContent("TitleSpare keys of mineTheirs");
    expect(description).toHaveTextContent("Description (the same)In the blue boxIn the blue box");
  });

  it("can be replaced with the user's version", async () => {
    const { api, user: person, dialog } = await saveOverAChange();
    await person.click(within(dialog).getByRole("button", { name: "Keep my version" }));
    expect(await screen.findByText("Item updated successfully")).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(api.sent).toEqual([
      { version: '"1"', title: "Spare keys of mine" },
      { version: '"2"', title: "Spare keys of mine" },
    ]);
  });

  it("is compared again when it changed once more", async () => {
    const { api, changeElsewhere, user: person, dialog } = await saveOverAChange();
    changeElsewhere("Theirs again");
    await person.click(within(dialog).getByRole("button", { name: "Keep my version" }));
    expect(await screen.findByRole("cell", { name: "Theirs again" })).toBeInTheDocument();
    expect(api.saved.title).toBe("Theirs again");
  });

  it("can replace the input in the form", async () => {
    const { api, user: person, dialog, title } = await saveOverAChange();
    await person.click(within(dialog).getByRole("button", { name: "Use their version" }));
    await waitFor(() => expect(title).toHaveValue("Theirs"));
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
    expect(api.sent).toHaveLength(1);
  });

  it("does not include the user's own earlier change", async () => {
    const { api } = serveItem();
    const { user: person, title } = await openSheet();
    // The user saves again before the list has refreshed.
    server.use(http.get(ITEMS, () => delay("infinite")));
    await person.type(title, " 2{Enter}");
    await person.click(await screen.findByRole("link", { name: "Spare keys 2" }));
    await person.type(await screen.findByLabelText("Title"), "3{Enter}");
    await waitFor(() => expect(api.saved.title).toBe("Spare keys 23"));
    expect(api.sent.map(({ version }) => version)).toEqual(['"1"', '"2"']);
  });

  it("keeps the input after closing the comparison", async () => {
    const { user: person, dialog, title } = await saveOverAChange();
    await person.click(within(dialog).getByRole("button", { name: "Keep editing" }));
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(title).toHaveValue("Spare keys of mine");
    await waitFor(() => expect(title).toHaveFocus());
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alertdialog")).toBeInTheDocument();
  });

  it("keeps the input when the record was deleted", async () => {
    serveItem();
    const { user: person, title } = await openSheet();
    await person.type(title, " of mine");
    server.use(
      http.put(ITEM, () => refuse(412, "PRE_001", "Someone else changed this")),
      http.get(ITEM, () => refuse(404, "NOT_001", "Item not found")),
    );
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Item not found");
    expect(screen.getByText("This record has been deleted.")).toBeInTheDocument();
    expect(title).toHaveValue("Spare keys of mine");
  });
});
