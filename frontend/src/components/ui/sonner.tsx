import { Toaster as Sonner, toast } from "sonner";
import { useTheme } from "@/lib/theme";
import { CopyButton } from "./copy-button";
import { RequestLink } from "./request-link";
import { useEscapeClosesToast, useFreeToasts } from "./toast-layer";

export { toast };

export const NEW_VERSION = "new-version";

const EDGE = 8;
/** Below the page's header. app.css moves them where an overlay is open. */
const TOP = 56;

/** At the top: the buttons of forms, dialogs, rows and selections are all further down. */
export default function Toaster() {
  useFreeToasts();
  useEscapeClosesToast();
  return (
    <Sonner
      theme={useTheme()}
      position="top-center"
      offset={TOP}
      mobileOffset={{ top: TOP, left: EDGE, right: EDGE }}
      duration={4000}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "pointer-events-auto flex w-full font-sans items-center gap-2.5 rounded-lg border bg-popover px-4 py-3 text-[13px] text-popover-foreground shadow-lg shadow-black/5 focus-visible:!outline-2",
          content: "min-w-0 wrap-anywhere",
          title: "line-clamp-3",
          description: "mt-0.5 text-muted-foreground",
          success: "[&_[data-icon]]:text-primary",
          error: "[&_[data-icon]]:text-destructive",
          actionButton:
            "ms-auto h-7 shrink-0 rounded-md border border-control px-2.5 font-medium hover:bg-accent",
          closeButton:
            "order-last ms-auto flex size-7 border border-transparent bg-transparent! shrink-0 items-center justify-center rounded-md hover:bg-accent! [&_svg]:size-4 [[data-button]~&]:ms-0",
        },
      }}
    />
  );
}

/** Closes the toasts of an earlier session or page, but not the note about a new version. */
export function closeToasts() {
  for (const { id } of toast.getToasts()) if (id !== NEW_VERSION) toast.dismiss(id);
}

/** The id that identifies the request in the server's log. */
export function RequestDetails({ id }: { id: string }) {
  return (
    <span className="flex items-center gap-1">
      <span className="truncate">
        Request ID: <RequestLink id={id} />
      </span>
      <CopyButton text={id} label="Copy request ID" />
    </span>
  );
}
