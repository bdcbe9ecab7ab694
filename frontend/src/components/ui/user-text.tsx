import type { ComponentProps } from "react";
import { harmless } from "@/lib/text";

interface UserTextProps extends Omit<ComponentProps<"span">, "children"> {
  children: string;
}

/** Text that a user wrote. It keeps its own direction and does not change that of the text around it. */
export function UserText({ children, ...props }: UserTextProps) {
  return (
    <span data-slot="user-text" dir="auto" {...props}>
      {harmless(children)}
    </span>
  );
}
