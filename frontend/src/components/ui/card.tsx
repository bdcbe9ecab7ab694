import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

export function Card({ className, ...props }: ComponentProps<"section">) {
  return (
    <section
      data-slot="card"
      className={cn("flex flex-col rounded-xl border bg-card text-card-foreground", className)}
      {...props}
    />
  );
}

export function CardHeader({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="card-header"
      className={cn(
        "flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b px-5 py-3.5",
        className,
      )}
      {...props}
    />
  );
}

export function CardTitle({ className, ...props }: ComponentProps<"h2">) {
  return <h2 data-slot="card-title" className={cn("font-medium text-sm", className)} {...props} />;
}

interface CardHeadingProps {
  id: string;
  title: string;
  description: ReactNode;
}

/** A title and a sentence without a line below, for cards with one topic. */
export function CardHeading({ id, title, description }: CardHeadingProps) {
  return (
    <div data-slot="card-heading" className="grid grid-cols-[minmax(0,1fr)] gap-1 px-5 pt-5">
      <h2 id={id} className="font-medium text-base">
        {title}
      </h2>
      <p className="text-pretty text-[13px] text-muted-foreground wrap-anywhere">{description}</p>
    </div>
  );
}

export function CardFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="card-footer"
      className={cn(
        "flex flex-wrap items-center justify-end gap-3 rounded-b-xl border-t bg-muted/40 px-5 py-3",
        className,
      )}
      {...props}
    />
  );
}
