import type { UserPublic } from "@app/sdk";
import type { QueryClient } from "@tanstack/react-query";
import type { ChecklistStep } from "@/lib/define-feature";
import { checklist } from "@/lib/features";
import { storedFlag } from "@/lib/stored-flag";

export interface CheckedStep extends Omit<ChecklistStep, "isDone"> {
  isDone: boolean;
}

/** Set when the user dismissed or completed the checklist. From then on its steps are not checked again. */
export const checklistHidden = (userId: string) => storedFlag(`checklist-hidden-${userId}`);

/** The steps with their status, or an empty list when nothing is left to do. */
export async function readChecklist(user: UserPublic, queryClient: QueryClient) {
  const hidden = checklistHidden(user.id);
  if (hidden.get()) return [];
  const results = await Promise.allSettled(
    checklist.map(async ({ isDone, ...step }): Promise<CheckedStep> => {
      return { ...step, isDone: await isDone(user, queryClient) };
    }),
  );
  // Leave out steps whose check failed: they must not break the dashboard.
  const steps = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (steps.length === checklist.length && steps.every(({ isDone }) => isDone)) hidden.set(true);
  return steps.some(({ isDone }) => !isDone) ? steps : [];
}
