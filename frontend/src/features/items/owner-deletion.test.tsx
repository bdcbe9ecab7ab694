import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { server, signedInAs } from "@/test/server";
import { itemsPage } from "./factories";

const admin = user({ is_superuser: true });
const people = ["Shafi Goldwasser", "Silvio Micali"].map((full_name, index) =>
  user({ id: `0198a000-0000-7000-8000-00000000020${index}`, full_name, email: `p${index}@x.org` }),
);

/** Each user but `admin` owns this many items. */
function serveOwners(count: number) {
  const page = { ...itemsPage([]), data: people, count: people.length };
  server.use(
    http.get("*/api/v1/users/", () => HttpResponse.json(page)),
    http.get("*/api/v1/items/", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const isCounted = query.has("owner_id") && query.get("count") === "exact";
      return HttpResponse.json(itemsPage([], isCounted ? count : 0));
    }),
  );
}

async function askToDelete(count: number, ...names: string[]) {
  signedInAs(admin);
  serveOwners(count);
  const { user: person } = await renderApp("/admin");
  await screen.findByRole("link", { name: "Shafi Goldwasser" });
  for (const name of names) {
    await person.click(screen.getByRole("checkbox", { name: `Select ${name}` }));
  }
  if (names.length > 0) {
    const bar = await screen.findByRole("region", { name: "Selected rows" });
    await person.click(within(bar).getByRole("button", { name: "Delete" }));
  } else {
    await person.click(screen.getByRole("button", { name: "Actions for Shafi Goldwasser" }));
    await person.click(await screen.findByRole("menuitem", { name: "Delete User" }));
  }
  return { person, dialog: await screen.findByRole("alertdialog") };
}

it("says which items go with a user", async () => {
  const { dialog } = await askToDelete(10);
  expect(dialog).toHaveAccessibleName("Delete Shafi Goldwasser?");
  await waitFor(() =>
    expect(dialog).toHaveAccessibleDescription(
      "This also deletes 10 items they own. This can't be undone.",
    ),
  );
});

it("says nothing of items where there are none", async () => {
  const { dialog } = await askToDelete(0);
  await waitFor(() => expect(dialog).toHaveAccessibleDescription("This can't be undone."));
});

it("names a single selected user", async () => {
  const { dialog } = await askToDelete(1, "Silvio Micali");
  expect(dialog).toHaveAccessibleName("Delete Silvio Micali?");
  await waitFor(() => expect(dialog).toHaveTextContent("This also deletes 1 item they own."));
});

it("adds up the items of several users", async () => {
  const { dialog } = await askToDelete(5, "Shafi Goldwasser", "Silvio Micali");
  expect(dialog).toHaveAccessibleName("Delete 2 users?");
  await waitFor(() => expect(dialog).toHaveTextContent("This also deletes 10 items they own."));
  expect(within(dialog).queryByRole("button", { name: "Deactivate instead" })).toBeNull();
});

it("deactivates the user instead", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.patch("*/api/v1/users/:id", async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ ...people[0], is_active: false, version: 2 });
    }),
  );
  const { person, dialog } = await askToDelete(10);
  await person.click(within(dialog).getByRole("button", { name: "Deactivate instead" }));
  await waitFor(() => expect(bodies).toEqual([{ is_active: false }]));
  expect(dialog).not.toBeInTheDocument();
});

it("says which items go with your own account", async () => {
  signedInAs(user());
  serveOwners(3);
  const { user: person } = await renderApp("/settings/danger");
  await person.click(await screen.findByRole("button", { name: "Delete account…" }));
  const dialog = await screen.findByRole("alertdialog");
  await waitFor(() => expect(dialog).toHaveTextContent("This also deletes 3 items you own."));
});
