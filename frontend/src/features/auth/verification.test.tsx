import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedOut } from "@/test/server";

const PASSWORD = "quiet-harbour-42";

beforeEach(signedOut);

function collectResends() {
  const bodies: unknown[] = [];
  server.use(
    http.post("*/api/v1/verify-email/resend", async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ message: "We sent another link" });
    }),
  );
  return bodies;
}

describe("an address that has to be verified", () => {
  it("gets a mail after sign-up", async () => {
    server.use(
      http.post("*/api/v1/users/signup", () =>
        HttpResponse.json({ message: "We sent you a mail" }, { status: 202 }),
      ),
    );
    const resends = collectResends();
    const { user: person } = await renderApp("/signup");
    await person.type(screen.getByTestId("full-name-input"), "Ada Lovelace");
    await person.type(screen.getByTestId("email-input"), "ada@example.com");
    await person.type(screen.getByTestId("password-input"), PASSWORD);
    await person.type(screen.getByTestId("confirm-password-input"), PASSWORD);
    await person.click(screen.getByRole("button", { name: "Sign Up" }));
    const notice = await screen.findByText(/We've sent a link to/);
    expect(notice).toHaveTextContent("ada@example.com");
    await person.click(screen.getByRole("button", { name: "Send the link again" }));
    await waitFor(() => expect(resends).toEqual([{ email: "ada@example.com" }]));
  });

  it("can get the link again on the login page", async () => {
    server.use(
      http.post("*/api/v1/login/session", () =>
        refuse(403, "AUTH_EMAIL_NOT_VERIFIED", "Your email address is not verified."),
      ),
    );
    const resends = collectResends();
    const { user: person } = await renderApp("/login");
    await person.type(screen.getByTestId("email-input"), "ada@example.com");
    await person.type(screen.getByTestId("password-input"), PASSWORD);
    await person.click(screen.getByRole("button", { name: "Log In" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("not verified");
    await person.click(screen.getByRole("button", { name: "Send the link again" }));
    await waitFor(() => expect(resends).toEqual([{ email: "ada@example.com" }]));
  });

  it("is confirmed with the password, which also logs in", async () => {
    const bodies: unknown[] = [];
    const keep = async ({ request }: { request: Request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(user({ email: "ada@example.com" }));
    };
    server.use(http.post("*/api/v1/verify-email", keep), http.post("*/api/v1/login/session", keep));
    const { user: person, router } = await renderApp("/verify-email#token=t-1");
    await person.type(screen.getByTestId("password-input"), PASSWORD);
    await person.click(screen.getByRole("button", { name: "Confirm and log in" }));
    await waitFor(() => expect(router.state.location.href).toBe("/"));
    expect(bodies).toEqual([
      { token: "t-1", password: PASSWORD },
      { email: "ada@example.com", password: PASSWORD },
    ]);
  });

  it("stays unconfirmed with another password", async () => {
    server.use(
      http.post("*/api/v1/verify-email", () =>
        refuse(400, "AUTH_003", "This is not the password of this sign-up."),
      ),
    );
    const { user: person } = await renderApp("/verify-email#token=t-1");
    await person.type(screen.getByTestId("password-input"), PASSWORD);
    await person.click(screen.getByRole("button", { name: "Confirm and log in" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("not the password");
  });
});
