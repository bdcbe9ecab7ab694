import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { saveFile } from "@/lib/csv-download";

interface RecoveryCodesProps {
  codes: string[];
  onDone: () => void;
}

/** The only time that recovery codes are shown. They are nowhere but in this component's parent. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const text = `${codes.join("\n")}\n`;
  const area = useRef<HTMLElement>(null);
  // The sheet or the dialog before it is closed, and its button can be gone.
  useEffect(() => area.current?.focus(), []);
  return (
    <section
      ref={area}
      tabIndex={-1}
      aria-label="Recovery codes"
      className="mb-8 grid gap-3 rounded-md border border-primary/40 p-4"
    >
      <p className="font-medium">Save these codes now. You won't see them again.</p>
      <p className="text-[13px] text-muted-foreground">
        If you lose your app, each of them signs you in once. Keep them apart from your password.
      </p>
      <ul
        aria-label="Codes"
        className="grid gap-x-6 gap-y-1 rounded-md bg-muted px-3 py-2 font-mono text-[13px] sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-2">
        <CopyButton text={text} label="Copy codes" />
        <Button
          variant="outline"
          size="sm"
          onClick={() => saveFile(new Blob([text], { type: "text/plain" }), "recovery-codes.txt")}
        >
          Download
        </Button>
        <Button variant="outline" size="sm" onClick={() => window.print()}>
          Print
        </Button>
        <Button variant="outline" size="sm" className="ms-auto" onClick={onDone}>
          Done
        </Button>
      </div>
    </section>
  );
}
