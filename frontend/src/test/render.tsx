import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createApp } from "@/app/create-app";

/** Renders the real route tree at a URL, as main.tsx does. */
export async function renderApp(url: string) {
  const app = createApp(createMemoryHistory({ initialEntries: [url] }));
  await app.router.load();
  const view = render(<RouterProvider router={app.router} />);
  return { ...app, ...view, user: userEvent.setup() };
}
