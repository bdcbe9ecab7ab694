import { createFileRoute } from "@tanstack/react-router";
import { PageHeader } from "@/components/layout/page-header";
import { requireSuperuser } from "@/lib/access";
import { RequestForm } from "../../../components/request-form";

export const Route = createFileRoute("/_app/requests/")({
  staticData: { title: "Requests" },
  beforeLoad: ({ context }) => requireSuperuser(context.user),
  component: RequestsPage,
});

function RequestsPage() {
  return (
    <>
      <PageHeader title="Requests" description="What a request caused, in order of time" />
      <RequestForm />
      <p className="max-w-xl text-muted-foreground">
        Every error message shows the ID of its request, with a button to copy it. Responses have it
        in the header X-Correlation-ID.
      </p>
    </>
  );
}
