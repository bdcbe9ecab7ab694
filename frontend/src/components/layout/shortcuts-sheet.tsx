import { useId } from "react";
import { Kbd } from "@/components/ui/kbd";
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetHeader,
  SheetTitle,
} from "@/components/ui/sheet";
import { type HotkeySection, useHotkeys } from "@/lib/hotkeys";
import type { Overlay } from "@/lib/overlay";
import { CharacterKeysSwitch } from "./character-keys-switch";

const SECTIONS: HotkeySection[] = ["General", "Go to", "This page"];

/** All shortcuts that work on the current page. */
export default function ShortcutsSheet({ overlay }: { overlay: Overlay<never> }) {
  return (
    <Sheet open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <SheetContent
        onOpenAutoFocus={(event) => {
          // The text is to be read first, so no control gets the focus.
          event.preventDefault();
          (event.currentTarget as HTMLElement).focus();
        }}
        onCloseAutoFocus={overlay.returnFocus}
        className="outline-none"
      >
        <SheetHeader>
          <SheetTitle>Keyboard shortcuts</SheetTitle>
          <SheetDescription>Disabled while you're typing.</SheetDescription>
        </SheetHeader>
        <div className="grid flex-1 content-start gap-6 overflow-y-auto p-5">
          {SECTIONS.map((section) => (
            <Section key={section} section={section} />
          ))}
        </div>
        <div className="border-t p-5">
          <CharacterKeysSwitch />
        </div>
      </SheetContent>
    </Sheet>
  );
}

function Section({ section }: { section: HotkeySection }) {
  const id = useId();
  const hotkeys = useHotkeys().filter((hotkey) => hotkey.section === section);
  if (hotkeys.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="mb-1 font-medium text-[13px] text-muted-foreground">
        {section}
      </h3>
      <dl className="divide-y">
        {hotkeys.map(({ keys, description }) => (
          <div key={keys} className="flex h-9 items-center justify-between gap-4 text-[13px]">
            <dt>{description}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
