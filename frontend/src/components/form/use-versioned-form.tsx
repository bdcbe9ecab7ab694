import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useEffectEvent, useRef, useState } from "react";
import { flushSync } from "react-dom";
import {
  type FieldPath,
  type FieldValues,
  get,
  type UseFormReturn,
  useFormState,
} from "react-hook-form";
import { Button } from "@/components/ui/button";
import { hasStatus } from "@/lib/errors";
import type { ConflictField } from "./conflict-dialog";

const ConflictDialog = lazy(() => import("./conflict-dialog"));

interface Versioned {
  version: number;
}

interface VersionedFormOptions<Saved extends Versioned, Values extends FieldValues, Output> {
  form: UseFormReturn<Values, unknown, Output>;
  /** The form's initial values. `record` can become newer or be deleted while the user types. */
  saved: Saved;
  record: UseQueryResult<Saved, unknown>;
  toValues: (saved: Saved) => Values;
  /** Replaces only that version (`If-Match`) and returns the new one. */
  save: (output: Output, version: number) => Promise<Saved>;
  /** Labels of the fields that a conflict compares. */
  labels: Partial<Record<FieldPath<Values>, string>>;
}

/**
 * A form for a record that others can change at the same time. It never overwrites a version that the user has not
 * seen.
 */
export function useVersionedForm<Saved extends Versioned, Values extends FieldValues, Output>({
  form,
  saved,
  record,
  toValues,
  save,
  labels,
}: VersionedFormOptions<Saved, Values, Output>) {
  // The version that the form was filled from, and that it replaces.
  const [base, setBase] = useState(saved.version);
  const [theirs, setTheirs] = useState<Saved>();
  const notice = useRef<HTMLDivElement>(null);
  const { isDirty, isSubmitting, errors, defaultValues } = useFormState({ control: form.control });
  const isGone = hasStatus(record.error, 404);
  const isOld = saved.version > base && !isSubmitting;

  const take = (next: Saved) => {
    setBase(next.version);
    setTheirs(undefined);
    form.reset(toValues(next));
  };
  const follow = useEffectEvent(take);
  // The change may concern no field of the form, for example a user's picture.
  const isElsewhere = isOld && JSON.stringify(toValues(saved)) === JSON.stringify(defaultValues);
  useEffect(() => {
    // No unsaved input can be lost.
    if (isOld && !isDirty) follow(saved);
    else if (isElsewhere) setBase(saved.version);
  }, [isOld, isDirty, isElsewhere, saved]);

  const submit = async (output: Output) => {
    try {
      setBase((await save(output, base)).version);
    } catch (error) {
      if (hasStatus(error, 412)) setTheirs((await record.refetch({ throwOnError: true })).data);
      throw error;
    }
  };

  const keepMine = (over: Saved) => {
    // The next request replaces the version that was just shown.
    flushSync(() => {
      setBase(over.version);
      setTheirs(undefined);
    });
    notice.current?.closest("form")?.requestSubmit();
  };

  return {
    submit,
    /** Render this inside the form. */
    conflict: (
      <div ref={notice} className="empty:hidden">
        {isGone && <Notice>This record has been deleted.</Notice>}
        {!isGone && isOld && isDirty && !errors.root && (
          <Notice>
            This record has changed since you opened it.
            <Button variant="outline" size="sm" onClick={() => setTheirs(saved)}>
              Compare
            </Button>
          </Notice>
        )}
        {theirs && (
          <Suspense>
            <ConflictDialog
              open
              fields={compare(labels, form.getValues(), toValues(theirs))}
              onKeepMine={() => keepMine(theirs)}
              onTakeTheirs={() => take(theirs)}
              onBack={() => setTheirs(undefined)}
              onCloseAutoFocus={(event) => {
                event.preventDefault();
                notice.current?.closest("form")?.querySelector("input")?.focus();
              }}
            />
          </Suspense>
        )}
      </div>
    ),
  };
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <div
      role="status"
      className="flex min-h-11 items-center justify-between gap-3 rounded-md border border-primary/40 bg-primary/6 px-3 py-1.5 text-[13px]"
    >
      {children}
    </div>
  );
}

function compare<Values extends FieldValues>(
  labels: Partial<Record<string, string>>,
  mine: Values,
  theirs: Values,
): ConflictField[] {
  return Object.entries(labels).map(([name, label = name]) => ({
    label,
    mine: asText(get(mine, name)),
    theirs: asText(get(theirs, name)),
  }));
}

function asText(value: unknown) {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return String(value ?? "");
}
