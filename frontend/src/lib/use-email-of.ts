import { readUserByIdOptions } from "@app/sdk/react-query";
import { useQuery } from "@tanstack/react-query";
import { isolated } from "@/lib/text";

// Not in `access.ts`, which the router needs before a page's code has loaded.

/** The address of a user, for a sentence on a superusers' page. Undefined until it has loaded. */
export function useEmailOf(userId: string): string | undefined {
  const { data: user } = useQuery(readUserByIdOptions({ path: { user_id: userId } }));
  return user && isolated(user.email);
}
