import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { loginAutoComplete } from "@/lib/features";
import { PROJECT_NAME } from "@/lib/project";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const PASSWORD = "quiet-harbour-42";

beforeEach(signedOut);

describe("logging in", () => {
  async function logIn(url = "/login") {
    const app = await renderApp(url);
    await app.user.type(screen.getByTestId("email-input"), "ada@example.com");
    await app.user.type(screen.getByTestId("password-input"), PASSWORD);
    await app.user.click(screen.getByRole("button", { name: "Log In" }));
    return app;
  }

  function acceptLogin() {
    server.use(http.post("*/api/v1/login/session", () => HttpResponse.json(user())));
  }

  it("opens the dashboard", async () => {
    acceptLogin();
    const { router } = await logIn();
    expect(await screen.findByText("Welcome back, nice to see you again!")).toBeInTheDocument();
    expect(router.state.location.href).toBe("/");
  });

  it("returns to the page that was requested", async () => {
    acceptLogin();
    const { router } = await logIn("/login?redirect=%2Fsomewhere%3Fpage%3D2");
    await waitFor(() => expect(router.state.location.href).toBe("/somewhere?page=2"));
  });

  it.each(["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example"])(
    "does not redirect to another site: %s",
    async (target) => {
      acceptLogin();
      const { router } = await logIn(`/login?redirect=${target}`);
      await waitFor(() => expect(router.state.location.href).toBe("/"));
    },
  );

  it("shows the refusal and keeps the email", async () => {
    server.use(
      http.post("*/api/v1/login/session", () =>
        refuse(400, "AUTH_003", "Incorrect email or password"),
      ),
    );
    await logIn();
    expect(await screen.findByRole("alert")).toHaveTextContent("Incorrect email or password");
    expect(screen.getByTestId("email-input")).toHaveValue("ada@example.com");
  });

  it("shows how long to wait after too many attempts", async () => {
    const message = "Too many requests. Try again in 37 seconds.";
    server.use(http.post("*/api/v1/login/session", () => refuse(429, "RATE_001", message)));
    await logIn();
    expect(await screen.findByRole("alert")).toHaveTextContent(message);
    expect(screen.getByTestId("email-input")).toHaveValue("ada@example.com");
    acceptLogin();
    await userEvent.click(screen.getByRole("button", { name: "Log In" }));
    expect(await screen.findByText("Welcome back, nice to see you again!")).toBeInTheDocument();
  });

  it("validates the form before sending a request", async () => {
    const { user: person } = await renderApp("/login");
    await person.type(screen.getByTestId("email-input"), "ada@");
    await person.click(screen.getByRole("button", { name: "Log In" }));
    expect(await screen.findByText("Invalid email address")).toBeInTheDocument();
    expect(screen.getByText("Password is required")).toBeInTheDocument();
    expect(screen.getByTestId("email-input")).toHaveFocus();
  });

  it("is skipped when the user is logged in", async () => {
    localStorage.setItem("signed-in", "true");
    signedInAs(user());
    const { router } = await renderApp("/login?redirect=%2Fsomewhere");
    await waitFor(() => expect(router.state.location.href).toBe("/somewhere"));
  });

  it("shows the form without a request", async () => {
    const requests: string[] = [];
    server.use(http.all("*", ({ request }) => void requests.push(request.url)));
    await renderApp("/login");
    expect(screen.getByRole("heading", { name: `Log in to ${PROJECT_NAME}` })).toBeInTheDocument();
    expect(requests).toEqual([]);
  });
});

describe("a password field", () => {
  it("can be shown and hidden", async () => {
    const { user: person } = await renderApp("/login");
    const field = screen.getByTestId("password-input");
    expect(field).toHaveAttribute("type", "password");
    await person.click(screen.getByRole("button", { name: "Show password" }));
    expect(field).toHaveAttribute("type", "text");
    await person.click(screen.getByRole("button", { name: "Hide password" }));
    expect(field).toHaveAttribute("type", "password");
  });

  it("warns about Caps Lock while typing", async () => {
    const { user: person } = await renderApp("/login");
    const field = screen.getByTestId("password-input");
    await person.type(field, "{CapsLock}x");
    expect(field).toHaveAccessibleDescription("Caps Lock is on.");
    await person.tab();
    expect(field).not.toHaveAccessibleDescription();
  });

  it("shows the rule for a new password upfront", async () => {
    await renderApp("/signup");
    expect(screen.getByTestId("password-input")).toHaveAccessibleDescription(
      "At least 8 characters.",
    );
  });

  it.each([
    ["/login", [loginAutoComplete, "current-password"]],
    ["/signup", ["name", "email", "new-password", "new-password"]],
    ["/recover-password", ["username"]],
    ["/reset-password", ["new-password", "new-password"]],
  ])("is labelled for password managers on %s", async (url, expected) => {
    const { container } = await renderApp(url);
    const fields = [...container.querySelectorAll("input:not([type=radio])")];
    expect(fields.map((field) => field.getAttribute("autocomplete"))).toEqual(expected);
  });
});

describe("signing up", () => {
  async function signUp(confirmation = PASSWORD) {
    const app = await renderApp("/signup");
    await app.user.type(screen.getByTestId("full-name-input"), "Ada Lovelace");
    await app.user.type(screen.getByTestId("email-input"), "ada@example.com");
    await app.user.type(screen.getByTestId("password-input"), PASSWORD);
    await app.user.type(screen.getByTestId("confirm-password-input"), confirmation);
    await app.user.click(screen.getByRole("button", { name: "Sign Up" }));
    return app;
  }

  it("opens the login page with the email", async () => {
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/users/signup", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json(user());
      }),
    );
    await signUp();
    await screen.findByRole("heading", { name: `Log in to ${PROJECT_NAME}` });
    expect(bodies).toEqual([
      { email: "ada@example.com", password: PASSWORD, full_name: "Ada Lovelace" },
    ]);
    expect(screen.getByTestId("email-input")).toHaveValue("ada@example.com");
  });

  it("accepts the password that the confirmation already has", async () => {
    const { user: person } = await signUp(`${PASSWORD}!`);
    expect(await screen.findByText("The passwords don't match")).toBeInTheDocument();
    await person.type(screen.getByTestId("password-input"), "!");
    await waitFor(() =>
      expect(screen.queryByText("The passwords don't match")).not.toBeInTheDocument(),
    );
  });

  it("requires both passwords to match", async () => {
    await signUp("something else");
    expect(await screen.findByText("The passwords don't match")).toBeInTheDocument();
  });

  it("shows a server error at the password field", async () => {
    const errors = [{ code: "common", message: "This password is too common", field: "password" }];
    server.use(
      http.post("*/api/v1/users/signup", () => refuse(422, "VAL_001", "Validation failed", errors)),
    );
    await signUp();
    await waitFor(() =>
      expect(screen.getByTestId("password-input")).toHaveAccessibleDescription(
        "This password is too common",
      ),
    );
    expect(screen.getByTestId("password-input")).toHaveFocus();
  });
});

describe("a forgotten password", () => {
  it("shows the same notice for every email", async () => {
    const emails: string[] = [];
    server.use(
      http.post("*/api/v1/password-recovery/:email", ({ params }) => {
        emails.push(String(params.email));
        return HttpResponse.json({ message: "Sent" });
      }),
    );
    const { user: person } = await renderApp("/recover-password");
    await person.type(screen.getByTestId("email-input"), "ada+x@example.com");
    await person.click(screen.getByRole("button", { name: "Continue" }));
    const notice = await screen.findByRole("status");
    expect(notice).toHaveTextContent("If an account exists for");
    expect(notice).toHaveFocus();
    expect(emails.map(decodeURIComponent)).toEqual(["ada+x@example.com"]);
  });

  it.each(["#token=t-1", "?token=t-1"])("is reset with the token from %s", async (link) => {
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/reset-password/", async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json({ message: "Password updated successfully" });
      }),
    );
    const { user: person, router } = await renderApp(`/reset-password${link}`);
    await person.type(screen.getByTestId("new-password-input"), PASSWORD);
    await person.type(screen.getByTestId("confirm-password-input"), PASSWORD);
    await person.click(screen.getByRole("button", { name: "Reset Password" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/login"));
    expect(bodies).toEqual([{ token: "t-1", new_password: PASSWORD }]);
  });

  it("is kept when the token is invalid", async () => {
    server.use(
      http.post("*/api/v1/reset-password/", () => refuse(400, "AUTH_005", "Invalid token")),
    );
    const { user: person } = await renderApp("/reset-password?token=old");
    await person.type(screen.getByTestId("new-password-input"), PASSWORD);
    await person.type(screen.getByTestId("confirm-password-input"), PASSWORD);
    await person.click(screen.getByRole("button", { name: "Reset Password" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Invalid token");
  });
});
