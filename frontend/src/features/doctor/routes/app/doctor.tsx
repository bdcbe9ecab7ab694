import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { requireSuperuser } from "@/lib/access";
import { reportQuery } from "../../api";
import { Report } from "../../components/report";

export const Route = createFileRoute("/_app/doctor")({
  staticData: { title: "System health" },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  // Fetches the report while the page's code loads. The page shows the loading and error states.
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(reportQuery);
  },
  component: DoctorPage,
});

function DoctorPage() {
  const { data, error, isFetching, refetch } = useQuery(reportQuery);
  return (
    <>
      <PageHeader
        title="System health"
        description="Checks your configuration and shows how to fix problems"
      >
        <Button aria-disabled={isFetching} onClick={() => !isFetching && void refetch()}>
          {isFetching && <Spinner />}
          <span>Check again</span>
        </Button>
      </PageHeader>
      <div aria-busy={isFetching} className="transition-opacity aria-busy:opacity-60">
        <Report report={data} error={error} onRetry={() => void refetch()} />
      </div>
    </>
  );
}
