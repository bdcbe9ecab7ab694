import { useLocation } from "@tanstack/react-router";
import { Menu, PanelLeft, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";
import {
  Sheet,
  SheetContent,
  SheetDescription,
  SheetTitle,
  SheetTrigger,
} from "@/components/ui/sheet";
import { Tooltip } from "@/components/ui/tooltip";
import { Breadcrumbs } from "./breadcrumbs";
import { ConnectionBanner } from "./connection-banner";
import { ProgressLine } from "./progress-line";
import { toggleSidebar, useShell } from "./shell-context";
import { Sidebar } from "./sidebar";
import { sidebarCollapsed } from "./sidebar-state";
import { ThemeMenu } from "./theme-menu";

export function Header({ isWide }: { isWide: boolean }) {
  return (
    <header className="sticky top-0 z-20 flex h-12 shrink-0 items-center gap-2 border-b bg-background px-2 md:px-4 print:hidden">
      {isWide ? <SidebarToggle /> : <NavigationSheet />}
      <Breadcrumbs />
      <div className="ms-auto flex items-center gap-1">
        {isWide ? <SearchField /> : <SearchButton />}
        <ThemeMenu />
      </div>
      <ProgressLine />
      <ConnectionBanner />
    </header>
  );
}

function SidebarToggle() {
  const isCollapsed = sidebarCollapsed.use();
  const label = isCollapsed ? "Expand sidebar" : "Collapse sidebar";
  return (
    <Tooltip label={label} keys="[">
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={label}
        aria-expanded={!isCollapsed}
        onClick={toggleSidebar}
        className="text-muted-foreground"
      >
        <PanelLeft aria-hidden />
      </Button>
    </Tooltip>
  );
}

function SearchField() {
  const { showPalette } = useShell();
  return (
    <button
      type="button"
      onClick={showPalette}
      className="me-1 flex h-8 w-56 items-center gap-2 rounded-md border border-control bg-background ps-2.5 pe-1.5 text-[13px] text-muted-foreground transition-colors duration-100 hover:bg-accent hover:text-foreground dark:bg-card"
    >
      <Search aria-hidden className="size-4" />
      Search
      <Kbd keys="mod+k" aria-hidden className="ms-auto" />
    </button>
  );
}

function SearchButton() {
  const { showPalette } = useShell();
  return (
    <Button variant="ghost" size="icon-sm" aria-label="Search" onClick={showPalette}>
      <Search aria-hidden />
    </Button>
  );
}

function NavigationSheet() {
  const [open, setOpen] = useState(false);
  const pathname = useLocation({ select: (location) => location.pathname });
  // Back leads to another page, without a click in the sheet.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => setOpen(false), [pathname]);
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
