import { RequestLink } from "@/components/ui/request-link";
import { errorRequestId } from "@/lib/errors";

/** The id to quote when reporting an error. */
export function RequestId({ error }: { error: unknown }) {
  const requestId = errorRequestId(error);
  if (!requestId) return null;
  return (
    <span className="mt-2 block text-xs">
      Request ID:{" "}
      <code className="break-all font-mono select-all">
        <RequestLink id={requestId} />
      </code>
    </span>
  );
}
