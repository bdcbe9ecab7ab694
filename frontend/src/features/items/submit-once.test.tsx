import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { user } from "@/test/factories";
import { renderApp } from "@/test/render";
import { refuse, server, signedInAs } from "@/test/server";
import { item, itemsPage } from "./factories";
import { ITEM, ITEMS } from "./serve-item";

/** Counts the requests that change something. */
function serve(method: "post" | "delete", path: string) {
  const requests: string[] = [];
  server.use(
    http.get(ITEMS, () => HttpResponse.json(itemsPage([item()]))),
    http[method](path, ({ request }) => {
      requests.push(request.method);
      return HttpResponse.json(item());
    }),
  );
  return requests;
}

const pause = (ms: number) => act(() => new Promise((resolve) => setTimeout(resolve, ms)));

beforeEach(() => signedInAs(user()));

it.each([0, 20, 200])("creates one item when Enter follows after %s ms", async (ms) => {
  const requests = serve("post", ITEMS);
  const { user: person, router } = await renderApp("/items?new=true");
  const title = await screen.findByLabelText("Title");
  // The sheet stays for a moment, as it does behind its animation or a slow navigation.
  vi.spyOn(router, "navigate").mockResolvedValue();
  await person.type(title, "Ladder");
  const form = title.closest("form") as HTMLFormElement;
  fireEvent.submit(form);
  await pause(ms);
  fireEvent.submit(form);
  await pause(100);
  expect(requests).toEqual(["POST"]);
});

it("can be submitted again after an error", async () => {
  const requests = serve("post", ITEMS);
  server.use(http.post(ITEMS, () => refuse(503, "UNAV_001", "Try again"), { once: true }));
  const { user: person } = await renderApp("/items?new=true");
  await person.type(await screen.findByLabelText("Title"), "Ladder{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("Try again");
  await person.type(screen.getByLabelText("Title"), "{Enter}");
  await waitFor(() => expect(requests).toEqual(["POST"]));
});

it("deletes once when the button is clicked twice", async () => {
  const requests = serve("delete", ITEM);
  const { user: person } = await renderApp("/items");
  await person.click(await screen.findByRole("button", { name: "Actions for Spare keys" }));
  await person.click(await screen.findByRole("menuitem", { name: "Delete Item" }));
  const dialog = await screen.findByRole("alertdialog", { name: "Delete “Spare keys”?" });
  const button = within(dialog).getByRole("button", { name: "Delete" });
  act(() => {
    button.click();
    button.click();
  });
  await waitFor(() => expect(requests).toEqual(["DELETE"]));
  await pause(100);
  expect(requests).toEqual(["DELETE"]);
});

it("goes back once when Cancel is clicked twice", async () => {
  serve("post", ITEMS);
  const { user: person, router } = await renderApp("/");
  await act(() => router.navigate({ to: "/items" }));
  await person.click(await screen.findByRole("button", { name: "Add Item" }));
  const cancel = await screen.findByRole("button", { name: "Cancel" });
  // The browser goes back a little later.
  const back = vi.spyOn(router.history, "back").mockImplementation(() => {});
  act(() => {
    cancel.click();
    cancel.click();
  });
  expect(back).toHaveBeenCalledOnce();
});
