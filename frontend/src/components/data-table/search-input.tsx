import { Search, X } from "lucide-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";
import { useHotkey } from "@/lib/hotkeys";
import { MAX_QUERY } from "@/lib/table-search";

const PAUSE_MS = 250;

interface SearchInputProps {
  label: string;
  value: string;
  onSearch: (q: string) => void;
  onArrowDown: () => void;
}

/** Asks after a short pause in typing; follows the URL when that changes by itself, as with Back. */
export function SearchInput({ label, value, onSearch, onArrowDown }: SearchInputProps) {
  const [text, setText] = useState(value);
  // Tells our own change of the URL, which may arrive while people type on, from somebody else's.
  const asked = useRef(value);
  const q = text.trim();

  const input = useRef<HTMLInputElement>(null);
  useHotkey("/", () => input.current?.focus(), label);

  const ask = useEffectEvent(() => {
    asked.current = q;
    onSearch(q);
  });

  useEffect(() => {
    if (q === asked.current) return;
    const timer = setTimeout(ask, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [q]);

  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);

  return (
    <search className="relative min-w-0 flex-1 sm:max-w-64">
      <Search
        aria-hidden
        className="pointer-events-none absolute start-3 top-1/2 size-4 -translate-y-1/2 text-muted-foreground"
      />
      <Input
        ref={input}
        type="search"
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        value={text}
        maxLength={MAX_QUERY}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") onArrowDown();
          // The first one empties the field.
          if (event.key === "Escape" && !text) event.currentTarget.blur();
        }}
        className="peer h-8 px-9 [&::-webkit-search-cancel-button]:hidden"
      />
      {!text && (
        <Kbd
          keys="/"
          aria-hidden
          className="pointer-events-none absolute end-1.5 top-1/2 -translate-y-1/2 peer-focus:hidden pointer-coarse:hidden"
        />
      )}
      {text && (
        <Button
          variant="ghost"
          size="icon-sm"
          aria-label="Clear search"
          onClick={() => {
            setText("");
            input.current?.focus();
          }}
          className="absolute end-0 top-1/2 -translate-y-1/2 text-muted-foreground hover:bg-transparent"
        >
          <X aria-hidden />
        </Button>
      )}
    </search>
  );
}
