import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { storedFlag } from "@/lib/stored-flag";

/**
 * Keyboard shortcuts: one listener, and a registry for the list of shortcuts.
 *
 * `keys` is a typed character ("/", "?", "c"), a sequence of characters ("g i"), or "mod+k" (Ctrl+K, or Cmd+K on a
 * Mac). Single characters do nothing while the user types or an overlay is open. Users can switch them off, because
 * speech input would trigger them by accident.
 */

export type HotkeySection = "General" | "Go to" | "This page";

export interface Hotkey {
  keys: string;
  description: string;
  section: HotkeySection;
  run: () => void;
}

/** Maximum time between the keys of a sequence. */
const SEQUENCE_MS = 1200;
const OVERLAY = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";
const TYPING = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

let hotkeys: readonly Hotkey[] = [];
let typed = "";
let typedAt = 0;
const listeners = new Set<() => void>();

function change(next: readonly Hotkey[]) {
  hotkeys = next;
  for (const listener of listeners) listener();
}

/** If two hotkeys have the same keys, the later one wins: a page's over the shell's. */
export function registerHotkey(hotkey: Hotkey) {
  if (hotkeys.length === 0) window.addEventListener("keydown", onKeyDown);
  change([...hotkeys, hotkey]);
  return () => {
    change(hotkeys.filter((other) => other !== hotkey));
    if (hotkeys.length === 0) window.removeEventListener("keydown", onKeyDown);
  };
}

/** Registers a shortcut while the component is mounted. Without keys there is none. */
export function useHotkey(
  keys: string | undefined,
  handler: () => void,
  description: string,
  section: HotkeySection = "This page",
) {
  const run = useEffectEvent(handler);
  useEffect(
    () => (keys ? registerHotkey({ keys, description, section, run: () => run() }) : undefined),
    [keys, description, section],
  );
}

/** All active shortcuts, for the list of shortcuts. */
export function useHotkeys(): readonly Hotkey[] {
  return useSyncExternalStore(subscribe, () => hotkeys);
}

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const key = keyOf(event);
  if (!key || !isActive(event, key)) return;

  const isSequence = typed !== "" && event.timeStamp - typedAt < SEQUENCE_MS;
  const keys = isSequence ? `${typed} ${key}` : key;
  const match = hotkeys.findLast((hotkey) => hotkey.keys === keys);
  typed = !match && hotkeys.some((hotkey) => hotkey.keys.startsWith(`${keys} `)) ? keys : "";
  typedAt = event.timeStamp;
  if (!match) return;
  event.preventDefault();
  match.run();
}

/** The key as `keys` spells it, or undefined when it is part of a browser shortcut. */
function keyOf(event: KeyboardEvent): string | undefined {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) return latinKey(event);
  const isMod = IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  return isMod && !event.altKey && !event.shiftKey ? `mod+${latinKey(event)}` : undefined;
}

/** On a keyboard with another alphabet, the Latin letter at the same position. */
function latinKey({ key, code, shiftKey }: KeyboardEvent) {
  const latin = /^[\x21-\x7e]$/.test(key) ? key : /^Key([A-Z])$/.exec(code)?.[1];
  const letter = latin?.toLowerCase();
  return shiftKey && letter !== latin?.toUpperCase() ? undefined : letter;
}

function isActive({ target }: KeyboardEvent, key: string) {
  const element = target instanceof Element ? target : document.body;
  if (element.closest(OVERLAY)) return false;
  return key.startsWith("mod+") || (!characterKeysOff.get() && !element.closest(TYPING));
}

export const IS_MAC = /Mac|iP(hone|ad|od)/.test(navigator.platform);

/** True when the user has switched off single-character shortcuts. */
export const characterKeysOff = storedFlag("character-keys-off");

function subscribe(onChange: () => void) {
  listeners.add(onChange);
  return () => {
    listeners.delete(onChange);
  };
}
