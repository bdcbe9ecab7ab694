import { Menu } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetTitle,
  SheetTrigger,
} from "@/components/ui/sheet";
import { Breadcrumbs } from "./breadcrumbs";
import { ProgressLine } from "./progress-line";
import { Sidebar } from "./sidebar";
import { ThemeMenu } from "./theme-menu";

export function Header({ hasMenu }: { hasMenu: boolean }) {
  return (
    <header className="sticky top-0 z-20 flex h-12 shrink-0 items-center gap-2 border-b bg-background px-2 md:px-8">
      {hasMenu && <NavigationSheet />}
      <Breadcrumbs />
      <div className="ms-auto flex items-center">
        <ThemeMenu />
      </div>
      <ProgressLine />
    </header>
  );
}

function NavigationSheet() {
  const [open, setOpen] = useState(false);
  return (
    <Sheet open={open} onOpenChange={setOpen}>
      <SheetTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label="Open navigation">
          <Menu aria-hidden />
        </Button>
      </SheetTrigger>
      <SheetContent side="start">
        <SheetTitle className="sr-only">Navigation</SheetTitle>
        <SheetDescription className="sr-only">Pages and your account</SheetDescription>
        <Sidebar onNavigate={() => setOpen(false)} />
      </SheetContent>
    </Sheet>
  );
}
