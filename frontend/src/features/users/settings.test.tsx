import type { UserPublic } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, describe, expect, it } from "vitest";
import { PROJECT_NAME } from "@/lib/project";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const ada = user();

// Toasts stay when their page is left.
afterEach(async () => void (await import("@/components/ui/sonner")).toast.dismiss());

async function renderSettings(path = "", me: UserPublic = ada) {
  signedInAs(me);
  const app = await renderApp(`/settings${path}`);
  await screen.findByRole("heading", { name: "Settings" });
  return app;
}

/** Accepts changes to the user's own account and records them. */
function acceptChanges() {
  const sent: { body: unknown; ifMatch: string | null }[] = [];
  server.use(
    http.patch("*/api/v1/users/me", async ({ request }) => {
      const body = (await request.json()) as object;
      sent.push({ body, ifMatch: request.headers.get("If-Match") });
      return HttpResponse.json({ ...ada, ...body, version: ada.version + 1 });
    }),
  );
  return sent;
}

describe("the profile", () => {
  it("is saved and immediately shown everywhere", async () => {
    const { user: person } = await renderSettings();
    const sent = acceptChanges();
    const save = screen.getByRole("button", { name: "Save" });
    expect(save).toBeDisabled();
    const name = screen.getByTestId("full-name-input");
    await person.clear(name);
    await person.type(name, "Countess{Enter}");
    expect(await screen.findByText("User updated successfully")).toBeInTheDocument();
    expect(sent).toEqual([{ body: { full_name: "Countess" }, ifMatch: '"1"' }]);
    expect(screen.getByTestId("user-menu")).toHaveTextContent("Countess");
    expect(save).toBeDisabled();
  });

  it("takes back unsaved input on Cancel", async () => {
    const { user: person } = await renderSettings();
    const name = screen.getByTestId("full-name-input");
    expect(screen.queryByRole("button", { name: "Cancel" })).not.toBeInTheDocument();
    await person.type(name, " King");
    await person.click(screen.getByRole("button", { name: "Cancel" }));
    expect(name).toHaveValue("Ada Lovelace");
    await waitFor(() => expect(name).toHaveFocus());
    expect(screen.queryByRole("button", { name: "Cancel" })).not.toBeInTheDocument();
  });

  it("saves a cleared name as null", async () => {
    const { user: person } = await renderSettings();
    const sent = acceptChanges();
    await person.clear(screen.getByTestId("full-name-input"));
    await person.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body).toEqual({ full_name: null });
  });

  it("validates the email before sending a request", async () => {
    const { user: person } = await renderSettings();
    const sent = acceptChanges();
    const email = screen.getByTestId("email-input");
    await person.clear(email);
    await person.type(email, "grace@{Enter}");
    expect(await screen.findByText("Invalid email address")).toBeInTheDocument();
    expect(sent).toEqual([]);
  });
});

describe("a new email address", () => {
  /** Accepts requests for new addresses and records them. The last one is pending. */
  function acceptRequests() {
    const sent: unknown[] = [];
    let pending_email: string | null = null;
    server.use(
      http.get("*/api/v1/users/me/email", () =>
        HttpResponse.json({ email: ada.email, pending_email, pending_until: null }),
      ),
      http.post("*/api/v1/users/me/email", async ({ request }) => {
        const body = (await request.json()) as { email: string };
        sent.push(body);
        pending_email = body.email;
        return HttpResponse.json({ message: "We sent a link" }, { status: 202 });
      }),
    );
    return sent;
  }

  async function enter(email: string) {
    const app = await renderSettings();
    const field = screen.getByTestId("email-input");
    await app.user.clear(field);
    await app.user.type(field, `${email}{Enter}`);
    return { ...app, field };
  }

  it.each(["bob@müller.de", "kim@пример.рф", "a&b@example.com"])(
    "is requested: %s",
    async (email) => {
      const requested = acceptRequests();
      const saved = acceptChanges();
      const { field } = await enter(email);
      expect(await screen.findByText(/We sent a link to .*Follow it/)).toHaveTextContent(email);
      expect(requested).toEqual([{ email }]);
      expect(saved).toEqual([]);
      await waitFor(() => expect(field).toHaveValue(ada.email));
    },
  );

  it("is requested after saving a new name", async () => {
    const requested = acceptRequests();
    const { user: person } = await renderSettings();
    const saved = acceptChanges();
    const email = screen.getByTestId("email-input");
    await person.type(screen.getByTestId("full-name-input"), " King");
    await person.clear(email);
    await person.type(email, "grace@example.com{Enter}");
    await waitFor(() => expect(requested).toEqual([{ email: "grace@example.com" }]));
    expect(saved).toMatchObject([{ body: { full_name: "Ada Lovelace King" } }]);
    expect(await screen.findByText(/^We sent a link to the new/)).toBeInTheDocument();
    expect(screen.getByTestId("full-name-input")).toHaveValue("Ada Lovelace King");
  });

  it("stays in the form when the request is refused", async () => {
    const message = "This is already your email address";
    const errors = [{ code: "unchanged", message, field: "email" }];
    server.use(http.post("*/api/v1/users/me/email", () => refuse(422, "VAL_001", message, errors)));
    const { field } = await enter("grace@example.com");
    expect(await screen.findByText(message)).toBeInTheDocument();
    expect(field).toHaveValue("grace@example.com");
  });

  it("is still announced after a reload", async () => {
    server.use(
      http.get("*/api/v1/users/me/email", () =>
        HttpResponse.json({
          email: ada.email,
          pending_email: "grace@example.com",
          pending_until: "2026-01-02T03:04:05Z",
        }),
      ),
    );
    await renderSettings();
    expect(await screen.findByText(/We sent a link to .*grace@example\.com/)).toBeVisible();
  });
});

describe("a profile that was changed elsewhere", () => {
  /** The user types "Countess" while another tab saves a different email. */
  async function renderConflict() {
    const app = await renderSettings();
    const name = screen.getByTestId("full-name-input");
    await app.user.clear(name);
    await app.user.type(name, "Countess");
    const theirs = { ...ada, email: "countess@example.com", version: 2 };
    const sent: (string | null)[] = [];
    signedInAs(theirs);
    server.use(
      http.patch("*/api/v1/users/me", async ({ request }) => {
        sent.push(request.headers.get("If-Match"));
        if (sent.at(-1) !== '"2"') return refuse(412, "PRE_001", "Somebody else has changed this");
        return HttpResponse.json({ ...theirs, ...((await request.json()) as object), version: 3 });
      }),
    );
    await app.user.click(screen.getByRole("button", { name: "Save" }));
    const dialog = await screen.findByRole("alertdialog", { name: /someone else/ });
    return { ...app, sent, dialog };
  }

  it("is not overwritten before comparing both versions", async () => {
    const { user: person, sent, dialog } = await renderConflict();
    expect(within(dialog).getByRole("row", { name: /Email/ })).toHaveTextContent(
      "ada@example.comcountess@example.com",
    );
    await person.click(within(dialog).getByRole("button", { name: "Keep my version" }));
    expect(await screen.findByText("User updated successfully")).toBeInTheDocument();
    expect(sent).toEqual(['"1"', '"2"']);
  });

  it("can replace the input with the saved version", async () => {
    const { user: person, sent, dialog } = await renderConflict();
    await person.click(within(dialog).getByRole("button", { name: "Use their version" }));
    await waitFor(() =>
      expect(screen.getByTestId("email-input")).toHaveValue("countess@example.com"),
    );
    expect(screen.getByTestId("full-name-input")).toHaveValue(ada.full_name);
    expect(sent).toEqual(['"1"']);
  });

  it("is saved when only the picture changed elsewhere", async () => {
    const { user: person } = await renderSettings();
    const sent = acceptChanges();
    const name = screen.getByTestId("full-name-input");
    await person.clear(name);
    await person.type(name, "Countess");
    server.use(
      http.put("*/api/v1/users/me/avatar", () =>
        HttpResponse.json({ ...ada, avatar_url: "/api/v1/users/1/avatar?v=1", version: 2 }),
      ),
    );
    const file = new File(["x"], "me.png", { type: "image/png" });
    await person.upload(screen.getByLabelText("Picture", { selector: "input" }), file);
    await screen.findByRole("button", { name: "Change picture" });
    expect(name).toHaveValue("Countess");
    await person.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent[0]?.ifMatch).toBe('"2"'));
  });
});

describe("the password", () => {
  async function changePassword(current: string, next: string, again = next) {
    const app = await renderSettings("/password");
    const bodies: unknown[] = [];
    server.use(
      http.patch("*/api/v1/users/me/password", async ({ request }) => {
        const body = (await request.json()) as { current_password: string };
        bodies.push(body);
        if (body.current_password === "wrong-password") {
          return refuse(400, "REQ_001", "Incorrect password");
        }
        return HttpResponse.json({ message: "Password updated successfully" });
      }),
    );
    if (current) await app.user.type(screen.getByTestId("current-password-input"), current);
    if (next) await app.user.type(screen.getByTestId("new-password-input"), next);
    if (again) await app.user.type(screen.getByTestId("confirm-password-input"), again);
    await app.user.click(screen.getByRole("button", { name: "Update Password" }));
    return { ...app, bodies };
  }

  it("is changed, and the form is cleared", async () => {
    const { bodies } = await changePassword("quiet-harbour-42", "loud-harbour-43");
    expect(await screen.findByText("Password updated successfully")).toBeInTheDocument();
    expect(bodies).toEqual([
      { current_password: "quiet-harbour-42", new_password: "loud-harbour-43" },
    ]);
    expect(screen.getByTestId("new-password-input")).toHaveValue("");
  });

  it("is unchanged when the current one is wrong", async () => {
    await changePassword("wrong-password", "loud-harbour-43");
    expect(await screen.findByRole("alert")).toHaveTextContent("Incorrect password");
    expect(screen.getByTestId("new-password-input")).toHaveValue("loud-harbour-43");
  });

  it.each([
    ["", "", "", "Password is required"],
    ["quiet-harbour-42", "short", "short", "Password must be at least 8 characters"],
    ["quiet-harbour-42", "loud-harbour-43", "another", "The passwords don't match"],
  ])("is validated before sending a request: %s, %s", async (current, next, again, message) => {
    const { bodies } = await changePassword(current, next, again);
    expect((await screen.findAllByText(message)).length).toBeGreaterThan(0);
    expect(bodies).toEqual([]);
  });
});

describe("the danger zone", () => {
  async function openDialog() {
    const app = await renderSettings("/danger");
    const opener = screen.getByRole("button", { name: "Delete account…" });
    await app.user.click(opener);
    const dialog = await screen.findByRole("alertdialog", { name: "Delete your account?" });
    return { ...app, opener, dialog, field: within(dialog).getByLabelText("Email") };
  }

  it("deletes the account after typing its email", async () => {
    const { user: person, field, router, queryClient } = await openDialog();
    let isDeleted = false;
    server.use(
      http.delete("*/api/v1/users/me", () => {
        isDeleted = true;
        return HttpResponse.json({ message: "User deleted successfully" });
      }),
      http.post("*/api/v1/login/logout", () => refuse(401, "AUTH_001", "Not authenticated")),
    );
    signedOut();
    await waitFor(() => expect(field).toHaveFocus());
    await person.keyboard(`${ada.email.toUpperCase()}{Enter}`);
    await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
    expect(isDeleted).toBe(true);
    expect(router.state.location.href).toBe("/login");
    expect(queryClient.getQueryCache().getAll()).toEqual([]);
    expect(await screen.findByText("Your account was deleted")).toBeInTheDocument();
  });

  it("deletes nothing when another email is typed", async () => {
    const { user: person, dialog } = await openDialog();
    server.use(http.delete("*/api/v1/users/me", () => refuse(500, "INT_001", "was requested")));
    await person.keyboard("grace@example.com{Enter}");
    expect(await within(dialog).findByText(/doesn't match your email/)).toBeInTheDocument();
  });

  it("returns the focus when it is cancelled", async () => {
    const { user: person, opener } = await openDialog();
    await person.keyboard("{Escape}");
    await waitFor(() => expect(opener).toHaveFocus());
  });

  it("explains to superusers why they cannot", async () => {
    await renderSettings("/danger", user({ is_superuser: true }));
    expect(screen.getByText(/Superusers can't delete their own account/)).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Delete/ })).not.toBeInTheDocument();
  });
});
