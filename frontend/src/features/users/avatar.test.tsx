import type { UserPublic } from "@app/sdk";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";

const ada = user();

async function renderProfile(me: UserPublic = ada) {
  signedInAs(me);
  const app = await renderApp("/settings");
  await screen.findByRole("heading", { name: "Settings" });
  return app;
}

const png = new File(["x"], "me.png", { type: "image/png" });
const url = `/api/v1/users/${ada.id}/avatar?v=1`;

function acceptPictures() {
  const sent: unknown[] = [];
  server.use(
    http.put("*/api/v1/users/me/avatar", async ({ request }) => {
      const file = (await request.formData()).get("file") as File;
      sent.push([file.name, file.type]);
      return HttpResponse.json({ ...ada, avatar_url: url });
    }),
  );
  return sent;
}

const input = () => screen.getByLabelText("Picture", { selector: "input" });
const shown = () => screen.getByTestId("user-menu").querySelector("img")?.getAttribute("src");

it("uploads a chosen picture immediately", async () => {
  const { user: person } = await renderProfile();
  const sent = acceptPictures();
  await person.upload(input(), png);
  expect(await screen.findByRole("button", { name: "Change picture" })).toBeInTheDocument();
  expect(sent).toEqual([["me.png", "image/png"]]);
  expect(shown()).toBe(url);
});

it("removes the picture and keeps the focus", async () => {
  const { user: person } = await renderProfile({ ...ada, avatar_url: url });
  server.use(http.delete("*/api/v1/users/me/avatar", () => HttpResponse.json(ada)));
  await person.click(screen.getByRole("button", { name: "Remove" }));
  const upload = await screen.findByRole("button", { name: "Upload picture" });
  await waitFor(() => expect(upload).toHaveFocus());
  expect(shown()).toBeUndefined();
});

it.each([
  [
    "not an image",
    new File(["<svg/>"], "me.svg", { type: "image/svg+xml" }),
    /isn't a supported image/,
  ],
  ["empty", new File([], "me.png", { type: "image/png" }), /empty/],
  [
    "too large",
    new File([new Uint8Array(2 * 1024 * 1024 + 1)], "me.png", { type: "image/png" }),
    /larger than 2 MB/,
  ],
])("does not upload a file that is %s", async (_name, file, message) => {
  await renderProfile();
  const sent = acceptPictures();
  // Users can still drop such a file on the field or choose it under "All files".
  await userEvent.upload(input(), file, { applyAccept: false });
  expect(await screen.findByRole("alert")).toHaveTextContent(message);
  expect(sent).toEqual([]);
});

it("shows the server's verdict on the file", async () => {
  const { user: person } = await renderProfile();
  const errors = [
    { code: "value_error", message: "The file is not a readable image", field: "file" },
  ];
  server.use(
    http.put("*/api/v1/users/me/avatar", () => refuse(422, "VAL_001", "Validation failed", errors)),
  );
  await person.upload(input(), png);
  expect(await screen.findByRole("alert")).toHaveTextContent("The file is not a readable image");
  expect(shown()).toBeUndefined();
});

it("reports a lost connection", async () => {
  const { user: person } = await renderProfile();
  server.use(http.put("*/api/v1/users/me/avatar", () => HttpResponse.error()));
  await person.upload(input(), png);
  expect(await screen.findByRole("alert")).toHaveTextContent(/could not be reached/);
});
