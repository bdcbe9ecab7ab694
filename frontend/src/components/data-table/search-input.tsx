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

/** Searches after a short pause in typing. Follows the URL when it changes otherwise, for example on Back. */
export function SearchInput({ label, value, onSearch, onArrowDown }: SearchInputProps) {
  const [text, setText] = useState(value);
  // Distinguishes our own URL change, which can arrive while the user is still typing, from any other.
  const searched = useRef(value);
  const q = text.trim();

  const input = useRef<HTMLInputElement>(null);
  useHotkey("/", () => input.current?.focus(), label);

  const search = useEffectEvent(() => {
    searched.current = q;
    onSearch(q);
  });

  useEffect(() => {
    if (q === searched.current) return;
    const timer = setTimeout(search, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [q]);

  useEffect(() => {
    if (value === searched.current) return;
    searched.current = value;
    setText(value);
  }, [value]);

  return (
    <search className="relative min-w-32 flex-1 @min-[28rem]:max-w-64">
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
          // The first Escape clears the field.
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
