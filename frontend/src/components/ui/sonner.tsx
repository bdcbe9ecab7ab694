import { Toaster as Sonner } from "sonner";
import { useTheme } from "@/lib/theme";

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
            "flex w-full font-sans items-center gap-2.5 rounded-lg border bg-popover px-4 py-3 text-[13px] text-popover-foreground shadow-lg shadow-black/5",
          description: "mt-0.5 text-muted-foreground",
          success: "[&_[data-icon]]:text-primary",
          error: "[&_[data-icon]]:text-destructive",
          closeButton:
            "order-last ms-auto flex size-7 shrink-0 items-center justify-center rounded-md hover:bg-accent",
        },
      }}
    />
  );
}
