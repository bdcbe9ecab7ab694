import { Toaster as Sonner } from "sonner";
import { useTheme } from "@/lib/theme";
import { CopyButton } from "./copy-button";

export { toast } from "sonner";

export default function Toaster() {
  return (
    <Sonner
      theme={useTheme()}
      position="bottom-right"
      duration={4000}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-full font-sans items-center gap-2.5 rounded-lg border bg-popover px-4 py-3 text-[13px] text-popover-foreground shadow-lg shadow-black/5 focus-visible:!outline-2",
          content: "min-w-0",
          description: "mt-0.5 text-muted-foreground",
          success: "[&_[data-icon]]:text-primary",
          error: "[&_[data-icon]]:text-destructive",
          actionButton:
            "ms-auto h-7 shrink-0 rounded-md border border-input px-2.5 font-medium hover:bg-accent",
          closeButton:
            "order-last ms-auto flex size-7 bg-transparent! shrink-0 items-center justify-center rounded-md hover:bg-accent! [&_svg]:size-4 [[data-button]~&]:ms-0",
        },
      }}
    />
  );
}

/** The id that identifies the request in the server's log. */
export function RequestDetails({ id }: { id: string }) {
  return (
    <span className="flex items-center gap-1">
      <span className="truncate">Request ID: {id}</span>
      <CopyButton text={id} label="Copy request ID" />
    </span>
  );
}
