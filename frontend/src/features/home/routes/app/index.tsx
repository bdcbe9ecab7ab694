import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { Slot } from "@/components/layout/slot";
import { Skeleton } from "@/components/ui/skeleton";
import { useMe } from "@/lib/session";
import { GetStarted } from "../../components/get-started";

export const Route = createFileRoute("/_app/")({
  staticData: { title: "Dashboard" },
  // Await the checklist: it is at the top of the page, and a late arrival would shift everything below.
  loader: async ({ context }) => {
    const { readChecklist } = await import("../../checklist");
    return readChecklist(context.user, context.queryClient);
  },
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
      <GetStarted steps={Route.useLoaderData()} />
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,17rem),1fr))] gap-4 not-empty:mb-4">
        <Slot
          name="dashboard.stats"
          fallback={
            <>
              <Skeleton className="h-32 rounded-xl" />
              <Skeleton className="h-32 rounded-xl" />
            </>
          }
        />
      </div>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,26rem),1fr))] items-start gap-4">
        <Slot name="dashboard.cards" fallback={<Skeleton className="h-68 rounded-xl" />} />
      </div>
      {me.is_superuser && (
        <div className="grid gap-4 not-empty:mt-4">
          <Slot name="dashboard.admin" fallback={<Skeleton className="h-68 rounded-xl" />} />
        </div>
      )}
    </div>
  );
}
