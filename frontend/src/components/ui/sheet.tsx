import { cva, type VariantProps } from "class-variance-authority";
import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";
import { ConnectionNotice } from "./connection-notice";

export const Sheet = Dialog.Root;
export const SheetTrigger = Dialog.Trigger;

const sheetVariants = cva(
  "fixed inset-y-0 z-50 flex w-full flex-col bg-background shadow-xl shadow-black/10 duration-150 ease-out data-[state=closed]:animate-out data-[state=open]:animate-in",
  {
    variants: {
      side: {
        start:
          "start-0 max-w-64 border-e data-[state=closed]:slide-out-to-start data-[state=open]:slide-in-from-start",
        end: "end-0 border-s data-[state=closed]:slide-out-to-end data-[state=open]:slide-in-from-end sm:max-w-md",
      },
    },
    defaultVariants: { side: "end" },
  },
);

/** For a sheet with saved values: on touch screens, a focused field would open the keyboard over them. */
export function focusSheetOnTouch(event: Event) {
  if (!window.matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).focus();
}

interface SheetContentProps
  extends ComponentProps<typeof Dialog.Content>,
    VariantProps<typeof sheetVariants> {}

export function SheetContent({ side, className, children, ...props }: SheetContentProps) {
  return (
    <Dialog.Portal>
      <Dialog.Overlay
        data-slot="sheet-overlay"
        className="fixed inset-0 z-50 bg-overlay duration-150 data-[state=closed]:animate-out data-[state=open]:animate-in data-[state=closed]:fade-out-0 data-[state=open]:fade-in-0"
      />
      <Dialog.Content
        data-slot="sheet-content"
        data-side={side}
        className={cn("outline-none", sheetVariants({ side }), className)}
        {...props}
      >
        {children}
        <Dialog.Close asChild>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Close"
            className="absolute end-3 top-3 text-muted-foreground pointer-coarse:end-1.5 pointer-coarse:top-1.5"
          >
            <X aria-hidden />
          </Button>
        </Dialog.Close>
      </Dialog.Content>
    </Dialog.Portal>
  );
}

export function SheetHeader({ className, ...props }: ComponentProps<"div">) {
  return (
    <>
      <div
        data-slot="sheet-header"
        className={cn("grid grid-cols-[minmax(0,1fr)] gap-1 border-b px-5 py-4 pe-14", className)}
        {...props}
      />
      {/* A sheet covers the page's own notice. */}
      <ConnectionNotice />
    </>
  );
}

export function SheetFooter({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      data-slot="sheet-footer"
      className={cn("flex flex-wrap justify-end gap-2 border-t px-5 py-3.5", className)}
      {...props}
    />
  );
}

export function SheetTitle({ className, ...props }: ComponentProps<typeof Dialog.Title>) {
  return (
    <Dialog.Title
      data-slot="sheet-title"
      className={cn("line-clamp-3 font-semibold text-base wrap-anywhere", className)}
      {...props}
    />
  );
}

export function SheetDescription({
  className,
  ...props
}: ComponentProps<typeof Dialog.Description>) {
  return (
    <Dialog.Description
      data-slot="sheet-description"
      className={cn("text-[13px] text-muted-foreground wrap-anywhere", className)}
      {...props}
    />
  );
}
