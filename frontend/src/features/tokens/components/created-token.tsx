import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";

/** The only time that a token is shown. It is nowhere but in this component's parent. */
export function CreatedToken({ token, onDone }: { token: string; onDone: () => void }) {
  return (
    <section
      role="status"
      aria-label="New API token"
      className="mb-8 grid gap-3 rounded-md border border-primary/40 p-4"
    >
      <p className="font-medium">Copy the token now. You won't see it again.</p>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 select-all rounded-md bg-muted px-2 py-1.5 font-mono text-[13px] break-all">
          {token}
        </code>
        <CopyButton text={token} label="Copy token" />
      </div>
      <Button variant="outline" size="sm" className="justify-self-start" onClick={onDone}>
        Done
      </Button>
    </section>
  );
}
