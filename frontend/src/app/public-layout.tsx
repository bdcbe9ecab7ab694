import { createFileRoute, Outlet } from "@tanstack/react-router";
import { Logo } from "@/components/layout/logo";
import { ThemeSwitch } from "@/components/layout/theme-switch";

export const Route = createFileRoute("/_public")({ component: PublicLayout });

function PublicLayout() {
  return (
    <div className="relative isolate flex min-h-dvh flex-col">
      <div aria-hidden className="absolute inset-0 -z-10 dotted-grid" />
      <header className="flex justify-end p-3">
        <ThemeSwitch />
      </header>
      <main id="main" className="flex flex-1 flex-col items-center px-4 pt-[8dvh] pb-16">
        <div className="w-full max-w-96">
          <Logo className="mx-auto mb-6 size-9" />
          <Outlet />
        </div>
      </main>
    </div>
  );
}
