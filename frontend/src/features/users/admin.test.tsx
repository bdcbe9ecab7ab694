import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { grace, usersPage } from "./factories";

const USERS = "*/api/v1/users/";
const GRACE = `*/api/v1/users/${grace().id}`;
const LAST = "The last active superuser cannot be deactivated";
const me = user({ is_superuser: true });

/** Serves the list and records the query strings of the requests. */
function serveUsers(rows = [grace(), me]) {
  const queries: string[] = [];
  server.use(
    http.get(USERS, ({ request }) => {
      queries.push(new URL(request.url).searchParams.toString());
      return HttpResponse.json(usersPage(rows));
    }),
    http.get(GRACE, () => HttpResponse.json(grace())),
  );
  return queries;
}

async function openPage(url = "/admin") {
  const app = await renderApp(url);
  await screen.findByRole("link", { name: "Grace Hopper" });
  return app;
}

async function chooseAction(person: Awaited<ReturnType<typeof openPage>>["user"], action: string) {
  await person.click(screen.getByRole("button", { name: "Actions for Grace Hopper" }));
  await person.click(await screen.findByRole("menuitem", { name: action }));
}

beforeEach(() => {
  signedInAs(me);
  serveUsers();
});

describe("the users page", () => {
  it.each(["/admin", "/ADMIN/?new=true"])("leads ordinary users from %s home", async (url) => {
    signedInAs(user());
    const { router } = await renderApp(url);
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeVisible();
    expect(router.state.location.href).toBe("/");
    expect(screen.queryByRole("link", { name: "Users" })).not.toBeInTheDocument();
  });

  it("requests the list that the URL describes", async () => {
    const queries = serveUsers();
    await openPage("/admin?role=superuser&state=inactive&q=grace&sort=email");
    expect(queries[0]).toBe("page=1&limit=20&sort=email&q=grace&is_superuser=true&is_active=false");
  });

  it("ignores invalid search parameters", async () => {
    const queries = serveUsers();
    await openPage("/admin?role=king&state=&user=1&sort=age");
    expect(queries).toEqual(["page=1&limit=20&sort=-created_at"]);
  });

  it("filters by status, and Back removes the filter", async () => {
    const { router, user: person } = await openPage();
    await person.click(screen.getByRole("button", { name: "Status" }));
    await person.click(await screen.findByRole("menuitemradio", { name: "Inactive" }));
    await waitFor(() => expect(router.state.location.searchStr).toBe("?state=inactive"));
    expect(screen.getByRole("button", { name: "Status Inactive" })).toBeInTheDocument();
    router.history.back();
    expect(await screen.findByRole("button", { name: "Status" })).toBeInTheDocument();
  });

  it("protects the user's own row from destructive actions", async () => {
    const { user: person } = await openPage();
    const own = screen.getByRole("row", { name: /Ada Lovelace/ });
    expect(own).toHaveTextContent("You");
    expect(within(own).queryByRole("checkbox")).not.toBeInTheDocument();
    await person.click(within(own).getByRole("button", { name: "Actions for Ada Lovelace" }));
    const entries = await screen.findAllByRole("menuitem");
    expect(entries.map((entry) => entry.textContent)).toEqual(
      expect.not.arrayContaining(["Delete User", "Deactivate User"]),
    );
  });
});

describe("a user", () => {
  it("is created active by default", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post(USERS, async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json(grace());
      }),
    );
    const { user: person } = await renderApp("/admin?new=true");
    await person.type(await screen.findByPlaceholderText("Email"), "new@example.com");
    for (const field of screen.getAllByPlaceholderText("Password")) {
      await person.type(field, "quiet-harbour");
    }
    await person.click(screen.getByLabelText("Is superuser?"));
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("User created successfully")).toBeInTheDocument();
    expect(bodies).toEqual([
      {
        email: "new@example.com",
        full_name: null,
        password: "quiet-harbour",
        is_superuser: true,
        is_active: true,
      },
    ]);
  });

  it("is not created from invalid input", async () => {
    const { user: person } = await renderApp("/admin?new=true");
    await person.type(await screen.findByPlaceholderText("Email"), "new");
    const [password, confirmation] = screen.getAllByPlaceholderText("Password");
    await person.type(password as Element, "short");
    await person.type(confirmation as Element, "other");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Invalid email address")).toBeInTheDocument();
    expect(screen.getByText("Password must be at least 8 characters")).toBeInTheDocument();
    expect(screen.getByText("The passwords don't match")).toBeInTheDocument();
  });

  it("is edited with its version and without password", async () => {
    const sent: unknown[] = [];
    server.use(
      http.patch(GRACE, async ({ request }) => {
        sent.push([request.headers.get("If-Match"), await request.json()]);
        return HttpResponse.json(grace({ version: 2 }));
      }),
    );
    const { user: person } = await openPage();
    await chooseAction(person, "Edit User");
    await person.type(await screen.findByLabelText("Full name"), " II");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("User updated successfully")).toBeInTheDocument();
    expect(sent).toEqual([
      [
        '"1"',
        {
          email: "grace@example.com",
          full_name: "Grace Hopper II",
          is_superuser: false,
          is_active: true,
        },
      ],
    ]);
  });

  it("that someone else changed is compared by field", async () => {
    server.use(
      http.patch(GRACE, () => refuse(412, "PRE_001", "Somebody else has changed this")),
      http.get(GRACE, () => HttpResponse.json(grace({ version: 2, is_superuser: true }))),
    );
    const { user: person } = await openPage();
    await chooseAction(person, "Edit User");
    await person.type(await screen.findByLabelText("Full name"), " II");
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("row", { name: "Is superuser? No Yes" })).toBeInTheDocument();
  });

  it("is deactivated before the API has responded", async () => {
    const sent: unknown[] = [];
    let respond = () => {};
    server.use(
      http.patch(GRACE, async ({ request }) => {
        sent.push(await request.json());
        await new Promise<void>((resolve) => {
          respond = resolve;
        });
        return HttpResponse.json(grace({ version: 2, is_active: false }));
      }),
    );
    const { user: person } = await openPage();
    await chooseAction(person, "Deactivate User");
    const row = screen.getByRole("row", { name: /Grace Hopper/ });
    await waitFor(() => expect(row).toHaveTextContent("Inactive"));
    serveUsers([grace({ version: 2, is_active: false }), me]);
    respond();
    expect(await screen.findByText("User updated successfully")).toBeInTheDocument();
    expect(sent).toEqual([{ is_active: false }]);
    await person.click(screen.getByRole("button", { name: "Actions for Grace Hopper" }));
    expect(await screen.findByRole("menuitem", { name: "Activate User" })).toBeInTheDocument();
  });

  it("stays active when the API refuses to deactivate", async () => {
    server.use(http.patch(GRACE, () => refuse(409, "CONF_001", LAST)));
    const { user: person } = await openPage();
    await chooseAction(person, "Deactivate User");
    expect(await screen.findByText(LAST)).toBeInTheDocument();
    expect(screen.getByRole("row", { name: /Grace Hopper/ })).not.toHaveTextContent("Inactive");
  });

  it("that is the last superuser cannot be deactivated", async () => {
    server.use(http.patch(GRACE, () => refuse(409, "CONF_001", LAST)));
    const { user: person } = await openPage();
    await chooseAction(person, "Edit User");
    await person.click(await screen.findByLabelText("Is active?"));
    await person.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(LAST);
    expect(screen.getByLabelText("Is active?")).not.toBeChecked();
  });

  it("is deleted after confirmation", async () => {
    server.use(
      http.delete(GRACE, ({ request }) => {
        expect(request.headers.get("If-Match")).toBe('"1"');
        serveUsers([me]);
        return HttpResponse.json({ message: "User deleted successfully" });
      }),
    );
    const { user: person } = await openPage();
    await chooseAction(person, "Delete User");
    const dialog = await screen.findByRole("alertdialog", { name: "Delete Grace Hopper?" });
    expect(dialog).toHaveTextContent("This can't be undone.");
    await person.click(within(dialog).getByRole("button", { name: "Delete" }));
    expect(await screen.findByText("The user was deleted successfully")).toBeInTheDocument();
    expect(screen.queryByRole("link", { name: "Grace Hopper" })).not.toBeInTheDocument();
  });

  it("reappears when the API refuses a bulk deletion", async () => {
    server.use(
      http.post("*/api/v1/users/bulk-delete", () => refuse(409, "CONF_001", "Not the last one")),
    );
    const { user: person } = await openPage();
    await person.click(screen.getByRole("checkbox", { name: "Select all rows on this page" }));
    expect(await screen.findByText("1 selected")).toBeInTheDocument();
    const bar = screen.getByRole("region", { name: "Selected rows" });
    await person.click(within(bar).getByRole("button", { name: "Delete" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Delete Grace Hopper?" });
    await person.click(within(dialog).getByRole("button", { name: "Delete" }));
    expect(await screen.findByText("Not the last one")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Grace Hopper" })).toBeInTheDocument();
  });
});
