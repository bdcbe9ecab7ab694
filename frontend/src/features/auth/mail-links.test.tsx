import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

const LINKS = [
  ["/not-me", "login/not-me", "This was not me", "Log out all devices"],
  ["/confirm-email", "users/me/email/confirm", "Confirm your new email address", "Confirm address"],
  ["/undo-email", "users/me/email/undo", "Undo the change", "Restore the old address"],
] as const;

describe.each(LINKS)("the link to %s", (page, path, title, button) => {
  async function open(respond: () => Response) {
    const sent: unknown[] = [];
    server.use(
      http.post(`*/api/v1/${path}`, async ({ request }) => {
        sent.push(await request.json());
        return respond();
      }),
    );
    const app = await renderApp(`${page}#token=t-1`);
    expect(await screen.findByRole("heading", { name: title })).toBeInTheDocument();
    return { ...app, sent };
  }

  const done = () => HttpResponse.json({ message: "It is done" });

  it("is used by the button only", async () => {
    signedOut();
    const { user: person, sent } = await open(done);
    expect(sent).toEqual([]);
    await person.click(screen.getByRole("button", { name: button }));
    expect(await screen.findByText("It is done")).toBeInTheDocument();
    expect(sent).toEqual([{ token: "t-1" }]);
    expect(screen.queryByRole("button", { name: button })).not.toBeInTheDocument();
  });

  it("also works for a signed-in user", async () => {
    signedInAs(user());
    const { user: person } = await open(done);
    await person.click(screen.getByRole("button", { name: button }));
    expect(await screen.findByText("It is done")).toBeInTheDocument();
  });

  it("can have expired", async () => {
    signedOut();
    const { user: person } = await open(() => refuse(400, "AUTH_005", "Invalid token"));
    await person.click(screen.getByRole("button", { name: button }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Invalid token");
  });
});
