import { readRequestStoryOptions } from "@app/sdk/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { requireSuperuser } from "@/lib/access";
import { RequestForm } from "../../../components/request-form";
import { Story } from "../../../components/story";

export const Route = createFileRoute("/_app/requests/$requestId")({
  staticData: { title: "Request" },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  // Fetches the story while the page's code loads. The page shows the loading and error states.
  loader: ({ context, params }) => {
    const options = readRequestStoryOptions({ path: { request_id: params.requestId } });
    void context.queryClient.prefetchQuery(options);
  },
  component: RequestPage,
});

function RequestPage() {
  const { requestId } = Route.useParams();
  return (
    <>
      <PageHeader title="Request" description="What the request caused, in order of time" />
      <RequestForm key={requestId} id={requestId} />
      <Story id={requestId} />
      <p className="mt-4 max-w-xl text-muted-foreground">
        Path, status and duration of the request are only in the log of the API. Search the log for
        this ID.
      </p>
    </>
  );
}
