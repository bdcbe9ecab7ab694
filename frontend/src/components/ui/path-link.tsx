import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface PathLinkProps {
  /** A path in the dashboard whose page the caller does not know, such as one that the API names. */
  path: string;
  className?: string;
  children: ReactNode;
}

export function PathLink({ path, className = "hover:underline", children }: PathLinkProps) {
  const { history } = useRouter();
  return (
    <a
      href={path}
      className={className}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        history.push(path);
      }}
    >
      {children}
    </a>
  );
}
