import { CircleAlert, Package, SearchX } from "lucide-react";
import { RequestId } from "@/components/layout/request-id";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { errorMessage } from "@/lib/errors";

interface ItemsNoticeProps {
  error: unknown;
  q: string;
  onRetry: () => void;
  onClearSearch: () => void;
}

/** In place of the rows when there are none: an error, nothing found, or nothing yet. */
export function ItemsNotice({ error, q, onRetry, onClearSearch }: ItemsNoticeProps) {
  if (error) {
    return (
      <div role="alert">
        <Empty
          icon={CircleAlert}
          title="The items did not load"
          description={
            <>
              {errorMessage(error)}
              <RequestId error={error} />
            </>
          }
        >
          <Button variant="outline" onClick={onRetry}>
            Try again
          </Button>
        </Empty>
      </div>
    );
  }
  if (q) {
    return (
      <Empty icon={SearchX} title="No items found" description={<>Nothing matches “{q}”.</>}>
        <Button variant="outline" onClick={onClearSearch}>
          Clear search
        </Button>
      </Empty>
    );
  }
  return (
    <Empty
      icon={Package}
      title="You don't have any items yet"
      description="Add a new item to get started"
    />
  );
}
