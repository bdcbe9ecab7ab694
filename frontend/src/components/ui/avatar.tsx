import { cn } from "@/lib/cn";

/** Initials on a calm ground; decoration beside a name that is written out. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  const initials = name
    .split(/[\s@._-]+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => word[0])
    .join("");
  return (
    <span
      data-slot="avatar"
      aria-hidden
      className={cn(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-full bg-primary/12 font-medium text-primary text-xs uppercase",
        className,
      )}
    >
      {initials}
    </span>
  );
}
