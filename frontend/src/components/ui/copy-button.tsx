import { Check, Copy } from "lucide-react";
import { useState } from "react";

const SHOWN_MS = 2_000;

/** Confirms with a check mark on the button itself. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  // Browsers provide it only on https and localhost.
  if (!navigator.clipboard) return null;
  async function copy() {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
    setTimeout(() => setIsCopied(false), SHOWN_MS);
  }
  return (
    <button
      type="button"
      data-slot="copy-button"
      aria-label={isCopied ? "Copied" : label}
      onClick={() => void copy()}
      className="relative inline-flex size-6 shrink-0 items-center justify-center rounded-sm border border-transparent text-muted-foreground after:absolute after:-inset-1 hover:bg-accent hover:text-foreground"
    >
      {isCopied ? (
        <Check aria-hidden className="size-3.5 text-primary" />
      ) : (
        <Copy aria-hidden className="size-3.5" />
      )}
    </button>
  );
}
