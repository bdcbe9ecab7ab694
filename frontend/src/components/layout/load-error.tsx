import { CircleAlert } from "lucide-react";
import { RequestId } from "@/components/layout/request-id";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { errorMessage } from "@/lib/errors";

interface LoadErrorProps {
  title: string;
  error: unknown;
  onRetry: () => void;
}

/** Replaces content that failed to load: the error and a retry button. */
export function LoadError({ title, error, onRetry }: LoadErrorProps) {
  const description = (
    <>
      <span>{errorMessage(error)}</span>
      <RequestId error={error} />
    </>
  );
  return (
    <div role="alert">
      <Empty icon={CircleAlert} title={title} description={description}>
        <Button variant="outline" onClick={onRetry}>
          Try again
        </Button>
      </Empty>
    </div>
  );
}
