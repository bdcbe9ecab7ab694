import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { characterKeysOff, registerHotkey } from "./hotkeys";

const undo: (() => void)[] = [];

function on(keys: string) {
  const run = vi.fn();
  undo.push(registerHotkey({ keys, run, description: keys, section: "General" }));
  return run;
}

function press(key: string, init: KeyboardEventInit = {}, target: Element = document.body) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  document.body.innerHTML = "";
});
afterEach(() => {
  for (const remove of undo.splice(0)) remove();
  vi.useRealTimers();
});

describe("a shortcut", () => {
  it("runs on its key and prevents the default", () => {
    const search = on("/");
    expect(press("/").defaultPrevented).toBe(true);
    expect(search).toHaveBeenCalledOnce();
    expect(press("x").defaultPrevented).toBe(false);
  });

  it("can be a sequence", () => {
    const notes = on("g i");
    const create = on("i");
    press("g");
    press("i");
    expect(notes).toHaveBeenCalledOnce();
    expect(create).not.toHaveBeenCalled();
  });

  it("forgets a sequence that takes too long", () => {
    const notes = on("g i");
    const now = vi.spyOn(performance, "now");
    const at = (time: number, key: string) => {
      now.mockReturnValue(time);
      press(key);
    };
    at(1000, "g");
    at(5000, "i");
    expect(notes).not.toHaveBeenCalled();
  });

  it("resets after a key without a match", () => {
    const notes = on("g i");
    for (const key of ["g", "x", "i"]) press(key);
    expect(notes).not.toHaveBeenCalled();
    for (const key of ["g", "i"]) press(key);
    expect(notes).toHaveBeenCalledOnce();
  });

  it("of a page overrides the shell's", () => {
    const shell = on("c");
    const page = on("c");
    press("c");
    expect([shell.mock.calls.length, page.mock.calls.length]).toEqual([0, 1]);
    undo.pop()?.();
    press("c");
    expect([shell.mock.calls.length, page.mock.calls.length]).toEqual([1, 1]);
  });

  it.each(["input", "textarea", "select"])("is text while the user types in %s", (tag) => {
    const [create, palette] = [on("c"), on("mod+k")];
    const field = document.body.appendChild(document.createElement(tag));
    press("c", {}, field);
    expect(create).not.toHaveBeenCalled();
    press("k", { ctrlKey: true }, field);
    expect(palette).toHaveBeenCalledOnce();
  });

  it.each(["dialog", "alertdialog", "menu"])("does nothing inside a %s", (role) => {
    const [create, palette] = [on("c"), on("mod+k")];
    const overlay = document.body.appendChild(document.createElement("div"));
    overlay.setAttribute("role", role);
    press("c", {}, overlay);
    press("k", { ctrlKey: true }, overlay);
    expect(create).not.toHaveBeenCalled();
    expect(palette).not.toHaveBeenCalled();
  });

  it.each<[string, KeyboardEventInit]>([
    ["Ctrl+C copies", { ctrlKey: true }],
    ["Cmd+C copies", { metaKey: true }],
    ["Alt+C opens a menu", { altKey: true }],
    ["Shift+C is another letter", { shiftKey: true }],
    ["a key held down repeats", { repeat: true }],
    ["an input method is composing", { isComposing: true }],
  ])("is left to the browser: %s", (_name, init) => {
    const create = on("c");
    expect(press("c", init).defaultPrevented).toBe(false);
    expect(create).not.toHaveBeenCalled();
  });

  it("works on keyboards with other alphabets", () => {
    const [create, help] = [on("c"), on("?")];
    press("с", { code: "KeyC" }); // Cyrillic
    press("?", { shiftKey: true });
    for (const run of [create, help]) expect(run).toHaveBeenCalledOnce();
  });

  it("of a single character can be switched off", () => {
    const [create, palette] = [on("c"), on("mod+k")];
    characterKeysOff.set(true);
    press("c");
    press("k", { ctrlKey: true });
    expect(create).not.toHaveBeenCalled();
    expect(palette).toHaveBeenCalledOnce();
    characterKeysOff.set(false);
    press("c");
    expect(create).toHaveBeenCalledOnce();
  });
});
