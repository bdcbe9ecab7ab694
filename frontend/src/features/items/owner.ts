import { readUserByIdOptions } from "@app/sdk/react-query";
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/lib/session";

/** The name of an item's owner. Only superusers see other users' items. */
export function useOwnerName(id: string | undefined): string | undefined {
  const me = useMe();
  const isOther = id !== undefined && id !== me.id;
  const { data, isError } = useQuery({
    ...readUserByIdOptions({ path: { user_id: id ?? "" } }),
    enabled: isOther && me.is_superuser,
  });
  if (id === me.id) return "You";
  return data ? data.full_name || data.email : isError ? "Someone else" : undefined;
}

/** Superusers see everyone's items and can filter them by owner: themselves or one other user. */
export function useOwnerFilter(owner: string | undefined) {
  const me = useMe();
  const name = useOwnerName(owner) ?? "…";
  if (!me.is_superuser) return [];
  const options = [{ value: me.id, title: "Me" }];
  if (owner && owner !== me.id) options.push({ value: owner, title: name });
  return [{ name: "owner", title: "Owner", options, anyTitle: "Everyone" } as const];
}
