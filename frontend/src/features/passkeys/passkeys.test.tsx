import type { PasskeyPublic } from "@app/sdk";
import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";
import { passkey } from "./factories";

const ada = user();
const bytes = (...values: number[]) => new Uint8Array(values).buffer;
const CHALLENGE = "-_8A"; // the bytes fb, ff, 00 in base64url

/** What the browser returns from `navigator.credentials`. */
const response = {
  clientDataJSON: bytes(1),
  attestationObject: bytes(2),
  authenticatorData: bytes(3),
  signature: bytes(4),
  userHandle: bytes(5),
  getTransports: () => ["usb"],
};
const credential = { id: "BwgJ", rawId: bytes(7, 8, 9), type: "public-key", response };

const create = vi.fn();
const get = vi.fn();
let isConditional = false;

beforeEach(() => {
  isConditional = false;
  create.mockReset().mockResolvedValue(credential);
  get.mockReset().mockResolvedValue(credential);
  vi.stubGlobal("PublicKeyCredential", {
    isConditionalMediationAvailable: async () => isConditional,
  });
  Object.defineProperty(navigator, "credentials", {
    value: { create, get },
    configurable: true,
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "credentials");
});

const cancelled = () => Promise.reject(new DOMException("", "NotAllowedError"));

/** An API with these passkeys. Returns the bodies and paths of the requests that change something. */
function serve(passkeys: PasskeyPublic[]) {
  const sent: unknown[] = [];
  server.use(
    http.get("*/api/v1/passkeys/", () => HttpResponse.json(pageOf(passkeys))),
    http.post("*/api/v1/passkeys/registration", () =>
      HttpResponse.json({
        token: "t1",
        options: {
          challenge: CHALLENGE,
          user: { id: "AQ", name: ada.email, displayName: "Ada" },
          excludeCredentials: [{ type: "public-key", id: "Ag" }],
        },
      }),
    ),
    http.post("*/api/v1/passkeys/", async ({ request }) => {
      const body = (await request.json()) as { name: string };
      sent.push(body);
      passkeys = [...passkeys, passkey(9, { name: body.name, last_used_at: null })];
      return HttpResponse.json(passkeys.at(-1));
    }),
    http.patch("*/api/v1/passkeys/:id", async ({ request, params }) => {
      const { name } = (await request.json()) as { name: string };
      sent.push([params.id, name]);
      passkeys = passkeys.map((each) => (each.id === params.id ? { ...each, name } : each));
      return HttpResponse.json({ message: "Passkey renamed" });
    }),
    http.delete("*/api/v1/passkeys/:id", ({ params }) => {
      sent.push(params.id);
      passkeys = passkeys.filter(({ id }) => id !== params.id);
      return HttpResponse.json({ message: "Passkey removed" });
    }),
  );
  return sent;
}

async function renderSettings() {
  signedInAs(ada);
  const app = await renderApp("/settings/security");
  const card = within(await screen.findByRole("region", { name: "Passkeys" }));
  return { ...app, card };
}

async function addNamed(name: string) {
  const app = await renderSettings();
  await app.user.click(await app.card.findByRole("button", { name: "Add passkey" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Add passkey" }));
  if (name) await app.user.type(sheet.getByLabelText("Name"), name);
  await app.user.click(sheet.getByRole("button", { name: "Save" }));
  return { ...app, sheet };
}

describe("the user's passkeys", () => {
  it("are listed with their last use", async () => {
    serve([passkey(1, { is_backed_up: true }), passkey(2, { last_used_at: null })]);
    const { card } = await renderSettings();
    const [first, second] = await card.findAllByRole("listitem");
    expect(first).toHaveTextContent(/Device 1.*Backed up.*Added.*Last used/);
    expect(second).toHaveTextContent(/Device 2.*Added.*Never used/);
  });

  it("can be absent, or fail to load", async () => {
    serve([]);
    const { card } = await renderSettings();
    expect(await card.findByText("No passkeys")).toBeInTheDocument();
  });

  it("can fail to load", async () => {
    server.use(http.get("*/api/v1/passkeys/", () => refuse(403, "AUTH_002", "Forbidden")));
    const { card } = await renderSettings();
    expect(await card.findByText("Couldn't load the passkeys")).toBeInTheDocument();
  });

  it("should be two", async () => {
    serve([passkey(1)]);
    const { card } = await renderSettings();
    expect(await card.findByText(/Add a second passkey/)).toBeInTheDocument();
  });

  it("are ten at most", async () => {
    serve(Array.from({ length: 10 }, (_, index) => passkey(index)));
    const { card } = await renderSettings();
    expect(await card.findByText("You have 10 passkeys, the maximum.")).toBeInTheDocument();
    expect(card.queryByRole("button", { name: "Add passkey" })).not.toBeInTheDocument();
  });

  it("need a browser that supports them", async () => {
    vi.unstubAllGlobals();
    serve([]);
    const { card } = await renderSettings();
    expect(await card.findByText(/This browser doesn't support passkeys/)).toBeInTheDocument();
    expect(card.queryByRole("button", { name: "Add passkey" })).not.toBeInTheDocument();
  });

  it("are renamed", async () => {
    const sent = serve([passkey(1)]);
    const { user: person, card } = await renderSettings();
    await person.click(await card.findByRole("button", { name: /^Rename: / }));
    const sheet = within(await screen.findByRole("dialog", { name: "Rename passkey" }));
    await person.clear(sheet.getByLabelText("Name"));
    await person.type(sheet.getByLabelText("Name"), "Desk{Enter}");
    await waitFor(() => expect(card.getByRole("listitem")).toHaveTextContent("Desk"));
    expect(sent).toEqual([[passkey(1).id, "Desk"]]);
  });

  it("are removed after a confirmation", async () => {
    const sent = serve([passkey(1)]);
    const { user: person, card } = await renderSettings();
    await person.click(await card.findByRole("button", { name: /^Remove: / }));
    const dialog = within(await screen.findByRole("alertdialog"));
    expect(dialog.getByText(/your password alone is enough again/)).toBeInTheDocument();
    await person.click(dialog.getByRole("button", { name: "Remove" }));
    expect(await card.findByText("No passkeys")).toBeInTheDocument();
    expect(sent).toEqual([passkey(1).id]);
  });
});

describe("a new passkey", () => {
  it("is created by the browser, with the API's options", async () => {
    const sent = serve([]);
    const { card } = await addNamed("Laptop");
    await waitFor(() => expect(card.getByRole("listitem")).toHaveTextContent("Laptop"));
    const { publicKey } = create.mock.calls[0]?.[0] ?? {};
    expect([...publicKey.challenge]).toEqual([0xfb, 0xff, 0]);
    expect([...publicKey.user.id]).toEqual([1]);
    expect([...publicKey.excludeCredentials[0].id]).toEqual([2]);
    const [body] = sent as { token: string; credential: string }[];
    expect(body).toMatchObject({ token: "t1", name: "Laptop" });
    expect(JSON.parse(body?.credential ?? "")).toEqual({
      id: "BwgJ",
      rawId: "BwgJ",
      type: "public-key",
      response: { clientDataJSON: "AQ", attestationObject: "Ag", transports: ["usb"] },
    });
  });

  it("needs a name", async () => {
    const sent = serve([]);
    const { sheet } = await addNamed("");
    expect(await sheet.findByText("Name is required")).toBeInTheDocument();
    expect([create.mock.calls, sent]).toEqual([[], []]);
  });

  it.each([
    ["NotAllowedError", /you cancelled, or it took too long/],
    ["InvalidStateError", "This device already has a passkey for your account."],
    ["SecurityError", /don't work at this address/],
    ["NotSupportedError", /doesn't support the passkeys/],
    ["UnknownError", "The passkey did not work. Try again."],
  ])("explains the browser's %s", async (name, message) => {
    const sent = serve([]);
    create.mockRejectedValue(new DOMException("", name));
    const { sheet } = await addNamed("Laptop");
    expect(await sheet.findByText(message)).toBeInTheDocument();
    expect(sent).toEqual([]);
  });
});

describe("logging in with a passkey", () => {
  const REFUSED = "This passkey was not accepted. Try again, or sign in in another way.";

  function serveSignIn({ isRefused = false } = {}) {
    const sent: { token: string; credential: string }[] = [];
    let number = 0;
    server.use(
      http.get("*/api/v1/login/passkeys/options", () =>
        HttpResponse.json({
          token: `t${++number}`,
          options: { challenge: CHALLENGE, allowCredentials: [] },
        }),
      ),
      http.post("*/api/v1/login/passkeys", async ({ request }) => {
        sent.push((await request.json()) as (typeof sent)[number]);
        if (isRefused) return refuse(401, "AUTH_CHALLENGE_EXPIRED", REFUSED);
        signedInAs(ada);
        return HttpResponse.json(ada);
      }),
    );
    signedOut();
    return sent;
  }

  const press = async (app: Awaited<ReturnType<typeof renderApp>>) =>
    app.user.click(await screen.findByRole("button", { name: "Sign in with a passkey" }));

  it("needs no typing", async () => {
    const sent = serveSignIn();
    await press(await renderApp("/login"));
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
    expect(get.mock.calls[0]?.[0]).toMatchObject({ publicKey: { allowCredentials: [] } });
    expect(JSON.parse(sent[0]?.credential ?? "").response).toEqual({
      clientDataJSON: "AQ",
      authenticatorData: "Aw",
      signature: "BA",
      userHandle: "BQ",
    });
  });

  it("leads back to the page that the user wanted", async () => {
    serveSignIn();
    const app = await renderApp("/login?redirect=%2Fsettings%2Fappearance");
    await press(app);
    await waitFor(() => expect(app.router.state.location.pathname).toBe("/settings/appearance"));
  });

  it("shows the API's refusal, and starts again with a new challenge", async () => {
    const sent = serveSignIn({ isRefused: true });
    const app = await renderApp("/login");
    await press(app);
    expect(await screen.findByText(REFUSED)).toBeInTheDocument();
    await press(app);
    await waitFor(() => expect(sent.map(({ token }) => token)).toEqual(["t1", "t2"]));
  });

  it("can be cancelled", async () => {
    const sent = serveSignIn();
    get.mockImplementation(cancelled);
    await press(await renderApp("/login"));
    expect(await screen.findByText(/you cancelled, or it took too long/)).toBeInTheDocument();
    expect(sent).toEqual([]);
  });

  it("is offered at the email field until the button is pressed", async () => {
    isConditional = true;
    serveSignIn();
    get.mockImplementation(
      ({ mediation, signal }) =>
        new Promise((resolve, reject) => {
          if (mediation !== "conditional") return resolve(credential);
          signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
        }),
    );
    const app = await renderApp("/login");
    expect(screen.getByTestId("email-input")).toHaveAttribute("autocomplete", "username webauthn");
    await waitFor(() => expect(get).toHaveBeenCalledTimes(1));
    const { signal } = get.mock.calls[0]?.[0] ?? {};
    expect(signal.aborted).toBe(false);
    await press(app);
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
    expect(signal.aborted).toBe(true);
  });

  it("works by the offer alone", async () => {
    isConditional = true;
    serveSignIn();
    await renderApp("/login");
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
  });

  it("is not offered by a browser without passkeys", async () => {
    vi.unstubAllGlobals();
    serveSignIn();
    await renderApp("/login");
    await screen.findByTestId("email-input");
    expect(screen.queryByRole("button", { name: /passkey/ })).not.toBeInTheDocument();
  });
});

describe("a passkey as the second factor", () => {
  it("follows the password", async () => {
    const sent: object[] = [];
    signedOut();
    server.use(
      http.get("*/api/v1/login/passkeys/options", () => HttpResponse.error()),
      http.post("*/api/v1/login/session", () =>
        HttpResponse.json(
          {
            ...{ type: "about:blank", title: "Forbidden", status: 403, detail: "Confirm" },
            ...{ code: "AUTH_MFA_REQUIRED", errors: [], request_id: "r" },
            challenge: {
              token: "t1",
              kinds: {
                passkeys: { options: { challenge: CHALLENGE, allowCredentials: [{ id: "Ag" }] } },
              },
            },
          },
          { status: 403, headers: { "Content-Type": "application/problem+json" } },
        ),
      ),
      http.post("*/api/v1/login/challenge", async ({ request }) => {
        sent.push((await request.json()) as object);
        if (sent.length === 1) {
          const field = { code: "incorrect", message: "This is not correct.", field: "answer" };
          return refuse(400, "AUTH_003", "This is not correct.", [field]);
        }
        signedInAs(ada);
        return HttpResponse.json(ada);
      }),
    );
    const { user: person } = await renderApp("/login");
    await person.type(screen.getByTestId("email-input"), ada.email);
    await person.type(screen.getByTestId("password-input"), "quiet-harbour-42{Enter}");
    const confirm = await screen.findByRole("button", { name: "Sign in with a passkey" });
    await waitFor(() => expect(confirm).toHaveFocus());
    await person.click(confirm);
    expect(await screen.findByText(/was not accepted/)).toBeInTheDocument();
    await person.click(confirm);
    expect(await screen.findByRole("heading", { name: /^Hi/ })).toBeInTheDocument();
    expect(sent.at(-1)).toMatchObject({ token: "t1", kind: "passkeys" });
    const { publicKey } = get.mock.calls[0]?.[0] ?? {};
    expect([...publicKey.allowCredentials[0].id]).toEqual([2]);
  });
});

describe("the passkeys of another user", () => {
  const other = "0198a000-0000-7000-8000-000000000002";

  async function renderOf(userId: string, passkeys = [passkey(1)]) {
    const sent: unknown[] = [];
    signedInAs(user({ is_superuser: true }));
    server.use(
      http.get(`*/api/v1/users/${userId}`, () => HttpResponse.json(user({ id: userId }))),
      http.get("*/api/v1/users/:id/passkeys/", () => HttpResponse.json(pageOf(passkeys))),
      http.post("*/api/v1/users/:id/passkeys/reset", async ({ request, params }) => {
        sent.push([params.id, await request.json()]);
        passkeys = [];
        return HttpResponse.json({ message: "Passkeys removed" });
      }),
    );
    const app = await renderApp(`/passkeys?user=${userId}`);
    await screen.findByRole("list", { name: "Passkeys" });
    const button = screen.getByRole("button", { name: "Remove all passkeys" });
    return { ...app, sent, button };
  }

  it("are removed with a reason", async () => {
    const { user: person, sent, button } = await renderOf(other);
    await person.click(button);
    const sheet = within(await screen.findByRole("dialog", { name: "Remove all passkeys" }));
    await person.click(sheet.getByRole("button", { name: "Save" }));
    expect(await sheet.findByText("Reason is required")).toBeInTheDocument();
    await person.type(sheet.getByLabelText("Reason"), "Lost phone");
    await person.click(sheet.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("No passkeys")).toBeInTheDocument();
    expect(sent).toEqual([[other, { reason: "Lost phone" }]]);
  });

  it("are one's own in the settings only", async () => {
    const { button } = await renderOf(ada.id);
    expect(button).toHaveAttribute("aria-disabled", "true");
  });
});
