import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const ada = user();
const MESSAGE = "This is not correct. Try again.";

/** An API whose user has an app. Returns the answers, and "trust" when the device is trusted. */
function serve(days: number) {
  const sent: unknown[] = [];
  const challenge = {
    token: "t1",
    kinds: { totp: { trusted_device_days: days }, recovery_code: {} },
  };
  server.use(
    http.post("*/api/v1/login/session", () =>
      HttpResponse.json(
        { code: "AUTH_MFA_REQUIRED", detail: "", status: 403, errors: [], challenge },
        { status: 403, headers: { "Content-Type": "application/problem+json" } },
      ),
    ),
    http.post("*/api/v1/login/challenge", async ({ request }) => {
      const body = (await request.json()) as { kind: string; answer: string };
      sent.push([body.kind, body.answer]);
      if (body.answer === "000000") {
        return refuse(400, "AUTH_003", MESSAGE, [
          { code: "incorrect", message: MESSAGE, field: "answer" },
        ]);
      }
      signedInAs(ada);
      return HttpResponse.json(ada);
    }),
    http.post("*/api/v1/totp/devices/", () => {
      sent.push("trust");
      return HttpResponse.json({ message: "This device is trusted" });
    }),
  );
  return sent;
}

async function logIn() {
  signedOut();
  const app = await renderApp("/login");
  await app.user.type(screen.getByTestId("email-input"), ada.email);
  await app.user.type(screen.getByTestId("password-input"), "quiet-harbour-42{Enter}");
  return app;
}

const signedIn = () => screen.findByRole("heading", { name: /^Hi/ });

describe("logging in with a code", () => {
  it("trusts the device if the user wants", async () => {
    const sent = serve(30);
    const { user: person } = await logIn();
    const field = await screen.findByLabelText("Code");
    await waitFor(() => expect(field).toHaveFocus());
    await person.type(field, "123456");
    await person.click(screen.getByLabelText("Trust this device for 30 days"));
    await person.click(screen.getByRole("button", { name: "Log In" }));
    expect(await signedIn()).toBeInTheDocument();
    expect(sent).toEqual([["totp", "123456"], "trust"]);
  });

  it("trusts nothing by itself", async () => {
    const sent = serve(30);
    const { user: person } = await logIn();
    await person.type(await screen.findByLabelText("Code"), "123456{Enter}");
    expect(await signedIn()).toBeInTheDocument();
    expect(sent).toEqual([["totp", "123456"]]);
  });

  it("repeats after a wrong code", async () => {
    const sent = serve(0);
    const { user: person } = await logIn();
    const field = await screen.findByLabelText("Code");
    await person.type(field, "000000");
    expect(await screen.findByText(MESSAGE)).toBeInTheDocument();
    expect(screen.queryByRole("checkbox")).not.toBeInTheDocument();
    await person.clear(field);
    await person.type(field, "123456");
    expect(await signedIn()).toBeInTheDocument();
    expect(sent).toEqual([
      ["totp", "000000"],
      ["totp", "123456"],
    ]);
  });
});

it("logs in with a recovery code", async () => {
  const sent = serve(30);
  const { user: person } = await logIn();
  await person.click(await screen.findByRole("button", { name: "Use another way" }));
  await person.click(screen.getByRole("button", { name: "Use a recovery code" }));
  await person.type(await screen.findByLabelText("Recovery code"), "k3qf-7zlm-ax2p-9vne{Enter}");
  expect(await signedIn()).toBeInTheDocument();
  expect(sent).toEqual([["recovery_code", "k3qf-7zlm-ax2p-9vne"]]);
});
