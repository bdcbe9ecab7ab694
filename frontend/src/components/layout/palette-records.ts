import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { errorMessage } from "@/lib/errors";
import { searches, visibleTo } from "@/lib/features";
import { useMe } from "@/lib/session";
import { type ChoiceGroup, useGoTo } from "./palette-choices";

const PAUSE_MS = 200;
/** One letter has too many matches. */
const MIN_LENGTH = 2;

/** The server's results, requested when typing pauses. A new search aborts the previous one. */
export function useRecords(query: string) {
  const goTo = useGoTo();
  const isVisible = visibleTo(useMe());
  const allowed = searches.filter(({ entry }) => isVisible(entry));
  const settled = useSettled(query);
  const isEnabled = allowed.length > 0 && query.length >= MIN_LENGTH;
  const { data, isFetching, refetch } = useQuery({
    queryKey: ["palette", settled],
    queryFn: ({ signal }) =>
      Promise.allSettled(allowed.map(({ search }) => search(settled, signal))),
    enabled: isEnabled && settled.length >= MIN_LENGTH,
    placeholderData: keepPreviousData,
  });
  if (!isEnabled) return { groups: [], isSearching: false, error: undefined, retry: refetch };

  const groups = allowed.flatMap(({ entry }, index): ChoiceGroup[] => {
    const result = data?.[index];
    if (result?.status !== "fulfilled" || result.value.length === 0) return [];
    const choices = result.value.map((record) => ({
      ...record,
      id: `record ${entry.to} ${record.id}`,
      icon: entry.icon,
      run: () => goTo(record),
    }));
    return [{ heading: entry.title, choices }];
  });
  const failure = data?.find((result) => result.status === "rejected");
  return {
    groups,
    isSearching: settled !== query || isFetching,
    error: failure && errorMessage(failure.reason),
    retry: refetch,
  };
}

/** The value after it has stayed the same for a moment. */
function useSettled(value: string) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
