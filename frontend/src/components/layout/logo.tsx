import { cn } from "@/lib/cn";

/** Layers of ground: the same drawing as public/favicon.svg, in the theme's colours. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" fill="none" className={cn("size-6", className)}>
      <rect width="32" height="32" rx="8" className="fill-primary" />
      <path d="M7 12.5 16 8l9 4.5-9 4.5-9-4.5Z" className="fill-primary-foreground" />
      <path
        d="m7 17 9 4.5 9-4.5M7 21.5 16 26l9-4.5"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
        className="stroke-primary-foreground/70"
      />
    </svg>
  );
}
