import { errorMessage, errorRequestId } from "@/lib/errors";

/** Short news of what is not visible otherwise. The library is loaded apart from the first page. */
const load = () => import("@/components/ui/sonner");

export async function toastSuccess(message: string) {
  const { toast } = await load();
  toast.success(message);
}

/** Stays until closed: people copy the request id into a report. */
export async function toastError(error: unknown) {
  const { toast, RequestDetails } = await load();
  const requestId = errorRequestId(error);
  toast.error(errorMessage(error), {
    description: requestId && <RequestDetails id={requestId} />,
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
  });
}

/** Once, however often it is noticed. Reloading is left to the reader. */
export async function toastNewVersion() {
  const { toast } = await load();
  toast("A new version is available.", {
    id: "new-version",
    duration: Number.POSITIVE_INFINITY,
    closeButton: true,
    action: { label: "Reload", onClick: () => window.location.reload() },
  });
}
