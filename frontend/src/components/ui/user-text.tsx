import type { ComponentProps } from "react";
import { harmless } from "@/lib/text";

interface UserTextProps extends Omit<ComponentProps<"bdi">, "children"> {
  children: string;
}

/** Text that a user wrote. It keeps its own direction and does not change that of the text around it. */
export function UserText({ children, ...props }: UserTextProps) {
  return (
    <bdi data-slot="user-text" {...props}>
      {harmless(children)}
    </bdi>
  );
}
