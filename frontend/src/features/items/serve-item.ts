import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { renderApp } from "@/test/render";
import { refuse, server } from "@/test/server";
import { item, itemsPage } from "./factories";

export const ITEMS = "*/api/v1/items/";
export const ITEM = `*/api/v1/items/${item().id}`;

/** Serves one item from an API that checks versions. */
export function serveItem() {
  const api = { saved: item(), sent: [] as { version: string | null; title: string }[] };
  server.use(
    http.get(ITEMS, () => HttpResponse.json(itemsPage([api.saved]))),
    http.get(ITEM, () => HttpResponse.json(api.saved)),
    http.put<never, { title: string; description: string }>(ITEM, async ({ request }) => {
      const body = await request.json();
      const version = request.headers.get("If-Match");
      api.sent.push({ version, title: body.title });
      if (version !== `"${api.saved.version}"`) {
        return refuse(412, "PRE_001", "Someone else changed this");
      }
      api.saved = { ...api.saved, ...body, version: api.saved.version + 1 };
      return HttpResponse.json(api.saved);
    }),
  );
  const changeElsewhere = (title: string) => {
    api.saved = { ...api.saved, title, version: api.saved.version + 1 };
  };
  return { api, changeElsewhere };
}

/** Opens the item's row. */
export async function openSheet() {
  const app = await renderApp("/items");
  await app.user.click(await screen.findByRole("link", { name: "Spare keys" }));
  const title = await screen.findByLabelText("Title");
  return { ...app, title };
}
