import { act, renderHook } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import script from "../../public/first-paint.js?raw";
import { setTheme, useTheme } from "./theme";

const runScript = () => new Function(script)();
const classes = () => [...document.documentElement.classList];

let systemIsDark = false;
let systemChanged = () => {};

beforeEach(() => {
  systemIsDark = false;
  vi.spyOn(window, "matchMedia").mockImplementation(
    () =>
      ({
        get matches() {
          return systemIsDark;
        },
        addEventListener: (_type: string, listener: () => void) => {
          systemChanged = listener;
        },
      }) as unknown as MediaQueryList,
  );
});

it("takes the stored theme before the first paint", () => {
  localStorage.setItem("theme", "dark");
  runScript();
  expect(classes()).toEqual(["dark"]);
});

it("follows the system's theme by default", () => {
  runScript();
  expect(classes()).toEqual(["light"]);
  systemIsDark = true;
  systemChanged();
  expect(classes()).toEqual(["dark"]);
});

it("ignores an unknown stored value", () => {
  localStorage.setItem("theme", "purple");
  runScript();
  expect(classes()).toEqual(["light"]);
});

it("changes page and menu immediately", () => {
  runScript();
  const { result } = renderHook(useTheme);
  expect(result.current).toBe("system");
  act(() => setTheme("dark"));
  expect(classes()).toEqual(["dark"]);
  expect(result.current).toBe("dark");
});
