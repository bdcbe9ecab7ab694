import { Link, type LinkProps } from "@tanstack/react-router";
import { ArrowRight, Check, X } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardHeader, CardTitle } from "@/components/ui/card";
import { Tooltip } from "@/components/ui/tooltip";
import { useMe } from "@/lib/session";
import { type CheckedStep, checklistHidden } from "../checklist";

/** A checklist for new users, so that they do not start on an empty page. */
export function GetStarted({ steps }: { steps: CheckedStep[] }) {
  const { id } = useMe();
  const hidden = useMemo(() => checklistHidden(id), [id]);
  if (hidden.use() || steps.length === 0) return null;
  const done = steps.filter(({ isDone }) => isDone).length;
  return (
    <Card aria-labelledby="get-started" className="@container mb-4 print:hidden">
      <CardHeader className="py-2 pe-2">
        <CardTitle id="get-started">Get started</CardTitle>
        <span className="ms-auto text-[13px] text-muted-foreground tabular-nums">
          {done} of {steps.length} complete
        </span>
        <Tooltip label="Dismiss">
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Dismiss the checklist"
            onClick={() => hidden.set(true)}
            className="text-muted-foreground"
          >
            <X aria-hidden />
          </Button>
        </Tooltip>
      </CardHeader>
      <ul className="grid divide-y @3xl:auto-cols-[minmax(0,1fr)] @3xl:grid-flow-col @3xl:divide-x @3xl:divide-y-0">
        {steps.map((step) => (
          <li key={step.title}>
            <Step step={step} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Step({ step: { title, to, search, isDone } }: { step: CheckedStep }) {
  if (isDone) {
    return (
      <p className="flex h-12 items-center gap-3 px-5 text-muted-foreground">
        <span className="flex size-5 shrink-0 items-center justify-center rounded-full bg-primary text-primary-foreground">
          <Check aria-hidden className="size-3" strokeWidth={3} />
        </span>
        <span className="truncate line-through">{title}</span>
        <span className="sr-only">(complete)</span>
      </p>
    );
  }
  return (
    <Link
      {...({ to, search } as LinkProps)}
      className="group flex h-12 items-center gap-3 rounded-b-xl px-5 hover:bg-accent"
    >
      <span
        aria-hidden
        className="size-5 shrink-0 rounded-full border border-muted-foreground border-dashed"
      />
      <span className="truncate font-medium">{title}</span>
      <ArrowRight
        aria-hidden
        className="ms-auto size-4 shrink-0 text-muted-foreground transition-transform duration-100 group-hover:translate-x-0.5"
      />
    </Link>
  );
}
