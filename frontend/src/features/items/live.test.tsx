import { act, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeEventSource } from "@/test/event-source";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { signedInAs } from "@/test/server";
import { openSheet, serveItem } from "./serve-item";

/** Sends the event that the server emits when rows have changed. */
const announceChange = () =>
  act(async () => FakeEventSource.open.at(-1)?.send("change", { topic: "items" }));

beforeEach(() => signedInAs(user()));

describe("a remote change while a row is open", () => {
  it("updates a form without unsaved input", async () => {
    const { changeElsewhere } = serveItem();
    const { title } = await openSheet();
    changeElsewhere("Theirs");
    await announceChange();
    await waitFor(() => expect(title).toHaveValue("Theirs"));
    expect(screen.queryByText(/has changed since you opened it/)).not.toBeInTheDocument();
  });

  it("keeps unsaved input and shows a notice", async () => {
    const { changeElsewhere } = serveItem();
    const { user: person, title } = await openSheet();
    await person.type(title, " of mine");
    changeElsewhere("Theirs");
    await announceChange();
    expect(await screen.findByText(/has changed since you opened it/)).toBeInTheDocument();
    expect(title).toHaveValue("Spare keys of mine");

    await person.click(screen.getByRole("button", { name: "Compare" }));
    expect(await screen.findByRole("cell", { name: "Theirs" })).toBeInTheDocument();
  });

  it("updates the list and highlights the row", async () => {
    const { changeElsewhere } = serveItem();
    await renderApp("/items");
    const row = await screen.findByRole("row", { name: /Spare keys/ });
    expect(row).not.toHaveAttribute("data-changed");
    changeElsewhere("Theirs");
    await announceChange();
    await waitFor(() => expect(row).toHaveTextContent("Theirs"));
    expect(row).toHaveAttribute("data-changed");
  });
});
