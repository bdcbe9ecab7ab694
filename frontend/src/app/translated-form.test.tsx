import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { expect, it, vi } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs, signedOut } from "@/test/server";

/** Wraps each text in two `<font>`s, as the browser's translation does. */
function translate() {
  const texts: Text[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    if (!text.data.trim() || text.parentElement?.closest("font, svg, textarea, option")) continue;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    text.replaceWith(outer);
    outer.append(inner);
    inner.append(text);
  }
}

it.each([
  ["/login", "Log In"],
  ["/signup", "Sign Up"],
  ["/recover-password", "Continue"],
  ["/reset-password#token=abc", "Reset Password"],
])("%s works when the browser translates it", async (url, button) => {
  signedOut();
  await submitAll(url, button);
});

it.each([
  ["/settings", "Save"],
  ["/settings/password", "Update Password"],
  ["/admin?new=true", "Save"],
])("%s works when the browser translates it", async (url, button) => {
  signedInAs(user({ is_superuser: true }));
  await submitAll(url, button);
});

/** Submits the form empty, then with input that the API refuses. React reports what it cannot insert or remove. */
async function submitAll(url: string, button: string) {
  const reported = vi.spyOn(console, "error").mockImplementation(() => {});
  server.use(
    http.all("*/api/v1/*", ({ request }) =>
      request.method === "GET" ? undefined : refuse(400, "REQ_001", "No, not now"),
    ),
  );
  const { user: person } = await renderApp(url);
  const submit = await screen.findByRole("button", { name: button });
  translate();
  const fields = () => [...(submit.closest("form")?.querySelectorAll("input, textarea") ?? [])];
  for (const text of [undefined, "a@example.com", "quiet-harbour-42"]) {
    for (const field of text ? fields() : []) {
      if (field.matches("[type=checkbox], [hidden]")) continue;
      await person.clear(field);
      await person.type(field, text ?? "");
    }
    await person.click(submit);
    translate();
  }
  await waitFor(() => expect(submit).toBeInTheDocument());
  const messages = reported.mock.calls.map((call) => String(call[0]));
  expect(
    messages.filter((message) => /insertBefore|removeChild|not a child/i.test(message)),
  ).toEqual([]);
  expect(screen.queryByRole("heading", { name: /Couldn't load/ })).not.toBeInTheDocument();
}
