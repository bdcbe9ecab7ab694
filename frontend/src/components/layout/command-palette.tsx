import { Command } from "cmdk";
import { Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { useDeferredValue, useState } from "react";
import { Kbd } from "@/components/ui/kbd";
import { Spinner } from "@/components/ui/spinner";
import type { Overlay } from "@/lib/overlay";
import { MAX_QUERY } from "@/lib/table-search";
import { type Choice, matching, useChoices } from "./palette-choices";
import { useRecords } from "./palette-records";

/** Pages, actions and records in one search field. Typing, the arrow keys and Enter reach every choice. */
export default function CommandPalette({ overlay }: { overlay: Overlay<never> }) {
  return (
    <Dialog.Root open={overlay.open} onOpenChange={(open) => !open && overlay.hide()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-overlay duration-100 data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0" />
        <Dialog.Content
          onCloseAutoFocus={overlay.returnFocus}
          className="fixed inset-x-4 top-4 z-50 mx-auto max-w-xl overflow-hidden rounded-xl border bg-popover shadow-2xl shadow-black/15 duration-100 data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 sm:top-[14vh]"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Dialog.Description className="sr-only">
            Type to search, use the arrow keys to navigate, and press Enter to select.
          </Dialog.Description>
          <Palette close={overlay.hide} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const RETRY = "try again";

function Palette({ close }: { close: () => void }) {
  const [query, setQuery] = useState("");
  const text = useDeferredValue(query.trim());
  const choices = useChoices();
  const records = useRecords(query.trim());
  // Records arrive later and must not move a choice that the user is about to select.
  const groups = [...matching(choices, text), ...records.groups];
  // Selects the first choice until the user presses an arrow key. By default the library keeps a choice that is gone.
  const [chosen, setChosen] = useState("");
  const ids = groups.flatMap((group) => group.choices.map(({ id }) => id));
  const selected = ids.includes(chosen) || chosen === RETRY ? chosen : (ids[0] ?? RETRY);
  const isEmpty = groups.length === 0 && !records.isSearching && !records.error;

  const choose = ({ run }: Choice) => {
    close();
    run();
  };

  return (
    <Command
      label="Search and commands"
      shouldFilter={false}
      loop
      value={selected}
      onValueChange={setChosen}
    >
      <div className="flex items-center gap-2.5 border-b px-4">
        {records.isSearching ? (
          <Spinner className="shrink-0 text-muted-foreground" />
        ) : (
          <Search aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        )}
        <Command.Input
          value={query}
          onValueChange={(next) => {
            setQuery(next);
            setChosen("");
          }}
          placeholder="Search or jump to…"
          maxLength={MAX_QUERY}
          className="h-12 w-full bg-transparent text-base outline-none placeholder:text-muted-foreground md:text-sm"
        />
      </div>
      <p role="status" className="sr-only">
        {records.isSearching ? "Searching…" : countText(groups)}
      </p>
      {isEmpty && (
        <p className="wrap-anywhere px-4 py-10 text-center text-muted-foreground">
          No results for “{text}”
        </p>
      )}
      <Command.List className="max-h-[min(24rem,60dvh)] scroll-py-1 overflow-y-auto p-1 empty:p-0 [&:has([cmdk-list-sizer]:empty)]:p-0">
        {groups.map(({ heading, choices }) => (
          <Command.Group key={heading} heading={heading} className="palette-group">
            {choices.map((choice) => (
              <ChoiceRow key={choice.id} choice={choice} onSelect={() => choose(choice)} />
            ))}
          </Command.Group>
        ))}
        {records.error && (
          <Command.Item
            value={RETRY}
            onSelect={() => void records.retry()}
            className="palette-item text-destructive"
          >
            {records.error} Press Enter to try again.
          </Command.Item>
        )}
      </Command.List>
      <div
        aria-hidden
        className="flex gap-4 border-t px-4 py-2 text-muted-foreground text-xs pointer-coarse:hidden"
      >
        <Hint keys="↑ ↓">Navigate</Hint>
        <Hint keys="↵">Select</Hint>
        <Hint keys="Esc">Close</Hint>
      </div>
    </Command>
  );
}

function ChoiceRow({ choice, onSelect }: { choice: Choice; onSelect: () => void }) {
  const { id, title, hint, icon: Icon, keys } = choice;
  return (
    <Command.Item value={id} onSelect={onSelect} className="palette-item">
      <Icon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
      <span className="truncate">{title}</span>
      {hint && <span className="truncate text-muted-foreground">{hint}</span>}
      {keys && <Kbd keys={keys} aria-hidden className="ms-auto pointer-coarse:hidden" />}
    </Command.Item>
  );
}

function Hint({ keys, children }: { keys: string; children: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <Kbd keys={keys} />
      {children}
    </span>
  );
}

function countText(groups: { choices: Choice[] }[]) {
  const count = groups.reduce((sum, { choices }) => sum + choices.length, 0);
  return count === 1 ? "1 result" : `${count} results`;
}
