import { errorRequestId } from "@/lib/errors";

/** What to quote when asking for help with an error. */
export function RequestId({ error }: { error: unknown }) {
  const requestId = errorRequestId(error);
  if (!requestId) return null;
  return (
    <span className="mt-2 block text-xs">
      Request ID: <code className="break-all font-mono select-all">{requestId}</code>
    </span>
  );
}
