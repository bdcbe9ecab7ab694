import { afterEach, expect, it, vi } from "vitest";
import script from "../../public/first-paint.js?raw";

const firstPaint = () => new Function(script)();

afterEach(() => {
  window.APP_CONFIG = undefined;
  vi.resetModules();
});

it("takes the name from the server's configuration", async () => {
  window.APP_CONFIG = { projectName: "Ada & Sons" };
  expect((await import("./project")).PROJECT_NAME).toBe("Ada & Sons");
});

it.each([undefined, {}, { projectName: "" }])(
  "has a default name for the configuration %s",
  async (config) => {
    window.APP_CONFIG = config;
    expect((await import("./project")).PROJECT_NAME).toBe("App");
  },
);

it("fills title and description before the first paint", () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ addEventListener: () => {} } as never);
  document.head.innerHTML = '<title>Dashboard</title><meta name="description" content="Yours." />';
  firstPaint();
  expect(document.title).toBe("Dashboard");

  window.APP_CONFIG = { projectName: "<Ada>" };
  firstPaint();
  expect(document.title).toBe("<Ada>");
  const description = document.querySelector<HTMLMetaElement>("meta[name=description]");
  expect(description?.content).toBe("<Ada>: your dashboard.");
});
