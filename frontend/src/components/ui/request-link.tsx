import { requestPath } from "@/lib/features";
import { useCachedUser } from "@/lib/session";
import { PathLink } from "./path-link";

/** The id of a request. For superusers it is a link to what the request caused, if a feature has such a page. */
export function RequestLink({ id }: { id: string }) {
  const me = useCachedUser();
  if (!requestPath || !me?.is_superuser) return id;
  return (
    <PathLink path={requestPath(id)} className="underline">
      {id}
    </PathLink>
  );
}
