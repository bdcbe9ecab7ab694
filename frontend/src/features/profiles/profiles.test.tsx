import type { ProfilePublic, ProfileUpdate } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";
import { profile, schema } from "./factories";

const ada = user();

/** An API with this profile. Returns what was sent, and changes the profile as another tab would. */
function serve(stored: ProfilePublic = profile(), path = "profiles/me") {
  const sent: { version: string | null; body: ProfileUpdate }[] = [];
  server.use(
    http.get("*/api/v1/profiles/schema", () => HttpResponse.json(schema)),
    http.get(`*/api/v1/${path}`, () => HttpResponse.json(stored)),
    http.patch(`*/api/v1/${path}`, async ({ request }) => {
      const body = (await request.json()) as ProfileUpdate;
      const version = request.headers.get("If-Match");
      sent.push({ version, body });
      if (version !== `"${stored.version}"`) return refuse(412, "PRE_001", "Changed");
      stored = { ...stored, ...body, version: stored.version + 1 } as ProfilePublic;
      return HttpResponse.json(stored);
    }),
  );
  const changeElsewhere = (change: Partial<ProfilePublic>) => {
    stored = { ...stored, ...change, version: stored.version + 1 };
  };
  return { sent, changeElsewhere };
}

async function openForm(url = "/settings/profiles", me = ada) {
  signedInAs(me);
  const app = await renderApp(url);
  await screen.findByLabelText("Username");
  const save = () => app.user.click(screen.getByRole("button", { name: "Save" }));
  return { ...app, save };
}

describe("the form of the profile", () => {
  it("has a control for each kind of field", async () => {
    serve();
    await openForm();
    expect(screen.getByLabelText("Username")).toHaveValue("ada");
    expect(screen.getByLabelText("Job title").tagName).toBe("INPUT");
    expect(screen.getByLabelText("About you").tagName).toBe("TEXTAREA");
    expect(screen.getByLabelText("About you")).toHaveAccessibleDescription("A few sentences.");
    expect(screen.getByLabelText("Birthday")).toHaveAttribute("type", "date");
    expect(screen.getByLabelText("Newsletter")).not.toBeChecked();
    const options = (name: string) =>
      within(screen.getByLabelText(name))
        .getAllByRole("option")
        .map(({ textContent }) => textContent);
    expect(options("Colour")).toEqual(["Red", "Green"]);
    expect(options("Language")).toEqual(["–", "English"]);
    expect(screen.getByLabelText("Children")).toHaveAttribute("inputmode", "decimal");
    expect(screen.queryByLabelText("address")).not.toBeInTheDocument();
  });

  it("sends what the user entered, and empty fields as null", async () => {
    const { sent } = serve();
    const { user: person, save } = await openForm();
    await person.clear(screen.getByLabelText("Last name"));
    await person.clear(screen.getByLabelText("Job title"));
    await person.type(screen.getByLabelText("About you"), "  Hello ");
    await person.type(screen.getByLabelText("Birthday"), "1815-12-10");
    await person.selectOptions(screen.getByLabelText("Colour"), "Green");
    await person.type(screen.getByLabelText("Children"), "3");
    await person.click(screen.getByLabelText("Newsletter"));
    await save();
    expect(await screen.findByText("Profile updated successfully")).toBeInTheDocument();
    const document = {
      job_title: null,
      bio: "Hello",
      birthday: "1815-12-10",
      colour: "Green",
      language: null,
      children: 3,
      newsletter: true,
    };
    const body = { username: "ada", first_name: "Ada", last_name: null, document };
    expect(sent).toEqual([{ version: '"1"', body }]);
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  });

  it("can be saved again", async () => {
    const { sent } = serve(profile({ version: 0 }));
    const { user: person, save } = await openForm();
    await person.type(screen.getByLabelText("Last name"), "1");
    await save();
    await waitFor(() => expect(sent).toHaveLength(1));
    await waitFor(() => expect(screen.getByRole("button", { name: "Save" })).toBeDisabled());
    await person.type(screen.getByLabelText("Last name"), "2");
    await save();
    await waitFor(() => expect(sent.map(({ version }) => version)).toEqual(['"0"', '"1"']));
  });

  it("shows its limits before a request", async () => {
    const { sent } = serve();
    const { user: person, save } = await openForm();
    await person.clear(screen.getByLabelText("Username"));
    await person.type(screen.getByLabelText("Username"), "ab");
    await person.type(screen.getByLabelText("Job title"), " of machines");
    await person.type(screen.getByLabelText("Children"), "many");
    await save();
    expect(await screen.findByText("Username must be at least 3 characters")).toBeInTheDocument();
    expect(screen.getByText("Job title must be at most 10 characters")).toBeInTheDocument();
    expect(screen.getByText("Children must be a number")).toBeInTheDocument();
    const children = screen.getByLabelText("Children");
    await person.clear(children);
    await person.type(children, "1.5");
    expect(await screen.findByText("Children must be a whole number")).toBeInTheDocument();
    await person.clear(children);
    await person.type(children, "21");
    expect(await screen.findByText("Children must be at most 20")).toBeInTheDocument();
    expect(sent).toEqual([]);
  });

  it("shows the API's errors at their fields", async () => {
    serve();
    const taken = "This username is already taken";
    const future = "Enter a day in the past";
    server.use(
      http.patch("*/api/v1/profiles/me", () =>
        refuse(422, "VAL_001", "Invalid", [
          { code: "duplicate", message: taken, field: "username" },
          { code: "value_error", message: future, field: "document.birthday" },
        ]),
      ),
    );
    const { user: person, save } = await openForm();
    await person.type(screen.getByLabelText("Birthday"), "2999-12-31");
    await save();
    await waitFor(() =>
      expect(screen.getByLabelText("Username")).toHaveAccessibleDescription(taken),
    );
    expect(screen.getByLabelText("Birthday")).toHaveAccessibleDescription(future);
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
  });

  it("restores the saved values with Cancel", async () => {
    serve();
    const { user: person } = await openForm();
    await person.type(screen.getByLabelText("Job title"), "!");
    await person.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.getByLabelText("Job title")).toHaveValue("Engineer");
    await waitFor(() => expect(screen.getByLabelText("Username")).toHaveFocus());
  });

  it("asks before unsaved input is lost", async () => {
    serve();
    const { user: person } = await openForm();
    await person.click(screen.getByLabelText("Newsletter"));
    await person.click(screen.getByRole("tab", { name: "Password" }));
    expect(await screen.findByRole("alertdialog")).toBeInTheDocument();
  });

  it("compares both versions after a change elsewhere", async () => {
    const { sent, changeElsewhere } = serve();
    const { user: person, save } = await openForm();
    await person.type(screen.getByLabelText("Job title"), "!");
    changeElsewhere({ document: { job_title: "Poet", newsletter: true } });
    await save();
    const dialog = await screen.findByRole("alertdialog", {
      name: "This record was changed by someone else",
    });
    expect(within(dialog).getByRole("row", { name: /Job title/ })).toHaveTextContent(
      "Job titleEngineer!Poet",
    );
    expect(within(dialog).getByRole("row", { name: /Newsletter/ })).toHaveTextContent(
      "NewsletterNoYes",
    );
    await person.click(within(dialog).getByRole("button", { name: "Keep my version" }));
    await waitFor(() => expect(sent.map(({ version }) => version)).toEqual(['"1"', '"2"']));
    expect(sent[1]?.body.document).toMatchObject({ job_title: "Engineer!", newsletter: false });
  });

  it("can fail to load, and be retried", async () => {
    serve();
    server.use(
      http.get("*/api/v1/profiles/schema", () => refuse(403, "AUTH_002", "Forbidden"), {
        once: true,
      }),
    );
    signedInAs(ada);
    const { user: person } = await renderApp("/settings/profiles");
    expect(await screen.findByText("Couldn't load the profile")).toBeInTheDocument();
    await person.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByLabelText("Username")).toHaveValue("ada");
  });
});

describe("a user's profile", () => {
  it("can be changed by superusers", async () => {
    const path = `users/${ada.id}/profile`;
    const { sent } = serve(profile({ version: 0 }), path);
    server.use(http.get(`*/api/v1/users/${ada.id}`, () => HttpResponse.json(ada)));
    const me = user({ id: "0198a000-0000-7000-8000-000000000009", is_superuser: true });
    const { user: person, save } = await openForm(`/profiles?user=${ada.id}`, me);
    await person.type(screen.getByLabelText("Username"), "_l");
    await save();
    // Not the toast, of which the test before can still show one.
    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toMatchObject({ version: '"0"', body: { username: "ada_l" } });
  });

  it("is not there for other users", async () => {
    signedInAs(ada);
    const { router } = await renderApp(`/profiles?user=${ada.id}`);
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });
});

describe("the login page", () => {
  it("takes a username", async () => {
    signedOut();
    const sent: unknown[] = [];
    server.use(
      http.post("*/api/v1/login/session", async ({ request }) => {
        sent.push(await request.json());
        return refuse(400, "AUTH_003", "Incorrect email or password");
      }),
    );
    const { user: person } = await renderApp("/login");
    await person.type(screen.getByLabelText("Email or username"), " Ada_L ");
    await person.type(screen.getByTestId("password-input"), "a password");
    await person.click(screen.getByRole("button", { name: "Log In" }));
    expect(await screen.findByText("Incorrect email or password")).toBeInTheDocument();
    expect(sent).toEqual([{ email: "Ada_L", password: "a password" }]);
  });

  it("needs a username or an address", async () => {
    signedOut();
    const { user: person } = await renderApp("/login");
    await person.type(screen.getByLabelText("Email or username"), " ");
    await person.click(screen.getByRole("button", { name: "Log In" }));
    expect(await screen.findByText("Invalid email address")).toBeInTheDocument();
  });
});
