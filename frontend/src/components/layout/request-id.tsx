import { CopyButton } from "@/components/ui/copy-button";
import { errorRequestId } from "@/lib/errors";

/** What to quote when asking for help with an error. */
export function RequestId({ error }: { error: unknown }) {
  const requestId = errorRequestId(error);
  if (!requestId) return null;
  return (
    <span className="mt-2 flex items-center justify-center gap-1 text-xs">
      <span>
        Request <code className="break-all font-mono select-all">{requestId}</code>
      </span>
      <CopyButton text={requestId} label="Copy request id" />
    </span>
  );
}
