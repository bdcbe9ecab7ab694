import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { Slot } from "@/components/layout/slot";
import { Skeleton } from "@/components/ui/skeleton";
import { useMe } from "@/lib/session";

export const Route = createFileRoute("/_app/")({
  staticData: { title: "Dashboard" },
  component: DashboardPage,
});

function DashboardPage() {
  const me = useMe();
  return (
    <div className="mx-auto max-w-6xl">
      <PageHeader
        title={`Hi, ${me.full_name || me.email}`}
        description="Welcome back, nice to see you again!"
      />
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,26rem),1fr))] items-start gap-4">
        <Slot name="dashboard.cards" fallback={<Skeleton className="h-68 rounded-xl" />} />
      </div>
    </div>
  );
}
