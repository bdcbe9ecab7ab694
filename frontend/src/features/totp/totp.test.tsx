import { screen, waitFor, within } from "@testing-library/react";
import { delay, HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { pageOf, user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { CODES, setup, totpStatus, trustedDevice } from "./factories";

const ada = user();
const WRONG = "This code is not correct. Enter the newest code of your app.";

beforeEach(() => signedInAs(ada));

/** An API for a user whose app is on or off. Returns the requests that change something. */
function serve(isOn: boolean, { left = 8, days = 30 } = {}) {
  const sent: unknown[] = [];
  let devices = [trustedDevice(1, { is_current: true }), trustedDevice(2)];
  server.use(
    http.get("*/api/v1/totp/", () =>
      HttpResponse.json(
        totpStatus(isOn, { recovery_codes_left: isOn ? left : 0, trusted_device_days: days }),
      ),
    ),
    http.get("*/api/v1/totp/devices/", () =>
      HttpResponse.json({ data: devices, count: devices.length }),
    ),
    http.post("*/api/v1/totp/setup", () => HttpResponse.json(setup)),
    http.post("*/api/v1/totp/confirm", async ({ request }) => {
      const body = (await request.json()) as { code: string };
      sent.push(body);
      if (body.code.replace(" ", "") !== "123456") {
        return refuse(422, "VAL_001", WRONG, [
          { code: "incorrect", message: WRONG, field: "code" },
        ]);
      }
      isOn = true;
      return HttpResponse.json({ codes: CODES });
    }),
    http.post("*/api/v1/totp/recovery-codes", () => {
      sent.push("new codes");
      return HttpResponse.json({ codes: CODES });
    }),
    http.delete("*/api/v1/totp/", () => {
      sent.push("off");
      isOn = false;
      return HttpResponse.json({ message: "Authenticator app turned off" });
    }),
    http.delete("*/api/v1/totp/devices/:id", ({ params }) => {
      sent.push(params.id);
      devices = devices.filter(({ id }) => id !== params.id);
      return HttpResponse.json({ message: "The device is no longer trusted" });
    }),
  );
  return sent;
}

async function openSetup() {
  const app = await renderApp("/settings/security");
  await app.user.click(await screen.findByRole("button", { name: "Set up authenticator app" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Set up authenticator app" }));
  return { ...app, sheet, code: sheet.getByLabelText("Code") };
}

describe("setting up an app", () => {
  it("shows the QR code and the key", async () => {
    serve(false);
    const { sheet } = await openSetup();
    expect(sheet.getByAltText("QR code for your app")).toHaveAttribute("src", setup.qr_code);
    expect(sheet.getByText(setup.secret)).toBeInTheDocument();
    expect(sheet.getByRole("link", { name: "Open your app" })).toHaveAttribute("href", setup.uri);
  });

  it("sends a pasted code by itself, and shows the recovery codes", async () => {
    const sent = serve(false);
    const { user: person, code } = await openSetup();
    expect(code).toHaveAttribute("autocomplete", "one-time-code");
    expect(code).toHaveAttribute("inputmode", "numeric");
    await person.click(code);
    await person.paste("123 456");
    const codes = await screen.findByRole("list", { name: "Codes" });
    expect(within(codes).getAllByRole("listitem")).toHaveLength(10);
    expect(sent).toEqual([{ code: "123 456" }]);
    expect(await screen.findByText("8 recovery codes left")).toBeInTheDocument();
    await person.click(screen.getByRole("button", { name: "Done" }));
    expect(screen.queryByText(CODES[0] as string)).not.toBeInTheDocument();
  });

  it("repeats after a wrong code", async () => {
    const sent = serve(false);
    const { user: person, sheet, code } = await openSetup();
    await person.type(code, "000000");
    expect(await sheet.findByText(WRONG)).toBeInTheDocument();
    await person.clear(code);
    await person.type(code, "123456");
    expect(await screen.findByRole("list", { name: "Codes" })).toBeInTheDocument();
    expect(sent).toEqual([{ code: "000000" }, { code: "123456" }]);
  });

  it("refuses what is not six digits", async () => {
    const sent = serve(false);
    const { user: person, sheet, code } = await openSetup();
    await person.type(code, "12345{Enter}");
    expect(await sheet.findByText("Enter the six digits that your app shows")).toBeInTheDocument();
    expect(sent).toEqual([]);
  });
});

it("shows the codes also to a user who has to set up a factor first", async () => {
  const sent = serve(false);
  server.use(
    http.get("*/api/v1/sessions/", async () => {
      if (sent.length === 0)
        return refuse(403, "AUTH_MFA_SETUP_REQUIRED", "Set up a second factor");
      await delay(200);
      return HttpResponse.json(pageOf([]));
    }),
  );
  const { user: person, sheet } = await openSetup();
  await person.type(sheet.getByLabelText("Code"), "123456");
  expect(await screen.findByText("No sessions")).toBeInTheDocument();
  expect(screen.getByRole("list", { name: "Codes" })).toBeInTheDocument();
});

describe("the recovery codes", () => {
  it("can be downloaded and printed", async () => {
    serve(true);
    const print = vi.fn();
    Object.assign(window, { print }); // missing in this DOM
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    const url = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:codes");
    const { user: person } = await renderApp("/settings/security");
    await person.click(await screen.findByRole("button", { name: "New recovery codes" }));
    await person.click(await screen.findByRole("button", { name: "Create codes" }));
    await person.click(await screen.findByRole("button", { name: "Print" }));
    await person.click(screen.getByRole("button", { name: "Download" }));
    expect(print).toHaveBeenCalledOnce();
    const file = url.mock.calls[0]?.[0] as Blob;
    expect(await file.text()).toBe(`${CODES.join("\n")}\n`);
    expect(click).toHaveBeenCalledOnce();
    click.mockRestore();
    url.mockRestore();
  });

  it("are replaced only after a confirmation", async () => {
    const sent = serve(true, { left: 1 });
    const { user: person } = await renderApp("/settings/security");
    expect(await screen.findByText("1 recovery code left")).toBeInTheDocument();
    await person.click(screen.getByRole("button", { name: "New recovery codes" }));
    const dialog = await screen.findByRole("alertdialog", { name: "Create new recovery codes?" });
    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    expect(sent).toEqual([]);
  });
});

describe("an app that is on", () => {
  it("is turned off after a confirmation", async () => {
    const sent = serve(true);
    const { user: person } = await renderApp("/settings/security");
    await person.click(await screen.findByRole("button", { name: "Turn off" }));
    const dialog = await screen.findByRole("alertdialog", { name: /^Turn off/ });
    await person.click(within(dialog).getByRole("button", { name: "Turn off" }));
    expect(await screen.findByRole("button", { name: "Set up authenticator app" })).toBeVisible();
    expect(sent).toEqual(["off"]);
  });

  it("lists trusted devices, which can be removed", async () => {
    const sent = serve(true);
    const { user: person } = await renderApp("/settings/security");
    const list = await screen.findByRole("list", { name: "Trusted devices" });
    const [first] = within(list).getAllByRole("listitem");
    expect(first).toHaveTextContent(/Firefox on Linux 1.*This device.*192\.0\.2\.1/);
    await person.click(within(list).getByRole("button", { name: /Remove: .*Linux 2/ }));
    await waitFor(() => expect(within(list).getAllByRole("listitem")).toHaveLength(1));
    expect(sent).toEqual([trustedDevice(2).id]);
  });

  it("has no devices where none can be trusted", async () => {
    serve(true, { days: 0 });
    await renderApp("/settings/security");
    expect(await screen.findByText("8 recovery codes left")).toBeInTheDocument();
    expect(screen.queryByText("Trusted devices")).not.toBeInTheDocument();
  });
});

it("can fail to load", async () => {
  server.use(http.get("*/api/v1/totp/", () => refuse(403, "AUTH_002", "Forbidden")));
  await renderApp("/settings/security");
  expect(await screen.findByText("Couldn't load the authenticator app")).toBeInTheDocument();
});

it("is set up first where the settings require it", async () => {
  serve(false);
  const required = () => refuse(403, "AUTH_MFA_SETUP_REQUIRED", "Set up a second factor");
  server.use(http.get("*/api/v1/sessions/", required));
  const { user: person, code } = await openSetup();
  expect(screen.getByText(/needs a second factor/)).toBeInTheDocument();
  server.use(http.get("*/api/v1/sessions/", () => HttpResponse.json({ data: [], count: 0 })));
  await person.type(code, "123456");
  await waitFor(() => expect(screen.queryByText(/needs a second factor/)).not.toBeInTheDocument());
  expect(screen.getByRole("list", { name: "Codes" })).toBeInTheDocument();
});

describe("the page for superusers", () => {
  const grace = user({ id: "0198a000-0000-7000-8000-000000000009", email: "grace@example.com" });
  const url = `/totp?user=${grace.id}`;
  const api = `*/api/v1/users/${grace.id}`;

  it("removes the app with a reason", async () => {
    signedInAs(user({ is_superuser: true }));
    let body: unknown;
    server.use(
      http.get(api, () => HttpResponse.json(grace)),
      http.get(`${api}/totp/`, () => HttpResponse.json(totpStatus(!body))),
      http.post(`${api}/totp/reset`, async ({ request }) => {
        body = await request.json();
        return HttpResponse.json({ message: "Authenticator app removed" });
      }),
    );
    const { user: person } = await renderApp(url);
    await screen.findByText("8 recovery codes left");
    await person.click(screen.getByRole("button", { name: "Remove app" }));
    const sheet = within(await screen.findByRole("dialog", { name: "Remove authenticator app" }));
    await person.click(sheet.getByRole("button", { name: "Remove" }));
    expect(await sheet.findByText("Reason is required")).toBeInTheDocument();
    await person.type(sheet.getByLabelText("Reason"), "Lost phone");
    await person.click(sheet.getByRole("button", { name: "Remove" }));
    expect(await screen.findByText("Off")).toBeInTheDocument();
    expect(body).toEqual({ reason: "Lost phone" });
  });

  it("is not for others", async () => {
    const { router } = await renderApp(url);
    await waitFor(() => expect(router.state.location.pathname).toBe("/"));
  });
});
