import { useQuery } from "@tanstack/react-query";
import { ownedRows } from "@/lib/features";
import { counted } from "@/lib/noun";

/** Each user costs a request for each feature, so the rows of more users are not counted. */
const MAX_USERS = 20;

interface OwnedRowsProps {
  userIds: string[];
  /** "they" or "you". */
  who: string;
}

/** A sentence about what is deleted with these users. Until the rows are counted, it has no number. */
export function OwnedRows({ userIds, who }: OwnedRowsProps) {
  const { data } = useQuery({
    queryKey: ["owned rows", userIds],
    queryFn: ({ signal }) => count(userIds, signal),
    enabled: userIds.length <= MAX_USERS,
    gcTime: 0,
    retry: false,
  });
  const what = data ? new Intl.ListFormat("en").format(data) : "everything";
  if (ownedRows.length === 0 || data?.length === 0) return null;
  return <span>{`This also deletes ${what} ${who} own. `}</span>;
}

/** "10 items", for each feature with any rows of these users. */
async function count(userIds: string[], signal: AbortSignal) {
  const counts = ownedRows.map(async ({ noun, count }) => {
    const ofEach = await Promise.all(userIds.map((id) => count(id, signal)));
    return { noun, sum: ofEach.reduce((sum, one) => sum + one, 0) };
  });
  return (await Promise.all(counts))
    .filter(({ sum }) => sum > 0)
    .map(({ noun, sum }) => counted(noun, sum));
}
