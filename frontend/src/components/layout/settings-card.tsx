import { type ReactNode, useId } from "react";
import { Card, CardHeading } from "@/components/ui/card";
import { cn } from "@/lib/cn";

interface SettingsCardProps {
  title: string;
  description: ReactNode;
  variant?: "default" | "destructive";
  children: ReactNode;
}

/** One topic of the settings. */
export function SettingsCard({
  title,
  description,
  variant = "default",
  children,
}: SettingsCardProps) {
  const id = useId();
  return (
    <Card aria-labelledby={id} className={cn(variant === "destructive" && "border-destructive/50")}>
      <CardHeading id={id} title={title} description={description} />
      <div className="p-5">{children}</div>
    </Card>
  );
}
