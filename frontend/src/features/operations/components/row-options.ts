import { useNavigate } from "@tanstack/react-router";
import { Waypoints } from "lucide-react";
import type { RowAction } from "@/components/data-table/row-menu";

/** What the lists of jobs and mails have in common: each row was caused by a request. */

/** The options of a filter: the values without repetitions, in the order of the alphabet. */
export const optionsOf = (values: readonly (string | undefined)[]) =>
  [...new Set(values)]
    .flatMap((value) => (value ? [{ value, title: value }] : []))
    .sort((one, other) => one.title.localeCompare(other.title));

/** The filter by the request in the URL, which is not offered without one. */
export const requestFilter = (request: string | undefined) =>
  request ? [{ name: "request", title: "Request", options: optionsOf([request]) } as const] : [];

export function useRequestAction() {
  const navigate = useNavigate();
  return (requestId: string | null): RowAction[] =>
    requestId
      ? [
          {
            title: "Show request",
            icon: Waypoints,
            run: () => void navigate({ to: "/requests/$requestId", params: { requestId } }),
          },
        ]
      : [];
}
