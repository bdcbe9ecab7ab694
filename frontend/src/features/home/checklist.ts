import type { UserPublic } from "@app/sdk";
import type { QueryClient } from "@tanstack/react-query";
import type { ChecklistStep } from "@/lib/define-feature";
import { checklist } from "@/lib/features";
import { storedFlag } from "@/lib/stored-flag";

export interface CheckedStep extends Omit<ChecklistStep, "isDone"> {
  isDone: boolean;
}

/** Set when the user put the checklist away, or has done all of it: from then on nothing is asked for it. */
export const checklistHidden = (userId: string) => storedFlag(`checklist-hidden-${userId}`);

/** The steps with what is done, or nothing when there is nothing left to show. */
export async function readChecklist(user: UserPublic, queryClient: QueryClient) {
  const hidden = checklistHidden(user.id);
  if (hidden.get()) return [];
  const results = await Promise.allSettled(
    checklist.map(async ({ isDone, ...step }): Promise<CheckedStep> => {
      return { ...step, isDone: await isDone(user, queryClient) };
    }),
  );
  // A step that cannot be told is left out: the dashboard is worth more than its checklist.
  const steps = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (steps.length === checklist.length && steps.every(({ isDone }) => isDone)) hidden.set(true);
  return steps.some(({ isDone }) => !isDone) ? steps : [];
}
