import { useState } from "react";
import { cn } from "@/lib/cn";
import { initials } from "@/lib/text";

interface AvatarProps {
  name: string;
  /** URL of a picture. Without one, or when it fails to load, initials are shown. */
  src?: string | null;
  className?: string;
}

/** Decoration beside a written name. */
export function Avatar({ name, src, className }: AvatarProps) {
  const [failed, setFailed] = useState<string>();
  return (
    <span
      data-slot="avatar"
      aria-hidden
      className={cn(
        "relative inline-flex size-8 shrink-0 items-center justify-center overflow-hidden rounded-full bg-primary/12 font-medium text-primary text-xs uppercase",
        className,
      )}
    >
      <span>{initials(name)}</span>
      {src && src !== failed && (
        <img
          src={src}
          alt=""
          onError={() => setFailed(src)}
          className="absolute inset-0 size-full bg-muted object-cover"
        />
      )}
    </span>
  );
}
